"""Lookup of reasons among the current failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.facts import CommunicationStatistics
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text
    from slp_ops.rules.derived.communication import Communication

TEXTS = texts_of(__name__)

# Consequences of a failed exchange before SLP.
NOT_RENEWED: Final = (
    "sl-exchange-failed",
    "sl-authorization-expired",
    "SMART_LIC-AUTH_RENEW_FAILED",
    "SMART_LIC-AGENT_REG_FAILED",
    "SMART_LIC-ID_CERT_RENEW_FAILED",
)
# Consequences of reports that do not arrive.
STARVED: Final = (
    *NOT_RENEWED,
    "never-acknowledged",
    "ack-due-soon",
    "ack-overdue",
    "rum-backlog",
    "rum-unacknowledged-growing",
    "CSCwc77088",
)


def by_reason(name: str, summary: Text, communication: Communication) -> Judgement:
    """Return Failed when a current failure has this reason."""
    evidence = communication.reasons.get(name, ())
    if evidence:
        return Failed(summary=summary, evidence=evidence, confidence=communication.confidence)
    return unexplained(communication) or Passed()


def by_statistics(name: str, summary: Text, communication: Communication) -> Judgement:
    """Judge a reason that only tech support prints: without it the verdict is unknown while the exchange
    fails."""
    evidence = communication.reasons.get(name, ())
    if evidence:
        return Failed(summary=summary, evidence=evidence, confidence=communication.confidence)
    if communication.failing and not communication.counted and not communication.is_explained:
        return Unknown(missing=(CommunicationStatistics,))
    return Passed()


def unexplained(communication: Communication) -> Unknown | None:
    """Return Unknown when the exchange fails without a known reason."""
    if not communication.failing or communication.is_explained:
        return None
    return Unknown(why=TEXTS["unexplained"])
