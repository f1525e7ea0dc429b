"""``show clock`` and ``show ntp status``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import screen

if TYPE_CHECKING:
    from slp_ops.lab.state import Switch


def _clock(switch: Switch, _: tuple[str, ...]) -> str:
    local = switch.local(switch.now())
    return f"{switch.clock.mark}{local:%H:%M:%S}.{local.microsecond // 1000:03d} {switch.zone} {local:%a %b} {local.day} {local:%Y}"


SCREENS = (screen("show clock", _clock),)
