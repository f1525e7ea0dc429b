"""Summary of one switch in one run: the values of its history."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.facts import (
    LicenseTransport,
    ProductInstance,
    Software,
    TrustCodes,
    UsageReporting,
)
from slp_ops.facts.rum import RumPoint
from slp_ops.json_documents import json_document
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.rules.checks.history import GROWING
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.derived.rum_backlog import Backlog, Lateness

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.facts import DeviceTime
    from slp_ops.model import DeviceResult
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.rules.values import Outcome

_KEPT: Final = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR)


@json_document
class RuleRecord:
    """Rule that failed or could not be judged. All others passed."""

    rule: str
    verdict: Verdict
    severity: Severity


@json_document
class Summary:
    """Tracked values. Device times are naive and the switch's own; None could not be read.

    ``licensing``: whether the licence agent's pages were read. ``ack_age`` is by the switch's clock.
    """

    device: str
    site: str
    tags: tuple[str, ...] = ()
    status: DeviceStatus
    error: str | None = None  # the kind of failure that prevented the reading
    seen: datetime
    clock: datetime | None = None
    clock_trusted: bool = False
    release: str | None = None
    transport: str | None = None
    units: int | None = None
    trusted_units: int | None = None
    last_ack: datetime | None = None
    ack_age: timedelta | None = None
    deadline: datetime | None = None
    last_push: datetime | None = None
    backlog: int | None = None
    unacknowledged: int | None = None
    late: bool | None = None  # no ACK for longer than the push interval
    overdue: bool | None = None  # the ACK deadline has passed
    failing: bool | None = None
    licensing: bool = False
    found: tuple[RuleRecord, ...] = ()
    knowledge: str = ""

    @property
    def failed(self) -> Mapping[str, Severity]:
        """Return the failed rules with their severities."""
        return {each.rule: each.severity for each in self.found if each.verdict is Verdict.FAIL}

    def point(self, run: str) -> RumPoint | None:
        """Return its RUM counts as a point of the history; None when the run lacks them."""
        if self.backlog is None:
            return None
        return RumPoint(
            run=run,
            seen=self.seen,
            at=self.clock if self.clock_trusted else None,
            backlog=self.backlog,
            unacknowledged=self.unacknowledged,
            last_ack=self.last_ack,
            late=self.late,
        )


def summarise(
    result: DeviceResult,
    known: FactContext,
    outcomes: Iterable[Outcome],
    *,
    seen: datetime,
    tags: tuple[str, ...] = (),
    knowledge: str = "",
) -> Summary:
    """Summarise one device of a run. ``seen`` is the start of the run, unless a capture has a better time."""
    now, usage = known.get(SwitchTime), known.get(UsageReporting)
    backlog, lateness = known.get(Backlog), known.get(Lateness)
    deadline = known.get(Deadline)
    communication = known.get(Communication)
    software = known.get(Software)
    units, trusted = _trust(known)
    last_ack = None if usage is None else _at(usage.last_ack)
    return Summary(
        device=result.name,
        site=result.site,
        tags=tags,
        status=result.status,
        error=None if result.error is None else result.error.kind,
        seen=_clock_time(result, seen),
        clock=None if now is None else now.at,
        clock_trusted=now is not None and now.trusted,
        release=result.release if software is None else _release(software, result.release),
        transport=_transport(known.get(LicenseTransport)),
        units=units,
        trusted_units=trusted,
        last_ack=last_ack,
        ack_age=None if now is None or last_ack is None else now.at - last_ack,
        deadline=None if usage is None else _at(usage.next_ack_deadline),
        last_push=None if usage is None else _at(usage.last_report_push),
        backlog=None if backlog is None else backlog.reports,
        unacknowledged=None if backlog is None else backlog.unacknowledged,
        late=None if lateness is None else lateness.late,
        overdue=None if deadline is None else deadline.is_overdue,
        failing=None if communication is None else communication.failing,
        licensing=usage is not None,
        found=found_of(outcomes),
        knowledge=knowledge,
    )


def found_of(outcomes: Iterable[Outcome], *, of_history: bool = False) -> tuple[RuleRecord, ...]:
    """Return the stored part of an audit: findings, and rules that could not be judged.

    Without ``of_history`` rules over several runs are omitted: a summary must not depend on the other
    runs that existed when it was made; the history evaluates them at query time.
    """
    return tuple(
        RuleRecord(rule=outcome.rule, verdict=outcome.verdict, severity=outcome.severity)
        for outcome in outcomes
        if outcome.verdict in _KEPT and (of_history or outcome.rule != GROWING)
    )


def _clock_time(result: DeviceResult, began: datetime) -> datetime:
    """Return the time at which its clock was read: a run of a thousand switches takes a while."""
    started = [each.started for each in result.captures if each.started is not None]
    return min(started, default=began)


def _release(software: Software, printed: str | None) -> str | None:
    return str(software.release) if software.release is not None else software.version or printed


def _transport(transport: LicenseTransport | None) -> str | None:
    """Format transport and target in one text."""
    if transport is None:
        return None
    target = transport.url or transport.cslu_address
    return " ".join(each for each in (transport.kind.value, target) if each)


def _trust(known: FactContext) -> tuple[int | None, int | None]:
    """Count the units, and those with a trust code."""
    codes = known.get(TrustCodes)
    instance = known.get(ProductInstance)
    units = 1 if instance is None else max(1, len(instance.members))
    if codes is None:
        return None, None
    if codes.codes:
        return len(codes.codes), len(codes.codes) - len(codes.without)
    if known.facts.cut(ProductInstance):
        return None, None
    return units, units if codes.installed is not None else 0


def _at(time: DeviceTime | None) -> datetime | None:
    return None if time is None or time.is_unset else time.at
