"""What a fleet's history adds up to."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from slp_ops.facts.rum import RumPoint
from slp_ops.history.trend import Series, SiteDay, SwitchLine, fleet_trend
from slp_ops.rules.derived.growth import GrowthCourse

NOW = datetime(2026, 1, 10, 12, 0, 0)  # noqa: DTZ001 - a device's time is naive
LAST_ACK = NOW - timedelta(days=60)


def line_of(device: str, *backlogs: int, late: bool = True) -> SwitchLine:
    moments = [NOW + timedelta(days=number - len(backlogs) + 1) for number in range(len(backlogs))]
    found = Series(
        device=device,
        site="tokyo",
        points=tuple(
            RumPoint(
                run="", seen=at.replace(tzinfo=UTC), at=at, backlog=backlog, last_ack=LAST_ACK, late=late
            )
            for at, backlog in zip(moments, backlogs, strict=True)
        ),
    )
    line = found.line()
    assert line is not None
    return line


def test_the_sites_of_a_day_are_one_fleet() -> None:
    day = date(2026, 1, 10)
    trend = fleet_trend(
        [
            SiteDay(
                day=day,
                site="tokyo",
                switches=3,
                counted=2,
                backlog=10,
                largest=8,
                oldest_ack=timedelta(days=40),
                mean_ack=timedelta(days=20),
                judged=3,
                failing=1,
            ),
            SiteDay(
                day=day, site="osaka", switches=1, oldest_ack=timedelta(days=8), mean_ack=timedelta(days=8)
            ),
            SiteDay(day=day - timedelta(days=1), site="osaka", switches=1),
        ],
        [],
        limit=1000,
    )

    assert [each.day for each in trend.fleet] == [day - timedelta(days=1), day]
    newest = trend.fleet[-1]
    assert (newest.switches, newest.counted, newest.backlog, newest.largest) == (4, 2, 10, 8)
    assert (newest.oldest_ack, newest.mean_ack) == (timedelta(days=40), timedelta(days=17))
    assert (newest.judged, newest.failing) == (3, 1)
    # A day of which nothing was counted does not have no reports.
    assert trend.fleet[0].backlog is None
    assert list(trend.sites) == ["osaka", "tokyo"]


def test_whose_reports_come_to_the_limit_first_stands_in_front() -> None:
    trend = fleet_trend(
        [],
        [
            line_of("slow", 100, 102, 104, 106),
            line_of("healthy", 4, 4, 4, 4, late=False),
            line_of("past", 1000, 1010, 1020, 1030),
            line_of("fast", 100, 140, 180, 220),
            line_of("young", 100),
        ],
        limit=1000,
    )

    assert [each.device for each in trend.growing] == ["past", "fast", "slow"]
    assert trend.courses == {GrowthCourse.GROWING: 3, GrowthCourse.STEADY: 1, GrowthCourse.TOO_FEW: 1}


def test_of_nothing_there_is_nothing() -> None:
    trend = fleet_trend([], [], limit=1000)

    assert (trend.fleet, dict(trend.sites), trend.switches) == ((), {}, ())
