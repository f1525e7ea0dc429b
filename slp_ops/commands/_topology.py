"""Topology derived from a transport block, with its confidence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.facts.licensing import Topology, TopologyKind, TransportKind
from slp_ops.iosxe.names import is_host
from slp_ops.iosxe.servers import CSLU_PORT, endpoint, is_cisco, is_on_prem, path_of
from slp_ops.model import Confidence

if TYPE_CHECKING:
    from slp_ops.facts.licensing import LicenseTransport

_CSLU: Final = re.compile(r"^/cslu/v\d+/pi/?$", re.IGNORECASE)


def topology(transport: LicenseTransport) -> Topology:
    """Derive the topology from type and URL. They show neither who starts the exchange nor a controller."""
    kind, confidence, because = _judge(transport)
    return Topology(kind=kind, confidence=confidence, because=because, source=transport.source)


def _judge(transport: LicenseTransport) -> tuple[TopologyKind, Confidence, str]:
    match transport.kind:
        case TransportKind.CALLHOME:
            return TopologyKind.CALLHOME, Confidence.HIGH, "transport type Callhome"
        case TransportKind.OFF:
            # CSLU, SSM On-Prem or a controller may still fetch the reports.
            return TopologyKind.OFFLINE, Confidence.MEDIUM, "transport is off"
        case TransportKind.SMART:
            return _smart(transport.url)
        case TransportKind.CSLU:
            return _cslu(transport.cslu_address)
        case _:
            return TopologyKind.UNKNOWN, Confidence.LOW, f"transport type {transport.type or 'not printed'}"


def _smart(url: str | None) -> tuple[TopologyKind, Confidence, str]:
    if url is None:
        return TopologyKind.SMART, Confidence.MEDIUM, "transport type Smart, no URL printed"
    if is_cisco(endpoint(url, None).host):
        return TopologyKind.SMART, Confidence.HIGH, "transport type Smart to Cisco"
    return TopologyKind.SMART, Confidence.LOW, "transport type Smart, but the URL is not Cisco's"


def _cslu(address: str | None) -> tuple[TopologyKind, Confidence, str]:
    if address is None:
        return (
            TopologyKind.CSLU,
            Confidence.LOW,
            "transport type cslu without an address: the factory default",
        )
    server = endpoint(address, None)
    if not is_host(server.host):
        return TopologyKind.CSLU, Confidence.LOW, "transport type cslu, the address is no URL"
    if is_on_prem(address):
        return (
            TopologyKind.ON_PREM,
            Confidence.HIGH,
            "the CSLU address ends in a tenant, as SSM On-Prem's does",
        )
    if server.port == CSLU_PORT or _CSLU.match(path_of(address)):
        return TopologyKind.CSLU, Confidence.HIGH, "the address is a CSLU's"
    return TopologyKind.CSLU, Confidence.MEDIUM, "transport type cslu with an address of an unknown form"
