# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the exchange with CSSM, CSLU or SSM On-Prem, now and over time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from slp_ops.facts import Clock
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.checks._reasons import STARVED
from slp_ops.rules.derived.communication import GENERIC, Communication
from slp_ops.rules.derived.failures import FAILED, RESTORED, FailureLog
from slp_ops.rules.derived.log import LicenceLog, latest
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.i18n import Text
    from slp_ops.rules.derived.log import LoggedMessage
    from slp_ops.rules.message_catalog import Reason


TEXTS = texts_of(__name__)


Pair: TypeAlias = "tuple[LoggedMessage, LoggedMessage]"


def busiest(seen: tuple[LoggedMessage, ...], *, hours: int) -> tuple[Pair, ...]:
    """Return the pairs of the busiest period of this many hours; on a tie the later one.

    Messages without a usable time do not count.
    """
    pairs = _pairs(seen)
    best: tuple[Pair, ...] = ()
    begin = 0
    for end, (_, restored) in enumerate(pairs):
        while begin <= end and _at(restored) - _at(pairs[begin][0]) > timedelta(hours=hours):
            begin += 1
        if end + 1 - begin >= len(best):
            best = pairs[begin : end + 1]
    return best


def _pairs(seen: tuple[LoggedMessage, ...]) -> tuple[Pair, ...]:
    """Return each recovery with the failure before it."""
    found: list[Pair] = []
    failed: LoggedMessage | None = None
    for each in seen:
        if each.at is None:
            continue
        if each.match.entry.message == FAILED:
            failed = each
        elif failed is not None:
            found.append((failed, each))
            failed = None
    return tuple(found)


def _at(seen: LoggedMessage) -> datetime:
    assert seen.at is not None  # noqa: S101 - _pairs took none without a time
    return seen.at


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
        names = ", ".join(exchange.name for exchange in communication.exchanges)
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
    """Count pairs of failure and recovery in the busiest period."""
    seen = log.named(FAILED, RESTORED)
    stretch = busiest(seen, hours=thresholds.flap_hours)
    if len(stretch) < thresholds.flap_pairs:
        unplaced = [each for each in seen if each.at is None and each.match.entry.message == RESTORED]
        return Unknown(missing=(Clock,)) if len(unplaced) >= thresholds.flap_pairs else Passed()
    newest = stretch[-1]
    return Failed(
        summary=TEXTS["comm-flapping.summary"].format(
            count=len(stretch), hours=thresholds.flap_hours, when=newest[1].when
        ),
        evidence=tuple(seen.cite() for seen in newest),
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
