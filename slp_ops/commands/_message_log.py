"""Messages of a log, parsed when they are asked for: most of a buffer's concern no rule, and a server's file
has hundreds of thousands."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from slp_ops.commands._capture_text import Row
from slp_ops.commands._lazy_sequence import LazySequence
from slp_ops.commands._log_line import extract, message
from slp_ops.facts.log import LazyMessages, MessageExtract, SyslogMessage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Rules ask for a message several times: those of an ordinary buffer are kept, of a long log the last one.
_MOST_KEPT: Final = 4096
_ORDINARY: Final = 2**20  # characters


class MessageLog(LazySequence[SyslogMessage], LazyMessages):
    """The messages of a text in printed order."""

    __slots__ = ("_command", "_ends", "_kept", "_names", "_numbers", "_starts", "_text")

    def __init__(self, text: str, command: str) -> None:
        """Create an empty log of a text; ``add`` names where its messages are."""
        self._text = text
        self._command = command
        self._starts = array("Q")
        self._ends = array("Q")
        self._numbers = array("Q")
        self._names: list[str] = []
        self._kept: dict[int, SyslogMessage] = {}

    def add(self, number: int, start: int, name: str) -> None:
        """Append the message of this name that begins at ``start``, in the line of that number."""
        self._names.append(name)
        self._numbers.append(number)
        self._starts.append(start)
        self._ends.append(start)

    def extend(self, end: int) -> None:
        """Extend the last message by the lines up to ``end``."""
        self._ends[-1] = end

    @property
    def names(self) -> Sequence[str]:
        """Return the name of each message."""
        return self._names

    def __len__(self) -> int:
        return len(self._starts)

    def _value(self, place: int) -> SyslogMessage:
        found = self._kept.get(place)
        if found is None:
            found = self._message(place)
            if len(self._kept) >= (_MOST_KEPT if len(self._text) <= _ORDINARY else 1):
                self._kept.clear()
            self._kept[place] = found
        return found

    def extract(self, place: int, now: datetime | None) -> MessageExtract:
        """See ``LazyMessages``."""
        line, more = self._lines(place)
        return extract(line, more, now)

    def _message(self, place: int) -> SyslogMessage:
        first, more = self._lines(place)
        return message(Row(self._numbers[place], first), self._command, more)

    def _lines(self, place: int) -> tuple[str, tuple[str, ...]]:
        """Return the line of a message, and those that continue it."""
        start, end = self._starts[place], self._ends[place]
        if start == end:
            return self._text[start : _line_end(self._text, start)].rstrip(), ()
        first, _, more = self._text[start : max(end, _line_end(self._text, start))].partition("\n")
        return first.rstrip(), tuple(line for raw in more.split("\n") if (line := raw.rstrip()))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
