"""Progress in a file or a pipe: no long silence, and no flood."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from slp_ops.cli import progress as progress_module
from slp_ops.cli.progress import progress
from slp_ops.i18n import Lang
from slp_ops.ports import ProgressEvent

if TYPE_CHECKING:
    import pytest


def test_a_long_wait_is_reported_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress_module, "_SILENT", 0.1)
    printed = ""
    with progress("audit", 2, Lang.EN) as shown:
        shown.event(ProgressEvent(device="sw1", what="running", detail="show version", bytes=0))
        deadline = time.monotonic() + 60
        while printed.count("\n") < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
            printed += capsys.readouterr().err
        shown.done("sw1", "ok", "")
    waits = [line for line in printed.splitlines() if "0/2 done: none yet" in line]
    assert waits
    assert all(line.endswith("|  sw1 (running show version)") for line in waits)
    assert "[1/2]" in capsys.readouterr().err


def test_a_short_call_prints_only_its_results(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("audit", 1, Lang.EN) as shown:
        shown.done("sw1", "ok", "")
    assert capsys.readouterr().err.splitlines() == ["[1/1] 0:00 sw1: ok"]
