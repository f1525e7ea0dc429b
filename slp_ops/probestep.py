"""The only connections that may be tried from a switch.

A ProbeStep is built from parts that have each passed a narrow grammar, so that nothing an inventory, an
option or a switch says can become anything else than the host, port, VRF or interface of one telnet or
ping: no second word, no option, no control character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import Final

from slp_ops.errors import NotReadOnly

_NAME: Final = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*",
    re.ASCII,
)
_VRF: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,31}", re.ASCII)
_INTERFACE: Final = re.compile(
    r"[A-Za-z][A-Za-z-]{1,31}\d{1,5}(?:/\d{1,4}){0,3}(?:\.\d{1,10})?(?::\d{1,5})?", re.ASCII
)


def is_host(text: str) -> bool:
    """Whether it is a DNS name or an IP address, and nothing more."""
    last = text.rpartition(".")[2]
    if ":" in text or last.isdecimal():
        try:
            return "%" not in text and bool(ip_address(text))
        except ValueError:
            return False
    return _NAME.fullmatch(text) is not None


def is_port(number: int) -> bool:
    """Whether it is a TCP port."""
    return 1 <= number <= 65535


def is_vrf(text: str) -> bool:
    """Whether it is the name of a VRF."""
    return _VRF.fullmatch(text) is not None


def is_interface(text: str) -> bool:
    """Whether it is the name of an interface, in full or shortened."""
    return _INTERFACE.fullmatch(text) is not None


class Tool(StrEnum):
    """What a connection is tried with."""

    TELNET = "telnet"
    PING = "ping"  # proves that a name resolves, no more: ICMP is often filtered


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeStep:
    """One attempt; ``str()`` gives it as it is sent. Raises NotReadOnly for a part that is not plain.

    ``port`` is None for a ping only. The path is part of the test: from another one it proves nothing.
    """

    tool: Tool = Tool.TELNET
    host: str
    port: int | None = None
    vrf: str | None = None
    source_interface: str | None = None

    def __post_init__(self) -> None:
        for fits, value, what in (
            (is_host(self.host), self.host, "host: a DNS name or an IP address"),
            (self.vrf is None or is_vrf(self.vrf), self.vrf, "name of a VRF"),
            (
                self.source_interface is None or is_interface(self.source_interface),
                self.source_interface,
                "interface such as Vlan100",
            ),
        ):
            if not fits:
                raise NotReadOnly(f"{str(value)[:80]!r} is no {what}", hint="nothing was sent")
        telnet = self.tool is Tool.TELNET
        if telnet != (self.port is not None) or (self.port is not None and not is_port(self.port)):
            raise NotReadOnly(f"{self.port!r} is no TCP port to {self.tool} to", hint="1 to 65535")

    def __str__(self) -> str:
        if self.tool is Tool.PING:
            words = [f"ping vrf {self.vrf}" if self.vrf else "ping", self.host]
            if self.source_interface:
                words.append(f"source {self.source_interface}")
            return " ".join([*words, "repeat 2"])
        words = [f"telnet {self.host} {self.port}"]
        if self.vrf:
            words.append(f"/vrf {self.vrf}")
        if self.source_interface:
            words.append(f"/source-interface {self.source_interface}")
        return " ".join([*words, "/ipv6" if self._is_ipv6 else "/ipv4"])

    @property
    def _is_ipv6(self) -> bool:
        return ":" in self.host and isinstance(ip_address(self.host), IPv6Address)
