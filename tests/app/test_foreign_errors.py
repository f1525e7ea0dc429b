"""An exception of any type, at any stage of one device's visit, is that device's failure alone."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import audit, check_reachability, check_version, collect
from slp_ops.app.audit import AuditRequest
from slp_ops.app.check_reachability import ReachabilityRequest
from slp_ops.app.check_version import ReleasesRequest
from slp_ops.app.collect import CollectRequest
from slp_ops.app.fleet import is_complete
from slp_ops.errors import InputError, SessionLost
from slp_ops.model import CaptureStatus, DeviceStatus
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from slp_ops.model import Device, DeviceResult
    from slp_ops.ports import CommandEnd, ProbeEnd, Reader
    from tests.app.conftest import Fleet


class LibraryError(BaseException):
    """What a library derives from BaseException."""


RAISED: dict[str, Callable[[], BaseException]] = {
    "TypeError": lambda: TypeError("cannot unpack non-iterable NoneType object"),
    "KeyError": lambda: KeyError("password cisco123"),
    "OSError": lambda: OSError(5, "Input/output error"),
    "TimeoutError": TimeoutError,
    "RecursionError": RecursionError,
    "MemoryError": MemoryError,
    "AssertionError": AssertionError,
    "ExceptionGroup": lambda: ExceptionGroup("two", [ValueError("one"), TypeError("two")]),
    "CancelledError": asyncio.CancelledError,
    "SystemExit": lambda: SystemExit(3),
    "LibraryError": lambda: LibraryError("gone"),
}
STAGES = ("open", "first", "fourth", "half", "close")
SICK = "sw2"


class Sick:
    """A session that raises at a stage."""

    def __init__(self, reader: Reader, stage: str, error: Callable[[], BaseException]) -> None:
        self._reader = reader
        self._stage = stage
        self._error = error
        self._sent = 0
        self.hostname = reader.hostname
        self.alive = True

    async def show(self, command: Any, *, sink: Any, **how: Any) -> CommandEnd:
        self._sent += 1
        if self._stage == "half" and self._sent == 4:
            sink.write("the first lines\n")
        if (self._stage, self._sent) in (("first", 1), ("fourth", 4), ("half", 4)):
            raise self._error()
        return await self._reader.show(command, sink=sink, **how)

    async def probe(self, step: Any, *, sink: Any, **how: Any) -> ProbeEnd:
        if self._stage == "probe":
            sink.write("Trying ...")
            raise self._error()
        raise SessionLost("not simulated")


def sicken(fleet: Fleet, stage: str, error: Callable[[], BaseException]) -> None:
    healthy = fleet.network.read

    @asynccontextmanager
    async def read(device: Device) -> AsyncIterator[Any]:
        if device.name == SICK and stage == "open":
            raise error()
        async with healthy(device) as reader:
            yield Sick(reader, stage, error) if device.name == SICK else reader
        if device.name == SICK and stage == "close":
            raise error()

    fleet.network.read = read  # type: ignore[method-assign]


def check(fleet: Fleet, run: str, error: str, *, probed: bool = False) -> None:
    """The sick device failed alone, what was read of it is kept, and the traceback is in the run."""
    stored = Runs(fleet.runs_dir).open(run)
    results: Sequence[DeviceResult] = stored.devices
    assert [each.name for each in results] == ["sw1", "sw2", "sw3"]
    sick = results[1]
    assert sick.error is not None
    assert sick.error.kind == "defect"
    assert f"{error}; the traceback is in" in sick.error.message
    kept = stored.path / "defect-sw2.txt"
    assert str(kept) in sick.error.message
    text = kept.read_text(encoding="utf-8")
    assert error in text
    assert "cisco123" not in text
    assert kept.stat().st_mode & 0o077 == 0
    if not probed:
        assert [each.status for each in results[::2]] == [DeviceStatus.OK] * 2
    assert not is_complete(results)


@pytest.mark.parametrize("error", RAISED)
@pytest.mark.parametrize("stage", STAGES)
def test_while_reading(fleet: Fleet, stage: str, error: str) -> None:
    sicken(fleet, stage, RAISED[error])

    request = CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir)
    result = collect.run(request, fleet.operator, opening=fleet.network)

    check(fleet, result.run_id, error)
    sick = result.devices[1]
    read = [each for each in sick.captures if each.status is CaptureStatus.OK]
    assert len(read) >= {"open": 0, "first": 0, "fourth": 3, "half": 3, "close": 4}[stage]
    assert sick.status is (DeviceStatus.PARTIAL if read else DeviceStatus.FAILED)


@pytest.mark.parametrize("verb", ["audit", "check-version", "check-reachability"])
@pytest.mark.parametrize("stage", ["open", "fourth"])
def test_in_every_verb_that_reads(fleet: Fleet, stage: str, verb: str) -> None:
    sicken(fleet, stage, RAISED["TypeError"])
    how: dict[str, Any] = {"target": fleet.target, "runs_dir": fleet.runs_dir}
    if verb == "audit":
        found = audit.run(AuditRequest(**how), fleet.operator, opening=fleet.network)
        assert len(found.devices) == 3
        assert not found.complete
    elif verb == "check-version":
        versions = check_version.run(ReleasesRequest(**how), fleet.operator, opening=fleet.network)
        assert not versions.complete
    else:
        request = ReachabilityRequest(**how, document=lambda found: "")
        assert not check_reachability.run(request, fleet.operator, opening=fleet.network).complete

    check(fleet, "last", "TypeError", probed=True)


@pytest.mark.parametrize("error", RAISED)
def test_while_probing(fleet: Fleet, error: str) -> None:
    sicken(fleet, "probe", RAISED[error])

    request = ReachabilityRequest(
        target=fleet.target, runs_dir=fleet.runs_dir, document=lambda found: "", everything=True
    )
    result = check_reachability.run(request, fleet.operator, opening=fleet.network)

    check(fleet, result.run_id, error, probed=True)
    assert result.devices[1].result.status is DeviceStatus.PARTIAL


def test_an_error_of_ours_that_nothing_expects_is_the_devices_too(fleet: Fleet) -> None:
    sicken(fleet, "fourth", lambda: SessionLost("lost"))
    request = CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir)
    assert collect.run(request, fleet.operator, opening=fleet.network).devices[1].error is not None
    sicken(fleet, "fourth", lambda: InputError("a line with a control character was not sent"))
    result = collect.run(request, fleet.operator, opening=fleet.network)
    assert result.devices[1].error is not None
