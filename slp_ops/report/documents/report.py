"""Document of ``report``: everything in the view, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from slp_ops.facts import DeviceTime, Entitlement, ExchangeStatistics, LicenseTransport, Policy, Topology
from slp_ops.json_documents import json_document, json_field, to_json
from slp_ops.model import CaptureStatus, Confidence, DeviceFailure, DeviceStatus, Evidence, Severity, Verdict
from slp_ops.playbook import Risk, risks_of
from slp_ops.report.documents.audit import MissingEntry, missing_entries
from slp_ops.report.documents.facts import CommandRows, command_rows
from slp_ops.report.documents.knowledge import TargetEntry, target_entry
from slp_ops.report.view import Health
from slp_ops.rules.fixed_releases import AdvisoryStatus

if TYPE_CHECKING:
    from slp_ops.history.trend import FleetTrend
    from slp_ops.i18n import Lang, Text
    from slp_ops.report.view import (
        Cause,
        CauseView,
        DeviceView,
        FindingView,
        PlaybookRef,
        ReleaseRow,
        ReportView,
    )


@json_document
class ReportedRun:
    """The run that is reported."""

    id: str
    verb: str
    state: str
    started: datetime
    finished: datetime | None
    slp_ops: str


@json_document
class CauseEntry:
    """A root cause in the fleet; ``sites`` counts its devices by site."""

    rule: str
    title: str
    severity: Severity
    cause: str
    devices: tuple[str, ...]
    sites: Mapping[str, int]
    remedy: tuple[str, ...]
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]
    links: tuple[str, ...]


@json_document
class ReleaseAdvisory:
    """The verdict of an advisory on a release; ``listed``: the notice itself names the release."""

    id: str
    verdict: AdvisoryStatus
    listed: bool


@json_document
class ReleaseEntry:
    """One release of the fleet; null where it was not read."""

    release: str | None
    devices: int
    advisories: tuple[ReleaseAdvisory, ...]
    target: TargetEntry


@json_document
class TrendDay:
    """The fleet on one day."""

    day: date
    backlog: int | None
    failing: int | None
    ack_late: int | None
    ack_overdue: int | None


@json_document
class GrowingSwitch:
    """A switch whose unacknowledged reports grow."""

    device: str
    count: int
    per_day: float | None


@json_document
class TrendEntry:
    """The trend in short; ``trend --json`` has all of it."""

    limit: int
    fleet: tuple[TrendDay, ...]
    growing: tuple[GrowingSwitch, ...]


@json_document
class SummaryEntry:
    """The fleet in counts, causes and releases."""

    devices: int
    verdicts: Mapping[Health, int]
    sites: Mapping[str, Mapping[Health, int]]
    topologies: Mapping[str, int]
    causes: tuple[CauseEntry, ...]
    releases: tuple[ReleaseEntry, ...]
    trend: TrendEntry | None


@json_document
class UnitEntry:
    """One unit of a switch."""

    position: int
    role: str | None
    pid: str | None
    sn: str | None
    trusted: bool | None


@json_document
class AccountsEntry:
    """Smart Account and Virtual Account."""

    smart: str | None
    virtual: str | None


@json_document
class ReportingEntry:
    """Dates of the last and the next ACK; all times are the switch's own."""

    last_ack: DeviceTime | None
    deadline: DeviceTime | None
    days_left: int | None
    cosmetic: bool
    last_push: DeviceTime | None
    next_push: DeviceTime | None
    interval_days: int | None


@json_document
class RumCounts:
    """RUM reports; ``states`` counts the rows of the listing, the others are the agent's own counts."""

    backlog: int | None
    waiting: int | None
    available: int | None
    acknowledged: int | None
    flagged: int
    states: Mapping[str, int] | None


@json_document
class FindingEntry:
    """One finding."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    summary: str
    cause: str
    remedy: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...]
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]


@json_document
class RootCauseEntry:
    """A root cause and the findings that follow from it."""

    root: FindingEntry
    consequences: tuple[FindingEntry, ...]


@json_document
class UnjudgedRule:
    """A rule that could not be judged."""

    rule: str
    verdict: Verdict
    why: str | None


@json_document
class DeviceAdvisory:
    """The verdict of an advisory: by the release alone, and by all that the switch shows."""

    id: str
    verdict: AdvisoryStatus
    listed: bool
    first_fixed: str | None
    because: str
    rule_verdict: Verdict | None


@json_document
class ReportedCapture:
    """One capture."""

    command: str
    status: CaptureStatus
    sha256: str | None
    masked: Mapping[str, int]
    reason: str
    table: CommandRows | None = json_field(inline=True, default=None)


@json_document
class ReportedSwitch:
    """One switch."""

    name: str
    site: str
    host: str
    tags: tuple[str, ...]
    status: DeviceStatus
    verdict: Health
    missing: tuple[MissingEntry, ...]
    error: DeviceFailure | None
    collected: datetime | None
    release: str | None
    model: str | None
    uptime: str | None
    agent: str | None
    units: tuple[UnitEntry, ...]
    topology: Topology | None
    transport: LicenseTransport | None
    accounts: AccountsEntry
    clock: DeviceTime | None
    clock_trusted: bool | None
    reporting: ReportingEntry | None
    rum: RumCounts | None
    licences: tuple[Entitlement, ...]
    policy: Policy | None
    exchanges: tuple[ExchangeStatistics, ...]
    failing: bool | None
    stories: tuple[RootCauseEntry, ...]
    unjudged: tuple[UnjudgedRule, ...]
    verdicts: Mapping[str, Verdict]
    advisories: tuple[DeviceAdvisory, ...]
    target: TargetEntry | None
    captures: tuple[ReportedCapture, ...]


@json_document
class ReportDocument:
    """A report of one run."""

    schema: Literal["slp-ops/report/1"] = "slp-ops/report/1"
    lang: str
    run: ReportedRun
    generated: datetime
    knowledge: str
    summary: SummaryEntry
    devices: tuple[ReportedSwitch, ...]


def render(view: ReportView, lang: Lang) -> str:
    """Return the report as JSON text; everything beyond ASCII is an escape."""
    return to_json(report_document(view, lang), indent=1) + "\n"


def report_document(view: ReportView, lang: Lang) -> ReportDocument:
    """Return the document of ``report``."""
    run = view.run
    return ReportDocument(
        lang=lang.value,
        run=ReportedRun(
            id=run.id,
            verb=run.verb,
            state=run.state,
            started=run.started,
            finished=run.finished,
            slp_ops=run.version,
        ),
        generated=view.generated,
        knowledge=view.knowledge,
        summary=SummaryEntry(
            devices=len(view.devices),
            verdicts=view.healths,
            sites={
                row.name: {health: count for health, count in row.counts.items() if count}
                for row in view.sites
            },
            topologies=view.topologies,
            causes=tuple(_cause(each, lang) for each in view.causes),
            releases=tuple(_release(each, view) for each in view.releases),
            trend=_trend(view.trend),
        ),
        devices=tuple(_device(each, lang) for each in view.devices),
    )


def _cause(cause: Cause, lang: Lang) -> CauseEntry:
    return CauseEntry(
        rule=cause.rule,
        title=cause.title.render(lang),
        severity=cause.severity,
        cause=cause.cause.render(lang),
        devices=cause.devices,
        sites=cause.sites,
        remedy=_texts(cause.remedy, lang),
        playbooks=_ids(cause.playbooks),
        risk=risks_of(_ids(cause.playbooks)),
        links=cause.links,
    )


def _release(row: ReleaseRow, view: ReportView) -> ReleaseEntry:
    return ReleaseEntry(
        release=row.release,
        devices=row.devices,
        advisories=tuple(
            ReleaseAdvisory(id=advisory.id, verdict=status, listed=listed)
            for advisory, (status, listed) in zip(view.advisories, row.statuses, strict=True)
        ),
        target=target_entry(row.targets),
    )


def _trend(trend: FleetTrend | None) -> TrendEntry | None:
    if trend is None:
        return None
    return TrendEntry(
        limit=trend.limit,
        fleet=tuple(
            TrendDay(
                day=day.day,
                backlog=day.backlog,
                failing=day.failing,
                ack_late=day.late,
                ack_overdue=day.overdue,
            )
            for day in trend.fleet
        ),
        growing=tuple(
            GrowingSwitch(device=each.device, count=each.growth.count, per_day=each.growth.per_day)
            for each in trend.growing
        ),
    )


def _device(device: DeviceView, lang: Lang) -> ReportedSwitch:
    reporting, rum = device.reporting, device.rum
    return ReportedSwitch(
        name=device.name,
        site=device.site,
        host=device.host,
        tags=device.tags,
        status=device.status,
        verdict=device.health,
        missing=missing_entries(device.missing, lang),
        error=device.failure,
        collected=device.collected,
        release=device.release_text,
        model=device.model,
        uptime=device.uptime,
        agent=device.agent,
        units=tuple(
            UnitEntry(position=unit.position, role=unit.role, pid=unit.pid, sn=unit.sn, trusted=unit.trusted)
            for unit in device.units
        ),
        topology=device.topology,
        transport=device.transport,
        accounts=AccountsEntry(smart=device.smart_account, virtual=device.virtual_account),
        clock=device.clock,
        clock_trusted=device.clock_trusted,
        reporting=None
        if reporting is None
        else ReportingEntry(
            last_ack=reporting.last_ack,
            deadline=reporting.deadline,
            days_left=reporting.days_left,
            cosmetic=reporting.cosmetic,
            last_push=reporting.last_push,
            next_push=reporting.next_push,
            interval_days=reporting.interval_days,
        ),
        rum=None
        if rum is None
        else RumCounts(
            backlog=rum.backlog,
            waiting=rum.waiting,
            available=rum.available,
            acknowledged=rum.acknowledged,
            flagged=rum.flagged,
            states=rum.states,
        ),
        licences=device.licences,
        policy=device.policy,
        exchanges=device.exchanges,
        failing=device.failing,
        stories=tuple(_root_cause_entry(each, lang) for each in device.root_causes),
        unjudged=tuple(
            UnjudgedRule(
                rule=each.rule,
                verdict=each.verdict,
                why=None if each.why is None else each.why.render(lang),
            )
            for each in device.unjudged
        ),
        verdicts=device.verdicts or {},
        advisories=tuple(
            DeviceAdvisory(
                id=each.id,
                verdict=each.status,
                listed=each.listed,
                first_fixed=each.first_fixed,
                because=each.because.render(lang),
                rule_verdict=each.verdict,
            )
            for each in device.advisories
        ),
        target=None if device.upgrade is None else target_entry(device.upgrade),
        captures=tuple(
            ReportedCapture(
                command=each.command,
                status=each.status,
                sha256=each.sha256,
                masked=each.masked,
                reason=each.reason,
                table=command_rows(device.tables.get(each.command), device.tables_unread.get(each.command)),
            )
            for each in device.captures
        ),
    )


def _root_cause_entry(story: CauseView, lang: Lang) -> RootCauseEntry:
    return RootCauseEntry(
        root=_finding(story.root, lang),
        consequences=tuple(_finding(each, lang) for each in story.consequences),
    )


def _finding(finding: FindingView, lang: Lang) -> FindingEntry:
    return FindingEntry(
        rule=finding.rule,
        title=finding.title.render(lang),
        severity=finding.severity,
        confidence=finding.confidence,
        summary=finding.summary.render(lang),
        cause=finding.cause.render(lang),
        remedy=_texts(finding.remedy, lang),
        evidence=finding.evidence,
        links=finding.links,
        playbooks=_ids(finding.playbooks),
        risk=risks_of(_ids(finding.playbooks)),
    )


def _texts(texts: tuple[Text, ...], lang: Lang) -> tuple[str, ...]:
    return tuple(text.render(lang) for text in texts)


def _ids(playbooks: tuple[PlaybookRef, ...]) -> tuple[str, ...]:
    return tuple(book.id for book in playbooks)
