"""SCP server, as ``ip scp server enable`` provides it: flash files in and out.

Sans-IO. One file per transfer: IOS-XE copies no folders. ``scp -f`` reads from the switch, ``scp -t``
writes to it; each message is acknowledged with a zero byte, an error is a one and a line of text.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

from slp_ops.lab.files import flash_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.switch import Switch

_OK: Final = b"\0"
_HEADER: Final = re.compile(rb"C([0-7]{4}) (\d+) ([^\n]+)\n")
DISABLED: Final = b"Administratively disabled.\n"


def is_scp(command: str) -> bool:
    """Return whether an exec request starts an SCP transfer."""
    return command.startswith("scp ")


class ScpServer:
    """One transfer. Feed it with ``receive``, which returns the bytes to send; ``done`` ends it."""

    def __init__(self, switch: Switch, command: str) -> None:
        self._switch = switch
        self.done = False
        self.failed = False
        words = shlex.split(command)[1:]
        flags = "".join(word[1:] for word in words if word.startswith("-"))
        paths = [word for word in words if not word.startswith("-")]
        self._path = flash_path(paths[-1]) if paths else None
        self._sending = "f" in flags
        self._inbox = bytearray()
        self._left: int | None = None
        self._name = ""
        self._content = bytearray()
        self._steps = self._file()

    def begin(self) -> bytes:
        """Return the bytes to send before anything is received."""
        if not self._switch.config.has("ip scp server enable"):
            return self._fail(DISABLED)
        if self._path is None:
            return self._fail(b"\1scp: no such device\n")
        # A receiver speaks first, a sender waits for the receiver's zero byte.
        return b"" if self._sending else _OK

    def receive(self, data: bytes) -> bytes:
        """Process received bytes and return the answer."""
        if self.done:
            return b""
        self._inbox += data
        return self._give() if self._sending else self._take()

    def _give(self) -> bytes:
        out = b""
        while self._inbox and not self.done:
            if self._inbox.pop(0) != 0:
                return out + self._fail(b"")
            step = next(self._steps)
            if step is None:
                self.done = True
            else:
                out += step
        return out

    def _file(self) -> Iterator[bytes | None]:
        """Yield the messages of a file that is read, one for each acknowledgement; None at the end."""
        path = self._path or ""
        content = self._switch.flash.get(path)
        if content is None:
            yield self._fail(f"\1scp: flash:{path}: No such file or directory\n".encode())
            return
        yield f"C0644 {len(content)} {path.rpartition('/')[2]}\n".encode()
        yield content + _OK
        yield None

    def _take(self) -> bytes:
        out = b""
        while self._inbox and not self.done:
            if self._left is None:
                answer = self._header()
                if answer is None:
                    break
                out += answer
                continue
            part = bytes(self._inbox[: self._left])
            self._content += part
            self._left -= len(part)
            del self._inbox[: len(part)]
            if self._left == 0 and self._inbox:
                # The sender closes the file with a zero byte.
                del self._inbox[0]
                self._switch.flash[self._target()] = bytes(self._content)
                self._left = None
                self._content.clear()
                out += _OK
            elif self._left == 0:
                break
        return out

    def _header(self) -> bytes | None:
        end = self._inbox.find(b"\n")
        if end < 0:
            return None
        line = bytes(self._inbox[: end + 1])
        del self._inbox[: end + 1]
        if line.startswith(b"T"):
            return _OK
        found = _HEADER.fullmatch(line)
        if found is None:
            return self._fail(b"\1scp: folders are not supported\n")
        if int(found[2]) > self._switch.flash_free:
            return self._fail(f"\1scp: flash:{self._path}: No space left on device\n".encode())
        self._left = int(found[2])
        self._name = found[3].decode("utf-8", "surrogateescape")
        return _OK

    def _target(self) -> str:
        """Return the given path, or the sender's file name if the path is a folder."""
        path = self._path or ""
        return f"{path}{self._name}" if not path or path.endswith("/") else path

    def _fail(self, text: bytes) -> bytes:
        self.done = self.failed = True
        return text
