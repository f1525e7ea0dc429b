"""Delivery of licence messages, and the messages that the switch logs when it fails.

Everything derives from the configuration and the world: repairing the cause repairs the delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slp_ops.lab import network
from slp_ops.lab.transport import Kind, call_home, transport_of
from slp_ops.lab.world import Peer, Reach, Resolution

if TYPE_CHECKING:
    from slp_ops.lab.state import SwitchState
    from slp_ops.lab.transport import Transport

UNRESOLVED = "Unable to resolve server hostname/domain name"
NO_CALL_HOME = "Fail to send out Call Home HTTP message."
FAILED = "Communications failure"
EMPTY = "Received empty response from server"
TIMEOUT_504 = "HTTP Server Error 504: Gateway Time-out"
NOT_PROCESSED = "Smart Call Home failed to process the request."
DISABLED = (
    "The action failed because smart license transport is disabled in call-home. "
    "Please retry after manually enabling smart license transport in call-home."
)
CSSM = "Cisco Smart Software Manager (CSSM)"
CSLU = "Cisco Smart License Utility (CSLU)"
_DISCOVERY = "cslu-local"  # looked up when no CSLU address is set


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Result of sending a message. ``reason`` is empty on success; ``error`` is the one of call-home."""

    peer: Peer | None = None
    reason: str = ""
    error: str = ""  # "207 : Connection time out"
    answered: bool = False  # the server answered, but with an error

    @property
    def arrived(self) -> bool:
        """Return whether the server accepted the message."""
        return not self.reason


def target(transport: Transport) -> str:
    """Return the server that COMM_FAILED names."""
    return CSSM if transport.direct else CSLU


def deliver(switch: SwitchState, attempt: int = 0) -> Delivery | None:
    """Try to send one message; None when the transport is off. ``attempt`` counts for flapping peers."""
    transport = transport_of(switch)
    if transport.kind is Kind.OFF:
        return None
    if transport.kind is Kind.CALLHOME:
        home = call_home(switch.config)
        if not (home.active and home.licensing and home.enabled):
            return Delivery(reason=DISABLED)
    url = urlsplit(transport.url or f"http://{_DISCOVERY}:8182/cslu/v1/pi")
    vrf = transport.vrf or (network.vrf_of(switch, transport.source) if transport.source else "")
    server = network.resolve(switch, url.hostname or "", vrf)
    port = url.port or (443 if url.scheme == "https" else 80)
    failure = _connect(switch, transport, server, port, vrf)
    if failure is not None:
        return failure
    if url.scheme == "https" and transport.direct and not _tls(switch):
        return _broken(transport, "205 : Request Aborted")
    return _answer(switch, transport, server.address or "", attempt)


def _connect(
    switch: SwitchState, transport: Transport, server: Resolution, port: int, vrf: str
) -> Delivery | None:
    """Connect, to the proxy if one is set; None on success."""
    first, first_port = server, port
    if transport.proxy:
        first, first_port = network.resolve(switch, transport.proxy, vrf), int(transport.proxy_port or 80)
    if not first.found:
        if transport.kind is Kind.CALLHOME:
            return _broken(transport, "218 : Host name resolution failed")
        return Delivery(reason=UNRESOLVED)
    reach = network.connect(switch, first.address, first_port, vrf=vrf, source=transport.source)
    if reach is not Reach.OPEN:
        return _broken(transport, "207 : Connection time out")
    return None


def _broken(transport: Transport, error: str) -> Delivery:
    if transport.kind is Kind.CALLHOME:
        return Delivery(reason=NO_CALL_HOME, error=error)
    return Delivery(reason=FAILED)


def _tls(switch: SwitchState) -> bool:
    """Check the server's certificate: its root is trusted, and the clock is roughly right."""
    trusted = any(one.subject == switch.world.signed_by for one in switch.trustpool)
    return trusted and switch.clock.plausible


def _answer(switch: SwitchState, transport: Transport, address: str, attempt: int) -> Delivery:
    # Behind a proxy the name need not resolve here: it reaches the real servers.
    peer = switch.world.peers.get(address, Peer.CSSM if transport.proxy else None)
    fits = {Peer.CSSM} if transport.direct else {Peer.CSLU, Peer.ON_PREM, Peer.ON_PREM_OLD}
    if peer not in fits:
        return Delivery(peer=peer, reason=EMPTY, answered=True)
    if switch.licensing.backend.gateway_timeouts and attempt % 2 == 0:
        reason = NOT_PROCESSED if transport.kind is Kind.CALLHOME else TIMEOUT_504
        return Delivery(peer=peer, reason=reason, answered=True)
    return Delivery(peer=peer)
