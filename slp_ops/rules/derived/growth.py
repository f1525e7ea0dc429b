"""Do the reports that nobody acknowledges grow, and when will there be too many?

Everything here is told by the counts of several runs alone, so that a rule and the trend of a fleet say
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from slp_ops.regression import FEWEST, Trend, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.facts.rum import RumPoint

# Older counts say how it was, not how it goes on.
_WINDOW: Final = timedelta(days=60)
# Beyond this nobody plans, and a straight line says nothing.
_HORIZON: Final = timedelta(days=730)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose, as device times are


class Course(StrEnum):
    """What the counts do."""

    TOO_FEW = "too_few"  # runs
    STEADY = "steady"
    ACKNOWLEDGED = "acknowledged"  # an ACK came in between
    BETWEEN = "between_reports"  # they grow, as they do until the next report is due
    GROWING = "growing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """When the limit will be reached, by the clock that the counts go by. None: beyond two years.

    ``latest`` None: it may as well never come so far.
    """

    likely: datetime | None
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What became of the counts. ``per_day`` and ``margin`` are known where a line could be fitted.

    ``days`` is the time that the points used lie over, ``points`` how many they are; ``reach`` is there
    while the limit has not been reached.
    """

    course: Course
    count: int
    points: int
    days: float
    since: datetime
    per_day: float | None = None
    margin: float | None = None
    reach: Reach | None = None


def growth(points: Sequence[RumPoint], *, limit: int, failing: bool | None) -> Growth | None:
    """What the counts do, oldest first; ``failing`` is whether the exchange fails now. None without any."""
    if not points:
        return None
    moments = _moments(points)
    newest = moments[-1]
    recent = [(point, at) for point, at in zip(points, moments, strict=True) if newest - at <= _WINDOW]
    since = _since_last_fall(recent)
    if len(since) < FEWEST:
        came = len(recent) >= FEWEST and _acknowledged([point for point, _ in recent])
        return _plain(Course.ACKNOWLEDGED if came else Course.TOO_FEW, since)
    line = _line([(at, point.backlog) for point, at in since])
    if line is None:
        return _plain(Course.TOO_FEW, since)
    sent = [(at, point.unacknowledged) for point, at in since if point.unacknowledged is not None]
    unanswered = _line(sent)
    last = since[-1][0]
    if not line.rises:
        course = Course.STEADY
    elif last.late or failing or (unanswered is not None and unanswered.rises):
        course = Course.GROWING
    else:
        course = Course.BETWEEN
    plain = _plain(course, since)
    reach = _reach(line, limit, newest) if line.rises and last.backlog < limit else None
    return Growth(
        course=course,
        count=plain.count,
        points=plain.points,
        days=plain.days,
        since=plain.since,
        per_day=line.slope,
        margin=line.margin,
        reach=reach,
    )


def _moments(points: Sequence[RumPoint]) -> list[datetime]:
    """The switch's own times, since its reports are made by them; the runs' where it has none to trust."""
    own = [point.at for point in points if point.at is not None]
    if len(own) == len(points) and all(one < other for one, other in pairwise(own)):
        return own
    return [point.seen.astimezone(UTC).replace(tzinfo=None) for point in points]


def _since_last_fall(points: Sequence[tuple[RumPoint, datetime]]) -> list[tuple[RumPoint, datetime]]:
    """The points since reports went away: acknowledged, purged, or lost with a factory reset."""
    start = 0
    for number in range(1, len(points)):
        before, after = points[number - 1][0], points[number][0]
        if after.last_ack != before.last_ack or after.backlog * 2 < before.backlog:
            start = number
    return list(points[start:])


def _acknowledged(points: Sequence[RumPoint]) -> bool:
    return any(
        after.last_ack != before.last_ack and after.last_ack is not None for before, after in pairwise(points)
    )


def _plain(course: Course, points: Sequence[tuple[RumPoint, datetime]]) -> Growth:
    (_, first), (last, newest) = points[0], points[-1]
    return Growth(
        course=course,
        count=last.backlog,
        points=len(points),
        days=(newest - first) / timedelta(days=1),
        since=first,
    )


def _line(points: Sequence[tuple[datetime, int]]) -> Trend | None:
    # A report is closed once a day: a count may be off by what a day adds.
    return fit([((at - _EPOCH) / timedelta(days=1), float(count)) for at, count in points], batch=1.0)


def _reach(line: Trend, limit: int, now: datetime) -> Reach | None:
    crossing = line.reaches(limit)
    if crossing is None:
        return None

    def moment(days: float | None) -> datetime | None:
        if days is None:
            return None
        ahead = days - (now - _EPOCH) / timedelta(days=1)
        return None if ahead > _HORIZON.days else now + timedelta(days=max(0.0, ahead))

    return Reach(
        likely=moment(crossing.likely), earliest=moment(crossing.earliest), latest=moment(crossing.latest)
    )
