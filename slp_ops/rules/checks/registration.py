# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of the Smart Licensing before SLP: registration, authorization, and its last exchange.

The states are printed in ``Registration:`` and ``License Authorization:``, for each licence, and in short by
``show version``: ``Smart Licensing Status: REGISTERED/OUT OF COMPLIANCE``.
"""

from __future__ import annotations

from typing import Final

from slp_ops.facts import Authorization, Entitlements, Registration
from slp_ops.model import Severity
from slp_ops.rules.checks._links import MIGRATING
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.rule import Era, Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)

_SHORT_OF_LICENCES: Final = ("OUT OF COMPLIANCE", "NOT AUTHORIZED")


@rule(
    "sl-not-registered",
    group=Group.TRUST,
    severity=Severity.WARNING,
    links=(MIGRATING,),
    era=Era.SL,
)
def sl_not_registered(states: AgentStates, authorization: Authorization | None) -> Judgement:
    """Judge registration and evaluation; a reservation is a registration."""
    in_evaluation = states.authorization.startswith("EVAL")
    if states.is_reserved:
        return NotApplicable(why=TEXTS["reserved"])
    if states.is_registered and not in_evaluation:
        return Passed()
    if not states.registration and not in_evaluation:
        return Unknown(missing=(Registration,))
    expired = "EXPIRED" in states.authorization and in_evaluation
    left = () if authorization is None else authorization.cite("evaluation_remaining")
    words = " / ".join(word for word in (states.registration, states.authorization) if word)
    return Failed(
        summary=(
            TEXTS["sl-not-registered.expired"] if expired else TEXTS["sl-not-registered.summary"]
        ).format(what=words),
        evidence=(*states.evidence, *(each for each in left if each.line is not None)),
        severity=Severity.ERROR if expired else None,
    )


@rule(
    "sl-out-of-compliance",
    group=Group.LICENCES,
    severity=Severity.WARNING,
    links=(MIGRATING,),
    explains=("SMART_LIC-OUT_OF_COMPLIANCE",),
    era=Era.SL,
)
def sl_out_of_compliance(states: AgentStates, entitlements: Entitlements | None) -> Judgement:
    """Judge the state of the authorization, and of each licence."""
    short = [
        item
        for item in (() if entitlements is None else entitlements.items)
        if (item.status or "").upper().startswith(_SHORT_OF_LICENCES)
    ]
    if not states.authorization.startswith(_SHORT_OF_LICENCES) and not short:
        return Passed()
    names = ", ".join(dict.fromkeys(item.name or item.tag or "" for item in short))
    evidence = states.evidence if states.authorization.startswith(_SHORT_OF_LICENCES) else ()
    word = next((word for word in _SHORT_OF_LICENCES if word in states.authorization), None)
    return Failed(
        summary=TEXTS["sl-out-of-compliance.summary"].format(
            state=word or (short[0].status or "").upper(),
            names=names or TEXTS["sl-out-of-compliance.unnamed"],
        ),
        evidence=(*evidence, *(each for item in short for each in item.cite("status"))),
    )


@rule(
    "sl-authorization-expired",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(MIGRATING,),
    era=Era.SL,
)
def sl_authorization_expired(states: AgentStates) -> Judgement:
    """Judge an authorization, or a registration, that was not renewed in time."""
    expired = "AUTHORIZATION EXPIRED" in states.authorization or (
        "EXPIRED" in states.registration and not states.is_reserved
    )
    if not expired:
        return Passed()
    return Failed(summary=TEXTS["sl-authorization-expired.summary"], evidence=states.evidence)


@rule(
    "sl-exchange-failed",
    group=Group.COMMUNICATION,
    severity=Severity.ERROR,
    links=(MIGRATING,),
    explains=("sl-authorization-expired",),
    era=Era.SL,
)
def sl_exchange_failed(
    states: AgentStates, registration: Registration | None, authorization: Authorization | None
) -> Judgement:
    """Judge the last attempts to talk to CSSM, with the printed reason."""
    if states.is_reserved:
        return NotApplicable(why=TEXTS["reserved"])
    attempts = [
        (fact, field, attempt)
        for fact, field in (
            (authorization, "last_communication"),
            (registration, "last_renewal"),
            (registration, "initial"),
        )
        if fact is not None and (attempt := getattr(fact, field)) is not None
    ]
    failed = [each for each in attempts if each[2].word.upper().startswith("FAILED")]
    if not failed:
        return Passed() if attempts else Unknown(missing=(Authorization,))
    fact, _, attempt = failed[0]
    return Failed(
        summary=TEXTS["sl-exchange-failed.summary"].format(
            when=attempt.text.partition(" on ")[2] or TEXTS["sl-exchange-failed.no-time"],
            reason=fact.failure_reason or TEXTS["sl-exchange-failed.no-reason"],
        ),
        evidence=(
            *(each for found, field, _ in failed for each in found.cite(field)),
            *(fact.cite("failure_reason") if fact.failure_reason is not None else ()),
        ),
    )


@rule(
    "sl-reserved",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(MIGRATING,),
    era=Era.SL,
)
def sl_reserved(states: AgentStates) -> Judgement:
    """Inform that licences are reserved."""
    if not states.is_reserved:
        return Passed()
    return Failed(summary=TEXTS["sl-reserved.summary"], evidence=states.evidence)
