"""Plan of the probes from a switch, and their path, derived from its facts. Pure.

What a probe's text says is read by ``commands.telnet`` and ``commands.ping``, as any capture is, so that a
saved run and a pasted terminal log are judged as a live switch is.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.commands import registry
from slp_ops.errors import InputError, NotReadOnly
from slp_ops.facts import (
    CallHomeConfig,
    CallHomeLicensing,
    HttpConfig,
    Interfaces,
    InterfacesConfig,
    LicenseConfig,
    LicenseTransport,
    ProbeResult,
    ProbeVerdict,
    TransportKind,
)
from slp_ops.iosxe import servers
from slp_ops.iosxe.names import is_interface, is_vrf
from slp_ops.iosxe.servers import Endpoint
from slp_ops.json_documents import json_document
from slp_ops.readonly import ProbeStep, Tool
from slp_ops.rules.derived.route import Route
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.commands import ShowCommand
    from slp_ops.parsing import Facts

# What decides where the switch connects to, by which path, and whether more than TCP is needed.
_READ: Final = frozenset(
    {
        "show clock",
        "show version",
        "show running-config",
        "show logging",
        "show license status",
        "show hosts",
        "show ip interface brief",
        "show call-home smart-licensing",
        "show crypto pki trustpool",
        "show processes cpu sorted",
        "show license tech support",
    }
)


class Purpose(StrEnum):
    """Purpose of a target."""

    PROXY = "proxy"
    SMART = "smart"
    CALLHOME = "callhome"
    CSLU = "cslu"
    ON_PREM = "on-prem"
    TRUSTPOOL = "trustpool"
    TARGET = "target"  # named by the operator


@json_document
class ProbeTarget:
    """A host and port. The verdict on the switch rests on the ``required`` ones."""

    purpose: Purpose
    host: str
    port: int | None
    required: bool = True

    def __str__(self) -> str:
        return str(Endpoint(self.host, self.port))


class ConnectionDirection(StrEnum):
    """Direction of the connection."""

    CONNECTS = "connects"  # the switch, to its target
    PULLED = "pulled"  # CSLU, SSM On-Prem or a controller, to the switch
    OFF = "off"  # none: reports are carried as files
    UNKNOWN = "unknown"  # the transport could not be read


class PathFault(StrEnum):
    """Fault of the path that is visible before any probe."""

    INTERFACE_MISSING = "interface_missing"
    INTERFACE_DOWN = "interface_down"
    VRF_MISSING = "vrf_missing"
    VRF_MISMATCH = "vrf_mismatch"
    NOT_PLAIN = "not_plain"  # a name that could be more than a name: nothing is sent


@json_document
class Path:
    """The VRF and the source interface that the licence agent's connections take.

    ``known`` is False when the configuration could not be read: then it is the default path, from which a
    test proves little. ``interface_vrf`` is set where it differs from the VRF.
    """

    vrf: str | None = None
    source_interface: str | None = None
    known: bool = True
    fault: PathFault | None = None
    interface_vrf: str | None = None

    @property
    def ok(self) -> bool | None:
        """Return whether it is usable; None when the configuration could not be read."""
        if self.fault is not None:
            return False
        return True if self.known else None


@json_document
class Probe:
    """One target and how it is tried. ``step`` is None where host, port or path are not plain words."""

    target: ProbeTarget
    step: ProbeStep | None
    rejection: str = ""

    def ping(self) -> ProbeStep | None:
        """Return the ping that proves name resolution where telnet is forbidden."""
        if self.step is None:
            return None
        return ProbeStep(
            tool=Tool.PING,
            host=self.step.host,
            vrf=self.step.vrf,
            source_interface=self.step.source_interface,
        )


@json_document
class ReachabilityPlan:
    """Probes of one switch. ``proxied``: its target is behind a proxy, which is probed instead."""

    situation: ConnectionDirection
    path: Path
    probes: tuple[Probe, ...] = ()
    proxied: bool = False


@json_document
class ProbeAttempt:
    """One probe and what came of it. ``result`` is None when nothing was sent; ``why`` then says so."""

    probe: Probe
    result: ProbeResult | None = None
    seconds: float | None = None
    why: str = ""

    @property
    def verdict(self) -> ProbeVerdict:
        """Return the result of the connection; an unsent probe is not testable."""
        if self.result is not None:
            return self.result.verdict
        return ProbeVerdict.NOT_TESTABLE if self.probe.step is None else ProbeVerdict.UNKNOWN


# Facts that decide about targets and path; from half an output they would name others.
PLANNED_BY: Final = (
    LicenseTransport,
    LicenseConfig,
    HttpConfig,
    CallHomeConfig,
    CallHomeLicensing,
    InterfacesConfig,
    Interfaces,
)


def plan(
    facts: Facts,
    *,
    topology: str | None = None,
    targets: tuple[ProbeTarget, ...] = (),
    everything: bool = False,
) -> ReachabilityPlan:
    """Plan the probes. ``topology`` is the inventory's intent, ``targets`` are the operator's.

    ``everything`` adds Cisco's servers, whatever the transport.
    """
    route = Route.of(facts)
    situation = _situation(route, topology)
    own = tuple(_targets(route)) if situation is ConnectionDirection.CONNECTS else ()
    wanted = [*own, *targets]
    if everything:
        for purpose, server in (
            (Purpose.SMART, servers.SMART),
            (Purpose.CALLHOME, servers.CALLHOME),
            (Purpose.TRUSTPOOL, servers.TRUSTPOOL),
        ):
            wanted.append(ProbeTarget(purpose=purpose, host=server.host, port=server.port, required=False))
    path = _path(facts, route)
    return ReachabilityPlan(
        situation=situation,
        path=path,
        probes=tuple(_probe(target, path) for target in _each_once(wanted)),
        proxied=any(target.purpose is Purpose.PROXY and target.port is not None for target in own),
    )


def commands() -> tuple[ShowCommand, ...]:
    """The commands that this reads, in the order of every run."""
    return tuple(known for known in registry() if known.command.split(" | ")[0] in _READ)


def target_of(text: str) -> ProbeTarget:
    """A target as an operator types it: ``host:port`` or ``[IPv6]:port``. Raises InputError."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if bracketed else host
    try:
        if not colon or (":" in host and not bracketed) or not (port.isascii() and port.isdecimal()):
            raise InputError(f"{text[:80]!r} is no host:port")
        ProbeStep(host=host, port=int(port))
    except (InputError, NotReadOnly) as err:
        raise InputError(
            f"target {err.message}", hint="write it as smartreceiver.cisco.com:443 or 192.0.2.80:8182"
        ) from None
    return ProbeTarget(purpose=Purpose.TARGET, host=host, port=int(port))


def _path(facts: Facts, route: Route) -> Path:
    """The path of the route, checked against the interfaces and VRFs that exist."""
    vrf = route.vrf.value if route.vrf is not None else None
    source = route.source.value if route.source is not None else None
    settings, states = facts.get(InterfacesConfig), facts.get(Interfaces)
    fault: PathFault | None = None
    own_vrf: str | None = None
    if source is not None:
        configured = settings.find(source) if settings else None
        state = states.find(source) if states else None
        own_vrf = configured.vrf if configured else None
        if configured is None and state is None and (settings or states):
            fault = PathFault.INTERFACE_MISSING
        elif (state is not None and not state.up) or (configured is not None and configured.shutdown):
            fault = PathFault.INTERFACE_DOWN
        elif vrf is not None and configured is not None and own_vrf != vrf:
            fault = PathFault.VRF_MISMATCH
    if fault is None and vrf is not None and settings is not None and vrf not in settings.vrfs:
        fault = PathFault.VRF_MISSING
    if (source is not None and not is_interface(source)) or (vrf is not None and not is_vrf(vrf)):
        fault = PathFault.NOT_PLAIN
    return Path(
        vrf=vrf,
        source_interface=source,
        known=facts.get(HttpConfig) is not None,
        fault=fault,
        interface_vrf=own_vrf if own_vrf != vrf else None,
    )


def _situation(route: Route, topology: str | None) -> ConnectionDirection:
    if Intent(topology=topology).other_side_connects or route.kind is TransportKind.AUTOMATIC:
        return ConnectionDirection.PULLED
    if route.kind is TransportKind.OFF:
        return ConnectionDirection.OFF
    return ConnectionDirection.UNKNOWN if route.server is None else ConnectionDirection.CONNECTS


def _targets(route: Route) -> Iterator[ProbeTarget]:
    """Yield the targets of the licence agent."""
    for hop in route.hops:
        if hop is route.proxy:
            purpose = Purpose.PROXY
        elif route.kind is TransportKind.CSLU:
            purpose = Purpose.ON_PREM if route.to_on_prem else Purpose.CSLU
        else:
            purpose = Purpose(route.kind)
        yield ProbeTarget(purpose=purpose, host=hop.endpoint.host, port=hop.endpoint.port)


def _each_once(targets: list[ProbeTarget]) -> list[ProbeTarget]:
    """Merge targets by host and port; the first purpose counts; required if any of them is."""
    kept: dict[tuple[str, int | None], ProbeTarget] = {}
    for target in targets:
        kept.setdefault((target.host.lower(), target.port), target)
    return list(kept.values())


def _probe(target: ProbeTarget, path: Path) -> Probe:
    if target.port is None:
        return Probe(target=target, step=None, rejection=f"{target.purpose} {target.host[:80]!r} has no port")
    try:
        step = ProbeStep(
            host=target.host, port=target.port, vrf=path.vrf, source_interface=path.source_interface
        )
    except NotReadOnly as err:
        return Probe(target=target, step=None, rejection=err.message)
    return Probe(target=target, step=step)
