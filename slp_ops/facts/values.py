"""What every fact is made of: the line it was read from, device times, and small printed values.

Values only. How a text becomes one of these is the business of ``commands``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slp_ops.json_documents import HIDDEN, json_document
from slp_ops.model import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a capture, counted from 1."""

    number: int
    text: str


class Source:
    """Where a fact was read: the command, and for each field the line that said it.

    A fact that is one row of a table has one line for all its fields.
    """

    __slots__ = ("_line", "_lines", "command")

    def __init__(
        self, command: str = "", lines: Mapping[str, Line] | None = None, line: Line | None = None
    ) -> None:
        self.command = command
        self._lines = lines or {}
        self._line = line

    def line(self, name: str) -> Line | None:
        """The line that said this field; None when no line did."""
        return self._lines.get(name, self._line)

    def first(self) -> Line | None:
        """The first line of all."""
        if self._line is not None or not self._lines:
            return self._line
        return min(self._lines.values(), key=lambda line: line.number)


NOWHERE: Final = Source()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something a switch said about itself. Facts are equal when they say the same, wherever it stood."""

    source: Source = field(default=NOWHERE, compare=False, repr=False, metadata=HIDDEN)

    def cite(self, *names: str) -> tuple[Evidence, ...]:
        """The lines that said these fields, in that order, each once; without names, the first line.

        A field that no line spoke of is evidence too: its absence, with ``line`` None.
        """
        if not names:
            line = self.source.first()
            return (self.absent("") if line is None else self._evidence(line),)
        found: dict[tuple[int | None, str], Evidence] = {}
        for name in names:
            line = self.source.line(name)
            evidence = self.absent(name.replace("_", " ")) if line is None else self._evidence(line)
            found.setdefault((evidence.line, evidence.text), evidence)
        return tuple(found.values())

    def absent(self, what: str) -> Evidence:
        """Evidence that something is not there: the command read, and what was looked for in it."""
        return Evidence(command=self.source.command, line=None, text=what)

    def _evidence(self, line: Line) -> Evidence:
        return Evidence(command=self.source.command, line=line.number, text=line.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTime:
    """A time as a switch prints it. ``at`` is naive: compare it only with the same switch's clock.

    ``zone`` is the word that was printed (``UTC``, ``JST``, ``est``): a name that somebody
    configured, not an offset.
    """

    text: str
    at: datetime | None = None
    zone: str | None = None

    @property
    def is_unset(self) -> bool:
        """True for the first day of 1970 or 1900, printed where no time is known: never "expired"."""
        return self.at is not None and self.at.year in (1970, 1900)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A label and its value as printed, under the heading where they stood."""

    label: str
    value: str
    heading: str = ""

    def as_json(self) -> PairDocument:
        """Return the form in JSON, in which a number is a number."""
        value = int(self.value) if _WHOLE.match(self.value) else self.value
        return PairDocument(label=self.label, value=value, heading=self.heading)


# Numbers are numbers; with leading zeros (0509) or beyond any counter they are names.
_WHOLE: Final = re.compile(r"^(?:0|-?[1-9]\d{0,17})$", re.ASCII)


@json_document
class PairDocument:
    """A label and its value in JSON."""

    label: str
    value: int | str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A yes or no as printed; ``on`` is None for a word that is neither."""

    text: str
    on: bool | None = None
    origin: str | None = None  # who decided it, such as "CISCO default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A number of days with who decided it: ``365 (CISCO default)``."""

    text: str
    days: int | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A word with the time at which it came true: ``OK on Jan 02 03:04:05 2024 UTC``."""

    text: str
    word: str
    at: DeviceTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number, with the second one that tech support prints in brackets: ``0(349)``."""

    text: str
    count: int
    bracketed: int | None = None
