# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of trust between CSSM, the switch and its members, and of its token."""

from __future__ import annotations

from collections import Counter

from slp_ops.facts import (
    AgentInternals,
    CommunicationStatistics,
    LicenseTransport,
    ProductInstance,
    Software,
    TransportKind,
    TrustCodes,
    UsageReporting,
)
from slp_ops.model import Confidence, Severity
from slp_ops.release import Release
from slp_ops.rules.checks._links import MESSAGES, OVERVIEW, TASKS
from slp_ops.rules.checks._reasons import by_statistics
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Intent
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)
# From memory: trust in topologies with CSLU and SSM On-Prem came with 17.7.1.
_TRUST_WITH_ACK = Release.parse("17.7.1")


@rule(
    "trust-missing",
    group=Group.TRUST,
    severity=Severity.ERROR,
    links=(OVERVIEW, TASKS),
    playbooks=("trust-token",),
    explains=("insufficient-trust", "never-acknowledged"),
)
def trust_missing(
    trust: TrustCodes | None,
    internals: AgentInternals | None,
    transport: LicenseTransport,
    intent: Intent,
    reporting: UsageReporting | None,
) -> Judgement:
    """Judge trust for direct connections; with CSLU and SSM On-Prem it arrives with the first ACK, if at
    all. The tech support of older agents names it among its other information alone."""
    stored = () if internals is None else internals.trust_data
    if trust is None and not stored:
        return Unknown(missing=(TrustCodes,))
    if any(unit.installed for unit in stored) if trust is None else trust.any_installed:
        return Passed()
    if transport.kind is TransportKind.OFF or intent.other_side_connects:
        return NotApplicable(why=TEXTS["trust-missing.not-direct"])
    is_acknowledged = reporting is not None and reporting.last_ack is not None
    # Without an address only a controller, CSLU or a file can have brought an ACK: none of them needs trust.
    undecided = (
        transport.kind is TransportKind.CSLU and transport.cslu_address is None and not is_acknowledged
    )
    if transport.kind is TransportKind.CSLU and not (
        undecided and intent.topology in (None, "smart", "callhome")
    ):
        return NotApplicable(why=TEXTS["trust-missing.through-cslu"])
    return Failed(
        summary=TEXTS["trust-missing.summary"],
        evidence=tuple(line for unit in stored for line in unit.cite("text"))
        if trust is None
        else trust.cite("installed"),
        severity=Severity.WARNING if undecided else None,
    )


@rule(
    "trust-not-received",
    group=Group.TRUST,
    severity=Severity.INFO,
    confidence=Confidence.LOW,
    links=(OVERVIEW,),
)
def trust_not_received(
    trust: TrustCodes,
    transport: LicenseTransport,
    reporting: UsageReporting,
    software: Software,
    intent: Intent,
) -> Judgement:
    """Judge trust behind CSLU and SSM On-Prem once an ACK came. That it comes with the ACK is unverified."""
    relayed = transport.kind is TransportKind.CSLU and transport.cslu_address is not None
    if not relayed or intent.other_side_connects:
        return NotApplicable(why=TEXTS["trust-not-received.not-relayed"])
    if trust.any_installed:
        return Passed()
    since = None if software.release is None else software.release.at_least(_TRUST_WITH_ACK)
    if since is None:
        return Unknown(missing=(Software,))
    if not since:
        return NotApplicable(why=TEXTS["trust-not-received.too-old"])
    if reporting.last_ack is None:
        return NotApplicable(why=TEXTS["trust-not-received.no-ack"])
    return Failed(
        summary=TEXTS["trust-not-received.summary"].format(ack=reporting.last_ack.text),
        evidence=(*trust.cite("installed"), *reporting.cite("last_ack")),
    )


@rule(
    "trust-incomplete",
    group=Group.TRUST,
    severity=Severity.WARNING,
    links=(OVERVIEW,),
    playbooks=("trust-token",),
)
def trust_incomplete(trust: TrustCodes, product: ProductInstance | None) -> Judgement:
    """Every unit of the UDI list needs an INSTALLED line; two supervisors share one PID and serial."""
    if not trust.any_installed:
        return NotApplicable(why=TEXTS["trust-incomplete.none-installed"])
    if not trust.codes:
        return Passed(why=TEXTS["trust-incomplete.single-switch"])
    without = trust.without
    listed = Counter((unit.pid, unit.sn) for unit in product.members) if product is not None else Counter()
    unlisted = listed - Counter((code.pid, code.sn) for code in trust.codes)
    if not without and not unlisted:
        return Passed()
    units = [code.udi or f"PID:{code.pid},SN:{code.sn}" for code in without]
    units += [f"PID:{pid},SN:{sn}" for pid, sn in unlisted.elements()]
    evidence = [evidence for code in without for evidence in code.cite()]
    if product is not None:
        evidence += [
            evidence
            for unit in product.members
            if (unit.pid, unit.sn) in unlisted
            for evidence in unit.cite()
        ]
    return Failed(
        summary=TEXTS["trust-incomplete.summary"].format(units=", ".join(units)),
        evidence=tuple(evidence),
    )


@rule(
    "token-invalid",
    group=Group.TRUST,
    severity=Severity.ERROR,
    links=(MESSAGES,),
    playbooks=("trust-token",),
    explains=("trust-missing", "insufficient-trust", "comm-failing-now", "never-acknowledged"),
)
def token_invalid(communication: Communication) -> Judgement:
    """Judge this reason of a current failure in the statistics."""
    return by_statistics(
        "token-invalid",
        TEXTS["token-invalid.summary"],
        communication,
    )


@rule(
    "product-instance-unknown",
    group=Group.TRUST,
    severity=Severity.ERROR,
    links=(MESSAGES,),
    playbooks=("trust-token",),
    explains=(
        "comm-failing-now",
        "comm-flapping",
        "rum-error-flag",
        "ack-due-soon",
        "ack-overdue",
        "rum-backlog",
        "rum-unacknowledged-growing",
    ),
)
def product_instance_unknown(communication: Communication) -> Judgement:
    """Judge this reason of a current failure in the statistics."""
    return by_statistics(
        "product-instance-unknown",
        TEXTS["product-instance-unknown.summary"],
        communication,
    )


@rule(
    "insufficient-trust",
    group=Group.TRUST,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("trust-token",),
    explains=("comm-failing-now", "never-acknowledged", "rum-backlog", "rum-unacknowledged-growing"),
)
def insufficient_trust(statistics: CommunicationStatistics) -> Judgement:
    """Judge the overall state."""
    if "insufficient trust" not in (statistics.overall_state or "").lower():
        return Passed()
    return Failed(
        summary=TEXTS["insufficient-trust.summary"],
        evidence=statistics.cite("overall_state"),
        confidence=Confidence.HIGH,
    )
