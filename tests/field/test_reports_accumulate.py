"""Class 7: FN72578 before the flood: reports without an ACK accumulate, and CPUHOG alone is a sign."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.rules.rum_steps import rum_steps
from tests.field.audited import HEALTHY, TEXTS, Audited, pasted

if TYPE_CHECKING:
    from pathlib import Path

SUMMARY = """\
Usage Report Summary:
=====================
Total: {total},  Purged: 0
Total Acknowledged Received: {acknowledged},  Waiting for Ack: {waiting}
Available to Report: {available}  Collecting Data: 2"""
HOG = "%SYS-3-CPUHOG: Task is running for (2304)msecs, more than (2000)msecs (4/1),process = {process}."


def switch(
    folder: Path, *, release: str, summary: str = "", log: str = "", ack: str | None = None
) -> Audited:
    """Audit a switch of this release with this summary of its reports."""
    status = HEALTHY["show license status"]
    if ack is not None:
        status = status.replace("Feb 13 09:30:12 2025 CET", ack)
    parts = {
        **HEALTHY,
        "show version": HEALTHY["show version"].replace("17.09.05", release).replace("17.9.5", release),
        "show license status": status,
        "show logging": f"{HEALTHY['show logging']}\n{log}",
    }
    if summary:
        parts["show license all | begin Usage Report Summary"] = summary
    return Audited(folder, pasted(parts))


@pytest.mark.parametrize(
    ("name", "rule", "severity", "quoted"),
    [
        ("17-rum-968-in-summary", "FN72578", "warning", "Waiting for Ack: 930"),
        ("19-count-rumreport-812", "FN72578", "warning", "regexp = 812"),
        ("18-cpuhog-sautilreport", "smart-agent-cpu", "warning", "process = SAUtilReport"),
    ],
)
def test_a_text_of_the_field(tmp_path: Path, name: str, rule: str, severity: str, quoted: str) -> None:
    audited = Audited(tmp_path, (TEXTS / f"{name}.txt").read_text(encoding="utf-8"))
    assert (audited.state, audited.code) == ("findings", 3)
    assert audited.found[rule]["severity"] == severity
    assert quoted in audited.evidence(rule)


@pytest.mark.parametrize(
    ("waiting", "ack", "severity"),
    [
        (1400, None, "error"),
        (900, None, "warning"),
        (214, None, "warning"),
        (120, None, "info"),  # the last ACK is three weeks old
        (120, "Jan 20 09:30:12 2025 CET", "warning"),
        (60, "Jan 20 09:30:12 2025 CET", "info"),
        (60, "Nov 20 09:30:12 2024 CET", "warning"),
        (12, "Nov 20 09:30:12 2023 CET", "info"),
    ],
)
def test_count_and_age_warn_in_steps(tmp_path: Path, waiting: int, ack: str | None, severity: str) -> None:
    summary = SUMMARY.format(total=waiting + 20, acknowledged=14, waiting=waiting, available=6)
    found = switch(tmp_path, release="17.6.2", summary=summary, ack=ack).found["FN72578"]
    assert found["severity"] == severity
    assert ("no sign" in found["summary"]) is (severity == "info")
    assert severity != "warning" or f"{waiting + 6} reports" in found["summary"]


def test_a_fixed_release_has_no_such_steps(tmp_path: Path) -> None:
    summary = SUMMARY.format(total=900, acknowledged=14, waiting=880, available=6)
    assert "FN72578" not in switch(tmp_path, release="17.9.5", summary=summary).found


@pytest.mark.parametrize("process", ["SAUtilReport", "SAGetRUMIds", "SAUtilRepSave"])
def test_cpuhog_that_names_the_agent_is_evidence_alone(tmp_path: Path, process: str) -> None:
    line = f"Mar  5 03:30:09.871: {HOG.format(process=process)}"
    audited = switch(tmp_path, release="17.7.1", log=line)
    assert audited.found["FN72578"]["severity"] == "error"
    assert process in audited.evidence("smart-agent-cpu")


def test_cpuhog_of_another_process_is_none(tmp_path: Path) -> None:
    line = f"Mar  5 03:30:09.871: {HOG.format(process='SNMP ENGINE')}"
    assert "smart-agent-cpu" not in switch(tmp_path, release="17.7.1", log=line).found


def test_the_steps_have_a_source_and_fall() -> None:
    steps = rum_steps()
    assert steps.source.startswith("https://")
    assert date.fromisoformat(steps.date) < date(2026, 12, 1)
    counts = [each.reports for each in steps.steps]
    assert counts == sorted(counts, reverse=True)
    assert steps.reached(60, None) is None
    assert steps.reached(60, timedelta(days=100)) is steps.steps[-1]
