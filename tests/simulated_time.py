"""An event loop whose waits take no time: a busy machine changes no outcome.

For code that waits by the clock of its loop alone. What waits for a socket, a thread or a process, or looks
at another clock, needs the usual loop.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine

Result = TypeVar("Result")


class _Selector(selectors.DefaultSelector):
    """Lets the clock of its loop jump to the next alarm instead of waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready. Raises RuntimeError where nothing would ever end the wait."""
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise RuntimeError("every task waits, and no alarm is set: this would never end")
            self.now += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its clock begins at 0 s, stands still while there is work, and jumps where all tasks wait."""

    def __init__(self) -> None:
        self._simulated = _Selector()
        super().__init__(self._simulated)

    def time(self) -> float:
        """Return the simulated seconds."""
        return self._simulated.now

    def spend(self, seconds: float) -> None:
        """Let the work of the running task take this long."""
        self._simulated.now += seconds


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run as ``asyncio.run`` does, in simulated time."""
    with asyncio.Runner(loop_factory=SimulatedLoop) as runner:
        return runner.run(work)
