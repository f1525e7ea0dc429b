"""Work on a fleet is stopped by Ctrl-C and SIGTERM: the first signal, the second, an ignored one."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

import pytest

from slp_ops.app.loop import run_to_end

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@SIGNALS
def test_a_signal_cancels_and_what_is_open_is_closed(number: signal.Signals) -> None:
    closed = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.sleep(30)
        finally:
            closed.append(True)

    with pytest.raises(KeyboardInterrupt):
        run_to_end(work())
    assert closed == [True]


@SIGNALS
def test_work_that_takes_the_cancellation_for_its_own_is_stopped_all_the_same(number: signal.Signals) -> None:
    async def work() -> str:
        os.kill(os.getpid(), number)
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(30)
        return "done"

    with pytest.raises(KeyboardInterrupt):
        run_to_end(work())


@SIGNALS
def test_who_can_stop_gently_is_cancelled_by_the_second_signal_only(number: signal.Signals) -> None:
    asked: list[int | None] = []

    def gently(given: int | None) -> bool:
        asked.append(given)
        return len(asked) == 1

    async def work() -> None:
        os.kill(os.getpid(), number)
        await asyncio.sleep(0.05)
        assert asked == [number]
        os.kill(os.getpid(), number)
        await asyncio.sleep(30)

    with pytest.raises(KeyboardInterrupt):
        run_to_end(work(), gently=gently)
    assert asked == [number, number]


def test_work_that_nobody_stops_gives_its_result() -> None:
    async def work() -> int:
        return 7

    assert run_to_end(work()) == 7
