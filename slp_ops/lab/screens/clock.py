"""``show clock``, ``show ntp status`` and ``show ntp associations``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import day

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def _clock(switch: Switch, _: tuple[str, ...]) -> str:
    local = switch.local(switch.now())
    return f"{switch.clock.mark}{local:%H:%M:%S}.{local.microsecond // 1000:03d} {switch.zone} {day(local)}"


def _ntp_status(switch: Switch, _: tuple[str, ...]) -> str:
    now = switch.local(switch.now())
    server = next((rest.split()[0] for rest in switch.config.each("ntp server")), "")
    if not server:
        return "%NTP is not enabled."
    good = switch.clock.synchronised
    state = f"synchronized, stratum 3, reference is {server}"
    if not good:
        state = "unsynchronized, stratum 16, no reference clock"
    seconds = int((now - now.replace(month=1, day=1, hour=0, minute=0)).total_seconds())
    clock = f"{now:%H:%M:%S}.{now.microsecond // 1000:03d} {switch.zone} {day(now)}"
    ticks = int((switch.now() - switch.booted).total_seconds() * 100)
    loop = "'CTRL' (Normal Controlled Loop)" if good else "'NSET' (Never set)"
    return "\n".join(
        (
            f"Clock is {state}",
            "nominal freq is 250.0000 Hz, actual freq is 249.9987 Hz, precision is 2**10",
            f"ntp uptime is {ticks} (1/100 of seconds), resolution is 4016",
            f"reference time is {0xEC000000 + seconds:08X}.{now.microsecond:08X} ({clock})",
            "clock offset is 0.4712 msec, root delay is 4.31 msec",
            "root dispersion is 12.07 msec, peer dispersion is 1.63 msec",
            f"loopfilter state is {loop}, drift is 0.000005163 s/s",
            f"system poll interval is 1024, last update was {'412 sec ago.' if good else 'never.'}",
        )
    )


def _ntp_associations(switch: Switch, _: tuple[str, ...]) -> str:
    servers = [rest.split()[0] for rest in switch.config.each("ntp server")]
    if not servers:
        return "%NTP is not enabled."
    lines = ["", "  address         ref clock       st   when   poll reach  delay  offset   disp"]
    for place, server in enumerate(servers):
        if not switch.clock.synchronised:
            lines.append(f" ~{server:<16}.INIT.          16      -     64     0  0.000   0.000 15937.")
            continue
        mark = "*" if place == 0 else "+"
        lines.append(f"{mark}~{server:<16}10.1.1.1         2     33     64   377  1.021   0.471  1.063")
    lines.append(" * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured")
    return "\n".join(lines)


SCREENS = (
    screen("show clock", _clock),
    screen("show ntp status", _ntp_status),
    screen("show ntp associations", _ntp_associations),
)
