"""``show switch``, ``show inventory``, ``show redundancy``, ``show install summary``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.hardware import Role
from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import uptime
from slp_ops.lab.screens.version import image_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.switch import Switch


def _switch(switch: Switch, _: tuple[str, ...]) -> str:
    lines = [
        f"Switch/Stack Mac Address : {switch.active.mac} - Local Mac Address",
        "Mac persistency wait time: Indefinite",
        "                                             H/W   Current",
        "Switch#   Role    Mac Address     Priority Version  State ",
        "-------------------------------------------------------------------------------------",
    ]
    for member in switch.members:
        mark = "*" if member is switch.active else " "
        state = "V-Mismatch" if member.version else "Ready"
        lines.append(
            f"{mark}{member.number:<8}{member.role:<9}{member.mac}     {member.priority:<7}"
            f"{member.hardware:<8}{state:<36}"
        )
    return "\n".join(lines)


def _stackable(switch: Switch) -> bool:
    return not switch.chassis


def _inventory(switch: Switch, _: tuple[str, ...]) -> str:
    return "\n\n".join(
        f'NAME: "{name}", DESCR: "{description}"\nPID: {pid:<18}, VID: V02  , SN: {serial}'
        for name, description, pid, serial in _parts(switch)
    )


def _parts(switch: Switch) -> Iterator[tuple[str, str, str, str]]:
    active = switch.active
    if switch.chassis:
        pid = switch.chassis
        yield "Chassis", f"Cisco Catalyst 9400 Series {pid[4]} Slot Chassis", pid, active.serial
        for slot in (3, 4)[: len(switch.members)]:
            yield (
                f"Slot {slot} Supervisor",
                "Cisco Catalyst 9400 Supervisor 1",
                "C9400-SUP-1",
                f"JAE2430{slot}K0{slot}",
            )
        return
    family = active.pid.split("-", maxsplit=1)[0].lower()
    yield f"{family[:3]}xx Stack", f"{family[:3]}xx Stack", active.pid, active.serial
    for member in switch.members:
        name = f"Switch {member.number}"
        yield name, member.pid, member.pid, member.serial
        supply = f"DCC{member.serial[3:]}"
        yield f"{name} - Power Supply A", f"{name} - Power Supply A", "PWR-C1-715WAC-P", supply


def _redundancy(switch: Switch, _: tuple[str, ...]) -> str:
    up = uptime(switch.now() - switch.booted)
    duplex = any(member.role is Role.STANDBY for member in switch.members)
    lines = [
        "Redundant System Information :",
        "------------------------------",
        f"       Available system uptime = {up}",
        "Switchovers system experienced = 0",
        "              Standby failures = 0",
        "        Last switchover reason = none",
        "",
        f"                 Hardware Mode = {'Duplex' if duplex else 'Simplex'}",
        f"    Configured Redundancy Mode = {'sso' if duplex else 'Non-redundant'}",
        f"     Operating Redundancy Mode = {'sso' if duplex else 'Non-redundant'}",
        "              Maintenance Mode = Disabled",
        f"                Communications = {'Up' if duplex else 'Down      Reason: Failure'}",
    ]
    for number, member in enumerate(switch.members[:2]):
        state = "ACTIVE" if number == 0 else "STANDBY HOT"
        heading = "Current Processor Information :" if number == 0 else "Peer Processor Information :"
        lines += [
            "",
            heading,
            "-" * len(heading),
            f"              {'Active' if number == 0 else 'Standby'} Location = slot {member.number}",
            f"        Current Software state = {state}",
            f"       Uptime in current state = {up}",
            "                 Image Version = " + "\n".join(image_lines(switch)),
            "        Configuration register = 0x102",
        ]
    if not duplex:
        lines += ["", "Peer (slot: 0) information is not available because it is in 'DISABLED' state"]
    return "\n".join(lines)


def _install(switch: Switch, _: tuple[str, ...]) -> str:
    release = switch.release
    number = f"{release.major}.{release.minor:02d}.{release.maintenance or 1:02d}{release.rebuild}.0.5432"
    where = " ".join(str(member.number) for member in switch.members)
    line = "-" * 80
    patch = ["SMU   C    flash:cat9k_iosxe.CSCwa12345.SPA.smu.bin"] if release.smu else []
    return "\n".join(
        (
            f"[ {'R0' if switch.chassis else 'Switch ' + where} ] Installed Package(s) Information:",
            "State (St): I - Inactive, U - Activated & Uncommitted,",
            "            C - Activated & Committed, D - Deactivated & Uncommitted",
            line,
            "Type  St   Filename/Version",
            line,
            f"IMG   C    {number:<69}",
            *patch,
            "",
            line,
            "Auto abort timer: inactive",
            line,
        )
    )


SCREENS = (
    screen("show switch", _switch, _stackable),
    screen("show inventory", _inventory),
    screen("show redundancy", _redundancy),
    screen("show install summary", _install),
)
