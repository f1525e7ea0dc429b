"""The first round of a watch: a line for each switch, of many a summary and those to look at."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.app.audit_device import AuditedDevice
from slp_ops.app.watch import RoundResult, WatchedChange
from slp_ops.cli.main import cli
from slp_ops.history.changes import ChangeKind, DeviceChange
from slp_ops.i18n import Lang, Text
from slp_ops.model import Confidence, DeviceStatus, Severity, Verdict
from slp_ops.report.terminal.changes import render
from slp_ops.rules.values import Finding, Outcome

if TYPE_CHECKING:
    from slp_ops.app.watch import WatchRequest

_WORDS = Text("it fails", "異常")
_AT = "2026-01-15T09:30:00Z"


def _seen(
    name: str, severity: Severity | None = None, what: ChangeKind = ChangeKind.FIRST_LOOK
) -> WatchedChange:
    finding = None if severity is None else Finding(summary=_WORDS, cause=_WORDS, remedy=(), evidence=())
    outcome = Outcome(
        rule="dns-failure",
        verdict=Verdict.PASS if finding is None else Verdict.FAIL,
        severity=severity or Severity.ERROR,
        confidence=Confidence.HIGH,
        finding=finding,
    )
    unread = what is ChangeKind.UNREADABLE
    status = DeviceStatus.FAILED if unread else DeviceStatus.OK
    return WatchedChange(
        change=DeviceChange(what=what, device=name, site="tokyo", new="timeout" if unread else "17.9.4a"),
        device=AuditedDevice(name=name, site="tokyo", status=status, release="17.9.4a", outcomes=(outcome,)),
        run_id="1",
        runs_dir=Path("runs"),
        at=datetime(2026, 1, 15, 9, 30, tzinfo=UTC),
    )


def _round(healthy: int) -> list[WatchedChange]:
    return [
        _seen("acc-bad", Severity.ERROR),
        *(_seen(f"sw{number}") for number in range(healthy)),
        _seen("acc-info", Severity.INFO),
        _seen("acc-away", what=ChangeKind.UNREADABLE),
    ]


def test_many_switches_begin_with_a_summary() -> None:
    assert render(_round(18), Lang.EN).replace("\x1b[35m", "").replace("\x1b[0m", "").split("\n") == [
        f"{_AT} first look at 20 switches: 1 to look at",
        f"{_AT} 18 switches with nothing found: sw0, sw1, sw2, sw3, sw4, sw5 and 12 more",
        f"{_AT} 1 switch with information only: acc-info",
        f"{_AT} acc-bad: first look, 17.9.4a: dns-failure (error)",
        f"{_AT} acc-away: cannot be read: timeout",
    ]
    japanese = render(_round(18), Lang.JA).split("\n")
    assert japanese[0] == f"{_AT} 初回確認 20 台: 要確認 1 台"
    assert japanese[1].startswith(f"{_AT} 検出なし 18 台: ")


@pytest.mark.parametrize(("healthy", "details"), [(17, False), (18, True), (60, True)])
def test_few_switches_or_details_are_a_line_each(healthy: int, details: bool) -> None:
    lines = render(_round(healthy), Lang.EN, details=details).split("\n")
    assert len(lines) == healthy + 3
    assert f"{_AT} sw3: first look, 17.9.4a: nothing found" in lines


def test_later_changes_of_many_switches_keep_their_lines() -> None:
    found = [_seen(f"sw{number}", what=ChangeKind.READABLE) for number in range(40)]
    assert len(render(found, Lang.EN).split("\n")) == 40


def test_the_command_prints_the_summary_and_json_has_every_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_once(request: WatchRequest, operator: object) -> RoundResult:
        request.on_changes(_round(30))
        return RoundResult()

    monkeypatch.setattr("slp_ops.app.watch.run_once", run_once)

    def printed(*words: str) -> list[str]:
        done = CliRunner().invoke(cli, ["watch", "--once", "-i", "csv:none.csv", *words])
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()

    assert printed()[0].endswith("first look at 32 switches: 1 to look at")
    assert len(printed()) == 5
    assert len(printed("--details")) == 33
    assert [json.loads(line)["device"] for line in printed("--json")] == [
        each.change.device for each in _round(30)
    ]
