"""Class 2: after a change that slp-ops made, older lines of the log are no error, live and of a saved run."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.history_context import HistoryContext
from slp_ops.app.inputs import DeviceInput
from slp_ops.model import Capture, CaptureStatus, DeviceResult, DeviceStatus
from slp_ops.parsing import read, split
from slp_ops.rules.settings import Intent
from tests.app.conftest import FakeOperator
from tests.field.audited import healthy_but

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice

READ: datetime = datetime(2025, 3, 6, 9, 50, 41, tzinfo=UTC)  # the switch's clock shows 11:20:41 CET then
CALL_HOME = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
FAILED = "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) : "
RESTORED = "%SMART_LIC-5-COMM_RESTORED: Communications with the Cisco Smart Software Manager (CSSM) restored"
UNRESOLVED = f"Mar  6 10:30:00.100 CET: {FAILED}Unable to resolve server hostname/domain name"
LATER = f"Mar  6 11:10:00.100 CET: {FAILED}Unable to resolve server hostname/domain name"
PAIRS = "\n".join(
    f"Mar  6 0{hour}:{minute}:00.100 CET: {text}"
    for hour in range(1, 6)
    for minute, text in ((10, f"{FAILED}Communications failure"), (40, RESTORED))
)


def journal(runs: Path, applied: datetime, *rest: dict[str, object], device: str = "lyn-acc-4") -> None:
    """Write the journal of a change whose step took effect at that time."""
    folder = runs / f"{applied:%Y%m%dT%H%M%SZ}-remediate-3f9a1c"
    folder.mkdir(parents=True)
    step: dict[str, object] = {"event": "step", "device": device, "step": 0}
    events: tuple[dict[str, object], ...] = (
        {"event": "begin", "schema": "slp-ops/journal/1", "plans": []},
        {**step, "state": "begun", "kind": "config", "lines": ["ip name-server 192.0.2.53"]},
        {**step, "state": "done"},
        *({"device": device, **each} for each in rest),
    )
    lines = (json.dumps({"at": applied.isoformat(), **each}) for each in events)
    (folder / "journal.jsonl").write_text("".join(f"{line}\n" for line in lines))


def audited(runs: Path, log: str, *, seen: datetime | None = None) -> AuditedDevice:
    """Audit the healthy switch with this log; ``seen`` as for a saved run."""
    facts = read(split(healthy_but(show_logging=f"Log Buffer (8192 bytes):\n\n{log}")))
    clock = Capture(command="show clock", status=CaptureStatus.OK, started=READ)
    result = DeviceResult(name="lyn-acc-4", site="", status=DeviceStatus.OK, captures=(clock,))
    found = DeviceInput(result=result, facts=facts, intent=Intent())
    return HistoryContext(runs, AuditOptions(), FakeOperator()).judge(found, seen=seen)[0]


def rules(found: AuditedDevice) -> set[str]:
    return {outcome.rule for outcome in found.failing}


@pytest.mark.parametrize("seen", [None, READ], ids=["live", "saved"])
def test_a_failure_before_the_change_is_history(tmp_path: Path, seen: datetime | None) -> None:
    assert "dns-failure" in rules(audited(tmp_path, UNRESOLVED, seen=seen))
    journal(tmp_path, READ - timedelta(minutes=30))  # 10:50:41 on the switch
    found = audited(tmp_path, UNRESOLVED, seen=seen)
    assert rules(found) == {"older-failures"}
    (older,) = (each for each in found.failing if each.rule == "older-failures")
    assert "older than the change at 2025-03-06 09:20:41 UTC" in (
        older.finding.summary.en if older.finding else ""
    )


def test_a_failure_after_the_change_counts(tmp_path: Path) -> None:
    journal(tmp_path, READ - timedelta(minutes=30))
    assert "dns-failure" in rules(audited(tmp_path, f"{UNRESOLVED}\n{LATER}"))


def test_flapping_before_the_change_is_over(tmp_path: Path) -> None:
    assert "comm-flapping" in rules(audited(tmp_path, PAIRS))
    journal(tmp_path, READ - timedelta(minutes=30))
    assert "comm-flapping" not in rules(audited(tmp_path, PAIRS))


@pytest.mark.parametrize(
    "rest",
    [
        ({"event": "rollback", "state": "begun", "lines": []},),
        ({"event": "rollback", "state": "begun", "lines": []}, {"event": "end", "state": "rolled_back"}),
    ],
)
def test_a_change_that_was_rolled_back_is_none(tmp_path: Path, rest: tuple[dict[str, object], ...]) -> None:
    journal(tmp_path, READ - timedelta(minutes=30), *rest)
    assert "dns-failure" in rules(audited(tmp_path, UNRESOLVED))


def test_a_change_after_the_run_or_of_another_switch_is_none(tmp_path: Path) -> None:
    journal(tmp_path, READ + timedelta(minutes=30))
    journal(tmp_path, READ - timedelta(minutes=20), device="lyn-acc-5")
    assert "dns-failure" in rules(audited(tmp_path, UNRESOLVED))


def test_a_damaged_journal_is_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "20250306T090000Z-remediate-000000"
    folder.mkdir()
    (folder / "journal.jsonl").write_text('{"event": "step", "device": 3}\n[]\nno json\n{"at": "x"')
    assert "dns-failure" in rules(audited(tmp_path, UNRESOLVED))
