"""Growth of unacknowledged reports, and the predicted date of too many.

Everything here derives from the counts of several runs, so that a rule and the trend of a fleet
agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from slp_ops.linear_fit import MIN_POINTS, Trend, fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.facts.rum import RumPoint

# Older counts do not predict the future.
_WINDOW: Final = timedelta(days=60)
# A linear prediction is meaningless beyond this.
_HORIZON: Final = timedelta(days=730)
_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose, as device times are


class GrowthCourse(StrEnum):
    """Course of the counts."""

    TOO_FEW = "too_few"  # runs
    STEADY = "steady"
    ACKNOWLEDGED = "acknowledged"  # an ACK arrived in between
    BETWEEN = "between_reports"  # they grow, as is normal until the next report is due
    GROWING = "growing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitForecast:
    """Predicted time of the limit, on the clock of the counts. None: beyond two years.

    ``latest`` None: possibly never.
    """

    estimate: datetime | None
    earliest: datetime | None
    latest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGrowth:
    """Result of the analysis. ``per_day`` and ``margin`` are known if a line could be fitted.

    ``days`` is the time span of the points used, ``points`` their number; ``reach`` is set
    while the limit has not been reached.
    """

    course: GrowthCourse
    count: int
    points: int
    days: float
    since: datetime
    per_day: float | None = None
    margin: float | None = None
    reach: LimitForecast | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLine:
    """Course of the counts, and the line through them where one could be fitted; ``newest`` is the last time.

    The other values are those of ``ReportGrowth``. A limit is not a part of it.
    """

    course: GrowthCourse
    count: int
    points: int
    days: float
    since: datetime
    newest: datetime
    trend: Trend | None = None

    def growth(self, limit: int) -> ReportGrowth:
        """Return the growth with the forecast for a limit."""
        trend = self.trend
        has_forecast = trend is not None and trend.rises and self.count < limit
        return ReportGrowth(
            course=self.course,
            count=self.count,
            points=self.points,
            days=self.days,
            since=self.since,
            per_day=None if trend is None else trend.slope,
            margin=None if trend is None else trend.margin,
            reach=_reach(trend, limit, self.newest) if trend is not None and has_forecast else None,
        )


def growth(points: Sequence[RumPoint], *, limit: int, failing: bool | None) -> ReportGrowth | None:
    """Analyse the counts, oldest first; ``failing`` is whether the exchange fails now. None without
    counts."""
    line = growth_line(points, failing=failing)
    return None if line is None else line.growth(limit)


def growth_line(points: Sequence[RumPoint], *, failing: bool | None) -> GrowthLine | None:
    """Return the course of the counts, oldest first, and the line through them; None without counts."""
    if not points:
        return None
    moments = _moments(points)
    newest = moments[-1]
    recent = [(point, at) for point, at in zip(points, moments, strict=True) if newest - at <= _WINDOW]
    since = _since_last_fall(recent)
    if len(since) < MIN_POINTS:
        came = len(recent) >= MIN_POINTS and _acknowledged([point for point, _ in recent])
        return _plain(GrowthCourse.ACKNOWLEDGED if came else GrowthCourse.TOO_FEW, since)
    line = _line([(at, point.backlog) for point, at in since])
    if line is None:
        return _plain(GrowthCourse.TOO_FEW, since)
    sent = [(at, point.unacknowledged) for point, at in since if point.unacknowledged is not None]
    unanswered = _line(sent)
    last = since[-1][0]
    if not line.rises:
        course = GrowthCourse.STEADY
    elif last.late or failing or (unanswered is not None and unanswered.rises):
        course = GrowthCourse.GROWING
    else:
        course = GrowthCourse.BETWEEN
    return _plain(course, since, line)


def _moments(points: Sequence[RumPoint]) -> list[datetime]:
    """Return the switch's own times, or those of the runs if its clock is not trusted."""
    own = [point.at for point in points if point.at is not None]
    if len(own) == len(points) and all(one < other for one, other in pairwise(own)):
        return own
    return [point.seen.astimezone(UTC).replace(tzinfo=None) for point in points]


def _since_last_fall(points: Sequence[tuple[RumPoint, datetime]]) -> list[tuple[RumPoint, datetime]]:
    """Return the points since the last fall: reports acknowledged, purged, or lost with a factory reset."""
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


def _plain(
    course: GrowthCourse, points: Sequence[tuple[RumPoint, datetime]], trend: Trend | None = None
) -> GrowthLine:
    (_, first), (last, newest) = points[0], points[-1]
    return GrowthLine(
        course=course,
        count=last.backlog,
        points=len(points),
        days=(newest - first) / timedelta(days=1),
        since=first,
        newest=newest,
        trend=trend,
    )


def _line(points: Sequence[tuple[datetime, int]]) -> Trend | None:
    # A report is closed once a day: a count may differ by one day's reports.
    return fit([((at - _EPOCH) / timedelta(days=1), float(count)) for at, count in points], batch=1.0)


def _reach(line: Trend, limit: int, now: datetime) -> LimitForecast | None:
    crossing = line.reaches(limit)
    if crossing is None:
        return None

    def moment(days: float | None) -> datetime | None:
        if days is None:
            return None
        ahead = days - (now - _EPOCH) / timedelta(days=1)
        return None if ahead > _HORIZON.days else now + timedelta(days=max(0.0, ahead))

    return LimitForecast(
        estimate=moment(crossing.estimate), earliest=moment(crossing.earliest), latest=moment(crossing.latest)
    )
