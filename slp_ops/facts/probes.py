"""What a telnet or a ping that was sent from the switch showed about a target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from slp_ops.facts.values import Fact


class ProbeVerdict(StrEnum):
    """What came of a TCP connection."""

    OPEN = "open"  # connected: routing, names and firewalls are right. It says nothing of TLS
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    UNRESOLVED = "unresolved"  # the name gave no address, so that no connection was tried
    NOT_TESTABLE = "not_testable"  # the switch forbids such a test, or does not take the command
    UNKNOWN = "unknown"


class NameVerdict(StrEnum):
    """What came of looking a name up."""

    RESOLVED = "resolved"  # a server answered
    LOCAL = "local"  # no server was asked: "ip host", or a name looked up a moment ago
    LITERAL = "literal"  # the target is an address
    UNRESOLVED = "unresolved"  # servers were asked in vain
    NO_SERVER = "no_server"  # 255.255.255.255 was asked: no name server is configured
    LOOKUP_DISABLED = "lookup_disabled"  # nobody was asked: no ip domain lookup
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult(Fact):
    """One telnet or ping. ``text`` is the switch's own line that says what came of it.

    ``addresses`` are those that were tried, in order. Host, port, VRF and interface are as typed. A ping
    proves no port: its ``verdict`` is unknown at best, and ``answered`` tells whether echoes came back.
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
        """Whether it was a ping."""
        return self.command.startswith("ping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes(Fact):
    """Every probe that the captures hold, in the order in which they were sent."""

    results: tuple[ProbeResult, ...] = ()

    def to(self, host: str, port: int | None = None) -> tuple[ProbeResult, ...]:
        """The telnets to a host (and port), whatever the case."""
        return tuple(
            each
            for each in self.results
            if not each.is_ping and each.host.lower() == host.lower() and port in (None, each.port)
        )
