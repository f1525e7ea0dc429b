"""What the counts of several runs say: a course, a rate, and a date with its uncertainty."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from slp_ops.facts import (
    Clock,
    DeviceTime,
    LicenseTransport,
    PushInterval,
    RumReport,
    RumReports,
    RumState,
    RumSummary,
    Software,
    TransportKind,
    UsageReporting,
)
from slp_ops.facts.rum import RumHistory, RumPoint
from slp_ops.facts.values import Count
from slp_ops.i18n import Lang
from slp_ops.model import Severity, Verdict
from slp_ops.parsing import Facts
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.derived.growth import GrowthCourse, ReportGrowth, growth
from slp_ops.rules.derived.rum_backlog import Backlog, Lateness
from slp_ops.rules.engine import judge
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds

NOW = datetime(2026, 1, 10, 12, 0, 0)  # noqa: DTZ001 - a device's time is naive
LAST_ACK = NOW - timedelta(days=60)


def points(*backlogs: int, spacing: timedelta = timedelta(days=1), late: bool = True) -> list[RumPoint]:
    found = []
    for number, backlog in enumerate(backlogs):
        at = NOW + spacing * (number - len(backlogs) + 1)
        found.append(
            RumPoint(
                run=f"{number:06}",
                seen=at.replace(tzinfo=UTC),
                at=at,
                backlog=backlog,
                last_ack=LAST_ACK,
                late=late,
            )
        )
    return found


def grown(given: list[RumPoint], *, limit: int = 1000, failing: bool | None = None) -> ReportGrowth:
    found = growth(given, limit=limit, failing=failing)
    assert found is not None
    return found


def test_without_any_count_nothing_is_said() -> None:
    assert growth([], limit=1000, failing=None) is None


def test_a_growing_count_has_a_rate_and_a_date_between_two_others() -> None:
    found = grown(points(*range(400, 460, 2)))

    assert found.course is GrowthCourse.GROWING
    assert (found.count, found.points, round(found.days)) == (458, 30, 29)
    assert found.per_day is not None
    assert round(found.per_day, 2) == 2.0
    assert found.reach is not None
    assert found.reach.estimate is not None
    assert found.reach.earliest is not None
    assert found.reach.latest is not None
    assert (found.reach.estimate.date() - NOW.date()).days == 271
    assert found.reach.earliest < found.reach.estimate < found.reach.latest


def test_four_runs_are_the_fewest() -> None:
    assert grown(points(400, 410, 420)).course is GrowthCourse.TOO_FEW
    assert grown(points(400, 410, 420, 430)).course is GrowthCourse.GROWING


def test_an_acknowledgement_begins_the_count_anew() -> None:
    before = points(50, 52, 54, 56, 4, 6)
    after = [*before[:4], *(replace(each, last_ack=NOW) for each in before[4:])]

    found = grown(after)

    assert found.course is GrowthCourse.ACKNOWLEDGED
    assert (found.count, found.points) == (6, 2)


def test_after_a_factory_reset_the_count_begins_anew_and_nothing_is_known_yet() -> None:
    reset = points(900, 905, 910, 2, 4)

    assert grown(reset).course is GrowthCourse.TOO_FEW


def test_between_two_reports_every_switch_grows() -> None:
    young = points(10, 12, 14, 16, late=False)

    assert grown(young).course is GrowthCourse.BETWEEN
    assert grown(young, failing=True).course is GrowthCourse.GROWING


def test_a_date_beyond_two_years_is_not_said() -> None:
    found = grown(points(*(100 + day // 4 for day in range(40))))

    assert found.course is GrowthCourse.GROWING
    assert found.reach is not None
    assert found.reach.estimate is None


def test_what_has_come_so_far_has_no_date() -> None:
    assert grown(points(990, 1000, 1010, 1020)).reach is None


def test_old_counts_say_nothing_of_today() -> None:
    given = points(*range(100, 500, 4))  # a hundred days

    assert grown(given).days <= 60


def test_a_clock_that_was_set_back_is_not_gone_by() -> None:
    given = points(400, 410, 420, 430)
    confused = [*given[:2], *(replace(each, at=NOW - timedelta(days=4000)) for each in given[2:])]

    assert grown(confused).per_day == grown(given).per_day


def test_by_the_clock_of_a_switch_that_runs_at_another_pace() -> None:
    """As simulated switches do: their days pass while the runs are minutes apart."""
    given = points(400, 402, 404, 406)
    quick = [
        replace(each, seen=datetime(2026, 1, 1, 0, number, tzinfo=UTC)) for number, each in enumerate(given)
    ]

    assert grown(quick).per_day == grown(given).per_day


def test_the_rule_says_it_in_both_languages_with_evidence() -> None:
    listed = RumReports(
        reports=tuple(
            RumReport(id=number, state=RumState.UNACK, state_printed="UNACK") for number in range(1, 459)
        )
    )
    facts = Facts.of(RumHistory(points=tuple(points(*range(400, 460, 2)))), listed)
    rule = packaged_ruleset().rule("rum-unacknowledged-growing")
    assert rule is not None

    outcome = judge(rule, FactContext(facts, (packaged_ruleset().catalogue, Thresholds(), Intent())))

    assert (outcome.verdict, outcome.severity) == (Verdict.FAIL, Severity.WARNING)
    assert outcome.finding is not None
    english, japanese = (outcome.finding.summary.render(lang) for lang in (Lang.EN, Lang.JA))
    assert english.startswith(
        "458 RUM reports are not acknowledged, 2.0 ±0.0 more a day (30 runs in 29 days); "
    )
    assert "about 1,000 are reached around 2026-10-08, between 2026-10-0" in english
    assert "2026-10-08 頃" in japanese
    assert outcome.finding.evidence[-1].text.startswith("reports not acknowledged: 2025-12-12 400, ")


def test_what_comes_within_a_month_is_an_error() -> None:
    facts = Facts.of(RumHistory(points=tuple(points(*range(700, 900, 10)))))
    rule = packaged_ruleset().rule("rum-unacknowledged-growing")
    assert rule is not None

    outcome = judge(rule, FactContext(facts, (packaged_ruleset().catalogue, Thresholds(), Intent())))

    assert outcome.severity is Severity.ERROR


def test_reports_that_are_owed() -> None:
    def listed(*states: RumState) -> RumReports:
        return RumReports(
            reports=tuple(
                RumReport(id=number, state=state, state_printed=state.value)
                for number, state in enumerate(states)
            )
        )

    found = Backlog.derive(
        None, listed(RumState.OPEN, RumState.CLOSED, RumState.UNACK, RumState.UNACK, RumState.ACK)
    )
    assert found is not None
    assert (found.reports, found.unacknowledged) == (4, 2)

    # The total of the summary counts what was acknowledged long ago, and is not looked at.
    summary = RumSummary(total=4321, waiting=Count(text="3", count=3), available=12)
    found = Backlog.derive(summary, None)
    assert found is not None
    assert (found.reports, found.unacknowledged) == (15, 3)

    bracketed = RumSummary(waiting=Count(text="0(171)", count=0, bracketed=171), available=171)
    found = Backlog.derive(bracketed, RumReports())
    assert found is not None
    assert (found.reports, found.unacknowledged) == (171, 0)

    assert Backlog.derive(RumSummary(total=4, acknowledged=4), None) is None
    assert Backlog.derive(None, None) is None


def lateness(
    *,
    ack: float | None = None,
    deadline: float | None = None,
    interval: int | None = 30,
    uptime: str | None = None,
    kind: TransportKind = TransportKind.SMART,
) -> bool | None:
    def on(days: float | None) -> DeviceTime | None:
        return None if days is None else DeviceTime(text="then", at=NOW + timedelta(days=days))

    facts = Facts.of(
        Clock(time=DeviceTime(text="now", at=NOW)),
        UsageReporting(
            last_ack=on(ack),
            next_ack_deadline=on(deadline),
            push_interval=None if interval is None else PushInterval(text="", days=interval),
        ),
        LicenseTransport(kind=kind),
        Software(uptime=uptime),
    )
    found = FactContext(facts, (packaged_ruleset().catalogue, Thresholds(), Intent())).get(Lateness)
    return None if found is None else found.late


def test_when_an_ack_is_late() -> None:
    assert lateness(ack=-31) is False  # a push that failed yesterday is tried again
    assert lateness(ack=-33) is True
    assert lateness(ack=-8, interval=7) is False
    assert lateness(ack=-10, interval=7) is True
    assert lateness(ack=-60, interval=0) is False  # nothing is reported
    assert lateness(ack=-60, interval=None) is True
    # One that never had an ACK is judged by how long it has been running.
    assert lateness(uptime="2 days, 3 hours") is False
    assert lateness(uptime="9 weeks, 3 hours") is True
    assert lateness() is None
    assert lateness(deadline=-1) is True
    # Offline an operator carries the reports: only the deadline counts.
    assert lateness(ack=-60, deadline=30, kind=TransportKind.OFF) is False
    assert lateness(ack=-60, deadline=-1, kind=TransportKind.OFF) is True
