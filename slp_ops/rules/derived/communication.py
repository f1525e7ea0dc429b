# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""State of the exchange now, with the reasons of a failure.

The counters of tech support decide: ``Ongoing Failure``, not the lifetime ``Fail``. Without them the
last COMM_FAILED or COMM_RESTORED in the log decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.facts import CommunicationStatistics, ExchangeStatistics, Fact, SyslogBuffer
from slp_ops.model import Confidence
from slp_ops.rules.derived.log import LicenceLog, LoggedMessage, latest
from slp_ops.rules.message_catalog import Catalogue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.model import Evidence

FAILED: Final = "SMART_LIC-COMM_FAILED"
RESTORED: Final = "SMART_LIC-COMM_RESTORED"
# Requests for authorization and telemetry fail on healthy switches that need neither.
_COUNTS: Final = frozenset(
    {
        "trust establishment",
        "trust acknowledgement",
        "usage reporting",
        "result polling",
        "trust sync",
        "hello message",
    }
)
GENERIC: Final = "comm-failing-now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Communication:
    """State of the exchange with CSSM, CSLU or SSM On-Prem.

    ``exchanges`` are the blocks that fail now, ``last`` the deciding message without
    counters. ``reasons`` contains the evidence by rule; empty when nothing fails.
    """

    failing: bool
    counted: bool
    exchanges: tuple[ExchangeStatistics, ...] = ()
    last: LoggedMessage | None = None
    reasons: Mapping[str, tuple[Evidence, ...]] = field(default_factory=dict)

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (CommunicationStatistics, SyslogBuffer)

    @classmethod
    def derive(
        cls, catalogue: Catalogue, statistics: CommunicationStatistics | None, log: LicenceLog | None
    ) -> Communication | None:
        """Derive from the counters, or else from the log; None without both."""
        tried = _tried(statistics)
        if tried:
            failing = tuple(each for each in tried if each.failing_now)
            return cls(
                failing=bool(failing),
                counted=True,
                exchanges=failing,
                reasons=_reasons(catalogue, failing, log) if failing else {},
            )
        if log is None:
            return None
        said = log.named(FAILED, RESTORED)
        if not said and FAILED in log.blind:
            return None
        last = said[-1] if said else None
        is_failing = last is not None and last.match.entry.message == FAILED
        return cls(
            failing=is_failing,
            counted=False,
            last=last,
            reasons=_reasons(catalogue, (), log) if is_failing else {},
        )

    @property
    def confidence(self) -> Confidence:
        """Return the confidence: counters are certain, a log may be incomplete."""
        return Confidence.HIGH if self.counted else Confidence.MEDIUM

    @property
    def is_explained(self) -> bool:
        """Return whether a specific reason is known."""
        return any(rule != GENERIC for rule in self.reasons)


def _tried(statistics: CommunicationStatistics | None) -> tuple[ExchangeStatistics, ...]:
    """Return the exchanges that were tried at least once and have readable counters."""
    if statistics is None:
        return ()
    return tuple(
        each
        for each in statistics.exchanges
        if each.name.lower() in _COUNTS
        and each.attempts is not None
        and each.attempts.total
        and each.failing_now is not None
    )


def _reasons(
    catalogue: Catalogue, failing: tuple[ExchangeStatistics, ...], log: LicenceLog | None
) -> dict[str, tuple[Evidence, ...]]:
    found: dict[str, tuple[Evidence, ...]] = {}
    for each in failing:
        reason = catalogue.reason(each.failure_reason)
        if reason is not None and reason.rule is not None:
            found[reason.rule] = found.get(reason.rule, ()) + each.cite("attempts", "failure_reason")
    if log is not None:
        by_rule: dict[str, list[LoggedMessage]] = {}
        for seen in log.seen:
            if seen.is_active and seen.match.entry.cleared_by and seen.match.rule is not None:
                by_rule.setdefault(seen.match.rule, []).append(seen)
        for rule, messages in by_rule.items():
            found[rule] = found.get(rule, ()) + latest(tuple(messages))
    return found
