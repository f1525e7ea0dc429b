"""The geometry of the charts: numbers in, places out. How they look is the business of the page."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.report.view import SOON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from slp_ops.history.trend import SiteDay
    from slp_ops.report.view import Due, Health

_TICKS: Final = (-365, -180, -90, -30, 0, 30, 90, 180, 365)
_COLUMNS: Final = 80
_APART: Final = 0.05  # of the width: a tick's label needs so much beside that of now
_APART_PHONE: Final = 0.13  # the same on a phone, beside each other label
_LEAST: Final = 4.0  # of a bar, so that one switch among hundreds is still seen
_DOTS: Final = 9  # a taller column is drawn as a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A part of a bar."""

    kind: str
    count: int
    x: float
    width: float


def stacked(counts: Mapping[Health, int], *, most: int, width: float) -> tuple[Segment, ...]:
    """Return the parts of one bar, side by side; ``most`` is the value of the full width."""
    found: list[Segment] = []
    x = 0.0
    for kind, count in counts.items():
        if count:
            part = round(width * count / max(most, 1), 1)
            found.append(Segment(kind=kind.value, count=count, x=round(x, 1), width=max(part, 1.5)))
            x += part
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The deadlines that fall on one place of the time line."""

    x: float
    kind: str  # overdue, soon, later, cosmetic
    dots: tuple[float, ...]  # their heights, when they are drawn one by one
    base: float  # of the bar, when they are not
    height: float
    count: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One label of the time line. A phone has no room for the minor ones."""

    x: float
    days: int
    is_minor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineChart:
    """Geometry of the deadline chart: deadlines by the days left."""

    columns: tuple[Column, ...]
    ticks: tuple[Tick, ...]
    now: float
    beyond: int


def deadline_chart(dues: Iterable[Due], *, width: float, height: float) -> DeadlineChart:
    """Return one column for every few days. Values beyond the last tick are counted at the edge."""
    dues = tuple(dues)
    first = max(min((due.days_left for due in dues), default=0), _TICKS[0])
    last = min(max((due.days_left for due in dues), default=90), _TICKS[-1])
    low = max(tick for tick in _TICKS if tick <= min(first, -SOON))
    high = min(tick for tick in _TICKS if tick >= max(last, 90))
    step = (high - low) / _COLUMNS

    def place(days: float) -> float:
        return round(width * (days - low) / (high - low), 1)

    binned: dict[tuple[int, str], list[Due]] = {}
    for due in dues:
        within = min(max(due.days_left, low), high)
        # Columns begin at 0: a day before now and one after it never share one.
        column = math.floor((within + 0.5) / step)
        binned.setdefault((column, due.urgency.value), []).append(due)
    totals: Counter[int] = Counter()
    for (column, _), found in binned.items():
        totals[column] += len(found)
    highest = max(totals.values(), default=1)
    below: Counter[int] = Counter()
    columns: list[Column] = []
    for (column, kind), found in sorted(binned.items()):
        base = below[column]
        below[column] += len(found)
        dots = highest <= _DOTS
        unit = height / max(highest, _DOTS if dots else 1)
        columns.append(
            Column(
                x=place((column + 0.5) * step),
                kind=kind,
                dots=tuple(round((base + number + 0.5) * unit, 1) for number in range(len(found)))
                if dots
                else (),
                base=round(base * unit, 1),
                height=0.0 if dots else max(round(unit * len(found), 1), _LEAST),
                count=len(found),
                names=tuple(due.device for due in found[:6]),
            )
        )
    return DeadlineChart(
        columns=tuple(columns),
        ticks=tuple(_ticks([tick for tick in _TICKS if low <= tick <= high], place, width)),
        now=place(0),
        beyond=sum(not low <= due.days_left <= high for due in dues),
    )


def _ticks(ticks: Sequence[int], place: Callable[[float], float], width: float) -> Iterator[Tick]:
    """Return the labels with enough room; now and the ends keep theirs on the narrowest screen."""
    major: list[float] = []
    for tick in sorted(ticks, key=lambda tick: (tick != 0, -abs(tick))):
        if all(abs(place(tick) - x) > _APART_PHONE * width for x in major):
            major.append(place(tick))
    for tick in ticks:
        x = place(tick)
        if tick == 0 or abs(x - place(0)) > _APART * width:
            yield Tick(x=x, days=tick, is_minor=x not in major)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendLine:
    """One line of the trend, as the points of a polyline, with its last and its largest value."""

    kind: str
    points: str
    last: int
    most: int


def trend_lines(days: Sequence[SiteDay], *, width: float, height: float) -> tuple[TrendLine, ...]:
    """Each figure from zero to its own largest, by the days of the runs; what is all zero has no line."""
    span = (days[-1].day - days[0].day).days or 1
    lines: list[TrendLine] = []
    for kind, pick in _FIGURES.items():
        known = [(day.day, value) for day in days if (value := pick(day)) is not None]
        most = max((value for _, value in known), default=0)
        if not most:
            continue
        places = (
            f"{width * (day - days[0].day).days / span:.1f},{height - height * value / most:.1f}"
            for day, value in known
        )
        lines.append(TrendLine(kind=kind, points=" ".join(places), last=known[-1][1], most=most))
    return tuple(lines)


_FIGURES: Final[Mapping[str, Callable[[SiteDay], int | None]]] = {
    "backlog": lambda day: day.backlog,
    "failing": lambda day: day.failing,
    "overdue": lambda day: day.overdue,
}
