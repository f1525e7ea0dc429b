"""Print order of configuration lines, lines that replace each other, and lines printed as ``no``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_SMART_URL: Final = "https://smartreceiver.cisco.com/licservice/license"

# The order in which ``show running-config`` prints the parts, by the first words of a line.
_ORDER: Final = (
    "version", "service", "no service", "platform", "no platform", "hostname",
    "boot-start-marker", "boot system", "boot-end-marker", "vrf definition",
    "logging buffered", "logging console", "no logging", "enable", "aaa", "no aaa", "clock",
    "switch", "call-home", "ip name-server", "ip host", "ip domain", "no ip domain", "no ip",
    "login", "license", "no license", "vtp", "crypto pki trustpoint", "crypto pki certificate", "crypto",
    "system", "diagnostic", "spanning-tree", "archive", "memory", "username", "redundancy",
    "transceiver", "vlan", "lldp", "class-map", "policy-map", "interface", "router",
    "ip default-gateway", "ip forward-protocol", "ip tcp", "ip http", "no ip http", "ip route",
    "ip tftp", "ip ssh", "ip scp", "ip tacacs", "ip radius", "ip access-list", "logging",
    "access-list", "snmp-server", "tacacs", "radius", "control-plane", "banner", "line", "ntp",
    "no ntp", "netconf-yang", "restconf", "telemetry", "event",
)  # fmt: skip
_RANK: Final = {words: number for number, words in enumerate(_ORDER)}

# The words that identify a setting: a second line with the same words replaces the first.
_SINGLE: Final = (
    "hostname", "version", "service timestamps log", "service timestamps debug",
    "clock timezone", "logging buffered", "logging console",
    "logging source-interface", "enable secret", "ip domain name", "ip domain timeout",
    "ip domain retry", "ip domain lookup source-interface", "ip default-gateway",
    "ip http client source-interface", "ip http client secure-trustpoint",
    "ip http client proxy-server", "ip http authentication", "ip http access-class",
    "ip tcp synwait-time", "ip ssh version", "license boot level",
    "license smart transport", "license smart url cslu", "license smart url smart",
    "license smart url default", "license smart proxy address", "license smart proxy port",
    "license smart usage interval", "license smart vrf", "snmp-server contact",
    "snmp-server location", "ntp source",
)  # fmt: skip
_SINGLE_UNDER: Final = (
    "description", "ip address", "vrf forwarding", "exec-timeout", "transport input",
    "transport output", "session-limit", "login", "contact-email-addr", "http-proxy", "vrf",
    "source-interface", "revocation-check", "rsakeypair", "subject-name", "path", "maximum",
    "time-period", "switchport mode", "switchport access vlan", "privilege level",
    "hostname privacy", "speed", "duplex", "name", "sender from",
)  # fmt: skip
# On by default and not printed: ``no`` is what one sees.
_OFF_PRINTED: Final = (
    "ip domain lookup", "service pad", "aaa new-model", "platform punt-keepalive",
    "ip http secure-server", "ip http server", "ip http ctc authentication", "ip gratuitous-arps",
    "logging console", "ip source-route", "license smart server-identity-check",
)  # fmt: skip
_OFF_PRINTED_UNDER: Final = ("ip address", "switchport", "reporting smart-licensing-data")
# Printed both ways: the positive form is a line of its own too.
_BOTH: Final = ("aaa new-model", "ip http server", "ip http secure-server", "ip address")


class Line(Protocol):
    """Interface of a line in this module."""

    text: str


@lru_cache(maxsize=4096)
def place(text: str) -> int:
    """Return the rank of a top-level line in the output; unknown lines come near the end."""
    words = text.split()
    for count in (3, 2, 1):
        rank = _RANK.get(" ".join(words[:count]))
        if rank is not None and len(words) >= count:
            return rank
    return len(_ORDER)


def replaces(text: str, under: tuple[str, ...]) -> str:
    """Return the words that identify the line it replaces; empty when it is additional."""
    positive = text.removeprefix("no ")
    for key in _SINGLE_UNDER if under else _SINGLE:
        if positive == key or positive.startswith(key + " "):
            return key
    return ""


def on_by_default(setting: str, under: tuple[str, ...]) -> bool:
    """Return whether ``no`` of this setting is printed, as for settings that are on by default."""
    return setting in (_OFF_PRINTED_UNDER if under else _OFF_PRINTED)


def printed_both_ways(setting: str) -> bool:
    """Return whether IOS prints the positive form of such a setting as well."""
    return setting in _BOTH


def as_printed(text: str, lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the lines that IOS stores for a typed one when they differ from it."""
    if text in ("license smart url default", f"license smart url smart {DEFAULT_SMART_URL}"):
        return (f"license smart url {DEFAULT_SMART_URL}", f"license smart url smart {DEFAULT_SMART_URL}")
    if text.startswith("license smart url smart "):
        return (f"license smart url {text.split()[-1]}", text)
    if text.removeprefix("no ").startswith("ip name-server "):
        return _name_servers(text, lines)
    return (text,)


def _name_servers(text: str, lines: Iterable[Line]) -> tuple[str, ...]:
    """Edit the line of name servers: each VRF has one."""
    negative = text.startswith("no ")
    words = text.removeprefix("no ").split()[2:]
    head = ["ip", "name-server"]
    if words[:1] == ["vrf"]:
        head, words = [*head, *words[:2]], words[2:]
    prefix = " ".join(head)
    there = [
        address
        for line in lines
        if line.text.startswith(prefix + " ") and ("vrf" in head or "vrf" not in line.text)
        for address in line.text[len(prefix) + 1 :].split()
    ]
    after = (
        [address for address in there if address not in words]
        if negative
        else [*there, *(address for address in words if address not in there)]
    )
    removals = (f"no {prefix} {' '.join(there)}",) if there else ()
    return (*removals, f"{prefix} {' '.join(after)}") if after else removals
