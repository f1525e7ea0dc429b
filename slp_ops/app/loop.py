"""Run a pass over the fleet in an event loop of its own, so that it can be stopped with everything saved."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

T = TypeVar("T")


def run_to_end(work: Coroutine[Any, Any, T], *, gently: Callable[[], bool] | None = None) -> T:
    """Run with asyncio. Ctrl-C and SIGTERM cancel it, so that everything is saved: KeyboardInterrupt.

    ``gently`` is asked first: where it can stop the work in another way, it does, and nothing is cancelled.
    """

    async def with_signals() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is a task's

        def stop() -> None:
            if gently is None or not gently():
                task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Not every platform has such handlers, and only the main thread may set them.
            with suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, stop)
        result = await work
        if task.cancelling():  # what runs in there may take a cancellation for its own, and end well
            raise asyncio.CancelledError
        return result

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        return asyncio.run(with_signals())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        # asyncio leaves the defaults behind, whatever was there before.
        with suppress(ValueError, TypeError):  # another thread, or a handler that is not Python's
            for number, handler in before.items():
                signal.signal(number, handler)
