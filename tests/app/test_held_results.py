"""Results in little memory: they are the same afterwards, whatever a worker sends."""

import hashlib
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from slp_ops.app.held_results import HeldResult, HeldResults
from slp_ops.model import Capture, CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus

_BEGAN = datetime(2026, 11, 28, 5, 6, 7, 891234, tzinfo=UTC)


def _capture(number: int, device: int = 0) -> Capture:
    return Capture(
        command=f"show {number}",
        status=CaptureStatus.OK,
        started=_BEGAN + timedelta(microseconds=number),
        seconds=number / 7,
        bytes=number * 1000,
        file=f"show-{number}.txt",
        sha256=hashlib.sha256(b"%d %d" % (number, device)).hexdigest(),
        masked={"password": number},
    )


def _result(*captures: Capture, name: str = "sw-1") -> DeviceResult:
    return DeviceResult(
        name=name, site="tokyo", status=DeviceStatus.PARTIAL, captures=captures, release="17.9.4a"
    )


_WITHOUT_TEXT = Capture(command="show clock", status=CaptureStatus.SKIPPED, reason="not needed")
_UNUSUAL = (
    replace(_capture(1), started=_BEGAN.astimezone(timezone(timedelta(hours=9)))),
    replace(_capture(1), started=_BEGAN.replace(tzinfo=None)),
    replace(_capture(1), sha256="AB" * 32),
    replace(_capture(1), sha256="no digest"),
    replace(_capture(1), bytes=2**80),
    replace(_capture(1), seconds=1e300, bytes=-1),
    replace(_capture(1), command="\udcff", file="\u3042", reason="x" * 5000),
)


@pytest.mark.parametrize(
    "result",
    [
        _result(),
        replace(_result(), error=DeviceFailure(kind="timeout", message="no answer")),
        _result(*map(_capture, range(12))),
        _result(_capture(1), _WITHOUT_TEXT, replace(_WITHOUT_TEXT, started=_BEGAN)),
        *(_result(_capture(2), each) for each in _UNUSUAL),
    ],
)
def test_a_result_is_the_same_afterwards(result: DeviceResult) -> None:
    results = HeldResults()
    other = _result(_capture(3), name="sw-2")
    held = [results.hold(each) for each in (other, result, other)]
    assert list(results.in_order(held)) == [other, result, other]
    assert (len(results), results[1], results[-2:]) == (3, result, [result, other])
    assert [each.captures for each in results[1:2]] == [result.captures]


def test_a_capture_takes_a_hundred_bytes_at_most() -> None:
    results = HeldResults()
    held: list[HeldResult] = []
    tracemalloc.start()
    try:
        for device in range(500):
            held.append(results.hold(_result(*(_capture(number, device) for number in range(12)))))
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert taken / len(held) / 12 < 100
