"""Numbers of lines that ``| count`` prints."""

from __future__ import annotations

from dataclasses import dataclass

from slp_ops.facts.values import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCount(Fact):
    """Lines of the command ``of`` that match a regular expression."""

    of: str
    pattern: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCounts(Fact):
    """Every count of a device, in the order of the commands."""

    counts: tuple[LineCount, ...] = ()
