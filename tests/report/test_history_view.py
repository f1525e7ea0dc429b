"""Views of history and collect: counts and order, without text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.model import Capture, CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.report.collect_view import collect_view
from slp_ops.report.history_view import history_view
from slp_ops.runs.history import RunSnapshot

START = datetime(2026, 11, 1, tzinfo=UTC)


def picture(day: int, **values: Any) -> RunSnapshot:
    started = START + timedelta(days=day)
    summary = Summary(
        **{
            "device": "sw1",
            "site": "tokyo",
            "status": DeviceStatus.OK,
            "seen": started,
            "licensing": True,
            **values,
        }
    )
    return RunSnapshot(run=f"run{day}", verb="audit", started=started, summary=summary)


def failed(rule: str, severity: Severity, verdict: Verdict = Verdict.FAIL) -> RuleRecord:
    return RuleRecord(rule=rule, verdict=verdict, severity=severity)


def test_runs_in_which_nothing_changed_but_the_counts_are_one_change() -> None:
    pictures = [
        picture(0, release="17.6.5", backlog=1),
        picture(1, release="17.6.5", backlog=9),
        picture(2, release="17.9.4a", backlog=4),
    ]
    view = history_view(pictures, newest=40)
    assert [(each.first.run, each.last.run, each.count) for each in view.changes] == [
        ("run0", "run1", 2),
        ("run2", "run2", 1),
    ]
    assert view.backlog is not None
    assert (view.backlog.now, view.backlog.least, view.backlog.most) == (4, 1, 9)
    assert view.unacknowledged is None


def test_rules_come_with_the_gravest_first_and_a_verdict_for_each_run() -> None:
    pictures = [
        picture(0, found=(failed("a-warning", Severity.WARNING),)),
        picture(
            1,
            found=(
                failed("an-error", Severity.ERROR),
                failed("a-warning", Severity.WARNING, Verdict.UNKNOWN),
            ),
        ),
        picture(2, licensing=False),
    ]
    view = history_view(pictures, newest=40)
    assert [(each.rule, each.verdicts) for each in view.rules] == [
        ("an-error", (Verdict.PASS, Verdict.FAIL, None)),
        ("a-warning", (Verdict.FAIL, Verdict.UNKNOWN, None)),
    ]
    assert not history_view(pictures, newest=1).rules


def test_a_collect_counts_answers_and_names_what_is_missing() -> None:
    def capture(status: CaptureStatus) -> Capture:
        return Capture(command="show clock", status=status, bytes=10, reason="why")

    view = collect_view(
        [
            DeviceResult(name="sw1", site="a", status=DeviceStatus.OK, captures=(capture(CaptureStatus.OK),)),
            DeviceResult(
                name="sw2",
                site="a",
                status=DeviceStatus.PARTIAL,
                captures=(
                    capture(CaptureStatus.UNSUPPORTED),
                    capture(CaptureStatus.DENIED),
                    capture(CaptureStatus.SKIPPED),
                ),
            ),
            DeviceResult(
                name="sw3",
                site="b",
                status=DeviceStatus.FAILED,
                error=DeviceFailure(kind="refused", message="no answer", hint="is it up?"),
            ),
        ]
    )
    assert [(each.answered, each.sent) for each in view.devices] == [(1, 1), (1, 2), (0, 0)]
    assert [each.name for each in view.incomplete] == ["sw2", "sw3"]
    assert view.devices[0].causes == ()
    assert view.devices[2].causes == ("no answer",)
    assert view.devices[2].hint == "is it up?"
    assert (view.captures, view.bytes) == (4, 40)
    assert view.totals == {
        DeviceStatus.OK: 1,
        DeviceStatus.PARTIAL: 1,
        DeviceStatus.FAILED: 1,
        DeviceStatus.SKIPPED: 0,
    }
