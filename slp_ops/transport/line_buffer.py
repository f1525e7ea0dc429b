"""The line discipline of an IOS-XE terminal: bytes in, finished lines out, the unfinished one kept.

Lines are passed on as one text: most chunks need no look at the single line.

No prompt, no command, no I/O lives here. The dialogue reads the last line from ``tail``.
"""

from __future__ import annotations

import codecs
from typing import Final

from slp_ops.iosxe import prompts

# An unfinished line longer than this is handed on in pieces, so that a switch that never ends a
# line cannot fill the memory. A prompt is at most some 100 characters long.
_LONGEST_TAIL: Final = 1 << 16
_KEEP: Final = 1 << 10


def overtype(line: str) -> str:
    """Return a line as displayed, with backspaces and carriage returns applied.

    IOS-XE erases ``--More--`` and scrolls long command lines by typing over them.
    """
    if "\b" not in line and "\r" not in line:
        return line
    line = prompts.without_erased_more(line)
    cells: list[str] = []
    at = 0
    for character in line:
        if character == "\b":
            at = max(0, at - 1)
        elif character == "\r":
            at = 0
        else:
            cells[at : at + 1] = [character]
            at += 1
    return "".join(cells).rstrip(" ")


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their line feeds; the last one may lack it."""
    *lines, rest = text.split("\n")
    return [*(f"{line}\n" for line in lines), *([rest] if rest else [])]


class Screen:
    """Turns what a channel gives into lines."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._tail = ""

    @property
    def tail(self) -> str:
        """The unfinished line, as a terminal shows it."""
        return overtype(self._tail)

    @property
    def asks_for_more(self) -> bool:
        """Return whether the switch waits at ``--More--`` (and is not erasing it)."""
        return prompts.asks_for_more(self._tail)

    def forget_tail(self) -> None:
        """Drop the unfinished line: a prompt or a question that was dealt with."""
        self._tail = ""

    def feed(self, data: bytes) -> str:
        """Add bytes; return the lines that they finish, each ending in a line feed.

        A line that does not end for very long comes in pieces, of which only the last has one.
        """
        text = self._tail + self._decoder.decode(data)
        end = text.rfind("\n") + 1
        finished = "\n".join(text[:end].split("\r\n"))  # faster than replace() by a third
        if "\r" in finished or "\b" in text or "\0" in text:
            finished = self._overtyped(text)
        else:
            self._tail = text[end:]
        if len(self._tail) > _LONGEST_TAIL:
            finished += self._tail[:-_KEEP]
            self._tail = self._tail[-_KEEP:]
        return finished

    def _overtyped(self, text: str) -> str:
        """Return the finished lines of a text in which something may be typed over."""
        # A terminal shows nothing of a NUL, which some send after a carriage return.
        text = text.replace("\0", "").replace("\r\n", "\n")
        *lines, self._tail = text.split("\n")
        if "\r" in text or "\b" in text:
            lines = [overtype(line.rstrip("\r")) for line in lines]
        return "".join(f"{line}\n" for line in lines)
