"""Ctrl-C where workers elsewhere do the tasks: one question, and every other signal cancels."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.detach import DetachOffer
from slp_ops.app.loop import run_to_end
from slp_ops.app.operator import StopChoice

if TYPE_CHECKING:
    from collections.abc import Sequence


class Asked:
    """A terminal whose operator answers after a moment, with an error, or not at all."""

    def __init__(self, answer: StopChoice | Exception | None) -> None:
        self.answer = answer
        self.tasks: list[int] = []
        self.withdrawn = False

    async def choose_stop(self, tasks: int) -> StopChoice:
        self.tasks.append(tasks)
        try:
            await asyncio.sleep(0.01 if self.answer is not None else 30)
        except asyncio.CancelledError:
            self.withdrawn = True
            raise
        if isinstance(self.answer, Exception):
            raise self.answer
        assert self.answer is not None
        return self.answer


def run(shown: Asked, signals: Sequence[signal.Signals], seconds: float = 30) -> list[str]:
    """Send signals to a pass of so many seconds; return what became of it."""
    happened: list[str] = []
    left = asyncio.Event()

    def detach() -> None:
        happened.append("detached")
        left.set()

    progress: Any = shown
    offer = DetachOffer(detach=detach, open_tasks=lambda: 7, shown=progress)

    async def work() -> None:
        with offer.during_pass():
            try:
                for number in signals:
                    os.kill(os.getpid(), number)
                    await asyncio.sleep(0.005)
                async with asyncio.timeout(seconds):
                    await left.wait()
            except TimeoutError:
                happened.append("complete")
            except asyncio.CancelledError:
                happened.append("cancelled")
                raise

    try:
        run_to_end(work(), gently=offer.take_signal)
    except KeyboardInterrupt:
        happened.append("interrupted")
    return happened


INT, TERM = signal.SIGINT, signal.SIGTERM


def test_the_answer_decides() -> None:
    shown = Asked(StopChoice.DETACH)
    assert run(shown, [INT]) == ["detached"]
    assert shown.tasks == [7]
    assert run(Asked(StopChoice.CANCEL), [INT]) == ["cancelled", "interrupted"]


@pytest.mark.parametrize("signals", [[TERM], [INT, INT], [INT, TERM]], ids=str)
def test_any_other_signal_cancels(signals: list[signal.Signals]) -> None:
    shown = Asked(None)
    assert run(shown, signals) == ["cancelled", "interrupted"]
    assert shown.tasks == ([7] if signals[0] is INT else [])
    assert shown.withdrawn is (signals[0] is INT)


def test_a_terminal_that_is_gone_cancels() -> None:
    assert run(Asked(OSError(5, "gone")), [INT]) == ["cancelled", "interrupted"]


def test_a_question_that_is_open_at_the_end_is_withdrawn() -> None:
    shown = Asked(None)
    assert run(shown, [INT], seconds=0.05) == ["complete"]
    assert shown.withdrawn
