"""Smart Licensing before SLP."""

from __future__ import annotations

from slp_ops.facts import (
    Authorization,
    DatedWord,
    Entitlement,
    Entitlements,
    Licensing,
    LicensingModel,
    Registration,
    Software,
)

SL = Licensing(model=LicensingModel.SL)
SLP = Licensing(model=LicensingModel.SLP)
SUCCEEDED = DatedWord(text="SUCCEEDED on Nov 04 21:15:02 2019 UTC", word="SUCCEEDED")
FAILED = DatedWord(text="FAILED on Nov 04 21:15:02 2019 UTC", word="FAILED")
REGISTERED = Registration(status="REGISTERED")
SPECIFIC = Registration(status="REGISTERED - SPECIFIC LICENSE RESERVATION")
UNIVERSAL = Registration(status="REGISTERED - UNIVERSAL LICENSE RESERVATION")


def authorized(word: str, **values: object) -> Authorization:
    """An authorization in this state."""
    return Authorization(status=DatedWord(text=f"{word} on Nov 01", word=word), **values)  # type: ignore[arg-type]


def shown(status: str) -> Software:
    """The short form of show version."""
    return Software(licensing_status=status)


def licence(status: str) -> Entitlements:
    """One licence in this state, without a name."""
    return Entitlements(items=(Entitlement(tag="C9300-24 Network Advantage", status=status),))


CASES = {
    "sl-not-registered": {
        "pass": [
            [SL, REGISTERED],
            [SL, REGISTERED, authorized("AUTHORIZED")],
            [SL, REGISTERED, authorized("OUT OF COMPLIANCE")],
            [SL, shown("REGISTERED/AUTHORIZED")],
            [SL, authorized("AUTHORIZED"), REGISTERED],
        ],
        "fail": [
            [SL, Registration(status="UNREGISTERED")],
            [SL, Registration(status="UNREGISTERED - REGISTRATION FAILED")],
            [SL, Registration(status="UNREGISTERED - REGISTRATION EXPIRED")],
            [SL, Registration(status="UNREGISTERED"), authorized("EVAL EXPIRED")],
            [SL, Registration(status="REGISTERED"), authorized("EVAL MODE")],
            [SL, authorized("EVAL MODE")],
            [SL, shown("UNREGISTERED/EVAL MODE")],
            [SL, shown("UNREGISTERED/EVAL EXPIRED")],
        ],
        "unknown": [[], [SL], [SL, authorized("AUTHORIZED")]],
        "not_applicable": [
            [SLP, Registration(status="UNREGISTERED")],
            [SL, SPECIFIC, authorized("AUTHORIZED - RESERVED")],
            [SL, UNIVERSAL],
            [SL, shown("REGISTERED - SPECIFIC LICENSE RESERVATION/AUTHORIZED - RESERVED")],
        ],
    },
    "sl-out-of-compliance": {
        "pass": [
            [SL, REGISTERED, authorized("AUTHORIZED")],
            [SL, SPECIFIC, authorized("AUTHORIZED - RESERVED"), licence("AUTHORIZED")],
            [SL, shown("REGISTERED/AUTHORIZED")],
        ],
        "fail": [
            [SL, REGISTERED, authorized("OUT OF COMPLIANCE")],
            [SL, REGISTERED, authorized("AUTHORIZED"), licence("OUT OF COMPLIANCE")],
            [SL, SPECIFIC, authorized("NOT AUTHORIZED"), licence("NOT AUTHORIZED")],
            [SL, shown("REGISTERED/OUT OF COMPLIANCE")],
        ],
        "unknown": [[], [SL]],
        "not_applicable": [[SLP, shown("REGISTERED/OUT OF COMPLIANCE")]],
    },
    "sl-authorization-expired": {
        "pass": [[SL, REGISTERED, authorized("AUTHORIZED")], [SL, SPECIFIC]],
        "fail": [
            [SL, REGISTERED, authorized("AUTHORIZATION EXPIRED")],
            [SL, shown("REGISTERED/AUTHORIZATION EXPIRED")],
            [SL, Registration(status="UNREGISTERED - REGISTRATION EXPIRED")],
        ],
        "unknown": [[], [SL]],
    },
    "sl-exchange-failed": {
        "pass": [
            [SL, REGISTERED, authorized("AUTHORIZED", last_communication=SUCCEEDED)],
            [SL, Registration(status="REGISTERED", initial=SUCCEEDED)],
        ],
        "fail": [
            [SL, REGISTERED, authorized("AUTHORIZED", last_communication=FAILED)],
            [SL, Registration(status="UNREGISTERED - REGISTRATION FAILED", initial=FAILED)],
            [
                SL,
                Registration(
                    status="REGISTERED", last_renewal=FAILED, failure_reason="Invalid ID certificate"
                ),
                authorized("AUTHORIZED", last_communication=SUCCEEDED),
            ],
        ],
        "unknown": [[], [SL, REGISTERED], [SL, shown("REGISTERED/AUTHORIZED")]],
        "not_applicable": [[SL, UNIVERSAL]],
    },
    "sl-reserved": {
        "pass": [[SL, REGISTERED, authorized("AUTHORIZED")], [SL, shown("UNREGISTERED/EVAL MODE")]],
        "fail": [
            [SL, SPECIFIC],
            [SL, REGISTERED, authorized("AUTHORIZED - RESERVED")],
            [SL, shown("REGISTERED - UNIVERSAL LICENSE RESERVATION/AUTHORIZED - RESERVED")],
        ],
        "unknown": [[], [SL]],
    },
}
