"""Signals that stop the program: Ctrl-C, SIGTERM, and SIGHUP of a closed terminal. All three act alike.

Imported before everything else, so that a signal at start-up is handled as well.
"""

from __future__ import annotations

import _thread
import atexit
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from types import FrameType

STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_AGAIN_AFTER: Final = 0.02  # seconds


def raise_interrupts() -> None:
    """Raise KeyboardInterrupt at each of them, except at one that is ignored, as by nohup.

    Python drops an exception that is raised while an object is finalized, or in the callback of a weak
    reference, as imports have them: such a signal is sent again.
    """
    sys.unraisablehook = _send_again
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _send_again(dropped: sys.UnraisableHookArgs) -> None:
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
        return
    sent = dropped.exc_value.args if dropped.exc_value is not None else ()
    number = next(iter(sent), signal.SIGINT)
    main = _thread.get_ident()  # signals are handled in the main thread alone

    def send() -> None:
        time.sleep(_AGAIN_AFTER)
        signal.pthread_kill(main, number)

    _thread.start_new_thread(send, ())


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    leave_terminal(number)
    raise KeyboardInterrupt(number)


class _EndAtOnce:
    """Handler of a process that has written everything."""

    def __init__(self, code: int) -> None:
        self._code = code

    def __call__(self, number: int, frame: FrameType | None) -> NoReturn:
        os._exit(self._code)


def end_at_signal(code: int) -> None:
    """End with this exit code at a stopping signal from now on: everything is written.

    Python waits for threads at its end, and takes its handlers back after that; then signals are ignored.
    """
    _replace_handlers(_EndAtOnce(code))
    atexit.register(_replace_handlers, signal.SIG_IGN)


def _replace_handlers(handler: _EndAtOnce | signal.Handlers) -> None:
    for number in STOPPING:
        found = signal.getsignal(number)
        if found is _interrupt or isinstance(found, _EndAtOnce):  # not those of a caller of the Python API
            signal.signal(number, handler)


def leave_terminal(number: int) -> None:
    """Send output nowhere after SIGHUP: each line to a terminal that is gone would fail."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            if os.isatty(descriptor):
                os.dup2(nowhere, descriptor)
        os.close(nowhere)
