"""Messages of a log, parsed when they are asked for: a server's file has hundreds of thousands."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

from slp_ops.commands._capture_text import Row
from slp_ops.commands._log_line import begun_by, message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.facts.log import SyslogMessage
    from slp_ops.iosxe.syslog import LogLine

# Messages of an ordinary buffer are parsed once and kept; those of a long log where they are asked for.
_KEPT: Final = 4096
_SHORT: Final = 2**20  # characters


class MessageLog(Sequence["SyslogMessage"]):
    """The messages of a text in printed order. Equal to any sequence of the same messages."""

    __slots__ = ("_command", "_ends", "_found", "_kept", "_latest", "_numbers", "_starts", "_text")

    def __init__(self, text: str, command: str) -> None:
        """Create an empty log of a text; ``add`` names where its messages are."""
        self._text = text
        self._command = command
        self._starts = array("Q")
        self._ends = array("Q")
        self._numbers = array("Q")
        self._found: list[LogLine] = []  # of the first messages, until they are parsed
        self._kept: tuple[SyslogMessage, ...] | None = None
        self._latest: tuple[int, SyslogMessage] | None = None  # rules ask for one message several times

    def add(self, number: int, start: int, found: LogLine) -> None:
        """Append the message of these parts that begins at ``start``, in the line of that number."""
        if len(self._text) <= _SHORT and len(self) < _KEPT:
            self._found.append(found)
        self._numbers.append(number)
        self._starts.append(start)
        self._ends.append(start)

    def extend(self, end: int) -> None:
        """Extend the last message by the lines up to ``end``."""
        self._ends[-1] = end

    def complete(self) -> MessageLog:
        """Parse the messages of a short log once; return the log."""
        if len(self) == len(self._found):
            self._kept = tuple(self._message(place, found) for place, found in enumerate(self._found))
        self._found.clear()
        return self

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> SyslogMessage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SyslogMessage, ...]: ...
    def __getitem__(self, index: int | slice) -> SyslogMessage | tuple[SyslogMessage, ...]:
        """Parse the message at a place."""
        if self._kept is not None:
            return self._kept[index]
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        if self._latest is not None and self._latest[0] == index:
            return self._latest[1]
        found = self._message(index)
        self._latest = (index, found)
        return found

    def _message(self, index: int, found: LogLine | None = None) -> SyslogMessage:
        """Parse the message at a place; its parts are found once more unless they are given."""
        start, end = self._starts[index], self._ends[index]
        first, _, more = self._text[start : max(end, _line_end(self._text, start))].partition("\n")
        row = Row(self._numbers[index], first.rstrip())
        found = found or begun_by(row.text)
        if found is None:  # never: ``add`` names messages only
            raise IndexError(index)
        lines = tuple(line for raw in more.split("\n") if (line := raw.rstrip())) if more else ()
        return message(found, row, self._command, lines)

    def __iter__(self) -> Iterator[SyslogMessage]:
        return (self[place] for place in range(len(self)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end
