"""Results of telnet and ping from the switch to a target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slp_ops.facts.values import Fact


class ProbeVerdict(StrEnum):
    """Result of a TCP connection."""

    OPEN = "open"  # connected: routing, names and firewalls are right. TLS is not tested
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"  # the name did not resolve, so no connection was tried
    NOT_TESTABLE = "not_testable"  # the switch forbids such a test, or rejects the command
    UNKNOWN = "unknown"


class NameVerdict(StrEnum):
    """Result of a name lookup."""

    RESOLVED = "resolved"  # a server answered
    LOCAL = "local"  # no query: "ip host", or a cached name
    LITERAL = "literal"  # the target is an address
    UNRESOLVED = "unresolved"  # no server returned an address
    NO_SERVER = "no_server"  # 255.255.255.255 was asked: no name server is configured
    LOOKUP_DISABLED = "lookup_disabled"  # no query: no ip domain lookup
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult(Fact):
    """One telnet or ping. ``text`` is the switch's line with the result.

    ``addresses`` are the tried ones, in order. Host, port, VRF and interface are as typed. A ping
    proves no port: its ``verdict`` is unknown at best, and ``answered`` is whether echo replies arrived.
    """

    command: str = ""
    host: str = ""
    port: int | None = None
    vrf: str | None = None
    source_interface: str | None = None
    verdict: ProbeVerdict = ProbeVerdict.UNKNOWN
    name: NameVerdict = NameVerdict.UNKNOWN
    servers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    text: str | None = None
    answered: bool | None = None

    @property
    def is_ping(self) -> bool:
        """Return whether it was a ping."""
        return self.command.startswith("ping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes(Fact):
    """Probes in the captures, in the order of sending."""

    results: tuple[ProbeResult, ...] = ()

    def to(self, host: str, port: int | None = None) -> tuple[ProbeResult, ...]:
        """Return the telnets to a host (and port), case-insensitively."""
        return tuple(
            each
            for each in self.results
            if not each.is_ping and each.host.lower() == host.lower() and port in (None, each.port)
        )
