"""What is raised while one switch is changed is the failure of that switch; the others are changed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.context import EvidenceRecord
from slp_ops.app.change.operator import NonInteractiveChange
from slp_ops.app.change.rollout import Rollout
from slp_ops.errors import SessionLost, StoreError
from slp_ops.model import Device
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from pathlib import Path

DEVICES = tuple(Device(name=name, site="tokyo", host="192.0.2.1") for name in ("sw1", "sw2"))


class Transport:
    async def close(self) -> None:
        pass


class Operator(NonInteractiveChange):
    def __init__(self) -> None:
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)


def change_all(folder: Path, raised: BaseException) -> tuple[Rollout, Path, Operator]:
    operator = Operator()

    async def change(device: Device, *_: Any) -> DeviceChangeResult:
        if device.name == "sw1":
            raise raised
        return DeviceChangeResult(name=device.name, site=device.site, end=ChangeOutcome.DONE)

    with Runs(folder / "runs", key=bytes(32)).start("remediate", DEVICES) as run:
        evidence = {device.name: EvidenceRecord(run.device(device)) for device in DEVICES}
        rollout = Rollout(((1, False), (10, True), (100, True)), 1, operator, run, evidence, back=False)
        transport: Any = Transport()
        rollout.change_all(
            DEVICES, change, transport=transport, workers=1, alone=lambda device: False, verb="remediate"
        )
        return rollout, run.path, operator


@pytest.mark.parametrize(
    "raised",
    [
        TypeError("cannot unpack non-iterable NoneType object"),
        ExceptionGroup("several", [ValueError("a"), OSError("b")]),
        BaseExceptionGroup("several", [SystemExit(3)]),
        asyncio.CancelledError(),
        SystemExit(3),
        MemoryError(),
        RecursionError(),
    ],
    ids=lambda raised: type(raised).__name__,
)
def test_a_defect_costs_its_switch_and_leaves_a_traceback(tmp_path: Path, raised: BaseException) -> None:
    rollout, path, _ = change_all(tmp_path, raised)
    ends = {name: each.end for name, each in rollout.ended.items()}
    assert ends == {"sw1": ChangeOutcome.UNSETTLED, "sw2": ChangeOutcome.DONE}
    why = rollout.ended["sw1"].why
    assert why is not None
    assert f"{type(raised).__name__}; the traceback is in {path}" in why.en
    assert type(raised).__name__ in (path / "defect-sw1.txt").read_text()


@pytest.mark.parametrize("raised", [SessionLost("gone"), StoreError("no room")])
def test_an_error_of_slp_ops_costs_its_switch_without_a_traceback(
    tmp_path: Path, raised: BaseException
) -> None:
    rollout, path, _ = change_all(tmp_path, raised)
    assert rollout.ended["sw1"].end is ChangeOutcome.UNSETTLED
    assert rollout.ended["sw2"].end is ChangeOutcome.DONE
    assert not list(path.glob("defect-*"))


def test_a_record_that_the_disk_refuses_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("cannot write devices.jsonl: No space left on device")

    monkeypatch.setattr("slp_ops.runs.run_writer.Run.finish_device", full)
    rollout, _, operator = change_all(tmp_path, TypeError("x"))
    assert rollout.ended["sw2"].end is ChangeOutcome.DONE
    assert any("No space left" in each for each in operator.notices)


def test_ctrl_c_still_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        change_all(tmp_path, KeyboardInterrupt())
