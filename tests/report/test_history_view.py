"""Views of history and collect: counts and order, without text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click
import pytest
from rich.cells import cell_len

from slp_ops import errors
from slp_ops.app.history import DeviceHistory
from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.i18n import Lang
from slp_ops.model import Capture, CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.collect_view import collect_view
from slp_ops.report.failure_labels import failure_label
from slp_ops.report.history_view import history_view
from slp_ops.report.terminal.history import render
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


@pytest.mark.parametrize("lang", Lang)
def test_the_charts_begin_in_one_column(lang: Lang) -> None:
    pictures = (picture(0, backlog=1200, unacknowledged=3), picture(1, backlog=7, unacknowledged=12))
    text = render(DeviceHistory(device="sw1", pictures=pictures, growth=None, limit=1000), lang, last=5)
    charts = [line for line in text.split("\n") if re.search("[▁-█]$", line)]
    begins = {cell_len(re.split("[▁-█]", line)[0]) for line in charts}
    assert len(charts) > 1
    assert len(begins) == 1, text


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


def test_the_state_of_a_switch_is_in_the_language_of_the_reader() -> None:
    def states(lang: Lang, *kinds: str) -> list[str]:
        pictures = [
            picture(day, status=DeviceStatus.FAILED, error=kind, licensing=False)
            for day, kind in enumerate(kinds)
        ]
        history = DeviceHistory(device="sw1", pictures=tuple(pictures), growth=None, limit=1000)
        rows = click.unstyle(render(history, lang, last=20)).splitlines()[-len(kinds) :]
        return [re.split(" {2,}", row)[2] for row in rows]

    kinds = ("unsettled", "rolled_back", "timed_out", "host_key_changed", "of-a-later-version")
    assert states(Lang.EN, *kinds) == [
        "failed: unsettled",
        "failed: rolled back",
        "failed: no answer",
        "failed: another host key",
        "failed: of-a-later-version",
    ]
    assert states(Lang.JA, *kinds) == [
        "失敗: 結果不明",
        "失敗: ロールバック済み",
        "失敗: 応答なし",
        "失敗: ホスト鍵の変更",
        "失敗: of-a-later-version",
    ]


def test_each_failure_that_a_run_records_has_its_label() -> None:
    kinds = {
        kind.kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, (errors.DeviceError, errors.StoreError))
    }
    kinds |= {each.value for each in ChangeOutcome}
    for kind in sorted(kinds):
        label = failure_label(kind)
        assert "_" not in label.en, kind
        assert re.search("[\u3040-\u30ff\u4e00-\u9fff]", label.ja), kind
