"""``show switch``, ``show inventory``, ``show redundancy``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.state import Switch


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


SCREENS = (screen("show switch", _switch, _stackable),)
