"""Facts and outcomes of one switch to the view of it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import DeviceState
from slp_ops.facts import (
    Accounts,
    Clock,
    ClockTrust,
    CommunicationStatistics,
    Entitlements,
    LicenseTransport,
    Licensing,
    Policy,
    ProductInstance,
    RumReports,
    RumSummary,
    Software,
    Topology,
    TrustCodes,
    UsageReporting,
)
from slp_ops.i18n import verbatim
from slp_ops.model import Verdict
from slp_ops.report.view import (
    AdvisoryVerdict,
    CauseView,
    DeviceView,
    FindingView,
    Health,
    PlaybookRef,
    Reporting,
    Rum,
    Unit,
    UnknownRule,
)
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.rules.derived.rum_backlog import Backlog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.audit_device import AuditedDevice
    from slp_ops.app.report import JudgedDevice
    from slp_ops.facts import Udi
    from slp_ops.i18n import Text
    from slp_ops.playbook.model import Playbook
    from slp_ops.release import Release
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.rules.ruleset import Ruleset
    from slp_ops.rules.values import Outcome


# Links of an operator's own rules become links of a page: nothing else may.
_WEB: Final = re.compile(r"https?://[!-;=?-~]+", re.ASCII)


class KnowledgeIndex:
    """Static knowledge by id, independent of any switch."""

    def __init__(self, knowledge: Ruleset, playbooks: Iterable[Playbook]) -> None:
        self.knowledge = knowledge
        self.rules = {rule.id: rule for rule in knowledge.rules}
        self.playbooks = {
            book.id: PlaybookRef(id=book.id, title=book.title, risk=book.risk) for book in playbooks
        }


def device_view(judged: JudgedDevice, library: KnowledgeIndex) -> DeviceView:
    """The view of one switch; nothing else of its facts has to be kept."""
    result, known, facts = judged.result, judged.known, judged.known.facts
    software, licensing = facts.get(Software), facts.get(Licensing)
    accounts, clock = facts.get(Accounts), facts.get(Clock)
    entitlements, statistics = facts.get(Entitlements), facts.get(CommunicationStatistics)
    communication = known.get(Communication)
    root_causes = tuple(_root_causes(judged.audited.outcomes, library))
    release = None if software is None else software.release
    stamps = [capture.started for capture in result.captures if capture.started is not None]
    return DeviceView(
        name=result.name,
        site=result.site,
        host=judged.host,
        tags=judged.tags,
        status=result.status,
        health=_health(judged.audited),
        failure=judged.audited.error,
        missing=judged.audited.missing,
        collected=max(stamps, default=None),
        release=release,
        version=result.release if software is None else software.version,
        model=None if software is None else software.model or software.chassis,
        uptime=None if software is None else software.uptime,
        agent=None if licensing is None else licensing.agent_version,
        units=tuple(_units(known)),
        topology=facts.get(Topology),
        transport=facts.get(LicenseTransport),
        smart_account=None if accounts is None else accounts.smart,
        virtual_account=None if accounts is None else accounts.virtual,
        clock=None if clock is None else clock.time,
        clock_trusted=None if clock is None else clock.trust is not ClockTrust.NOT_AUTHORITATIVE,
        reporting=_reporting(known),
        rum=_rum(known),
        licences=() if entitlements is None else entitlements.items,
        policy=facts.get(Policy),
        exchanges=()
        if statistics is None
        else tuple(
            each for each in statistics.exchanges if each.attempts is not None and each.attempts.total
        ),
        failing=None if communication is None else communication.failing,
        root_causes=root_causes,
        unjudged=tuple(
            UnknownRule(rule=each.rule, title=_title(each.rule, library), verdict=each.verdict, why=each.why)
            for each in judged.audited.outcomes
            if each.verdict in (Verdict.UNKNOWN, Verdict.ERROR)
        ),
        verdicts={each.rule: each.verdict for each in judged.audited.outcomes},
        advisories=tuple(_advisories(release, judged.audited.outcomes, library))
        if software is not None
        else (),
        upgrade=None if release is None else library.knowledge.upgrade_targets(release),
        captures=result.captures,
        tables={
            each.command: each.parsed.rows
            for each in facts.captures
            if each.parsed is not None and each.parsed.rows is not None
        },
        tables_unread={
            each.command: each.parsed.reason
            for each in facts.captures
            if each.parsed is not None and each.parsed.reason
        },
    )


def _health(audited: AuditedDevice) -> Health:
    """Return the verdict: the state of the device, or with findings the severity of the gravest."""
    match audited.state:
        case DeviceState.FINDINGS if audited.worst is not None:
            return Health(audited.worst.value)
        case DeviceState.UNREAD:
            return Health.UNREAD
        case DeviceState.NOT_ENOUGH:
            return Health.NOT_ENOUGH
        case DeviceState.PARTIAL:
            return Health.UNCLEAR
        case _:
            return Health.FINE


def _title(rule: str, library: KnowledgeIndex) -> Text:
    known = library.rules.get(rule)
    return verbatim(rule) if known is None else known.title


def _root_causes(outcomes: Iterable[Outcome], library: KnowledgeIndex) -> Iterator[CauseView]:
    """The graver first; of the same severity in the order of the rules."""
    failed = [each for each in outcomes if each.verdict is Verdict.FAIL and each.finding is not None]
    told = {each.rule: _finding_view(each, library) for each in failed}
    under: dict[str, list[FindingView]] = {}
    for each in failed:
        if each.root is not None and each.root in told:
            under.setdefault(each.root, []).append(told[each.rule])
    roots = [each.rule for each in failed if each.root is None or each.root not in told]
    found = [
        CauseView(
            root=told[root],
            consequences=tuple(sorted(under.get(root, ()), key=lambda each: -each.severity.rank)),
        )
        for root in roots
    ]
    yield from sorted(found, key=lambda story: -story.severity.rank)


def _finding_view(outcome: Outcome, library: KnowledgeIndex) -> FindingView:
    finding, rule = outcome.finding, library.rules.get(outcome.rule)
    assert finding is not None  # noqa: S101 - _stories takes none without
    return FindingView(
        rule=outcome.rule,
        title=_title(outcome.rule, library),
        group="" if rule is None else rule.group.value,
        severity=outcome.severity,
        confidence=outcome.confidence,
        summary=finding.summary,
        cause=finding.cause,
        remedy=finding.remedy,
        evidence=finding.evidence,
        links=tuple(link for link in finding.links if _WEB.fullmatch(link)),
        playbooks=tuple(library.playbooks[name] for name in finding.playbooks if name in library.playbooks),
    )


def _units(known: FactContext) -> Iterator[Unit]:
    facts = known.facts
    instance, trust, software = facts.get(ProductInstance), facts.get(TrustCodes), facts.get(Software)
    if instance is None:
        return
    members = instance.members or ((instance.udi,) if instance.udi is not None else ())
    rows = () if software is None else software.members
    releases = {each.serial: each.release for each in rows if each.serial is not None}
    for place, udi in enumerate(members):
        yield Unit(
            position=place,
            role=udi.role,
            pid=udi.pid,
            sn=udi.sn,
            trusted=_has_trust(trust, udi, place),
            release=_text(
                releases.get(udi.sn or "") or (software.release if software and place == 0 else None)
            ),
        )


def _text(release: Release | None) -> str | None:
    return None if release is None else str(release)


def _has_trust(trust: TrustCodes | None, udi: Udi, place: int) -> bool | None:
    """Match by position and serial together: two supervisors share a serial, members share a role."""
    if trust is None:
        return None
    if not trust.codes:
        return trust.installed is not None
    if place < len(trust.codes) and trust.codes[place].sn == udi.sn:
        return trust.codes[place].is_installed
    return any(code.is_installed for code in trust.codes if code.sn == udi.sn)


def _reporting(known: FactContext) -> Reporting | None:
    usage = known.facts.get(UsageReporting)
    if usage is None:
        return None
    deadline = known.get(Deadline)
    left = None if deadline is None else deadline.left
    return Reporting(
        last_ack=usage.last_ack,
        deadline=usage.next_ack_deadline,
        days_left=None if left is None else _days(left),
        cosmetic=deadline is not None and deadline.cosmetic,
        last_push=usage.last_report_push,
        next_push=usage.next_report_push,
        interval_days=None if usage.push_interval is None else usage.push_interval.days,
    )


def _days(left: timedelta) -> int:
    """Whole days; within the first day after the deadline it is overdue by one, not by none."""
    return left.days if left >= timedelta(0) else min(-1, -(-left).days)


def _rum(known: FactContext) -> Rum | None:
    summary, listed = known.facts.get(RumSummary), known.facts.get(RumReports)
    backlog = known.get(Backlog)
    if summary is None and listed is None:
        return None
    waiting = None if summary is None or summary.waiting is None else summary.waiting
    return Rum(
        backlog=None if backlog is None else backlog.reports,
        waiting=None if waiting is None else waiting.count,
        available=None if summary is None else summary.available,
        acknowledged=None if summary is None else summary.acknowledged,
        flagged=0 if listed is None else sum(each.has_error for each in listed.reports),
        states=None if listed is None else dict(Counter(each.state.value for each in listed.reports)),
    )


def _advisories(
    release: Release | None, outcomes: Iterable[Outcome], library: KnowledgeIndex
) -> Iterator[AdvisoryVerdict]:
    verdicts = {each.rule: each.verdict for each in outcomes}
    for advisory in library.knowledge.advisories:
        judged = advisory.releases.judge(release)
        yield AdvisoryVerdict(
            id=advisory.id,
            status=judged.status,
            listed=judged.listed,
            first_fixed=None if judged.first_fixed is None else str(judged.first_fixed),
            because=judged.because,
            verdict=verdicts.get(advisory.id),
        )
