# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the exchange with CSSM, CSLU or SSM On-Prem, now and over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import Clock, EventLog, TransportKind, UsageReporting
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.checks._reasons import STARVED
from slp_ops.rules.derived.communication import GENERIC, Communication
from slp_ops.rules.derived.failures import RESTORED, FailureLog
from slp_ops.rules.derived.flapping import Flapping, Rhythm, flapping
from slp_ops.rules.derived.log import LicenceLog, latest
from slp_ops.rules.derived.route import Route
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text
    from slp_ops.rules.message_catalog import Reason


TEXTS = texts_of(__name__)

# Not verified on a switch: the names, and that the second ones end the first.
_EVENTS_FAILED: Final = (
    "SAEVT_COMM_FAIL", "SAEVT_COMM_FAILED", "SAEVT_UTILITY_RUM_FAIL", "SAEVT_UTILITY_RUM_FAILED",
)  # fmt: skip
_EVENTS_RESTORED: Final = ("SAEVT_COMM_RESTORED", "SAEVT_COMM_SUCCESS")


@rule(
    "comm-failing-now",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(MESSAGES, SMART_TRANSPORT),
    playbooks=("usage-sync",),
    explains=STARVED,
    era=None,
)
def comm_failing_now(communication: Communication) -> Judgement:
    """Judge the counters, or else the latest message in the log."""
    if not communication.failing:
        return Passed()
    reason = _own_reason(communication)
    if communication.exchanges:
        named = ", ".join(exchange.name for exchange in communication.exchanges if exchange.name)
        names = named or TEXTS["comm-failing-now.unnamed"]
        runs = [e.attempts.ongoing or 0 for e in communication.exchanges if e.attempts is not None]
        row = TEXTS["comm-failing-now.failures-in-a-row"].format(names=names, count=max(runs, default=0))
        return Failed(
            summary=_because(reason, row),
            cause=None if reason is None else reason.meaning,
            remedy=None if reason is None else reason.remedy,
            evidence=tuple(
                evidence
                for exchange in communication.exchanges
                for evidence in exchange.cite("attempts", "last_response", "failure_reason")
            ),
        )
    last = communication.last
    assert last is not None  # noqa: S101 - without counters the log has decided
    return Failed(
        summary=_because(reason, TEXTS["comm-failing-now.last-failed"].format(when=last.when)),
        evidence=(last.cite(),),
        confidence=Confidence.MEDIUM if reason is None or not reason.unverified else Confidence.LOW,
        cause=None if reason is None else reason.meaning,
        remedy=None if reason is None else reason.remedy,
    )


def _own_reason(communication: Communication) -> Reason | None:
    """Return the reason that no check but this one judges."""
    reason = communication.reason
    return reason if reason is not None and reason.rule == GENERIC and reason.remedy else None


def _because(reason: Reason | None, summary: Text) -> Text:
    return summary if reason is None else TEXTS["because"].format(reason=reason.title, summary=summary)


@rule(
    "comm-flapping",
    group=Group.COMMUNICATION,
    severity=Severity.WARNING,
    links=(MESSAGES,),
    era=None,
)
def comm_flapping(log: LicenceLog, thresholds: Thresholds) -> Judgement:
    """Judge pairs of failure and recovery by hours, days, weeks and months."""
    found = flapping(log, thresholds)
    if found is None:
        seen = log.named(RESTORED)
        unplaced = [each for each in seen if each.message.time.month is None]
        return Unknown(missing=(Clock,)) if len(unplaced) >= thresholds.flap_pairs else Passed()
    newest = found.pairs[-1]
    return Failed(
        summary=_repetition(found, thresholds),
        evidence=(
            *((found.pairs[0].failed.cite(),) if found.rhythm is not Rhythm.BURST else ()),
            newest.failed.cite(),
            newest.restored.cite(),
        ),
    )


def _repetition(found: Flapping, thresholds: Thresholds) -> Text:
    """Describe count, period, and time of day."""
    count, when = len(found.pairs), found.pairs[-1].restored.when
    match found.rhythm:
        case Rhythm.BURST:
            return TEXTS["comm-flapping.summary"].format(count=count, hours=thresholds.flap_hours, when=when)
        case Rhythm.DAY:
            summary = TEXTS["comm-flapping.daily"].format(count=count, days=found.days, when=when)
        case Rhythm.WEEK if found.weekday is not None:
            day = _WEEKDAYS[found.weekday]
            summary = TEXTS["comm-flapping.weekday"].format(count=count, day=day, when=when)
        case Rhythm.WEEK:
            summary = TEXTS["comm-flapping.weekly"].format(count=count, when=when)
        case Rhythm.MONTH:
            summary = TEXTS["comm-flapping.monthly"].format(count=count, when=when)
        case Rhythm.IRREGULAR:
            summary = TEXTS["comm-flapping.irregular"].format(
                count=count, days=found.days, span=thresholds.log_days, when=when
            )
    if found.time is None:
        return summary
    return TEXTS["comm-flapping.same-time"].format(summary=summary, time=f"{found.time:%H:%M}")


_WEEKDAYS: Final = (
    TEXTS["weekdays.monday"],
    TEXTS["weekdays.tuesday"],
    TEXTS["weekdays.wednesday"],
    TEXTS["weekdays.thursday"],
    TEXTS["weekdays.friday"],
    TEXTS["weekdays.saturday"],
    TEXTS["weekdays.sunday"],
)


@rule(
    "older-failures",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(MESSAGES,),
    era=None,
)
def older_failures(failures: FailureLog) -> Judgement:
    """Inform about failures without a recovery that are history."""
    if not failures.past:
        return Passed()
    newest = failures.past[-1]
    return Failed(
        summary=TEXTS["older-failures.summary"].format(count=len(failures.past), why=newest.why),
        evidence=latest(tuple(each.message for each in failures.past)),
    )


@rule(
    "event-log-failures",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(OVERVIEW,),
    era=None,
)
def event_log_failures(
    events: EventLog,
    communication: Communication | None,
    usage: UsageReporting | None,
    route: Route | None,
) -> Judgement:
    """Inform about failures that the event log alone shows: counters and log count more."""
    if communication is not None and (communication.failing or communication.counted):
        return Passed()
    if route is not None and route.kind is TransportKind.OFF:
        return Passed()
    restored = max((place for name in _EVENTS_RESTORED for place in events.places(name)), default=-1)
    failed = sorted(place for name in _EVENTS_FAILED for place in events.places(name) if place > restored)
    last_ack = None if usage is None or usage.last_ack is None else usage.last_ack.at
    current = [
        event
        for event in (events.events[place] for place in failed)
        if last_ack is None or event.time.at is None or event.time.at > last_ack
    ]
    if not current:
        return Passed()
    newest = current[-1]
    return Failed(
        summary=TEXTS["event-log-failures.summary"].format(count=len(current), when=newest.time.text),
        evidence=newest.cite(),
        confidence=Confidence.LOW,
    )


@rule(
    "on-prem-too-old",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(OVERVIEW,),
    explains=("comm-failing-now", "comm-flapping", *STARVED),
)
def on_prem_too_old(log: LicenceLog, communication: Communication | None) -> Judgement:
    """Judge the log message, unless the counters show a later success."""
    seen = log.active_messages("on-prem-too-old")
    works = communication is not None and communication.counted and not communication.failing
    if not seen or works:
        return Passed()
    return Failed(
        summary=TEXTS["on-prem-too-old.summary"],
        evidence=latest(seen, 1),
    )
