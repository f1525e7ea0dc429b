"""Environment of a switch: names that resolve, and ports that answer or do not.

Data and look-ups only; other modules render telnet and licence pushes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Reach(StrEnum):
    """Result of a TCP connection from the switch."""

    OPEN = "open"  # connected; garbage makes the server close, as with TLS
    SILENT = "silent"  # connected, and the server neither answers nor closes
    CLOSES = "closes"  # connected, and closed by the server immediately
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"

    @property
    def connected(self) -> bool:
        """Return whether ``Open`` is printed."""
        return self in (Reach.OPEN, Reach.SILENT, Reach.CLOSES)


class Lookup(StrEnum):
    """Result of a name resolution."""

    LITERAL = "literal"  # it was an address
    PINNED = "pinned"  # found in ``ip host``
    RESOLVED = "resolved"
    FAILED = "failed"  # asked, and no server knew or answered
    NO_SERVER = "no_server"  # no name server configured: IOS asks the broadcast address
    DISABLED = "disabled"  # ``no ip domain lookup``


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Name with the result of its resolution. ``servers`` are those that were asked, in order.

    ``others`` are the addresses after the first.
    """

    name: str
    lookup: Lookup
    address: str = ""
    others: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Return whether there is an address."""
        return bool(self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityRule:
    """One rule of the network: the first that matches decides. ``*`` and None match everything."""

    reach: Reach
    address: str = "*"
    port: int | None = None
    vrf: str | None = None  # "" is the global table
    source: str | None = None  # an interface; "" is none given

    def matches(self, address: str, port: int | None, vrf: str, source: str) -> bool:
        """Return whether this rule applies to such a connection."""
        return (
            self.address in ("*", address)
            and (self.port is None or port is None or self.port == port)
            and (self.vrf is None or self.vrf == vrf)
            and (self.source is None or self.source == source)
        )


class Peer(StrEnum):
    """Server that answers licence messages on an open port."""

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
    paths: tuple[ReachabilityRule, ...] = ()
    peers: Mapping[str, Peer] = field(default_factory=dict)  # address -> its server
    icmp: bool = False  # whether pings are answered
    signed_by: str = "IdenTrust Commercial Root CA 1"  # the root of the servers' certificates

    def reach(self, address: str, port: int | None, *, vrf: str = "", source: str = "") -> Reach:
        """Return the result of a connection; without a matching rule there is no answer."""
        for path in self.paths:
            if path.matches(address, port, vrf, source):
                return path.reach
        return Reach.TIMED_OUT
