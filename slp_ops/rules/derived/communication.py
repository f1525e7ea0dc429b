# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""State of the exchange now, with the reasons of a failure.

The counters of tech support decide: ``Ongoing Failure``, not the lifetime ``Fail``. Without them the
failures in the log decide that are not history.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.facts import CommunicationStatistics, ExchangeStatistics, Fact, SyslogBuffer, TransportKind
from slp_ops.model import Confidence
from slp_ops.rules.derived.failures import CALL_HOME, FAILED, RESTORED, FailureLog
from slp_ops.rules.derived.log import LicenceLog, LoggedMessage, latest
from slp_ops.rules.derived.route import Route
from slp_ops.rules.message_catalog import Catalogue, NamedServer, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.model import Evidence

_HELLO: Final = "hello message"  # to CSLU and SSM On-Prem alone
# Requests for authorization and telemetry fail on healthy switches that need neither.
_COUNTS: Final = frozenset(
    {
        "trust establishment",
        "trust acknowledgement",
        "usage reporting",
        "result polling",
        "trust sync",
        _HELLO,
    }
)
_WITHOUT_HELLO: Final = (TransportKind.SMART, TransportKind.CALLHOME, TransportKind.OFF)
GENERIC: Final = "comm-failing-now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """State of the exchange with CSSM, CSLU or SSM On-Prem.

    ``exchanges`` are the blocks that fail now, ``last`` the deciding message without
    counters. ``reasons`` contains the evidence by rule; empty when nothing fails. ``reason`` is that of the
    newest failure, ``server`` is named in the log. ``by_history``: all failures in the log are history,
    so that the counters count these.
    """

    failing: bool
    counted: bool
    exchanges: tuple[ExchangeStatistics, ...] = ()
    last: LoggedMessage | None = None
    reasons: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)
    reason: Reason | None = None
    server: NamedServer | None = None
    by_history: bool = False

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (CommunicationStatistics, SyslogBuffer)

    @classmethod
    def derive(
        cls,
        catalogue: Catalogue,
        statistics: CommunicationStatistics | None,
        log: LicenceLog | None,
        failures: FailureLog | None,
        route: Route | None,
    ) -> Communication | None:
        """Derive from the counters, or else from the log; None without both."""
        tried = _attempted_exchanges(statistics, catalogue, route)
        current = () if failures is None else failures.current
        last = current[-1] if current else None
        if tried:
            failing = tuple(each for each in tried if each.failing_now)
            if not failing:
                return cls(failing=False, counted=True)
            server = _server(route) if last is None else last.server
            return cls(
                failing=True,
                counted=True,
                exchanges=failing,
                reasons=_reasons(catalogue, failing, server, log, current),
                reason=_counted_reason(catalogue, failing, server) or _logged_reason(current),
                server=server,
                by_history=last is None and failures is not None and bool(failures.past),
            )
        if log is None:
            return None
        if last is None:
            is_blind = FAILED in log.blind and not log.named(FAILED, RESTORED)
            return None if is_blind else cls(failing=False, counted=False)
        return cls(
            failing=True,
            counted=False,
            last=last,
            reasons=_reasons(catalogue, (), None, log, current),
            reason=_logged_reason(current),
            server=last.server,
        )

    @property
    def confidence(self) -> Confidence:
        """Return the confidence: counters are certain, a log may be incomplete."""
        return Confidence.HIGH if self.counted else Confidence.MEDIUM

    @property
    def is_explained(self) -> bool:
        """Return whether a specific reason is known."""
        known = self.reason is not None and bool(self.reason.remedy)
        return known or self.by_history or any(rule != GENERIC for rule in self.reasons)


def _attempted_exchanges(
    statistics: CommunicationStatistics | None, catalogue: Catalogue, route: Route | None
) -> tuple[ExchangeStatistics, ...]:
    """Return the exchanges that were tried at least once and have readable counters.

    The failures of a hello to CSLU stay counted after the transport was changed: with another one they are
    history.
    """
    if statistics is None:
        return ()
    greets = route is None or route.kind not in _WITHOUT_HELLO
    return tuple(
        each
        for each in statistics.exchanges
        if each.attempts is not None
        and each.attempts.total
        and each.failing_now is not None
        and _counts(each, catalogue)
        and (greets or each.name.lower() != _HELLO)
    )


def _counts(exchange: ExchangeStatistics, catalogue: Catalogue) -> bool:
    """Return whether a failure of an exchange is one of the reporting.

    A filter removes the names: a failure without one counts if its reason is known.
    """
    if exchange.name:
        return exchange.name.lower() in _COUNTS
    return not exchange.failing_now or catalogue.reason(exchange.failure_reason, None) is not None


def _server(route: Route | None) -> NamedServer | None:
    """Return the server that the transport in use connects to."""
    if route is None or route.server is None:
        return None
    if route.to_on_prem:
        return NamedServer.ON_PREM
    return NamedServer.CSLU if route.kind is TransportKind.CSLU else NamedServer.CSSM


def _counted_reason(
    catalogue: Catalogue, failing: tuple[ExchangeStatistics, ...], server: NamedServer | None
) -> Reason | None:
    found = (catalogue.reason(each.failure_reason, server) for each in failing)
    return next((reason for reason in found if reason is not None), None)


def _logged_reason(current: tuple[LoggedMessage, ...]) -> Reason | None:
    """Return the reason of the newest failure that gives one."""
    found = [each.match.reason for each in current if each.match.reason is not None]
    particular = [reason for reason in found if not reason.vague]
    return next(iter((*particular[-1:], *found[-1:])), None)


def _reasons(
    catalogue: Catalogue,
    failing: tuple[ExchangeStatistics, ...],
    server: NamedServer | None,
    log: LicenceLog | None,
    current: tuple[LoggedMessage, ...],
) -> dict[str, tuple[Evidence, ...]]:
    found: dict[str, tuple[Evidence, ...]] = {}
    for each in failing:
        reason = catalogue.reason(each.failure_reason, server)
        if reason is not None and reason.rule is not None:
            found[reason.rule] = found.get(reason.rule, ()) + each.cite("attempts", "failure_reason")
    by_rule: dict[str, list[LoggedMessage]] = {}
    # By identity: a log may have a hundred thousand lines.
    active = {id(each) for each in current}
    for seen in () if log is None else log.seen:
        match = seen.match
        of_exchange = match.entry.message in (FAILED, CALL_HOME)
        if match.rule is None or not (id(seen) in active if of_exchange else _may_clear(seen)):
            continue
        by_rule.setdefault(match.rule, []).append(seen)
    for rule, messages in by_rule.items():
        found[rule] = found.get(rule, ()) + latest(tuple(messages))
    return found


def _may_clear(seen: LoggedMessage) -> bool:
    return seen.is_active and bool(seen.match.entry.cleared_by)
