"""Documents of ``history``, ``trend`` and ``diff``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from slp_ops.json_documents import json_document, json_field, rounded, seconds
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.report.documents.audit import RuleSeverity
from slp_ops.report.growth_text import growth_words
from slp_ops.rules.derived.growth import GrowthCourse

if TYPE_CHECKING:
    from slp_ops.app.diff import DeviceDiff, DiffResult
    from slp_ops.app.history import DeviceHistory
    from slp_ops.history.trend import FleetTrend, SiteDay
    from slp_ops.i18n import Lang
    from slp_ops.rules.derived.growth import ReportGrowth
    from slp_ops.rules.values import Outcome
    from slp_ops.runs.history import RunSnapshot


@json_document
class ReachEntry:
    """Days on which the limit is reached: the likely one, and the two between which it lies at 90 %."""

    likely: str | None
    earliest: str | None
    latest: str | None
    confidence: float = 0.9


@json_document
class GrowthEntry:
    """Growth of the unacknowledged RUM reports of a switch."""

    course: GrowthCourse
    count: int
    points: int
    days: float = json_field(encoder=rounded(2))
    since: str | None
    per_day: float | None = json_field(encoder=rounded(2))
    per_day_margin: float | None = json_field(encoder=rounded(2))
    limit: int
    reach: ReachEntry | None
    words: str


def growth_entry(found: ReportGrowth | None, limit: int, lang: Lang) -> GrowthEntry | None:
    """Return the growth in one language; None without counts."""
    if found is None:
        return None
    reach = found.reach
    return GrowthEntry(
        course=found.course,
        count=found.count,
        points=found.points,
        days=found.days,
        since=_day(found.since),
        per_day=found.per_day,
        per_day_margin=found.margin,
        limit=limit,
        reach=None
        if reach is None
        else ReachEntry(
            likely=_day(reach.estimate), earliest=_day(reach.earliest), latest=_day(reach.latest)
        ),
        words=growth_words(found, limit).render(lang),
    )


@json_document
class TrustEntry:
    """Units of a switch, and how many of them have a trust code."""

    units: int | None
    trusted: int | None


@json_document
class RumEntry:
    """RUM reports that CSSM has not acknowledged, and those of them that were sent."""

    backlog: int | None
    unacknowledged: int | None


@json_document
class SnapshotEntry:
    """One device in one run."""

    run: str
    verb: str
    started: datetime = json_field(encoder=seconds)
    seen: datetime = json_field(encoder=seconds)
    clock: datetime | None = json_field(encoder=seconds)
    clock_trusted: bool
    site: str
    status: DeviceStatus
    error: str | None
    release: str | None
    transport: str | None
    trust: TrustEntry
    last_ack: datetime | None = json_field(encoder=seconds)
    ack_age_days: float | None
    ack_late: bool | None
    ack_overdue: bool | None
    deadline: datetime | None = json_field(encoder=seconds)
    last_push: datetime | None = json_field(encoder=seconds)
    rum: RumEntry
    failing: bool | None
    findings: tuple[RuleSeverity, ...]
    unjudged: tuple[str, ...]
    knowledge: str


@json_document
class HistoryDocument:
    """One device in every run, oldest first."""

    schema: Literal["slp-ops/history/1"] = "slp-ops/history/1"
    device: str
    site: str
    pictures: tuple[SnapshotEntry, ...]
    growth: GrowthEntry | None


def history_document(history: DeviceHistory, lang: Lang) -> HistoryDocument:
    """Return the document of ``history``."""
    return HistoryDocument(
        device=history.device,
        site=history.pictures[-1].summary.site,
        pictures=tuple(map(_picture, history.pictures)),
        growth=growth_entry(history.growth, history.limit, lang),
    )


def _picture(picture: RunSnapshot) -> SnapshotEntry:
    summary = picture.summary
    return SnapshotEntry(
        run=picture.run,
        verb=picture.verb,
        started=picture.started,
        seen=summary.seen,
        clock=summary.clock,
        clock_trusted=summary.clock_trusted,
        site=summary.site,
        status=summary.status,
        error=summary.error,
        release=summary.release,
        transport=summary.transport,
        trust=TrustEntry(units=summary.units, trusted=summary.trusted_units),
        last_ack=summary.last_ack,
        ack_age_days=_days(summary.ack_age, 2),
        ack_late=summary.late,
        ack_overdue=summary.overdue,
        deadline=summary.deadline,
        last_push=summary.last_push,
        rum=RumEntry(backlog=summary.backlog, unacknowledged=summary.unacknowledged),
        failing=summary.failing,
        findings=tuple(
            RuleSeverity(rule=rule, severity=severity) for rule, severity in summary.failed.items()
        ),
        unjudged=tuple(each.rule for each in summary.found if each.verdict is not Verdict.FAIL),
        knowledge=summary.knowledge,
    )


@json_document
class DayEntry:
    """The switches of a site, or of all, on one day, each with its newest sample up to that day.

    ``ack_late``: no ACK for longer than the push interval; ``ack_overdue``: the ACK deadline has passed.
    """

    day: date
    switches: int
    counted: int
    backlog: int | None
    largest_backlog: int | None
    unacknowledged: int | None
    oldest_ack_days: float | None
    mean_ack_days: float | None
    ack_late: int | None
    ack_overdue: int | None
    judged: int
    failing: int | None


@json_document
class SwitchEntry:
    """Growth of the reports of one switch."""

    device: str
    site: str
    growth: GrowthEntry | None = json_field(inline=True)


@json_document
class TrendDocument:
    """A fleet over time, oldest day first. ``courses`` counts the switches by what their reports do."""

    schema: Literal["slp-ops/trend/1"] = "slp-ops/trend/1"
    limit: int
    fleet: tuple[DayEntry, ...]
    sites: Mapping[str, tuple[DayEntry, ...]]
    switches: tuple[SwitchEntry, ...]
    courses: Mapping[GrowthCourse, int]


def trend_document(trend: FleetTrend, lang: Lang) -> TrendDocument:
    """Return the document of ``trend``."""
    courses = trend.courses
    return TrendDocument(
        limit=trend.limit,
        fleet=tuple(map(_day_entry, trend.fleet)),
        sites={site: tuple(map(_day_entry, days)) for site, days in trend.sites.items()},
        switches=tuple(
            SwitchEntry(
                device=each.device, site=each.site, growth=growth_entry(each.growth, trend.limit, lang)
            )
            for each in trend.switches
        ),
        courses={course: courses.get(course, 0) for course in GrowthCourse},
    )


def _day_entry(day: SiteDay) -> DayEntry:
    return DayEntry(
        day=day.day,
        switches=day.switches,
        counted=day.counted,
        backlog=day.backlog,
        largest_backlog=day.largest,
        unacknowledged=day.unacknowledged,
        oldest_ack_days=_days(day.oldest_ack, 1),
        mean_ack_days=_days(day.mean_ack, 1),
        ack_late=day.late,
        ack_overdue=day.overdue,
        judged=day.judged,
        failing=day.failing,
    )


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment:%Y-%m-%d}"


def _days(age: timedelta | None, digits: int) -> float | None:
    return None if age is None else round(age.total_seconds() / 86_400, digits)


@json_document
class RunMoment:
    """A run and when it started."""

    id: str
    started: datetime


@json_document
class StatusChange:
    """The status of a device in both runs."""

    old: DeviceStatus
    new: DeviceStatus


@json_document
class ReleaseChange:
    """The release of a device in both runs."""

    old: str | None
    new: str | None


@json_document
class DiffFinding:
    """A finding of one of the runs; ``root`` is the rule whose finding explains it."""

    rule: str
    severity: Severity
    summary: str | None
    root: str | None


@json_document
class UnclearEntry:
    """A finding of the old run that the new run does not judge, and why."""

    rule: str
    severity: Severity
    summary: str | None
    root: str | None
    why: str


@json_document
class FindingChanges:
    """Findings by what became of them; ``unclear`` are no longer judged."""

    new: tuple[DiffFinding, ...]
    gone: tuple[DiffFinding, ...]
    unchanged: tuple[DiffFinding, ...]
    unclear: tuple[UnclearEntry, ...]


@json_document
class FactChange:
    """One field of a fact; ``secret``: what differs is a secret, which is not shown."""

    fact: str
    field: str
    old: str | None
    new: str | None
    secret: bool


@json_document
class ConfigurationChange:
    """One line that came or went, under the lines of its mode."""

    under: tuple[str, ...]
    line: str
    added: bool
    secret: bool


@json_document
class DiffDevice:
    """One device in both runs; ``configuration`` is null where it was not read in both."""

    name: str
    site: str
    status: StatusChange
    release: ReleaseChange
    findings: FindingChanges
    facts: tuple[FactChange, ...]
    configuration: tuple[ConfigurationChange, ...] | None
    other_masking_key: bool


@json_document
class DiffDocument:
    """Two runs compared, device by device."""

    schema: Literal["slp-ops/diff/1"] = "slp-ops/diff/1"
    old: RunMoment
    new: RunMoment
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]
    devices: tuple[DiffDevice, ...]


def diff_document(diff: DiffResult, lang: Lang) -> DiffDocument:
    """Return the document of ``diff``."""
    return DiffDocument(
        old=RunMoment(id=diff.old.id, started=diff.old.header.started),
        new=RunMoment(id=diff.new.id, started=diff.new.header.started),
        only_old=diff.only_old,
        only_new=diff.only_new,
        devices=tuple(_diff_device(each, lang) for each in diff.devices),
    )


def _diff_device(each: DeviceDiff, lang: Lang) -> DiffDevice:
    def entries(outcomes: tuple[Outcome, ...]) -> tuple[DiffFinding, ...]:
        return tuple(_diff_finding(outcome, lang) for outcome in outcomes)

    return DiffDevice(
        name=each.new.name,
        site=each.new.site,
        status=StatusChange(old=each.old.status, new=each.new.status),
        release=ReleaseChange(old=each.old.release, new=each.new.release),
        findings=FindingChanges(
            new=entries(each.new_findings),
            gone=entries(each.gone_findings),
            unchanged=entries(each.unchanged_findings),
            unclear=tuple(
                UnclearEntry(
                    rule=outcome.rule,
                    severity=outcome.severity,
                    summary=None if outcome.finding is None else outcome.finding.summary.render(lang),
                    root=outcome.root,
                    why=why.render(lang),
                )
                for outcome, why in each.unclear_findings
            ),
        ),
        facts=tuple(
            FactChange(fact=one.fact, field=one.field, old=one.old, new=one.new, secret=one.secret)
            for one in each.fields
        ),
        configuration=None
        if each.lines is None
        else tuple(
            ConfigurationChange(under=one.under, line=one.line, added=one.added, secret=one.secret)
            for one in each.lines
        ),
        other_masking_key=each.other_key,
    )


def _diff_finding(outcome: Outcome, lang: Lang) -> DiffFinding:
    return DiffFinding(
        rule=outcome.rule,
        severity=outcome.severity,
        summary=None if outcome.finding is None else outcome.finding.summary.render(lang),
        root=outcome.root,
    )
