# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of acknowledgements and deadlines."""

from __future__ import annotations

from datetime import timedelta

from slp_ops.facts import (
    AgentInternals,
    CommunicationStatistics,
    LicenseTransport,
    Policy,
    RumSummary,
    Software,
    TransportKind,
    TrustCodes,
    UsageReporting,
)
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, TASKS
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import COSMETIC, Deadline, DeadlineEffect
from slp_ops.rules.derived.now import SwitchTime, uptime_of
from slp_ops.rules.derived.route import Route
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)


@rule(
    "ack-overdue",
    group=Group.REPORTING,
    severity=Severity.ERROR,
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def ack_overdue(deadline: Deadline, route: Route | None) -> Judgement:
    """Compare the deadline with the switch's own clock; SSM On-Prem may have taken the report."""
    if deadline.left is None:
        return Passed(why=TEXTS["no-deadline"])
    if deadline.left >= timedelta(0):
        return Passed()
    if (undecided := _without_effect(deadline)) is not None:
        return undecided
    is_doubtful = deadline.effect is DeadlineEffect.DOUBTFUL
    said = TEXTS["ack-overdue.changed"] if deadline.change else TEXTS["ack-overdue.summary"]
    if _waits_in_on_prem(deadline, route):
        return Failed(
            summary=said.format(days=(-deadline.left).days, when=deadline.text),
            evidence=(*deadline.evidence, *deadline.usage.cite("last_report_push")),
            confidence=deadline.confidence,
            cause=TEXTS["ack-overdue.on-prem"],
            remedy=(TEXTS["ack-overdue.synchronise"], *TEXTS.steps["ack-overdue.remedy"]),
        )
    return Failed(
        summary=said.format(days=(-deadline.left).days, when=deadline.text),
        evidence=deadline.evidence,
        confidence=deadline.confidence,
        cause=TEXTS["ack-overdue.doubtful"] if is_doubtful else None,
    )


def _waits_in_on_prem(deadline: Deadline, route: Route | None) -> bool:
    """Return whether the last report went to SSM On-Prem on time, after the last ACK."""
    pushed = deadline.usage.last_report_push
    if route is None or not route.to_on_prem or pushed is None or pushed.at is None:
        return False
    ack = deadline.usage.last_ack
    is_newer = ack is None or ack.at is None or pushed.at > ack.at
    return is_newer and timedelta(0) <= deadline.now.at - pushed.at < timedelta(days=_PUSH_INTERVAL)


def _without_effect(deadline: Deadline) -> Judgement | None:
    """Return the verdict on a date that has no effect, or may have none; None for any other."""
    match deadline.effect:
        case DeadlineEffect.COSMETIC:
            return NotApplicable(why=TEXTS["cosmetic"])
        case DeadlineEffect.UNKNOWN:
            return Unknown(why=TEXTS["undecided"])
        case _:
            return None


@rule(
    "ack-due-soon",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
    playbooks=("usage-sync",),
)
def ack_due_soon(deadline: Deadline, thresholds: Thresholds) -> Judgement:
    """Judge a deadline below the threshold that has not passed; early in a short policy it is information."""
    if deadline.left is None:
        return Passed(why=TEXTS["no-deadline"])
    if not timedelta(0) <= deadline.left <= timedelta(days=thresholds.ack_days):
        return Passed()
    if (undecided := _without_effect(deadline)) is not None:
        return undecided
    return Failed(
        summary=TEXTS["ack-due-soon.summary"].format(days=deadline.left.days, when=deadline.text),
        evidence=deadline.evidence,
        severity=Severity.INFO if deadline.is_early else None,
        confidence=deadline.confidence,
    )


@rule(
    "never-acknowledged",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(OVERVIEW, TASKS),
    playbooks=("usage-sync",),
)
def never_acknowledged(
    usage: UsageReporting,
    now: SwitchTime | None,
    internals: AgentInternals | None,
    software: Software | None,
    summary: RumSummary | None,
    trust: TrustCodes | None,
    transport: LicenseTransport | None,
    deadline: Deadline | None,
    policy: Policy | None,
    thresholds: Thresholds,
) -> Judgement:
    """Judge a missing ACK, except on a new switch, and where no report has to be acknowledged.

    A switch is new after its start, and after its trust code; by file, while the deadline is far.
    """
    if usage.last_ack is not None:
        return Passed()
    if not usage.prints_ack and summary is not None and summary.acknowledged:
        return Passed(why=TEXTS["never-acknowledged.acknowledged"])
    interval = usage.push_interval.days if usage.push_interval is not None else None
    if interval == 0 and usage.next_ack_deadline is None:
        return NotApplicable(why=TEXTS["never-acknowledged.nothing-to-report"])
    if policy is not None and policy.ack_required is not None and policy.ack_required.on is False:
        return NotApplicable(why=TEXTS["never-acknowledged.not-required"])
    if not usage.prints_ack:
        return Unknown(why=TEXTS["never-acknowledged.not-printed"])
    if was_erased(internals):
        return NotApplicable(why=TEXTS["never-acknowledged.cleared"])
    by_file = transport is not None and transport.kind is TransportKind.OFF
    left = None if deadline is None else deadline.left
    if by_file and deadline is not None and left is not None and left > timedelta(days=thresholds.ack_days):
        return Failed(
            summary=TEXTS["never-acknowledged.by-file"].format(when=deadline.text),
            evidence=usage.cite("last_ack", "next_ack_deadline"),
            severity=Severity.INFO,
        )
    uptime, trusted = uptime_of(software), _newest_trust(trust, now)
    is_trust_newer = trusted is not None and (uptime is None or trusted < uptime)
    age = trusted if is_trust_newer else uptime
    pushed = usage.last_report_push.at if usage.last_report_push is not None else None
    waiting = pushed is not None and now is not None and now.at - pushed > timedelta(days=1)
    if age is None and not waiting:
        return Unknown(missing=(Software,))
    young = not waiting and age is not None and age < timedelta(days=interval or _PUSH_INTERVAL)
    new = TEXTS["never-acknowledged.trusted"] if is_trust_newer else TEXTS["never-acknowledged.young"]
    return Failed(
        summary=new if young else TEXTS["never-acknowledged.summary"],
        evidence=usage.cite("last_ack", "last_report_push") if waiting else usage.cite("last_ack"),
        severity=Severity.INFO if young else None,
    )


_PUSH_INTERVAL = 30


def _newest_trust(trust: TrustCodes | None, now: SwitchTime | None) -> timedelta | None:
    """Return the age of the newest trust code, from which on reports can be sent; None without its time."""
    if trust is None or now is None:
        return None
    times = (trust.installed, *(code.installed for code in trust.codes))
    ages = [now.at - time.at for time in times if time is not None and time.at is not None]
    past = [age for age in ages if age >= timedelta(0)]
    return min(past, default=None)


def was_erased(internals: AgentInternals | None) -> bool:
    """Return whether the agent recorded an erased configuration."""
    flag = internals.write_erase_occurred if internals is not None else None
    return flag is not None and bool(flag.on)


@rule(
    "ack-deadline-cosmetic",
    group=Group.REPORTING,
    severity=Severity.INFO,
    links=(f"https://bst.cisco.com/bugsearch/bug/{COSMETIC}",),
)
def ack_deadline_cosmetic(deadline: Deadline) -> Judgement:
    """Judge a printed date with perpetual licences alone."""
    if not deadline.cosmetic:
        return Passed()
    return Failed(
        summary=TEXTS["ack-deadline-cosmetic.summary"].format(when=deadline.text),
        evidence=deadline.usage.cite("next_ack_deadline", "last_ack"),
    )


@rule(
    "offline-report-due",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(TASKS,),
    explains=(
        "ack-due-soon",
        "ack-overdue",
        "never-acknowledged",
        "rum-backlog",
        "rum-unacknowledged-growing",
    ),
)
def offline_report_due(
    transport: LicenseTransport, deadline: Deadline, thresholds: Thresholds, intent: Intent
) -> Judgement:
    """Judge a near or passed deadline with the transport off."""
    if transport.kind is not TransportKind.OFF or intent.other_side_connects:
        return NotApplicable(why=TEXTS["offline-report-due.not-by-file"])
    if deadline.left is None or deadline.cosmetic or deadline.left > timedelta(days=thresholds.ack_days):
        return Passed()
    if deadline.effect is DeadlineEffect.UNKNOWN:
        return Unknown(why=TEXTS["undecided"])
    overdue = deadline.left < timedelta(0)
    return Failed(
        summary=(TEXTS["offline-report-due.overdue"] if overdue else TEXTS["offline-report-due.due"]).format(
            when=deadline.text
        ),
        evidence=(
            *transport.cite("type"),
            *deadline.usage.cite("next_ack_deadline", "last_report_file_write"),
        ),
        severity=Severity.ERROR if overdue else None,
        confidence=deadline.confidence,
    )


_RELAYED = timedelta(days=3)


@rule(
    "cslu-without-cssm",
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=(TASKS,),
    playbooks=("cslu-file-exchange",),
    explains=("ack-due-soon", "ack-overdue", "never-acknowledged"),
)
def cslu_without_cssm(
    route: Route,
    usage: UsageReporting,
    now: SwitchTime,
    deadline: Deadline | None,
    communication: Communication | None,
    thresholds: Thresholds,
    intent: Intent,
) -> Judgement:
    """Judge the files of a CSLU that is not connected to CSSM.

    A switch cannot show that: without intent it is assumed where CSLU takes reports and no ACK comes back.
    """
    known = intent.topology == "cslu-offline"
    by_cslu = route.kind is TransportKind.CSLU and route.transport.cslu_address is not None
    if not by_cslu or route.to_on_prem or not (known or intent.topology in (None, "cslu")):
        return NotApplicable(why=TEXTS["cslu-without-cssm.no-cslu"])
    waits = _unanswered(usage, now)
    if known:
        left = None if deadline is None or deadline.cosmetic else deadline.left
        due = left is not None and left <= timedelta(days=thresholds.ack_days)
        overdue = left is not None and left < timedelta(0)
        if not due and not waits:
            return Passed()
        dated = TEXTS["cslu-without-cssm.overdue"] if overdue else TEXTS["cslu-without-cssm.due"]
        return Failed(
            summary=dated.format(when=deadline.text)
            if due and deadline is not None
            else TEXTS["cslu-without-cssm.waiting"],
            evidence=usage.cite("next_ack_deadline", "last_ack", "last_report_push"),
            severity=Severity.ERROR if overdue else None,
        )
    if not waits:
        return Passed()
    if communication is None:
        return Unknown(missing=(CommunicationStatistics,))
    if communication.failing:
        return Passed(why=TEXTS["cslu-without-cssm.failing"])
    return Failed(
        summary=TEXTS["cslu-without-cssm.maybe"],
        evidence=(*route.transport.cite("cslu_address"), *usage.cite("last_report_push", "last_ack")),
        confidence=Confidence.LOW,
    )


def _unanswered(usage: UsageReporting, now: SwitchTime) -> bool:
    """Return whether a report was sent and for days no ACK came. Daily reports move the date of the push."""
    pushed = usage.last_report_push.at if usage.last_report_push is not None else None
    ack = usage.last_ack.at if usage.last_ack is not None else None
    if pushed is None or not usage.prints_ack or (ack is not None and ack >= pushed):
        return False
    return now.at - pushed > _RELAYED or (ack is not None and now.at - ack > timedelta(2 * _PUSH_INTERVAL))
