"""Readers of the forms of a report: each counts the facts again from what was printed."""

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
from prometheus_client.parser import text_string_to_metric_families

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from click.testing import Result

    Slp = Callable[..., Result]

FORMS = ("html", "xlsx", "json", "csv", "junit", "md", "prometheus")
# The words of the terminal's last line for the verdicts of the other forms.
LAST_LINE = {
    "en": {
        "critical": r"(\d+) critical",
        "error": r"(\d+) with errors",
        "warning": r"(\d+) with warnings",
        "information": r"(\d+) with information only",
        "fine": r"(\d+) clean",
        "unclear": r"(\d+) partly read with nothing found",
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
# The words of the other forms for verdicts and severities.
WORDS = {
    "en": {
        "critical": "critical",
        "error": "error",
        "warning": "warning",
        "info": "info",
        "fine": "fine",
        "partly read, nothing found": "unclear",
        "not enough to judge": "not_enough_to_judge",
        "not read": "unread",
    },
    "ja": {
        "重大": "critical",
        "エラー": "error",
        "警告": "warning",
        "情報": "info",
        "正常": "fine",
        "一部未取得 (検出なし)": "unclear",
        "判定に必要な情報が不足": "not_enough_to_judge",
        "未取得": "unread",
    },
}


@dataclass
class FormCounts:
    """Facts of a run in one form. ``failed`` is None where the form only counts by rule.

    ``severities`` has those of the rules that failed; empty in a form that does not print them. A form
    without the findings of all switches has neither ``failed`` nor ``by_rule``.
    """

    switches: int
    verdicts: Counter[str]
    failed: set[tuple[str, str]] | None = None  # switch and rule
    by_rule: Counter[str] = field(default_factory=Counter)
    severities: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.failed is not None:
            self.by_rule = Counter(rule for _, rule in self.failed)


def of_json(document: dict[str, Any]) -> FormCounts:
    failed = {
        (device["name"], each["rule"])
        for device in document["devices"]
        for cause in device["stories"]
        for each in (cause["root"], *cause["consequences"])
    }
    severities = {
        each["rule"]: each["severity"]
        for device in document["devices"]
        for cause in device["stories"]
        for each in (cause["root"], *cause["consequences"])
    }
    verdicts = Counter(device["verdict"] for device in document["devices"])
    assert {name: count for name, count in document["summary"]["verdicts"].items() if count} == verdicts
    return FormCounts(
        switches=document["summary"]["devices"], verdicts=verdicts, failed=failed, severities=severities
    )


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
    severities = {}
    for line in lines[start : lines.index("", start)]:
        rule, severity, count, _ = re.split(r" {2,}", line, maxsplit=3)
        by_rule[rule] = int(count)
        severities[rule] = WORDS[lang].get(severity.lower(), severity)
    return FormCounts(switches=int(switches[1]), verdicts=verdicts, by_rule=by_rule, severities=severities)


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
            told = re.sub(r'<p class="ids">.*?</p>', "", section, flags=re.DOTALL)  # playbooks
            codes = {unescape(code) for code in re.findall(r"<code>([^<]*)</code>", told)}
            failed |= {(unescape(name[1]), code) for code in codes & known}
    return FormCounts(switches=len(rows), verdicts=Counter(rows), failed=failed)


def of_workbook(path: Path, lang: str) -> FormCounts:
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    devices = next(
        rows for title, rows in sheets.items() if title in ("Switches", "Devices", "スイッチ", "台数")
    )
    findings = next(rows for title, rows in sheets.items() if title in ("Findings", "検出事項"))
    failed = {(str(row[0]), str(row[3])) for row in findings[1:]}
    words = WORDS[lang]
    return FormCounts(
        switches=len(devices) - 1,
        verdicts=Counter(words[str(row[2])] for row in devices[1:]),
        failed=failed,
        severities={str(row[3]): words[str(row[2])] for row in findings[1:]},
    )


def of_markdown(text: str, lang: str) -> FormCounts:
    """Count the verdicts: the text for a ticket has details of switches with a problem only."""
    rows = re.findall(r"^\| ([^|\n]+?) \| (\d+) \|$", text, re.MULTILINE)
    verdicts = Counter({WORDS[lang][word]: int(count) for word, count in rows if word in WORDS[lang]})
    return FormCounts(switches=verdicts.total(), verdicts=verdicts)


def of_junit(path: Path, lang: str) -> FormCounts:
    root = ET.parse(path).getroot()  # noqa: S314 - written by the test itself
    failed, worst, severities = set(), Counter[str](), {}
    for suite in root:
        name = str(suite.get("name"))
        for case in suite:
            for found in (*case.findall("failure"), *case.findall("system-out")):
                failed.add((name, str(case.get("name"))))
                word = str(found.text).partition(":")[0] if found.tag == "failure" else ""
                severities[str(case.get("name"))] = WORDS[lang].get(word, "info")
        if any(case.get("name") == "collect" and len(case) for case in suite) and len(suite) == 1:
            worst["unread"] += 1
    assert int(str(root.get("failures"))) == len(root.findall("./testsuite/testcase/failure"))
    return FormCounts(switches=len(root), verdicts=worst, failed=failed, severities=severities)


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
    return FormCounts(
        switches=len(verdicts),
        verdicts=Counter(verdicts.values()),
        failed=failed,
        severities={row["rule"]: row["severity"] for row in rows if row["rule"]},
    )


def assert_forms_agree(
    slp: Slp,
    folder: Path,
    run: str,
    failed: set[tuple[str, str]],
    *,
    switches: int,
    langs: Iterable[str] = ("en", "ja"),
) -> None:
    """Count the facts of a run in each form and language. ``failed`` are the findings of its audit."""
    rules = {each["id"] for each in json.loads(slp("rules", "--json").stdout)["rules"]}
    for lang in langs:
        paths = {form: folder / f"{lang}.{form}" for form in FORMS}
        options = [word for form, path in paths.items() for word in (f"--{form}", str(path))]
        done = slp("report", run, *options, "--lang", lang, "-q")
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        text = slp("audit", "--run", run, "--lang", lang).stdout
        counts_of = {
            "json": of_json(json.loads(paths["json"].read_text(encoding="utf-8"))),
            "terminal": of_terminal(text, lang),
            "page": of_page(paths["html"].read_text(encoding="utf-8"), rules),
            "workbook": of_workbook(paths["xlsx"], lang),
            "markdown": of_markdown(paths["md"].read_text(encoding="utf-8"), lang),
            "junit": of_junit(paths["junit"], lang),
            "metrics": of_metrics(paths["prometheus"].read_text(encoding="utf-8")),
            "csv": of_table(paths["csv"]),
        }
        expected = counts_of["json"]
        assert expected.switches == switches
        assert expected.failed == failed
        for form, each in counts_of.items():
            assert each.switches == switches, (lang, form)
            assert form == "markdown" or each.by_rule == expected.by_rule, (lang, form)
            if each.failed is not None:
                assert each.failed == failed, (lang, form)
        for form in ("terminal", "page", "workbook", "markdown", "metrics", "csv"):
            assert counts_of[form].verdicts == expected.verdicts, (lang, form)
        for form in ("terminal", "workbook", "junit", "csv"):
            assert counts_of[form].severities == expected.severities, (lang, form)
        assert counts_of["junit"].verdicts["unread"] == expected.verdicts["unread"]
