"""Alarms of a session in the event loop: few of them, and none that outlives its session."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

from slp_ops.transport.async_ssh import _Vty
from slp_ops.transport.dialogue import Dialogue, Wait

if TYPE_CHECKING:
    from slp_ops.transport.dialogue import Procedure

SOON = 0.02


def listening(waits: list[float]) -> Procedure[list[bytes | None]]:
    heard: list[bytes | None] = []
    for seconds in waits:
        heard.append((yield Wait(seconds)))
    return heard


def driven(waits: list[float], packets: int, *, ends: bool = False) -> tuple[list[bytes | None], _Vty, int]:
    """Return what the waits brought, the vty, and how many alarms were set."""
    alarms = 0

    async def run() -> tuple[list[bytes | None], _Vty]:
        nonlocal alarms
        loop = asyncio.get_running_loop()
        call_at = loop.call_at

        def counting(when: float, *args: Any, **options: Any) -> asyncio.TimerHandle:
            nonlocal alarms
            alarms += 1
            return call_at(when, *args, **options)

        vty = _Vty(Mock(was_reset=False))
        vty.connection_made(Mock())
        task = asyncio.create_task(vty.drive(listening(waits), Dialogue()))
        await asyncio.sleep(0)
        loop.call_at = counting  # type: ignore[method-assign,assignment]  # it counts
        for _ in range(packets):
            vty.data_received(b"x", None)
        if ends:
            vty.eof_received()
        return await task, vty

    heard, vty = asyncio.run(run())
    return heard, vty, alarms


def test_waits_that_end_because_something_came_share_an_alarm() -> None:
    heard, _, alarms = driven([60.0] * 50, 50)

    assert heard == [b"x"] * 50
    assert alarms == 0  # besides the first


def test_an_earlier_alarm_does_not_end_a_later_wait() -> None:
    began = monotonic()
    heard, _, alarms = driven([SOON, SOON * 4], 1)

    assert heard == [b"x", None]
    assert monotonic() - began >= SOON * 4
    assert alarms == 1


def test_a_shorter_wait_has_its_own_alarm() -> None:
    heard, vty, alarms = driven([60.0, SOON], 1)

    assert heard == [b"x", None]
    assert alarms == 1
    assert len(vty._alarms) == 1  # the long one, for the next waits


def test_a_session_that_ends_leaves_no_alarm_behind() -> None:
    heard, vty, _ = driven([60.0, 60.0], 1, ends=True)

    assert heard == [b"x", b""]
    assert vty._alarms == []
