"""Ctrl-C where workers elsewhere do the tasks of a pass: it ends with the tasks left to them, or cancelled.

The operator is asked once, while the work continues. A second Ctrl-C cancels, and so do SIGTERM, a terminal
that was closed, and Ctrl-C without a terminal: what is not agreed to does not continue.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.operator import StopChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.app.operator import Progress


@dataclass(slots=True, kw_only=True)
class DetachOffer:
    """The question of one pass. ``detach`` is that of its engine, ``open_tasks`` counts what is not done."""

    detach: Callable[[], None]
    open_tasks: Callable[[], int]
    shown: Progress
    _pass: asyncio.Task[object] | None = field(default=None, init=False)
    _question: asyncio.Task[None] | None = field(default=None, init=False)

    @contextmanager
    def during_pass(self) -> Iterator[None]:
        """Take signals of the current task of asyncio; a question that is open at its end is withdrawn."""
        self._pass = asyncio.current_task()
        try:
            yield
        finally:
            self._pass = None
            if self._question is not None:
                self._question.cancel()

    def take_signal(self, number: int | None) -> bool:
        """Ask at the first Ctrl-C; return False where the pass is to be cancelled."""
        if number != signal.SIGINT or self._question is not None or self._pass is None:
            return False
        self._question = asyncio.create_task(self._ask(self._pass))
        return True

    async def _ask(self, of_pass: asyncio.Task[object]) -> None:
        choice = StopChoice.CANCEL
        with suppress(OSError, ValueError):  # a terminal that is gone gives no answer
            choice = await self.shown.choose_stop(self.open_tasks())
        if choice is StopChoice.DETACH:
            self.detach()
        else:
            of_pass.cancel()
