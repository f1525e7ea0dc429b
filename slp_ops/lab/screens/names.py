"""``show hosts``, ``show ntp status``: what the switch knows of its surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.network import name_servers
from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.state import Switch


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


def _ntp_status(switch: Switch, _: tuple[str, ...]) -> str:
    now = switch.local(switch.now())
    server = next((rest.split()[0] for rest in switch.config.each("ntp server")), "")
    if not server:
        return "%NTP is not enabled."
    seconds = int((now - now.replace(month=1, day=1, hour=0, minute=0)).total_seconds())
    reference = f"{0xEC000000 + seconds:08X}.{now.microsecond:08X}"
    good = switch.clock.synchronised
    state = (
        f"synchronized, stratum 3, reference is {server}"
        if good
        else "unsynchronized, stratum 16, no reference clock"
    )
    up = int((switch.now() - switch.booted).total_seconds() * 100)
    loop = "'CTRL' (Normal Controlled Loop)" if good else "'NSET' (Never set)"
    updated = "412 sec ago." if good else "never."
    return "\n".join(
        (
            f"Clock is {state}",
            "nominal freq is 250.0000 Hz, actual freq is 249.9987 Hz, precision is 2**10",
            f"ntp uptime is {up} (1/100 of seconds), resolution is 4016",
            f"reference time is {reference} ({now:%H:%M:%S}.{now.microsecond // 1000:03d} {switch.zone} {now:%a %b} {now.day} {now:%Y})",
            "clock offset is 0.4712 msec, root delay is 4.31 msec",
            "root dispersion is 12.07 msec, peer dispersion is 1.63 msec",
            f"loopfilter state is {loop}, drift is 0.000005163 s/s",
            f"system poll interval is 1024, last update was {updated}",
        )
    )


SCREENS = (screen("show hosts", _hosts), screen("show ntp status", _ntp_status))
