"""Run a pass over the fleet in an event loop of its own, so that it can be stopped with everything saved."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from contextvars import ContextVar, copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, ParamSpec, TypeVar

from slp_ops.signals import STOPPING, leave_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType
    from typing import Self

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


def run_to_end(work: Coroutine[Any, Any, T], *, gently: Callable[[int | None], bool] | None = None) -> T:
    """Run with asyncio. A stopping signal cancels it, so that everything is saved: KeyboardInterrupt.

    ``gently`` is asked first, with the signal's number, or None where a caller of the Python API cancels:
    if it can stop the work in another way, it does, and nothing is cancelled.
    """

    async def with_signals() -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs is a task's

        def stop(number: int | None = None) -> None:
            if gently is None or not gently(number):
                task.cancel()

        def stop_by_signal(number: int) -> None:
            leave_terminal(number)
            StopSignals.asked = True
            stop(number)

        stopper = _STOPPER.get()
        if stopper is not None:
            stopper.attach(partial(asyncio.get_running_loop().call_soon_threadsafe, stop))
        with signals.sent_to(stop_by_signal):
            try:
                result = await work
            finally:
                if stopper is not None:
                    stopper.attach(None)
        if task.cancelling():  # a library may swallow the cancellation and return normally
            raise asyncio.CancelledError
        return result

    try:
        with _LoopSignals() as signals:
            return asyncio.run(with_signals())
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


class _LoopSignals:
    """Stopping signals while a loop works. Those that come while it is made or closed wait.

    The handlers are Python's own all the time: those of a loop leave the default action behind when it
    closes, and a signal that the main thread blocks is delivered to another thread.
    """

    def __init__(self) -> None:
        self._handlers = ExitStack()  # restores all, also when one of them raises meanwhile
        self._is_main = threading.current_thread() is threading.main_thread()
        self._waiting: list[int] = []
        self._stop: Callable[[int], object] | None = None

    def __enter__(self) -> Self:
        if self._is_main:
            for number in STOPPING:
                handler = signal.getsignal(number)
                # Under nohup a closed terminal stops nothing. Other handlers than Python's are left alone.
                if handler is not None and (number, handler) != (signal.SIGHUP, signal.SIG_IGN):
                    self._handlers.callback(signal.signal, number, handler)
                    signal.signal(number, self._receive)
        return self

    def __exit__(self, *exc: object) -> None:
        self._handlers.close()
        for waiting in self._waiting[:1]:
            signal.raise_signal(waiting)

    @contextmanager
    def sent_to(self, stop: Callable[[int], object]) -> Iterator[None]:
        """Call ``stop`` in the running loop for each signal, those that wait first."""
        loop = asyncio.get_running_loop()

        def receive(number: int) -> None:
            loop.call_soon_threadsafe(stop, number)

        with _woken(loop) if self._is_main else nullcontext():
            self._stop = receive
            try:
                while self._waiting:
                    receive(self._waiting.pop(0))
                yield
            finally:
                self._stop = None

    def _receive(self, number: int, frame: FrameType | None) -> None:
        (self._stop or self._waiting.append)(number)


@contextmanager
def _woken(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Wake a loop that waits for its sockets when a signal comes, so that Python calls the handler."""
    reader, writer = socket.socketpair()
    with reader, writer:
        for each in (reader, writer):
            each.setblocking(False)
        before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        loop.add_reader(reader, reader.recv, 64)
        try:
            yield
        finally:
            loop.remove_reader(reader)
            signal.set_wakeup_fd(before)


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
