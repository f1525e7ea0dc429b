"""Run a pass over the fleet in an event loop of its own, so that it can be stopped with everything saved."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeVar

from slp_ops.signals import STOPPING, leave_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from types import FrameType

P = ParamSpec("P")
T = TypeVar("T")


class _Stopper:
    """Stops the passes of one call from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False
        self._stop: Callable[[], object] | None = None

    def attach(self, stop: Callable[[], object] | None) -> None:
        """Take how the pass at work is stopped; None when it has ended."""
        with self._lock:
            self._stop = stop
            if self._stopped and stop is not None:
                stop()

    def stop(self) -> None:
        """Stop the pass at work, and each that the call begins afterwards."""
        with self._lock:
            self._stopped = True
            if self._stop is not None:
                self._stop()


_STOPPER: Final[ContextVar[_Stopper | None]] = ContextVar("_STOPPER", default=None)


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Await a function that runs passes over the fleet, in a thread: the caller's event loop stays free.

    Cancelling stops the pass at work as Ctrl-C does: everything that was read is saved before this returns.
    """
    stopper = _Stopper()
    context = copy_context()
    context.run(_STOPPER.set, stopper)
    work = partial(context.run, partial(function, *args, **kwargs))
    ended = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(ended)
    except asyncio.CancelledError:
        stopper.stop()
        while not ended.done():  # a second cancellation does not leave the pass behind
            with suppress(asyncio.CancelledError):
                await asyncio.wait([ended])
        if not ended.cancelled():
            ended.exception()  # marks it as seen: the cancellation is what the caller gets
        raise


def run_to_end(work: Coroutine[Any, Any, T], *, gently: Callable[[], bool] | None = None) -> T:
    """Run with asyncio. A stopping signal cancels it, so that everything is saved: KeyboardInterrupt.

    ``gently`` is asked first: where it can stop the work in another way, it does, and nothing is cancelled.
    """

    async def with_signals() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is a task's

        def stop(number: int | None = None) -> None:
            if number is not None:
                leave_terminal(number)
                StopSignals.asked = True
            if gently is None or not gently():
                task.cancel()

        loop = asyncio.get_running_loop()
        stopper = _STOPPER.get()
        if stopper is not None:
            stopper.attach(partial(loop.call_soon_threadsafe, stop))
        for number in before:
            # Not every platform has such handlers, and only the main thread may set them.
            with suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, stop, number)
        _set_signal_mask(mask)
        try:
            result = await work
        finally:
            _block_signals()
            if stopper is not None:
                stopper.attach(None)
        if task.cancelling():  # a library may swallow the cancellation and return normally
            raise asyncio.CancelledError
        return result

    handlers = {number: signal.getsignal(number) for number in STOPPING}
    # Under nohup a closed terminal stops nothing.
    before = {
        number: handler
        for number, handler in handlers.items()
        if number is not signal.SIGHUP or handler is not signal.SIG_IGN
    }
    # A signal while asyncio makes or closes its loop would leave half a loop, or meet its default action.
    mask = _block_signals()
    try:
        return asyncio.run(with_signals())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        # asyncio leaves the defaults behind, whatever was there before.
        with suppress(ValueError, TypeError):  # another thread, or a handler that is not Python's
            for number, handler in before.items():
                signal.signal(number, handler)
        _set_signal_mask(mask)


def _block_signals() -> set[int] | None:
    """Hold stopping signals back in the main thread; return the earlier mask, None in another thread."""
    if threading.current_thread() is not threading.main_thread():
        return None
    return set(signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING))


def _set_signal_mask(mask: set[int] | None) -> None:
    if mask is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


class StopSignals:
    """Stopping signals of a process that works for ever: remembered, and raised as KeyboardInterrupt.

    A pass that was complete when it was stopped returns normally; without the memory the process would then
    not end.
    """

    asked: ClassVar[bool] = False

    def __init__(self) -> None:
        StopSignals.asked = False
        for number in STOPPING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._ask)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        StopSignals.asked = True
        leave_terminal(number)
        raise KeyboardInterrupt(number)
