"""``show running-config`` and its parts, ``show startup-config``, ``show archive``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen
from slp_ops.lab.screens._spans import day

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.lab.switch import Switch


def _moment(switch: Switch, when: datetime) -> str:
    local = switch.local(when)
    return f"at {local:%H:%M:%S} {switch.zone} {day(local)} by {switch.changed_by}"


def _body(switch: Switch) -> str:
    release = switch.release
    return f"version {release.major}.{release.minor}\n{switch.config.render()}\nend\n"


def _running(switch: Switch, _: tuple[str, ...]) -> str:
    body = _body(switch)
    head = ["Building configuration...", "", f"Current configuration : {len(body)} bytes", "!"]
    if switch.last_change is not None:
        head.append(
            f"! Last configuration change at {_moment(switch, switch.last_change)} by {switch.changed_by}"
        )
    if switch.last_save is not None:
        head.append(
            f"! NVRAM config last updated at {_moment(switch, switch.last_save)} by {switch.changed_by}"
        )
    return "\n".join(head) + "\n!\n" + body


def _startup(switch: Switch, _: tuple[str, ...]) -> str:
    if switch.startup is None:
        return "startup-config is not present"
    release = switch.release
    body = f"version {release.major}.{release.minor}\n{switch.startup.render()}\nend\n"
    return f"Using {len(body)} out of 2097152 bytes\n!\n" + body


def _interface(switch: Switch, words: tuple[str, ...]) -> str:
    name = " ".join(words)
    lines = switch.config.section(f"interface {name}")
    body = "\n".join([f"interface {name}", *(f" {line}" for line in lines), "end", ""])
    return f"Building configuration...\n\nCurrent configuration : {len(body)} bytes\n!\n{body}"


SCREENS = (
    screen("show running-config", _running),
    screen("show running-config interface <interface>", _interface),
    screen("show startup-config", _startup),
)
