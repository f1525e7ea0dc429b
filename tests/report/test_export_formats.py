"""Export formats, read back with the libraries that other systems use."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from markdown_it import MarkdownIt
from prometheus_client.parser import text_string_to_metric_families

from slp_ops.i18n import Lang
from slp_ops.report import as_csv, as_ics, as_junit, as_markdown, as_prometheus
from slp_ops.report.documents.report import render as render_json

if TYPE_CHECKING:
    from slp_ops.report.view import ReportView

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _json(view: ReportView, lang: Lang = Lang.EN) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render_json(view, lang))
    return found


def test_json_says_what_the_view_says(small: ReportView) -> None:
    record = _json(small)
    assert record["schema"] == "slp-ops/report/1"
    assert [each["name"] for each in record["devices"]] == [each.name for each in small.devices]
    failing = next(each for each in record["devices"] if each["name"] == "tyo-acc-03")
    assert failing["verdict"] == "error"
    assert failing["stories"][0]["root"]["rule"] == "dns-failure"
    assert failing["stories"][0]["root"]["evidence"][0]["line"] > 0
    assert failing["verdicts"]["dns-failure"] == "fail"
    assert record["summary"]["verdicts"] == {health.value: count for health, count in small.healths.items()}


def test_json_has_the_same_keys_in_both_languages(small: ReportView) -> None:
    def keys(value: object) -> object:
        if isinstance(value, dict):
            return {key: keys(each) for key, each in value.items()}
        return [keys(each) for each in value] if isinstance(value, list) else None

    assert keys(_json(small)) == keys(_json(small, Lang.JA))


def test_csv_has_a_row_for_each_finding_and_one_for_a_switch_without_any(small: ReportView) -> None:
    text = as_csv.render(small, Lang.EN)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert {row["device"] for row in rows} == {each.name for each in small.devices}
    assert [(row["device"], row["rule"]) for row in rows if row["rule"]] == [
        (each.name, told.rule) for each in small.devices for told in each.findings
    ]
    roots = {row["device"]: row["root"] for row in rows if row["rule"] == "comm-failing-now"}
    assert roots["tyo-acc-03"] == "dns-failure"


def test_no_cell_of_a_csv_is_a_formula(hostile: ReportView) -> None:
    for row in csv.reader(io.StringIO(as_csv.render(hostile, Lang.EN)[1:])):
        for cell in row:
            assert not _UNSAFE.search(cell)
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or cell[1:].isdigit()


def test_junit_counts_what_it_holds(small: ReportView) -> None:
    root = ElementTree.fromstring(as_junit.render(small, Lang.EN))  # noqa: S314 - our own text
    cases = root.findall("./testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases)
    for kind, name in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        found = root.findall(f"./testsuite/testcase/{kind}")
        assert int(root.attrib[name]) == len(found)
        assert found, f"no {kind} in the small run"
    failed = {
        (suite.attrib["name"], case.attrib["name"])
        for suite in root
        for case in suite
        if case.find("failure") is not None
    }
    assert failed == {
        (each.name, told.rule)
        for each in small.devices
        for told in each.findings
        if told.severity.value != "info"
    }


def test_junit_of_hostile_text_is_well_formed(hostile: ReportView) -> None:
    text = as_junit.render(hostile, Lang.JA)
    root = ElementTree.fromstring(text)  # noqa: S314 - our own text
    assert any("owned" in (each.text or "") for each in root.iter("failure"))
    assert not _UNSAFE.search(text)


def test_markdown_tells_causes_switches_evidence_and_steps(small: ReportView) -> None:
    text = as_markdown.render(small, Lang.EN)
    page = MarkdownIt("commonmark").enable("table").render(text)
    for cause in small.causes:
        if cause.matters:
            assert f"<code>{cause.rule}</code>" in page
    assert "nag-acc-01" in page
    assert page.count("<table>") == 2
    assert "Host name resolution failed" in page


def test_markdown_of_hostile_text_is_text(hostile: ReportView) -> None:
    for lang in Lang:
        text = as_markdown.render(hostile, lang)
        assert not _UNSAFE.search(text)
        page = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
        tags = set(re.findall(r"<([a-z0-9]+)", page))
        assert tags <= {
            "h1", "h2", "h3", "p", "ul", "ol", "li", "strong", "code", "pre", "a", "table", "thead", "tbody",
            "tr", "th", "td",
        }  # fmt: skip
        assert all(link.startswith("https://") for link in re.findall(r'href="([^"]*)"', page))
        assert "example.invalid" not in "".join(re.findall(r'href="([^"]*)"', page))
        outside = re.sub(r"^ *(`{3,})text$.*?^ *\1$", "", text, flags=re.DOTALL | re.MULTILINE)
        assert not re.search(r"(?<!\\)@everyone|(?<!\\)#1\b", outside)


def test_metrics_are_what_an_alert_needs(small: ReportView) -> None:
    families = {
        each.name: each for each in text_string_to_metric_families(as_prometheus.render(small).decode())
    }

    def values(name: str, **labels: str) -> dict[str, float]:
        return {
            sample.labels["device"]: sample.value
            for sample in families[name].samples
            if labels.items() <= sample.labels.items()
        }

    assert values("slp_ops_ack_days_left")["osa-acc-04"] < 0
    assert values("slp_ops_ack_days_left", cosmetic="yes").keys() == {"osa-acc-03"}
    assert values("slp_ops_rum_backlog")["osa-acc-02"] >= 1000
    assert values("slp_ops_communication_failing")["tyo-acc-03"] == 1
    assert values("slp_ops_communication_failing")["tyo-core-01"] == 0
    assert values("slp_ops_rule", rule="dns-failure", verdict="fail") == {"tyo-acc-03": 1}
    assert values("slp_ops_switch_verdict", verdict="unread")["nag-acc-01"] == 1
    assert values("slp_ops_switch_read")["tyo-acc-05"] == 0
    age = values("slp_ops_collection_age_seconds")["tyo-core-01"]
    assert age == pytest.approx((small.generated - small.run.started).total_seconds())
    assert "nag-acc-01" not in values("slp_ops_collected_timestamp_seconds")
    assert all(each.documentation for each in families.values())


def test_metrics_of_hostile_text_parse(hostile: ReportView) -> None:
    text = as_prometheus.render(hostile).decode()
    assert not _UNSAFE.search(text)
    names = {
        sample.labels["device"]
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "device" in sample.labels
    }
    assert len(names) == 3


def test_the_calendar_holds_each_deadline_that_counts_without_a_zone(small: ReportView) -> None:
    calendar: Any = Calendar.from_ical(as_ics.render(small, Lang.EN))
    events: dict[str, Any] = {str(each["summary"]): each for each in calendar.walk("VEVENT")}
    expected = {due.device for due in small.dues if not due.cosmetic}
    assert events.keys() == {f"ACK due: {name}" for name in expected}
    event = events["ACK due: osa-acc-04"]
    assert event["dtstart"].dt.tzinfo is None
    assert "JST" in event["description"]
    assert {alarm["trigger"].dt for alarm in event.walk("VALARM")} == {
        timedelta(days=-30),
        timedelta(days=-7),
    }
    assert calendar["prodid"]
    assert calendar["version"] == "2.0"


def test_a_calendar_made_again_has_the_same_events(small: ReportView) -> None:
    def uids(lang: Lang) -> list[str]:
        return [str(each["uid"]) for each in Calendar.from_ical(as_ics.render(small, lang)).walk("VEVENT")]

    assert uids(Lang.EN) == uids(Lang.JA)
    assert len(set(uids(Lang.EN))) == len(uids(Lang.EN))


def test_calendar_lines_are_folded_and_hostile_text_adds_none(hostile: ReportView) -> None:
    for lang in Lang:
        data = as_ics.render(hostile, lang)
        assert all(len(line) <= 75 for line in data.split(b"\r\n"))
        assert data.count(b"\n") == data.count(b"\r\n")
        assert not _UNSAFE.search(data.decode())
        assert {each.name for each in Calendar.from_ical(data).walk()} <= {"VCALENDAR", "VEVENT", "VALARM"}
