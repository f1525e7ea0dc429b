"""What lies around a switch: names that resolve, and ports that answer or do not.

Data and look-ups only; how a telnet or a licence push looks is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reach(StrEnum):
    """What a TCP connection from the switch meets."""

    OPEN = "open"  # connected; garbage makes the far end close, as a TLS server does
    SILENT = "silent"  # connected, and the far end neither speaks nor closes
    CLOSES = "closes"  # connected, and closed at once by the far end
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"

    @property
    def connected(self) -> bool:
        """Whether ``Open`` is printed."""
        return self in (Reach.OPEN, Reach.SILENT, Reach.CLOSES)


class Lookup(StrEnum):
    """How the resolution of a name ended."""

    LITERAL = "literal"  # it was an address
    PINNED = "pinned"  # found in ``ip host``
    RESOLVED = "resolved"
    FAILED = "failed"  # asked, and no server knew or answered
    NO_SERVER = "no_server"  # no name server configured: IOS asks the broadcast address
    DISABLED = "disabled"  # ``no ip domain lookup``


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """A name and what came of it. ``servers`` are those that were asked, in order.

    ``others`` are the addresses behind the first.
    """

    name: str
    lookup: Lookup
    address: str = ""
    others: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is an address."""
        return bool(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One rule of the network: the first that matches decides. ``*`` and None match everything."""

    reach: Reach
    address: str = "*"
    port: int | None = None
    vrf: str | None = None  # "" is the global table
    source: str | None = None  # an interface; "" is none given

    def matches(self, address: str, port: int | None, vrf: str, source: str) -> bool:
        """Whether this rule speaks about such a connection."""
        return (
            self.address in ("*", address)
            and (self.port is None or port is None or self.port == port)
            and (self.vrf is None or self.vrf == vrf)
            and (self.source is None or self.source == source)
        )


class Peer(StrEnum):
    """What answers licence messages behind an open port."""

    CSSM = "cssm"
    CSLU = "cslu"
    ON_PREM = "on_prem"
    ON_PREM_OLD = "on_prem_old"  # before 8-202102: does not know the new reporting


@dataclass(slots=True, kw_only=True)
class World:
    """Names, paths and peers. ``answering`` are the name servers that answer; None means all do.

    A name with several addresses has them in one text, a blank between them.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    answering: frozenset[str] | None = None
    paths: tuple[Path, ...] = ()
    peers: Mapping[str, Peer] = field(default_factory=dict)  # address -> who is there
    icmp: bool = False  # whether the far side lets pings through
    signed_by: str = "IdenTrust Commercial Root CA 1"  # the root of the servers' certificates

    def reach(self, address: str, port: int | None, *, vrf: str = "", source: str = "") -> Reach:
        """What a connection meets; nothing said about it means that nobody answers."""
        for path in self.paths:
            if path.matches(address, port, vrf, source):
                return path.reach
        return Reach.TIMED_OUT
