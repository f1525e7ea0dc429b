"""A process on a terminal of its own, as an operator has it: keys are typed, Ctrl-C becomes a signal."""

from __future__ import annotations

import os
import pty
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self

_PATIENCE = 120.0
CTRL_C = "\x03"


class Terminal:
    """A command on a pseudo-terminal. At the end of the ``with`` block it does not run any more."""

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self.printed = ""
        self._pid, self._master = pty.fork()
        if not self._pid:
            os.execve(words[0], list(words), dict(environment))  # noqa: S606 - of a test, with its own words

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        os.close(self._master)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, patience: float = _PATIENCE) -> None:
        """Read what is printed until this text is in what came since the last call."""
        deadline = time.monotonic() + patience
        seen = len(self.printed)
        while text not in self.printed[seen:]:
            assert time.monotonic() < deadline, self.printed
            assert self._read(0.1), self.printed

    def end(self, patience: float = _PATIENCE) -> int:
        """Return the exit code of a command that ends by itself."""
        deadline = time.monotonic() + patience
        while self._read(0.1):
            assert time.monotonic() < deadline, self.printed
        _, status = os.waitpid(self._pid, 0)
        return os.waitstatus_to_exitcode(status)

    def _read(self, seconds: float) -> bool:
        """Read what is there; return False at the end."""
        if not select.select([self._master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self._master, 4096)
        except OSError:  # the terminal of a process that has ended
            return False
        self.printed += piece.decode(errors="replace")
        return bool(piece)
