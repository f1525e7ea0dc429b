"""Sockets that remember how far the other side came, and how it ended the connection.

Libraries lose both: paramiko turns a failed write into an end of file, and asyncssh stops reading at one.
"""

from __future__ import annotations

import errno
import re
import socket
from contextlib import suppress
from typing import Any, Final

# An SSH version may follow lines of text (RFC 4253, section 4.2); it has at most 255 bytes.
_VERSION: Final = re.compile(rb"\nSSH-[^\n]{0,250}\n")
_LONGEST_VERSION: Final = 256
_PEEK: Final = 1 << 16
# What is read at once: in an event loop a switch that floods leaves the others their turn. A configuration or
# log fits: where a thousand switches answer together, the part of a packet that was left of each took 11 MB.
_AT_ONCE: Final = 1 << 17
# What is read ahead: most packets are small, and of a large one the rest is read into its own place.
_AHEAD: Final = 1 << 12
# What may come before a login is complete; a key exchange and a banner are some kilobytes.
BEFORE_LOGIN: Final = 1 << 20

_NOTHING: Final = memoryview(b"")


class WatchedSocket(socket.socket):
    """Socket of an SSH connection.

    ``identified``: the other side sent its SSH version. ``is_ended``: the other side ended the connection,
    with a reset if ``was_reset``. Until ``is_logged_in`` is set, little may come: after more, ``is_flooded``,
    the socket reads as ended. ``reads_ahead`` is for one blocking reader that asks for a few bytes at a time:
    more is taken at once and kept, which is a system call less for each.
    """

    identified = False
    is_ended = False
    was_reset = False
    is_logged_in = False
    is_flooded = False
    reads_ahead = False
    _received = 0
    _ahead = _NOTHING  # received and not read
    _tail = b"\n"  # as if a line had ended: the version may be the first one

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Receive as a socket does."""
        if self._ahead:
            return self._next(bufsize)
        try:
            wanted = max(bufsize, _AHEAD) if self.reads_ahead else bufsize
            data = super().recv(min(wanted, _AT_ONCE), flags)
        except OSError as err:
            self.note_end(err)
            raise
        if not data:
            self.is_ended = True
        elif not self.identified:
            self._look_for_version(data)
        if not self.is_logged_in:
            self._received += len(data)
            if self._received > BEFORE_LOGIN:
                self.is_flooded = True
                return b""
        if len(data) > bufsize:
            self._ahead = memoryview(data)
            return self._next(bufsize)
        return data

    def _next(self, size: int) -> bytes:
        data, rest = self._ahead[:size], self._ahead[size:]
        self._ahead = rest or _NOTHING  # an empty part would hold all of it
        return bytes(data)

    def send(self, data: Any, flags: int = 0, /) -> int:
        """Send as a socket does."""
        try:
            return super().send(data, flags)
        except OSError as err:
            self.note_end(err)
            raise

    def sendmsg(self, *args: Any) -> int:
        """Send as a socket does; asyncio uses it since Python 3.12."""
        try:
            return super().sendmsg(*args)
        except OSError as err:
            self.note_end(err)
            raise

    def close(self) -> None:
        """Close the socket. An end that came after the last call is noted before."""
        with suppress(OSError):
            if error := self.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.note_end(OSError(error, "pending"))
        super().close()

    def note_end(self, err: OSError) -> None:
        """Remember the first error that ends the connection, and look at what was received before it."""
        if self.is_ended or isinstance(err, BlockingIOError | InterruptedError | TimeoutError):
            return
        self.is_ended = True
        # A broken pipe is the error of a write after an orderly end.
        self.was_reset = err.errno == errno.ECONNRESET
        with suppress(OSError):
            self._look_for_version(super().recv(_PEEK, socket.MSG_PEEK | socket.MSG_DONTWAIT))

    def _look_for_version(self, data: bytes) -> None:
        seen = self._tail + data
        self.identified = self.identified or _VERSION.search(seen) is not None
        self._tail = seen[-_LONGEST_VERSION:]
