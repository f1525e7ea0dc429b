# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks of name resolution for the server."""

from __future__ import annotations

from slp_ops.facts import ConfigInfo, HostEntry, Hosts, NameConfig, PinnedHost
from slp_ops.iosxe.servers import is_cisco
from slp_ops.model import Confidence, Severity
from slp_ops.rules.checks._links import OVERVIEW, SMART_TRANSPORT
from slp_ops.rules.checks._reasons import NOT_RENEWED, unexplained
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.route import Route
from slp_ops.rules.message_catalog import NamedServer
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)

_CONSEQUENCES = ("dns-failure", "comm-failing-now", "comm-flapping", "target-unresolved")


def _pinned(names: NameConfig | None, wanted: str) -> PinnedHost | None:
    return next((host for host in names.hosts if host.name.lower() == wanted), None) if names else None


@rule(
    "dns-failure",
    group=Group.NAMES,
    severity=Severity.ERROR,
    links=(OVERVIEW, SMART_TRANSPORT),
    playbooks=("name-server",),
    explains=(
        "comm-failing-now",
        "comm-flapping",
        "never-acknowledged",
        "ack-due-soon",
        "ack-overdue",
        *NOT_RENEWED,
    ),
    era=None,
)
def dns_failure(communication: Communication, route: Route | None) -> Judgement:
    """Judge a current failure with this reason."""
    evidence = communication.reasons.get("dns-failure", ())
    if evidence:
        if route is not None and route.by_default_name:
            return NotApplicable(why=TEXTS["dns-failure.cslu-local"])
        # Without the transport an address of CSLU that is not set is more probable.
        is_guess = route is None and communication.server is NamedServer.CSLU
        names = () if route is None else route.names
        return Failed(
            summary=TEXTS["dns-failure.summary"].format(name=", ".join(names))
            if names
            else TEXTS["dns-failure.server"],
            evidence=evidence,
            confidence=Confidence.LOW if is_guess else communication.confidence,
        )
    return unexplained(communication) or Passed()


_NAME_SERVER = "ip name-server 192.0.2.53"
_LOOKUP_OFF = "no ip domain lookup"


@rule(
    "name-server-missing",
    group=Group.NAMES,
    severity=Severity.ERROR,
    links=(OVERVIEW,),
    playbooks=("name-server",),
    explains=_CONSEQUENCES,
    era=None,
)
def name_server_missing(
    route: Route, names: NameConfig | None, hosts: Hosts | None, config: ConfigInfo | None
) -> Judgement:
    """Judge whether configuration and show hosts contain a name server for the VRF in use."""
    if not route.names:
        return NotApplicable(why=TEXTS["no-name"])
    if names is None and hosts is None:
        return Unknown(missing=(NameConfig,))
    if any(_pinned(names, name) for name in route.names):
        return Passed(why=TEXTS["pinned"])
    configured = names is not None and names.servers
    if not configured and hosts is None and config is not None and not config.shows(_NAME_SERVER):
        return Unknown(missing=(Hosts,))
    if not configured and not (hosts is not None and hosts.servers):
        source = names if names is not None else hosts
        assert source is not None  # noqa: S101 - one of the two was read, as seen above
        return Failed(
            summary=TEXTS["name-server-missing.none"],
            evidence=(
                source.absent("ip name-server"),
                *(hosts.cite("servers") if hosts is not None and hosts.servers_printed else ()),
            ),
        )
    vrf = route.vrf
    if vrf is None or names is None or not names.servers or any(s.vrf == vrf.value for s in names.servers):
        return Passed()
    return Failed(
        summary=TEXTS["name-server-missing.none-in-vrf"].format(vrf=vrf.value),
        evidence=(*vrf.cite(), *names.servers[0].cite()),
        severity=Severity.WARNING,
        confidence=Confidence.LOW,
    )


@rule(
    "domain-lookup-disabled",
    group=Group.NAMES,
    severity=Severity.ERROR,
    links=(OVERVIEW,),
    playbooks=("domain-lookup",),
    explains=_CONSEQUENCES,
    era=None,
)
def domain_lookup_disabled(route: Route, names: NameConfig, config: ConfigInfo | None) -> Judgement:
    """Judge the line, if a name has to be resolved."""
    printed = names.source.line("lookup") is not None
    if names.lookup and not printed and config is not None and not config.shows(_LOOKUP_OFF):
        return Unknown(missing=(NameConfig,))
    if names.lookup:
        return Passed()
    if not route.names:
        return NotApplicable(why=TEXTS["no-name"])
    if route.names and all(_pinned(names, name) for name in route.names):
        return Passed(why=TEXTS["pinned"])
    return Failed(
        summary=TEXTS["domain-lookup-disabled.summary"],
        evidence=names.cite("lookup"),
    )


@rule(
    "pinned-host-entry",
    group=Group.NAMES,
    severity=Severity.WARNING,
    links=(SMART_TRANSPORT,),
    explains=("http-timeout", "http-aborted"),
    era=None,
)
def pinned_host_entry(route: Route, names: NameConfig | None, hosts: Hosts | None) -> Judgement:
    """Judge a pinned entry for the first host on the route; for the operator's own server it is no risk."""
    if names is None and hosts is None:
        return Unknown(missing=(NameConfig,))
    found: tuple[PinnedHost | HostEntry, ...] = tuple(
        pin for name in route.names if (pin := _pinned(names, name)) is not None
    )
    if names is None and hosts is not None:
        found = tuple(
            entry
            for entry in hosts.entries
            if entry.name.lower() in route.names and "perm" in (entry.flags or "").lower()
        )
    if not found:
        return Passed()
    return Failed(
        summary=TEXTS["pinned-host-entry.summary"].format(name=found[0].name),
        evidence=tuple(evidence for pin in found for evidence in pin.cite()),
        severity=None if any(is_cisco(pin.name.lower()) for pin in found) else Severity.INFO,
    )
