"""Runs made in memory from the lab's screens, as the store keeps them, and their views."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.operator import NonInteractive
from slp_ops.app.report import ReportRequest, judge_for_report
from slp_ops.commands import registry
from slp_ops.lab import scenarios
from slp_ops.lab.screens import render
from slp_ops.model import CaptureStatus, Device, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.report.fleet import report_view
from slp_ops.runs import Runs, StoredRun

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from slp_ops.report.view import ReportView
    from slp_ops.runs import Run

    # (name, site, scenario); "silent" is a switch that could not be reached
    Places = Sequence[tuple[str, str, str]]
    Change = Callable[[str, str], str]
    MakeRun = Callable[..., StoredRun]

STARTED = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SMALL = (
    ("tyo-core-01", "tokyo", "healthy-stack"),
    ("tyo-acc-03", "tokyo", "dns-failure"),
    ("tyo-acc-05", "tokyo", "aaa-denied"),
    ("osa-acc-02", "osaka", "rum-backlog-listed"),
    ("osa-acc-03", "osaka", "cosmetic-deadline"),
    ("osa-acc-04", "osaka", "offline-overdue"),
    ("nag-acc-01", "nagoya", "silent"),
)


def _unchanged(command: str, text: str) -> str:
    return text


def _fill(run: Run, device: Device, scenario: str, index: int, change: Change) -> None:
    if scenario == "silent":
        trouble = DeviceFailure(kind="timed_out", message="no answer in 10 s", hint="is the switch up?")
        run.finish_device(
            DeviceResult(name=device.name, site=device.site, status=DeviceStatus.FAILED, error=trouble)
        )
        return
    switch = scenarios.load(scenario).build(index, name="lab-switch")
    folder, captures = run.device(device), []
    for command in registry():
        text = render(switch, tuple(command.command.split())) if command.sets else None
        if text is None:
            continue
        ending = CommandEnd(status=CaptureStatus.OK)
        if switch.denies(command.command):
            text, ending = (
                "% Authorization failed.\n",
                CommandEnd(status=CaptureStatus.DENIED, reason="Command authorization failed."),
            )
        writer = folder.open(command.command)
        writer.write(change(command.command, text))
        captures.append(writer.commit(ending))
    status = DeviceStatus.PARTIAL if switch.access.denied else DeviceStatus.OK
    run.finish_device(
        DeviceResult(name=device.name, site=device.site, status=status, captures=tuple(captures))
    )


def _view(run: StoredRun) -> ReportView:
    """The view of a run, as ``slp-ops report`` makes it."""
    request = ReportRequest(runs_dir=run.path.parent, reference=run.id, audit_options=AuditOptions())
    return report_view(judge_for_report(request, NonInteractive()), generated=datetime.now(UTC))


@pytest.fixture(scope="session")
def view_of() -> Callable[[StoredRun], ReportView]:
    """Make the view of a run."""
    return _view


@pytest.fixture(scope="session")
def make_run(tmp_path_factory: pytest.TempPathFactory) -> MakeRun:
    """Make a stored run of these places; ``change`` may rewrite what a switch printed."""

    def make(places: Places = SMALL, *, change: Change = _unchanged, root: Path | None = None) -> StoredRun:
        devices = [
            Device(
                name=name,
                site=site,
                host=f"192.0.2.{number % 250 + 1}",
                intent={} if scenario == "silent" else dict(scenarios.load(scenario).intent),
            )
            for number, (name, site, scenario) in enumerate(places)
        ]
        runs = Runs(root or tmp_path_factory.mktemp("runs"), key=b"k" * 32, now=lambda: STARTED)
        with runs.start("audit", devices) as run:
            for number, (device, place) in enumerate(zip(devices, places, strict=True)):
                _fill(run, device, place[2], number % 40, change)
        return StoredRun(run.path)

    return make


@pytest.fixture(scope="session")
def small_run(make_run: MakeRun) -> StoredRun:
    """Seven switches of three sites, one of each kind that a report treats in its own way."""
    return make_run()


@pytest.fixture(scope="session")
def small(small_run: StoredRun) -> ReportView:
    """Their view."""
    return _view(small_run)


HOSTILE_NAME = '../../<img src=x onerror="document.title=1">\u202egnp.\x1b[2J'
HOSTILE_SITE = '=HYPERLINK("http://example.invalid";"x")'
HOSTILE_TEXT = (
    '</code></script><script>document.title="owned"</script>=1+1 @everyone #1 [x](http://example.invalid) '
    "www.example.invalid ``` ~~~ |\u202e\u2066\x1b]0;x\x07\x9b31m\x00 {{7*7}}"
)


def _poison(command: str, text: str) -> str:
    """Hostile text wherever a switch's own words are shown."""
    if command == "show logging":
        return text.replace("Unable to resolve server", HOSTILE_TEXT + " Unable to resolve server").replace(
            "Host name resolution failed", "Host name resolution failed " + HOSTILE_TEXT
        )
    for label in ("Smart Account:", "Failure Reason:", "Next ACK deadline:", "URL:", "License type:"):
        text = text.replace(f"{label} ", f"{label} =cmd|' /C calc'!A0 {HOSTILE_TEXT} ")
    return text


@pytest.fixture(scope="session")
def hostile_run(make_run: MakeRun) -> StoredRun:
    """Two switches whose inventory and whose outputs want to do harm, one of them unreachable."""
    places = (
        (HOSTILE_NAME, HOSTILE_SITE, "dns-failure"),
        ("@SUM(1)", HOSTILE_SITE, "healthy-17-12"),
        ("tyo-acc-01", "tokyo", "silent"),
    )
    return make_run(places, change=_poison)


@pytest.fixture(scope="session")
def hostile(hostile_run: StoredRun) -> ReportView:
    """Their view."""
    return _view(hostile_run)
