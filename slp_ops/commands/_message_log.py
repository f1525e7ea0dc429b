"""Messages of a log, parsed when they are asked for: most of a buffer's concern no rule, and a server's file
has hundreds of thousands."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, overload

from slp_ops.commands._capture_text import Row
from slp_ops.commands._log_line import message
from slp_ops.facts.log import LazyMessages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.facts.log import SyslogMessage

# Rules ask for a message several times: those of an ordinary buffer are kept, of a long log the last one.
_MOST_KEPT: Final = 4096
_ORDINARY: Final = 2**20  # characters


class MessageLog(LazyMessages):
    """The messages of a text in printed order. Equal to any sequence of the same messages."""

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

    @overload
    def __getitem__(self, index: int) -> SyslogMessage: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SyslogMessage, ...]: ...
    def __getitem__(self, index: int | slice) -> SyslogMessage | tuple[SyslogMessage, ...]:
        """Parse the message at a place."""
        if isinstance(index, slice):
            return tuple(self[place] for place in range(*index.indices(len(self))))
        place = range(len(self))[index]
        found = self._kept.get(place)
        if found is None:
            found = self._message(place)
            if len(self._kept) >= (_MOST_KEPT if len(self._text) <= _ORDINARY else 1):
                self._kept.clear()
            self._kept[place] = found
        return found

    def _message(self, place: int) -> SyslogMessage:
        start, end = self._starts[place], self._ends[place]
        first, _, more = self._text[start : max(end, _line_end(self._text, start))].partition("\n")
        row = Row(self._numbers[place], first.rstrip())
        lines = tuple(line for raw in more.split("\n") if (line := raw.rstrip())) if more else ()
        return message(row, self._command, lines)

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
