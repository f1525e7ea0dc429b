"""Session log of one device, for --debug: what was sent and what came, masked, escaped and bounded.

    06:43:12.345 > show clock
    06:43:12.398 < tyo-core-01#show clock
    06:43:12.398 < 04:11:31.402 UTC Tue Nov 24 2026

A secret that slp-ops itself sends is hidden by its value, and what comes is not logged until the next line is
sent: a terminal echoes a long line in pieces. What a switch prints passes the redactor, as captures do.
"""

from __future__ import annotations

import os
import re
import threading
from typing import TYPE_CHECKING, Final

from slp_ops.redact import Redactor, redact
from slp_ops.runs import atomic_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from slp_ops.ports import Secret

LARGEST: Final = 8 << 20  # bytes of a device's log
LARGEST_OUTPUT: Final = 256 << 10  # characters of the output of one line; captures have the rest
_LONGEST_LINE: Final = 64 << 10
_HIDDEN: Final = "<secret>"
_LAST_LINE: Final = 80  # bytes reserved for this one:
_FULL: Final = f"the log ends here: it has reached {LARGEST >> 20} MB"
_UNPRINTABLE: Final = re.compile(r"[^\t -~]")


class SessionLogFile:
    """Appends to the log of one device. A disk that refuses ends the log, never the session."""

    def __init__(self, path: Path, *, key: bytes, now: Callable[[], datetime]) -> None:
        self._path = path
        self._key = key
        self._now = now
        self._redactor = Redactor(key)
        self._typed = Redactor(key)
        self._secrets: list[str] = []
        self._line = ""  # unfinished, as it came
        self._masked_line = ""  # unfinished, as the redactor returned it
        self._output = 0  # characters since the last line was sent
        self._unlogged = 0  # bytes, while a secret may be echoed
        self._is_muted = False
        self._guard = threading.Lock()
        self._size = 0
        self._fd: int | None = None
        try:
            self._fd = atomic_files.open_for_appending(path)
            self._size = os.fstat(self._fd).st_size
        except OSError:
            self.close()

    def hide(self, secret: Secret) -> None:
        """Hide this secret wherever it occurs."""
        value = secret.reveal()
        if value and value not in self._secrets:
            # The longest first: one secret may contain another.
            self._secrets = sorted([*self._secrets, value], key=len, reverse=True)

    def note(self, text: str) -> None:
        """Write a line about the session itself."""
        with self._guard:
            self._put("-", redact(self._without_secrets(text), self._key))

    def sent(self, data: bytes) -> None:
        """Write what was sent."""
        text = data.decode("utf-8", "surrogateescape")
        with self._guard:
            self._end_output()
            line = self._without_secrets(text)
            self._is_muted = line != text
            for each in self._typed.feed(line.removesuffix("\n") + "\n").splitlines():
                self._put(">", each)

    def received(self, data: bytes) -> None:
        """Write what came; nothing came at the end of the connection."""
        with self._guard:
            if not data:
                self._end_output()
                self._put("-", "the connection has ended")
            elif self._is_muted:
                self._unlogged += len(data)
            else:
                self._line += data.decode("utf-8", "surrogateescape")
                cut = self._line.rfind("\n") + 1
                if not cut and len(self._line) > _LONGEST_LINE:
                    cut = len(self._line)
                if cut:
                    text, self._line = self._line[:cut], self._line[cut:]
                    self._write_output(self._redactor.feed(self._without_secrets(text)))

    def close(self) -> None:
        """Write what was held back, and close the file."""
        with self._guard:
            self._end_output()
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return text

    def _end_output(self) -> None:
        """Write the unfinished line, such as a prompt, before another line is sent."""
        rest = self._redactor.feed(self._without_secrets(self._line)) + self._redactor.finish()
        self._line = ""
        self._write_output(rest)
        if self._masked_line:
            self._write_output("\n")
        if self._unlogged:
            self._put("<", f"({self._unlogged} bytes after a secret are not logged)")
        self._unlogged = self._output = 0

    def _write_output(self, text: str) -> None:
        *lines, self._masked_line = (self._masked_line + text).split("\n")
        for line in lines:
            before, self._output = self._output, self._output + len(line) + 1
            if self._output <= LARGEST_OUTPUT:
                self._put("<", line.removesuffix("\r"))
            elif before <= LARGEST_OUTPUT:
                self._put("<", f"(more than {LARGEST_OUTPUT >> 10} kB of output: the rest is not logged)")

    def _put(self, mark: str, text: str) -> None:
        if self._fd is None:
            return
        stamp = f"{self._now():%H:%M:%S.%f}"[:-3]
        escaped = _UNPRINTABLE.sub(_escape, text)
        line = f"{stamp} {mark} {escaped}\n".encode("ascii")
        is_full = self._size + len(line) > LARGEST - _LAST_LINE
        if is_full:
            line = f"{stamp} - {_FULL}\n".encode("ascii")
        try:
            if self._size + len(line) <= LARGEST:
                atomic_files.write_all(self._fd, line)
                self._size += len(line)
        except OSError:
            is_full = True
        if is_full:
            os.close(self._fd)
            self._fd = None


def _escape(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape", "surrogatepass").decode("ascii")
