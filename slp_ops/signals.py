"""Signals that stop the program: Ctrl-C, SIGTERM, and SIGHUP of a closed terminal. All three act alike.

Imported before everything else, so that a signal at start-up is handled as well.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final, NoReturn

if TYPE_CHECKING:
    from types import FrameType

STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def raise_interrupts() -> None:
    """Raise KeyboardInterrupt at each of them, except at one that is ignored, as by nohup."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    leave_terminal(number)
    raise KeyboardInterrupt


def leave_terminal(number: int) -> None:
    """Send output nowhere after SIGHUP: each line to a terminal that is gone would fail."""
    if number == signal.SIGHUP:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            if os.isatty(descriptor):
                os.dup2(nowhere, descriptor)
        os.close(nowhere)
