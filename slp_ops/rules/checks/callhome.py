# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of call-home: configuration for licensing, and better alternatives."""

from __future__ import annotations

from slp_ops.facts import (
    CallHomeConfig,
    CallHomeLicensing,
    CallHomeProfile,
    CallHomeProfiles,
    LicenseTransport,
    TransportKind,
)
from slp_ops.model import Evidence, Severity
from slp_ops.rules.checks._links import SMART_TRANSPORT, TASKS
from slp_ops.rules.checks._reasons import NOT_RENEWED
from slp_ops.rules.checks.transport import other_transport
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

TEXTS = texts_of(__name__)


@rule(
    "callhome-profile-inactive",
    group=Group.TRANSPORT,
    severity=Severity.ERROR,
    links=(TASKS,),
    playbooks=("transport-callhome", "transport-smart"),
    explains=("comm-failing-now", "comm-flapping", "never-acknowledged", *NOT_RENEWED),
    era=None,
)
def callhome_profile_inactive(
    transport: LicenseTransport | None,
    profile: CallHomeLicensing | None,
    profiles: CallHomeProfiles | None,
    config: CallHomeConfig | None,
    communication: Communication | None,
) -> Judgement:
    """Judge the printed profiles, then their configuration, then the reason of the failure.

    Without the transport the reason alone names call-home.
    """
    named = () if communication is None else communication.reasons.get("callhome-profile-inactive", ())
    if transport is None:
        if not named:
            return Unknown(missing=(LicenseTransport,))
        return Failed(summary=TEXTS["callhome-profile-inactive.named"], evidence=named)
    if transport.kind is not TransportKind.CALLHOME:
        return other_transport(transport)
    evidence: list[Evidence] = []
    if profile is not None:
        if (profile.feature or "").lower().startswith("disable"):
            evidence += profile.cite("feature")
        if (profile.messages or "").lower() == "disabled":
            evidence += profile.cite("messages")
        if (profile.profile_status or "ACTIVE").upper() != "ACTIVE":
            evidence += profile.cite("profile_status")
    listed = _of_all(profiles)
    if profile is None:
        evidence += _printed_wrong(listed)
    if config is not None:
        evidence += _configured_wrong(config)
    evidence = evidence or list(named)
    if evidence:
        return Failed(
            summary=TEXTS["callhome-profile-inactive.summary"],
            evidence=tuple(evidence),
        )
    if profile is None and not listed and config is None:
        return Unknown(missing=(CallHomeLicensing,))
    return Passed()


def _printed_wrong(profiles: tuple[CallHomeProfile, ...]) -> list[Evidence]:
    """Return the lines of profiles that keep each of them from sending licence data."""
    fields = [(each, _unfit(each)) for each in profiles]
    if any(field is None for _, field in fields):
        return []
    return [evidence for each, field in fields if field is not None for evidence in each.cite(field)]


def _of_all(printed: CallHomeProfiles | None) -> tuple[CallHomeProfile, ...]:
    """Return the profiles of a complete listing: one profile by name, or a filter, hides the others."""
    words = ["all"] if printed is None else printed.source.command.lower().split()
    is_whole = "|" not in words and (not words or "all".startswith(words[-1]))
    return printed.profiles if printed is not None and is_whole else ()


def _unfit(profile: CallHomeProfile) -> str | None:
    """Return the field that keeps a profile from sending licence data; None where none does."""
    if profile.status is not None and profile.status.upper() != "ACTIVE":
        return "status"
    if profile.reporting_data is not None and "smart licensing" not in profile.reporting_data.lower():
        return "reporting_data"
    return None


def _configured_wrong(config: CallHomeConfig) -> list[Evidence]:
    """Return the configuration lines that keep every profile from sending licence data."""
    reporting = [profile for profile in config.profiles if profile.reporting_smart_licensing is not False]
    if not config.profiles or any(profile.active for profile in reporting):
        return []
    return [
        evidence
        for profile in config.profiles
        for evidence in profile.cite("active" if not profile.active else "reporting_smart_licensing")
    ]


@rule(
    "callhome-transport",
    group=Group.TRANSPORT,
    severity=Severity.INFO,
    links=(SMART_TRANSPORT,),
    playbooks=("transport-smart",),
)
def callhome_transport(transport: LicenseTransport) -> Judgement:
    """Inform that a better transport exists."""
    if transport.kind is not TransportKind.CALLHOME:
        return Passed()
    return Failed(
        summary=TEXTS["callhome-transport.summary"],
        evidence=transport.cite("type"),
    )
