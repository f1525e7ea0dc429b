"""``show hosts``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.network import name_servers
from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def _hosts(switch: Switch, _: tuple[str, ...]) -> str:
    domain = switch.config.find("ip domain name")
    servers = name_servers(switch)
    lines = [
        f"Default domain is {domain}" if domain else "Default domain is not set",
        "Name servers are " + ", ".join(servers or ("255.255.255.255",)),
        "NAME  TTL  CLASS   TYPE      DATA/ADDRESS",
        "-----------------------------------------",
    ]
    if switch.config.has("no ip domain lookup"):
        lines.insert(1, "Name/address lookup uses static mappings")
        del lines[2]
    for pinned in switch.config.each("ip host"):
        name, *_rest, address = pinned.split()
        lines.append(f" {name}\t10\tIN\tA\t{address}")
    for name, address in switch.hosts.items():
        lines.append(f" {name}\t300\tIN\tA\t{address}")
    return "\n".join(lines)


SCREENS = (screen("show hosts", _hosts),)
