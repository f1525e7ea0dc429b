# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Information that prevents false alarms, and conditions that hide facts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.facts import (
    AgentInternals,
    CallHomeConfig,
    InstalledPackages,
    Privacy,
    ProductInstance,
    ServicesConfig,
    Software,
    UsageReporting,
)
from slp_ops.model import CaptureStatus, Evidence, Severity
from slp_ops.parsing import CUT, Facts
from slp_ops.release import Release
from slp_ops.rules.checks._links import MIGRATING, OVERVIEW
from slp_ops.rules.checks.reporting import was_erased
from slp_ops.rules.derived.agent_states import AgentStates
from slp_ops.rules.derived.era import FIRST_SLP, restores_registration
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, Passed, Unknown

if TYPE_CHECKING:
    from slp_ops.i18n import Text

TEXTS = texts_of(__name__)

_HOST_NAME_SINCE = Release(major=17, minor=9, maintenance=1)


@rule(
    "callhome-periodic-shows",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    era=None,
)
def callhome_periodic_shows(call_home: CallHomeConfig, services: ServicesConfig) -> Judgement:
    """Judge whether both are configured."""
    if not call_home.service or not services.traps_config:
        return Passed()
    return Failed(
        summary=TEXTS["callhome-periodic-shows.summary"],
        evidence=(*call_home.cite("service"), *services.cite("traps_config")),
    )


@rule(
    "last-ack-cleared",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(OVERVIEW,),
)
def last_ack_cleared(usage: UsageReporting, internals: AgentInternals) -> Judgement:
    """Judge the erasure that the agent recorded."""
    if usage.last_ack is not None or not was_erased(internals):
        return Passed()
    return Failed(
        summary=TEXTS["last-ack-cleared.summary"],
        evidence=(*usage.cite("last_ack"), *internals.cite("write_erase_occurred")),
    )


@rule(
    "pre-slp-release",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(MIGRATING,),
    playbooks=("upgrade-to-slp",),
    era=None,
)
def pre_slp_release(software: Software, states: AgentStates | None) -> Judgement:
    """Judge the release alone; inform what an upgrade makes of the registration, and a downgrade of trust."""
    slp = None if software.release is None else software.release.at_least(FIRST_SLP)
    if slp is None:
        return Unknown(why=TEXTS["no-release"])
    if slp:
        return Passed()
    returns = software.release is not None and restores_registration(software.release)
    return Failed(
        summary=TEXTS["pre-slp-release.summary"].format(
            release=software.release,
            becomes=_registration_becomes(states),
            back=TEXTS["pre-slp-release.returns"] if returns else TEXTS["pre-slp-release.is-lost"],
        ),
        evidence=(*software.cite("version"), *(() if states is None else states.evidence)),
    )


def _registration_becomes(states: AgentStates | None) -> Text:
    if states is None:
        return TEXTS["pre-slp-release.unread"]
    if states.is_reserved:
        return TEXTS["pre-slp-release.reserved"]
    if states.is_registered:
        return TEXTS["pre-slp-release.registered"]
    return TEXTS["pre-slp-release.unregistered"]


@rule(
    "release-unreadable",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    era=None,
)
def release_unreadable(software: Software) -> Judgement:
    """Judge a release without a number or without a position in its train."""
    if software.release is not None and not software.release.is_engineering:
        return Passed()
    if software.version is None and software.release is None:
        return Unknown(missing=(Software,))
    return Failed(
        summary=TEXTS["release-unreadable.summary"].format(text=software.version or software.release),
        evidence=software.cite("version"),
    )


@rule(
    "smu-patched",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    era=None,
)
def smu_patched(software: Software, installed: InstalledPackages | None) -> Judgement:
    """Judge the version text, or the list of packages."""
    if software.release is None:
        return Unknown(why=TEXTS["no-release"])
    smus = [
        package for package in (installed.packages if installed is not None else ()) if package.type == "SMU"
    ]
    if not software.release.smu and not smus:
        return Passed()
    return Failed(
        summary=TEXTS["smu-patched.summary"].format(release=software.release),
        evidence=(
            *(software.cite("version") if software.release.smu else ()),
            *(evidence for package in smus for evidence in package.cite()),
        ),
    )


@rule(
    "command-denied",
    group=Group.INFORMATION,
    severity=Severity.WARNING,
    era=None,
)
def command_denied(facts: Facts) -> Judgement:
    """Judge the status of the commands."""
    if not facts.captures:
        return Unknown(why=TEXTS["command-denied.none-run"])
    denied = [each for each in facts.captures if each.status is CaptureStatus.DENIED]
    if not denied and any(each.status in CUT for each in facts.captures):
        return Unknown(why=TEXTS["command-denied.not-read"])
    if not denied:
        return Passed()
    return Failed(
        summary=TEXTS["command-denied.summary"].format(commands=", ".join(each.command for each in denied)),
        evidence=tuple(Evidence(command=each.command, line=None, text="its output") for each in denied),
    )


@rule(
    "product-instance-name",
    group=Group.INFORMATION,
    severity=Severity.INFO,
    links=(OVERVIEW,),
)
def product_instance_name(
    software: Software, product: ProductInstance | None, privacy: Privacy | None
) -> Judgement:
    """Judge the release, and the data that the agent sends."""
    named = None if software.release is None else software.release.at_least(_HOST_NAME_SINCE)
    if named is None:
        return Unknown(why=TEXTS["no-release"])
    hidden = (
        privacy is not None and privacy.sending_hostname is not None and privacy.sending_hostname.on is False
    )
    if named and not hidden:
        return Passed()
    udi = product.udi if product is not None else None
    return Failed(
        summary=TEXTS["product-instance-name.summary"].format(
            udi=f"PID:{udi.pid},SN:{udi.sn}" if udi is not None else TEXTS["product-instance-name.its-udi"]
        ),
        evidence=(
            *(software.cite("version") if not named else ()),
            *(privacy.cite("sending_hostname") if hidden and privacy is not None else ()),
            *(udi.cite() if udi is not None else ()),
        ),
    )
