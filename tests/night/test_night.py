"""A night of an operator: 40 switches, twelve faults, two repaired, and the same facts in every form.

Each form has a small reader of its own here: the facts are counted again from what was printed.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import yaml
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from slp_ops.cli.main import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from click.testing import Result

    Slp = Callable[..., Result]

FAULTS = {
    "name-server": "name-server-missing",
    "lookup": "lookup-disabled",
    "dns": "dns-failure",
    "firewall": "firewall-drop",
    "roots": "quovadis",
    "gateway": "gateway-timeout",
    "vrf": "vrf-mismatch",
    "trust": "member-without-trust",
    "offline": "offline-overdue",
    "polling": "polling-id-invalid",
    "denied": "aaa-denied",
    "refused": "refused-password",
}
HEALTHY = ("healthy", "healthy-stack", "healthy-17-12", "healthy-17-15", "healthy-17-6", "netconf-healthy")
REPAIRS = {
    "name-server": ("name-server", "name-server-missing", ("--param", "name_servers=10.10.0.53")),
    "lookup": ("domain-lookup", "domain-lookup-disabled", ()),
}
SCENARIOS = {
    **{f"sw-{name}": scenario for name, scenario in FAULTS.items()},
    **{f"sw-{number:02}": HEALTHY[number % len(HEALTHY)] for number in range(1, 29)},
}
# The words of the terminal's last line for the verdicts of the other forms.
LAST_LINE = {
    "en": {
        "critical": r"(\d+) critical",
        "error": r"(\d+) with errors",
        "warning": r"(\d+) with warnings",
        "information": r"(\d+) with information only",
        "fine": r"(\d+) clean",
        "unclear": r"(\d+) with nothing found and ",
        "not_enough_to_judge": r"(\d+) without enough to judge",
        "unread": r"(\d+) not read",
    },
    "ja": {
        "critical": r"重大 (\d+)",
        "error": r"エラー (\d+)",
        "warning": r"警告 (\d+)",
        "information": r"情報のみ (\d+)",
        "fine": r"検出なし (\d+)",
        "unclear": r"検出なし \(一部未取得\) (\d+)",
        "not_enough_to_judge": r"判定に必要な情報が不足 (\d+)",
        "unread": r"、?(?<!一部)未取得 (\d+)",
    },
}

pytestmark = pytest.mark.slow


@dataclass
class FormCounts:
    """Facts of a run in one form. ``failed`` is None where the form only counts by rule."""

    switches: int
    verdicts: Counter[str]
    failed: set[tuple[str, str]] | None = None  # switch and rule
    by_rule: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if self.failed is not None:
            self.by_rule = Counter(rule for _, rule in self.failed)


@pytest.fixture
def slp(tmp_path: Path) -> Slp:
    """``slp("audit", "--json")`` runs a verb of the night in its folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(
            cli,
            [*words],
            env={
                "SLP_OPS_PASSWORD": "netops",
                "SLP_OPS_ENABLE": "netops",
                "SLP_OPS_INVENTORY": str(tmp_path / "inventory.yaml"),
                "SLP_OPS_RUNS_DIR": str(tmp_path / "runs"),
                "SLP_OPS_KNOWN_HOSTS": str(tmp_path / "known_hosts"),
                "SLP_OPS_SSH_CONFIG": "none",
                "SLP_OPS_LOGIN_RATE": "0",
                "COLUMNS": "200",
            },
        )

    return run


def write_inventory(path: Path, running: Any) -> None:
    sites: dict[str, dict[str, Any]] = {"tokyo": {"devices": {}}, "osaka": {"devices": {}}}
    for number, name in enumerate(running.names):
        device = {"host": "127.0.0.1", "port": running.rack[name].port}
        sites["osaka" if number % 3 else "tokyo"]["devices"][name] = device
    # The refused switch must not lock the others out: its credential is its own.
    for site in sites.values():
        if "sw-refused" in site["devices"]:
            site["devices"]["sw-refused"]["username"] = "other"
    path.write_text(yaml.safe_dump({"version": 1, "defaults": {"username": "netops"}, "sites": sites}))


# -- a reader for each form


def of_json(document: dict[str, Any]) -> FormCounts:
    failed = {
        (device["name"], each["rule"])
        for device in document["devices"]
        for cause in device["stories"]
        for each in (cause["root"], *cause["consequences"])
    }
    verdicts = Counter(device["verdict"] for device in document["devices"])
    assert {name: count for name, count in document["summary"]["verdicts"].items() if count} == verdicts
    return FormCounts(switches=document["summary"]["devices"], verdicts=verdicts, failed=failed)


def of_audit(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(each["device"], each["rule"]) for each in document["outcomes"] if each["verdict"] == "fail"}


def of_terminal(text: str, lang: str) -> FormCounts:
    lines = text.splitlines()
    last = lines[-1]
    switches = re.match(r"(\d+) (?:switches|台)", last)
    assert switches, last
    counts = {name: re.search(pattern, last) for name, pattern in LAST_LINE[lang].items()}
    verdicts = Counter({name: int(found[1]) for name, found in counts.items() if found})
    # The other forms count switches with information only as fine.
    if information := verdicts.pop("information", 0):
        verdicts["fine"] += information
    start = lines.index({"en": "BY RULE", "ja": "ルール別"}[lang]) + 2
    by_rule: Counter[str] = Counter()
    for line in lines[start : lines.index("", start)]:
        rule, _, count, _ = re.split(r" {2,}", line, maxsplit=3)
        by_rule[rule] = int(count)
    return FormCounts(switches=int(switches[1]), verdicts=verdicts, by_rule=by_rule)


def of_page(text: str, rules: Iterable[str]) -> FormCounts:
    known = set(rules)
    rows = re.findall(r'<tr data-health="([a-z_]+)"', text)
    tiles = re.findall(r'<li class="tile ([a-z_]+)[^"]*"><b>(\d+)</b>', text)
    assert {name: int(count) for name, count in tiles if int(count)} == Counter(rows)
    failed = set()
    for block in re.findall(r'<details class="sw .*?</details>', text, re.DOTALL):
        name = re.search(r"<h3><bdi>(.*?)</bdi>", block)
        assert name
        for section in re.findall(r'<section class="root_cause">.*?</section>', block, re.DOTALL):
            codes = {unescape(code) for code in re.findall(r"<code>([^<]*)</code>", section)}
            failed |= {(unescape(name[1]), code) for code in codes & known}
    return FormCounts(switches=len(rows), verdicts=Counter(rows), failed=failed)


def of_workbook(path: Path) -> FormCounts:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    devices = next(
        rows for title, rows in sheets.items() if title in ("Switches", "Devices", "スイッチ", "台数")
    )
    findings = next(rows for title, rows in sheets.items() if title in ("Findings", "検出事項"))
    failed = {(str(row[0]), str(row[3])) for row in findings[1:]}
    words = Counter(str(row[2]) for row in devices[1:])
    return FormCounts(switches=len(devices) - 1, verdicts=words, failed=failed)


def of_junit(path: Path) -> FormCounts:
    root = ET.parse(path).getroot()  # noqa: S314 - written by the test itself
    failed, worst = set(), Counter[str]()
    for suite in root:
        name = str(suite.get("name"))
        for case in suite:
            if case.find("failure") is not None or case.find("system-out") is not None:
                failed.add((name, str(case.get("name"))))
        if any(case.get("name") == "collect" and len(case) for case in suite) and len(suite) == 1:
            worst["unread"] += 1
    assert int(str(root.get("failures"))) == len(root.findall("./testsuite/testcase/failure"))
    return FormCounts(switches=len(root), verdicts=worst, failed=failed)


def of_metrics(text: str) -> FormCounts:
    failed, verdicts, switches = set(), Counter[str](), 0
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "slp_ops_rule" and labels["verdict"] == "fail":
                failed.add((labels["device"], labels["rule"]))
            elif sample.name == "slp_ops_switch_verdict" and sample.value:
                verdicts[labels["verdict"]] += 1
            elif sample.name == "slp_ops_switch_info":
                switches += 1
    return FormCounts(switches=switches, verdicts=verdicts, failed=failed)


def of_table(path: Path) -> FormCounts:
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    verdicts = {row["device"]: row["verdict"] for row in rows}
    failed = {(row["device"], row["rule"]) for row in rows if row["rule"]}
    return FormCounts(switches=len(verdicts), verdicts=Counter(verdicts.values()), failed=failed)


# -- the night


def test_the_same_facts_in_every_form(lab: Any, slp: Slp, tmp_path: Path) -> None:
    running = lab(scale=60.0, **SCENARIOS)
    assert len(SCENARIOS) == 40
    write_inventory(tmp_path / "inventory.yaml", running)

    # Audit.
    done = slp("audit", "--json", "-q")
    assert done.exit_code == 4, done.stderr  # one is not read, one not completely
    before = json.loads(done.stdout)
    first = before["run"]
    assert_forms_agree(slp, tmp_path, first, of_audit(before))

    # Repair two.
    for name, (playbook, rule, params) in REPAIRS.items():
        assert (f"sw-{name}", rule) in of_audit(before)
        change = ("remediate", "--limit", f"sw-{name}", "--playbook", playbook, *params)
        assert slp(*change, "--dry-run", "-q").exit_code == 0
        done = slp(*change, "--yes", "--json", "-q")
        ended = json.loads(done.stdout)["devices"]
        assert [(each["name"], each["end"]) for each in ended] == [(f"sw-{name}", "done")], done.stderr

    # Prove.
    after = json.loads(slp("audit", "--json", "-q").stdout)
    last = after["run"]
    changed = json.loads(slp("diff", first, last, "--json").stdout)
    for name, (_, rule, _) in REPAIRS.items():
        assert (f"sw-{name}", rule) not in of_audit(after)
        assert rule in json.dumps(changed)
    others = {"sw-name-server", "sw-lookup"}
    assert {pair for pair in of_audit(before) if pair[0] not in others} == {
        pair for pair in of_audit(after) if pair[0] not in others
    }

    # Report, in both languages.
    assert_forms_agree(slp, tmp_path, last, of_audit(after))

    # Bundle.
    done = slp("bundle", last, "-o", str(tmp_path / "case.zip"), "--no-ask", "-q")
    assert done.exit_code == 0, done.output
    done = slp("bundle", "--check", str(tmp_path / "case.zip"))
    assert done.exit_code == 0, done.output
    assert "files of 39 devices, complete" in done.stdout  # there is none of the unread switch


def assert_forms_agree(slp: Slp, folder: Path, run: str, failed: set[tuple[str, str]]) -> None:
    """Count the facts of a run in each form and language."""
    rules = {each["id"] for each in json.loads(slp("rules", "--json").stdout)["rules"]}
    words: dict[str, Counter[str]] = {}
    for lang in ("en", "ja"):
        paths = {
            form: folder / f"{lang}.{form}" for form in ("html", "xlsx", "json", "csv", "junit", "prometheus")
        }
        options = [word for form, path in paths.items() for word in (f"--{form}", str(path))]
        done = slp("report", run, *options, "--lang", lang, "-q")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        text = slp("audit", "--run", run, "--lang", lang).stdout
        counts_of = {
            "json": of_json(json.loads(paths["json"].read_text(encoding="utf-8"))),
            "terminal": of_terminal(text, lang),
            "page": of_page(paths["html"].read_text(encoding="utf-8"), rules),
            "workbook": of_workbook(paths["xlsx"]),
            "junit": of_junit(paths["junit"]),
            "metrics": of_metrics(paths["prometheus"].read_text(encoding="utf-8")),
            "csv": of_table(paths["csv"]),
        }
        expected = counts_of["json"]
        assert expected.switches == 40
        assert expected.failed == failed
        for form, each in counts_of.items():
            assert each.switches == 40, (lang, form)
            assert each.by_rule == expected.by_rule, (lang, form)
            if each.failed is not None:
                assert each.failed == failed, (lang, form)
        for form in ("terminal", "page", "metrics", "csv"):
            assert counts_of[form].verdicts == expected.verdicts, (lang, form)
        assert counts_of["junit"].verdicts["unread"] == expected.verdicts["unread"]
        # The workbook names a verdict in the reader's language: the same sizes, whatever the words.
        words[lang] = counts_of["workbook"].verdicts
        assert sorted(words[lang].values()) == sorted(expected.verdicts.values()), lang
    assert sorted(words["en"].values()) == sorted(words["ja"].values())
