"""Times and messages that a session prints by itself, between or above the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slp_ops.lab.state import Switch


def _clock(switch: Switch) -> str:
    local = switch.local(switch.now())
    return (
        f"{switch.clock.mark}{local:%H:%M:%S}.{local.microsecond // 1000:03d} {switch.zone} "
        f"{local:%a %b} {local.day} {local:%Y}"
    )


def timestamp(switch: Switch) -> str:
    """The header that ``exec prompt timestamp`` puts above an output."""
    load = switch.load
    source = f"Time source is NTP, {_clock(switch)}"
    if switch.clock.mark == "*":
        source = f"No time source, {_clock(switch)}"
    return (
        f"Load for five secs: {load.five_seconds}%/{load.interrupt}%; "
        f"one minute: {load.one_minute}%; five minutes: {load.five_minutes}%\n{source}\n\n"
    )


def log_line(switch: Switch) -> str:
    """A message as the vty shows it, in the middle of whatever is going on."""
    local = switch.local(switch.now())
    number = f"{switch.log.logged + 1:06d}: " if switch.vty.sequence_numbers else ""
    return (
        f"{number}{switch.clock.mark}{local:%b} {local.day:2d} {local:%H:%M:%S}."
        f"{local.microsecond // 1000:03d}: %LINEPROTO-5-UPDOWN: "
        "Line protocol on Interface GigabitEthernet1/0/17, changed state to up"
    )
