"""Building blocks of facts: source lines, device times, and small printed values.

Values only. The package ``commands`` parses texts into them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.json_documents import HIDDEN, json_document
from slp_ops.model import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime


class SourceLine(NamedTuple):
    """A line of a capture, counted from 1. A parser makes thousands of them."""

    number: int
    text: str


class Source:
    """Source of a fact: the command, and the line of each field.

    A fact from one row of a table has one line for all its fields.
    """

    __slots__ = ("_line", "_lines", "command")

    def __init__(
        self, command: str = "", lines: Mapping[str, SourceLine] | None = None, line: SourceLine | None = None
    ) -> None:
        self.command = command
        self._lines = lines or {}
        self._line = line

    @classmethod
    def joined(cls, sources: Iterable[Source]) -> Source:
        """Return the source of a fact that several outputs gave in parts, of a field the later line."""
        parts = list(sources)
        lines = {name: line for part in parts for name, line in part._lines.items()}
        return cls(parts[0].command if parts else "", lines, parts[0]._line if parts else None)

    def line(self, name: str) -> SourceLine | None:
        """Return the line of this field; None without one."""
        return self._lines.get(name, self._line)

    def first(self) -> SourceLine | None:
        """Return the first line."""
        if self._line is not None or not self._lines:
            return self._line
        return min(self._lines.values(), key=lambda line: line.number)


NOWHERE: Final = Source()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts. Facts are equal when their values are, whatever their source."""

    source: Source = field(default=NOWHERE, compare=False, repr=False, metadata=HIDDEN)

    def cite(self, *names: str) -> tuple[Evidence, ...]:
        """Return the lines of these fields, in that order, each once; without names, the first line.

        A field without a line is evidence too: its absence, with ``line`` None.
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
        """Return evidence of an absence: the command, and what was looked for."""
        return Evidence(command=self.source.command, line=None, text=what)

    def _evidence(self, line: SourceLine) -> Evidence:
        return Evidence(command=self.source.command, line=line.number, text=line.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTime:
    """A time as a switch prints it. ``at`` is naive: compare it only with the same switch's clock.

    ``zone`` is the printed word (``UTC``, ``JST``, ``est``): a configured name, not an
    offset.
    """

    text: str
    at: datetime | None = None
    zone: str | None = None

    @property
    def is_unset(self) -> bool:
        """Return True for the first day of 1970 or 1900, printed for an unknown time: never "expired"."""
        return self.at is not None and self.at.year in (1970, 1900)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledValue:
    """Label and value as printed, with their heading."""

    label: str
    value: str
    heading: str = ""

    def as_json(self) -> PairDocument:
        """Return the form in JSON, in which a number is a number."""
        value = int(self.value) if _WHOLE.match(self.value) else self.value
        return PairDocument(label=self.label, value=value, heading=self.heading)


# Digits are numbers; with leading zeros (0509) or beyond any counter they are names.
_WHOLE: Final = re.compile(r"^(?:0|-?[1-9]\d{0,17})$", re.ASCII)


@json_document
class PairDocument:
    """A label and its value in JSON."""

    label: str
    value: int | str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """Printed yes or no; ``on`` is None for any other word."""

    text: str
    on: bool | None = None
    origin: str | None = None  # its origin, such as "CISCO default"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Number of days with its origin: ``365 (CISCO default)``."""

    text: str
    days: int | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedWord:
    """Word with its time: ``OK on Jan 02 03:04:05 2024 UTC``."""

    text: str
    word: str
    at: DeviceTime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Number, with the second one that tech support prints in brackets: ``0(349)``."""

    text: str
    count: int
    bracketed: int | None = None
