"""Trend of a fleet: counts by site and day, and switches with growing reports.

For ``slp-ops trend`` and for the report; the values come from ``store.history``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.rules.derived.growth import GrowthCourse, growth_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, timedelta

    from slp_ops.facts.rum import RumPoint
    from slp_ops.rules.derived.growth import GrowthLine, ReportGrowth


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """Switches of a site on one day with runs, in UTC, each with its newest sample up to that day.

    Sums are over the ``counted`` switches whose counts could be read, ``failing`` over the ``judged`` ones.
    ``late``: no ACK for longer than the push interval; ``overdue``: the ACK deadline has passed.
    """

    day: date
    site: str
    switches: int
    counted: int = 0
    backlog: int | None = None
    largest: int | None = None
    unacknowledged: int | None = None
    oldest_ack: timedelta | None = None
    mean_ack: timedelta | None = None
    late: int | None = None
    overdue: int | None = None
    judged: int = 0
    failing: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """RUM counts of one switch, oldest first; ``failing`` is whether its exchange fails now."""

    device: str
    site: str
    points: tuple[RumPoint, ...]
    failing: bool | None = None

    def line(self) -> SwitchLine | None:
        """Return the line through the counts; None without counts."""
        found = growth_line(self.points, failing=self.failing)
        return None if found is None else SwitchLine(device=self.device, site=self.site, line=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLine:
    """Line through the counts of one switch."""

    device: str
    site: str
    line: GrowthLine


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchGrowth:
    """Growth of one switch's counts."""

    device: str
    site: str
    growth: ReportGrowth


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetTrend:
    """Trend by site and for the fleet, oldest day first, and the line of each switch.

    ``limit`` is the number of reports for ``growth.reach``.
    """

    limit: int
    fleet: tuple[SiteDay, ...]
    sites: Mapping[str, tuple[SiteDay, ...]]
    lines: tuple[SwitchLine, ...]

    @property
    def switches(self) -> tuple[SwitchGrowth, ...]:
        """Return the growth of each switch, the most urgent first."""
        return tuple(sorted((_growth(each, self.limit) for each in self.lines), key=_urgency))

    @property
    def growing(self) -> tuple[SwitchGrowth, ...]:
        """Return the switches with growing unacknowledged reports, ordered by the predicted date of the
        limit."""
        lines = (each for each in self.lines if each.line.course is GrowthCourse.GROWING)
        return tuple(sorted((_growth(each, self.limit) for each in lines), key=_urgency))

    @property
    def courses(self) -> Mapping[GrowthCourse, int]:
        """Count the switches by course."""
        return Counter(each.line.course for each in self.lines)


def fleet_trend(days: Iterable[SiteDay], lines: Iterable[SwitchLine], *, limit: int) -> FleetTrend:
    """Compute the trend of a fleet, or of the selected part."""
    days = tuple(days)
    by_site: dict[str, list[SiteDay]] = {}
    by_day: dict[date, list[SiteDay]] = {}
    for each in days:
        by_site.setdefault(each.site, []).append(each)
        by_day.setdefault(each.day, []).append(each)
    return FleetTrend(
        limit=limit,
        fleet=tuple(_together(by_day[day]) for day in sorted(by_day)),
        sites={site: tuple(by_site[site]) for site in sorted(by_site)},
        lines=tuple(lines),
    )


def _growth(each: SwitchLine, limit: int) -> SwitchGrowth:
    return SwitchGrowth(device=each.device, site=each.site, growth=each.line.growth(limit))


def _urgency(each: SwitchGrowth) -> tuple[bool, float, int, str]:
    found = each.growth
    likely = found.reach.estimate.timestamp() if found.reach is not None and found.reach.estimate else None
    if found.reach is None and found.course is GrowthCourse.GROWING:
        likely = float("-inf")  # the limit is reached
    return (
        found.course is not GrowthCourse.GROWING,
        float("inf") if likely is None else likely,
        -found.count,
        each.device,
    )


def _together(days: Sequence[SiteDay]) -> SiteDay:
    """Sum up the sites of one day."""
    judged = sum(each.judged for each in days)
    counted = sum(each.counted for each in days)
    ages = [(each.mean_ack, each.switches) for each in days if each.mean_ack is not None]
    weight = sum(switches for _, switches in ages)
    return SiteDay(
        day=days[0].day,
        site="",
        switches=sum(each.switches for each in days),
        counted=counted,
        backlog=_sum(each.backlog for each in days),
        largest=max((each.largest for each in days if each.largest is not None), default=None),
        unacknowledged=_sum(each.unacknowledged for each in days),
        oldest_ack=max((each.oldest_ack for each in days if each.oldest_ack is not None), default=None),
        mean_ack=sum((age * switches for age, switches in ages[1:]), ages[0][0] * ages[0][1]) / weight
        if ages
        else None,
        late=_sum(each.late for each in days),
        overdue=_sum(each.overdue for each in days),
        judged=judged,
        failing=_sum(each.failing for each in days),
    )


def _sum(values: Iterable[int | None]) -> int | None:
    """Return the sum; None when nothing is known, which is not zero reports."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
