"""Dated lines of the agent's logs; a line longer than the terminal continues in the next one.

Events are parsed when they are asked for: a log has hundreds, and a rule asks for a few.

2024-01-02 03:04:05.920 UTC SAEVT_PLATFORM eventSource="INFRA_SL" MSG="ERM-Reset: Client 0"
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from slp_ops.commands._lazy_sequence import LazySequence
from slp_ops.commands._values import device_time
from slp_ops.facts.communication import LazyEvents, LicenseEvent
from slp_ops.facts.values import DeviceTime, LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands._capture_text import Body, Row

_DATED: Final = re.compile(
    r"^((?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})"
    r"(?: [A-Za-z][\w+-]*)?)\s+(\S.*)$",
    re.ASCII,
)
# Events whose values are remembered, without their times, and the longest of them: some megabytes at most.
_MOST_KNOWN: Final = 1024
_LONGEST_KNOWN: Final = 400
_VALUE: Final = re.compile(r'([\w.-]{1,60})="([^"]*)"')


class DatedEvents(LazySequence[LicenseEvent], LazyEvents):
    """The dated lines of a page, each with its continuations."""

    __slots__ = ("_command", "_groups", "_joined", "_kept", "_names")

    def __init__(self, command: str) -> None:
        """Create an empty log; ``begin`` and ``extend`` add the lines."""
        self._command = command
        self._groups: list[list[Row]] = []
        self._names: list[str | None] = []  # None where the name may continue in the next line
        self._joined: _LineUnwrapper | None = None
        self._kept: dict[int, LicenseEvent] = {}

    def begin(self, row: Row, name: str) -> None:
        """Append an event that begins with a row, and with a name if nothing continues it."""
        self._groups.append([row])
        self._names.append(name)

    def extend(self, row: Row) -> None:
        """Extend the last event by a row."""
        self._groups[-1].append(row)
        self._names[-1] = None

    @property
    def names(self) -> Sequence[str]:
        """Return the name of each event."""
        return [self[place].name if name is None else name for place, name in enumerate(self._names)]

    def __len__(self) -> int:
        return len(self._groups)

    def values(self, place: int) -> tuple[LabelledValue, ...]:
        """See ``LazyEvents``."""
        return _parts_of(_stamp_and_text(self._line(place))[1])[1]

    def _value(self, place: int) -> LicenseEvent:
        found = self._kept.get(place)
        if found is None:
            line = self._groups[place][0].line
            found = self._kept[place] = _event(self._command, line, self._line(place))
        return found

    def _line(self, place: int) -> str:
        """Return the line of an event with its continuations."""
        if self._joined is None:
            self._joined = _LineUnwrapper([row.text for group in self._groups for row in group[:-1]])
        return self._joined.text(self._groups[place])


def events(page: Body) -> tuple[DatedEvents, list[Row]]:
    """Return the dated lines with their continuations, and the lines before the first of them."""
    found = DatedEvents(page.command)
    unread: list[Row] = []
    for row in page.rows:
        if dated := _DATED.match(row.text.lstrip()):
            found.begin(row, _name(dated[2]))
        elif found:
            found.extend(row)
        else:
            unread.append(row)
    return found, unread


class _LineUnwrapper:
    """Joins wrapped lines: split at the terminal's width, or at a dropped blank.

    A terminal splits every line at the same column. Continued lines of different lengths were wrapped at
    blanks; then only a word longer than a line is split, without a blank before it.
    """

    def __init__(self, going_on: list[str]) -> None:
        lengths = [len(text) for text in going_on]
        self._width = max(lengths, default=0)
        # One less: a blank in the last column is removed with the other trailing blanks.
        self._at_blanks = min(lengths, default=0) < self._width - 1

    def text(self, rows: list[Row]) -> str:
        """Return the joined line."""
        parts = [rows[0].text.lstrip()]
        for before, row in itertools.pairwise(rows):
            cut = len(before.text) == self._width and not (self._at_blanks and " " in before.text)
            parts.append(row.text if cut else f" {row.text}")
        return "".join(parts)


def _event(command: str, line: SourceLine, joined: str) -> LicenseEvent:
    stamp, text = _stamp_and_text(joined)
    name, values = _parts_of(text)
    return LicenseEvent(
        time=device_time(stamp) or DeviceTime(text=stamp),
        name=name,
        text=text,
        values=values,
        source=Source(command, line=line),
    )


def _stamp_and_text(joined: str) -> tuple[str, str]:
    dated = _DATED.match(joined)
    return (dated[1], dated[2]) if dated else ("", joined)


def _parts_of(text: str) -> tuple[str, tuple[LabelledValue, ...]]:
    """Return name and values. A log repeats its events, and so do those of a fleet, but for the times."""
    return _known_parts(text) if len(text) <= _LONGEST_KNOWN else _parts(text)


def _parts(text: str) -> tuple[str, tuple[LabelledValue, ...]]:
    """Return the name of an event and its values."""
    return _name(text), tuple(
        LabelledValue(label=label, value=value) for label, value in _VALUE.findall(text)
    )


_known_parts: Final = lru_cache(_MOST_KNOWN)(_parts)


def _name(text: str) -> str:
    return text.split(maxsplit=1)[0]
