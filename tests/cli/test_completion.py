"""Completion in the shell: values from disk, quickly, and never an error."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.shell_completion import ShellComplete

from slp_ops.cli.main import VERBS, cli

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.runs import Run

SCRIPT = Path(sys.executable).with_name("slp-ops")
SITES = {
    "tokyo": {
        "description": "Tokyo",
        "devices": {
            "tyo-acc-01": {"host": "192.0.2.1", "tags": ["access"]},
            "tyo-core-01": {"host": "192.0.2.2", "tags": ["core"]},
        },
    },
    "osaka": {"devices": {"osa-acc-01": {"host": "192.0.2.3"}}},
}


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "inventory.yaml"
    path.write_text(
        yaml.safe_dump({"version": 1, "defaults": {"username": "netops"}, "sites": SITES}, sort_keys=False)
    )
    return path


@pytest.fixture
def completed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """``completed("audit", "--site", "t")`` returns the values for the last word."""

    def no_network(*_: object) -> None:
        raise AssertionError("a completion opened a socket")

    monkeypatch.setattr(socket, "socket", no_network)

    def complete(*words: str) -> list[str]:
        shell = ShellComplete(cli, {}, "slp-ops", "_SLP_OPS_COMPLETE")
        return [each.value for each in shell.get_completions(list(words[:-1]), words[-1])]

    return complete


def test_names_of_the_inventory(completed: Callable[..., list[str]], inventory: Path) -> None:
    given = ("audit", "-i", str(inventory))
    assert completed(*given, "--site", "") == ["tokyo", "osaka"]
    assert completed(*given, "--site", "t") == ["tokyo"]
    assert completed(*given, "--tag", "") == ["access", "core"]
    assert completed(*given, "--limit", "tyo") == ["tyo-acc-01", "tyo-core-01"]
    assert completed(*given, "--limit", "tyo-*,!tyo-c") == ["tyo-*,!tyo-core-01"]
    # The option that names the inventory may stand anywhere.
    assert completed("collect", "--site", "tokyo", "-i", str(inventory), "--limit", "osa") == ["osa-acc-01"]


def test_the_inventory_of_the_environment_the_folder_and_the_file(
    completed: Callable[..., list[str]], inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert completed("usage", "save", "--site", "o") == ["osaka"]
    monkeypatch.chdir("/")
    assert completed("usage", "save", "--site", "o") == []
    monkeypatch.setenv("SLP_OPS_INVENTORY", str(inventory))
    assert completed("watch", "--site", "o") == ["osaka"]
    monkeypatch.delenv("SLP_OPS_INVENTORY")
    configuration = tmp_path / "config.yaml"
    configuration.write_text(f"inventory: {inventory}\n")
    assert completed("audit", "--config", str(configuration), "--site", "o") == ["osaka"]
    configuration.write_text("inventory: [\n")
    assert completed("audit", "--config", str(configuration), "--site", "o") == []


def test_runs_and_their_devices(completed: Callable[..., list[str]], good_run: Callable[..., Run]) -> None:
    first, second = good_run("sw1"), good_run("sw2", "sw3")
    folder = ("--runs-dir", str(first.path.parent))
    assert completed("audit", *folder, "--run", "")[0] == "last"
    assert set(completed("report", *folder, "")) >= {"last", first.id, second.id}
    assert first.id in completed("diff", *folder, first.id[:-1])
    assert completed("runs", "show", *folder, first.id, "--device", "") == ["sw1"]
    assert completed("facts", *folder, second.id, "--device", "sw3") == ["sw3"]
    assert completed("runs", "show", *folder, "none", "--device", "") == []


@pytest.mark.parametrize(
    "name",
    ["$(touch x)", "`id`", "a b", "a;b", "a\nb", "-leading", "a|b", "a'b", 'a"b', "a*", "~", "a\x1b[31m"],
)
def test_a_name_of_an_edited_run_is_no_command_of_the_shell(
    completed: Callable[..., list[str]], good_run: Callable[..., Run], name: str
) -> None:
    run = good_run("sw1", "sw2")
    document = json.loads((run.path / "run.json").read_text())
    document["devices"][0]["name"] = name
    (run.path / "run.json").write_text(json.dumps(document))

    assert completed("runs", "show", "--runs-dir", str(run.path.parent), run.id, "--device", "") == ["sw2"]


def test_a_description_holds_no_control_character(
    good_run: Callable[..., Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = good_run("sw1")
    document = json.loads((run.path / "run.json").read_text())
    document["devices"][0]["site"] = "\x1b]0;title\x07 osaka\u202e"
    (run.path / "run.json").write_text(json.dumps(document))
    words = ["runs", "show", "--runs-dir", str(run.path.parent), run.id, "--device"]

    (found,) = ShellComplete(cli, {}, "slp-ops", "_SLP_OPS_COMPLETE").get_completions(words, "")

    assert found.help == r"\x1b]0;title\x07 osaka\u202e"


def test_rules_playbooks_and_verbs(completed: Callable[..., list[str]]) -> None:
    assert "dns-failure" in completed("audit", "--select", "dns-")
    assert "dns-failure" in completed("explain", "dns-f")
    assert completed("remediate", "--playbook", "name-s") == ["name-server"]
    assert completed("") == sorted(VERBS)
    assert completed("check-") == ["check-reachability", "check-version"]
    assert completed("runs", "pr") == ["prune"]
    assert "--details" in completed("audit", "--det")


@pytest.mark.parametrize(
    "content",
    [
        "sites: [",
        "version: 1\nsites: {tokyo: {devices: {sw1: {port: many}}}}",
        "\x00\x01",
        "version: 99",
        "",
        "version: 1\nsources: [{location: netbox+https://192.0.2.1}]\nsites: {}\n",
    ],
)
def test_a_broken_inventory_completes_nothing(
    completed: Callable[..., list[str]], inventory: Path, content: str
) -> None:
    inventory.write_text(content)
    for option in ("--site", "--tag", "--limit"):
        assert completed("audit", "-i", str(inventory), option, "") == []
    assert completed("audit", "-i", str(inventory.parent), "--site", "") == []
    assert completed("audit", "-i", "netbox+https://192.0.2.1", "--site", "") == []


@pytest.mark.parametrize(
    "variable", ["SLP_OPS_LIMIT", "SLP_OPS_YES", "SLP_OPS_MAX_FAIL", "SLP_OPS_WORKERS", "SLP_OPS_HOST_KEY"]
)
def test_a_variable_that_is_an_error_is_none_here(
    completed: Callable[..., list[str]], inventory: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "")
    assert completed("remediate", "-i", str(inventory), "--site", "o") == ["osaka"]
    monkeypatch.setenv(variable, "off")
    assert completed("remediate", "-i", str(inventory), "--site", "o") == ["osaka"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_program_prints_the_script_and_the_answers(shell: str, inventory: Path) -> None:
    def run(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT],
            env={**os.environ, **environment},
            cwd=inventory.parent,
            capture_output=True,
            text=True,
            check=False,
        )

    script = run(_SLP_OPS_COMPLETE=f"{shell}_source")
    assert f"_SLP_OPS_COMPLETE={shell}_complete" in script.stdout
    words = {"COMP_WORDS": "slp-ops audit --site o", "COMP_CWORD": "o" if shell == "fish" else "3"}
    answers = run(_SLP_OPS_COMPLETE=f"{shell}_complete", **words)
    assert "osaka" in answers.stdout
    assert answers.stderr == ""
    inventory.write_text("sites: [")
    answers = run(_SLP_OPS_COMPLETE=f"{shell}_complete", **words)
    assert (answers.stdout.strip(), answers.stderr, answers.returncode) == ("", "", 0)


@pytest.mark.parametrize("shell", ["zsh", "fish"])
@pytest.mark.parametrize(
    ("line", "variables", "described"),
    [
        ("slp-ops a", {"SLP_OPS_LANG": "ja"}, "audit"),
        ("slp-ops a", {"LC_ALL": "ja_JP.UTF-8"}, "audit"),
        ("slp-ops runs pru", {"SLP_OPS_LANG": "ja"}, "prune"),
        ("slp-ops audit --lang ja --deta", {}, "--details"),
        ("slp-ops audit --run l", {"SLP_OPS_LANG": "ja"}, "last"),
    ],
)
def test_descriptions_in_japanese(shell: str, line: str, variables: dict[str, str], described: str) -> None:
    *_, last = line.split()
    count = last if shell == "fish" else str(len(line.split()) - 1)
    done = subprocess.run(
        [SCRIPT],
        env={
            **os.environ,
            "PYTHONUTF8": "1",
            "_SLP_OPS_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": count,
            **variables,
        },
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    after = done.stdout.partition(described)[2]
    assert re.search("[ぁ-ん]", after.split("plain")[0]), done.stdout
