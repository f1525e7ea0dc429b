"""The page on own rules: its three rules are tested and judge the simulated switches as it describes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.commands import ParserKind
from slp_ops.rules.row_rules import Comparison, Quantifier
from slp_ops.rules.row_schema import _KEYS

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.lab.switch import Switch

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "own-rules.md").read_text(encoding="utf-8")
_FILE = re.compile(r"^`(rules/\S+)`:\n\n```\w+\n(.*?)^```$", re.DOTALL | re.MULTILINE)
UPLINK = "interface TenGigabitEthernet1/1/1"
RULES = ("uplink-half-duplex", "member-release", "ntp-without-peer")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the files of the page."""
    monkeypatch.chdir(tmp_path)
    files = _FILE.findall(PAGE)
    assert len(files) == 5
    for name, text in files:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def test_the_rules_of_the_page_are_proven_by_their_examples(folder: Path) -> None:
    done = CliRunner().invoke(cli, ["rules", "test", "rules"])
    assert done.exit_code == 0, done.output
    assert "3 rules over rows, 7 examples: 0 not proven" in done.output


def test_every_word_of_the_language_is_on_the_page() -> None:
    words = (*Quantifier, *Comparison, *ParserKind, *_KEYS)
    assert [word for word in words if not re.search(rf"`(?:[^`]*, )?{word}\b", PAGE)] == []


def halve(switch: Switch) -> None:
    switch.config.apply("duplex half", (UPLINK,))


def inventory_of(fleet: Any, folder: Path) -> None:
    devices = {name: {"host": "127.0.0.1", "port": fleet.device(name).port} for name in fleet.names}
    sites = {"lab": {"devices": devices}}
    (folder / "inventory.yaml").write_text(
        yaml.safe_dump({"version": 1, "defaults": {"username": "netops"}, "sites": sites})
    )


def run(*words: str) -> Any:
    env = {"SLP_OPS_PASSWORD": "netops", "SLP_OPS_ENABLE": "netops"}
    return CliRunner().invoke(cli, words, env=env, catch_exceptions=False)


@pytest.mark.slow
def test_an_audit_of_the_lab_collects_the_commands_and_finds_what_the_page_describes(
    lab: Callable[..., Any], folder: Path
) -> None:
    fleet = lab(uplink="healthy", stack="version-mismatch", time="clock-wrong")

    fleet.change("uplink", halve)
    inventory_of(fleet, folder)

    def verdicts(done: Any) -> dict[str, dict[str, str]]:
        assert done.exit_code == 3, done.output
        found: dict[str, dict[str, str]] = {}
        for each in json.loads(done.stdout)["outcomes"]:
            if each["rule"] in RULES:
                found.setdefault(each["device"], {})[each["rule"]] = each["verdict"]
        return found

    live = run("audit", "--rules", "rules", "--known-hosts", str(folder / "known_hosts"), "--json")

    expected = {
        "uplink": dict(zip(RULES, ("fail", "pass", "pass"), strict=True)),
        "stack": dict(zip(RULES, ("pass", "fail", "pass"), strict=True)),
        "time": dict(zip(RULES, ("pass", "fail", "fail"), strict=True)),  # 17.9.5 is another release
    }
    assert verdicts(live) == expected
    for name in fleet.names:
        lines = fleet.lines(name)
        for command in ("show interfaces status", "show ntp associations", "show version"):
            assert lines.count(command) == 1
    assert verdicts(run("audit", "--rules", "rules", "--run", "last", "--json")) == expected

    fleet.change("uplink", lambda switch: switch.config.apply("duplex auto", (UPLINK,)))
    live = ("--rules", "rules", "--known-hosts", str(folder / "known_hosts"), "--limit", "uplink")
    again = run("audit", *live, "--against", "last", "--json")
    assert json.loads(again.stdout)["gone"] == [{"device": "uplink", "rule": "uplink-half-duplex"}]
    first, second = sorted(path.name for path in (folder / "runs").glob("2*"))
    compared = run("diff", first, second, "--rules", "rules", "--device", "uplink", "--json")
    (device,) = json.loads(compared.stdout)["devices"]
    assert [each["rule"] for each in device["findings"]["gone"]] == ["uplink-half-duplex"]
    assert "uplink-half-duplex" in run("history", "uplink").stdout
    shutil.rmtree(folder / "runs" / second)

    summary = (
        "An uplink runs at half duplex: port Te1/1/1, duplex half (1 of 9 rows of 'show interfaces status')"
    )
    for form, name in (
        ("json", "r.json"),
        ("html", "r.html"),
        ("csv", "r.csv"),
        ("junit", "r.xml"),
        ("md", "r.md"),
    ):
        done = run("report", "last", "--rules", "rules", f"--{form}", name)
        assert done.exit_code == 0, done.output
        text = (folder / name).read_text(encoding="utf-8-sig")
        assert "uplink-half-duplex" in text, form
        if form in ("json", "csv"):
            assert summary in text, form
    done = run("report", "last", "--rules", "rules", "--prometheus", "r.prom")
    assert 'rule="uplink-half-duplex"' in (folder / "r.prom").read_text(encoding="utf-8"), done.output


PLAYBOOK = """\
id: duplex-auto
title: {en: Negotiate the duplex mode, ja: デュプレックスを自動にする}
remedies: [uplink-half-duplex]
risk: change
steps:
  - config:
      - {in: interface TenGigabitEthernet1/1/1, lines: [duplex auto]}
verify: [uplink-half-duplex]
rollback: config
"""


@pytest.mark.slow
def test_a_playbook_of_the_operator_remedies_what_an_own_rule_finds(
    lab: Callable[..., Any], folder: Path
) -> None:
    fleet = lab(uplink="healthy")
    fleet.change("uplink", halve)
    inventory_of(fleet, folder)
    (folder / "playbooks").mkdir()
    (folder / "playbooks" / "duplex.yaml").write_text(PLAYBOOK, encoding="utf-8")
    words = ("--rules", "rules", "--playbooks", "playbooks", "--known-hosts", str(folder / "known_hosts"))

    done = run("remediate", *words, "--yes")

    assert done.exit_code == 0, done.output
    assert "verified by       uplink-half-duplex" in done.stdout
    assert "resolved: uplink-half-duplex: An uplink runs at half duplex" in done.stdout
    assert fleet.switch("uplink").config.has("duplex auto", (UPLINK,))
    assert run("remediate", *words, "--yes").exit_code == 0  # nothing is left to do
