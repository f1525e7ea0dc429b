"""Timestamps and messages that a session prints between or above the outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens.logging import format_entry
from slp_ops.lab.syslog import Entry

if TYPE_CHECKING:
    from slp_ops.lab.switch import Switch


def _clock(switch: Switch) -> str:
    local = switch.local(switch.now())
    return (
        f"{switch.clock.mark}{local:%H:%M:%S}.{local.microsecond // 1000:03d} {switch.zone} "
        f"{local:%a %b} {local.day} {local:%Y}"
    )


def timestamp(switch: Switch) -> str:
    """Return the header that ``exec prompt timestamp`` prints above an output."""
    load = switch.load
    source = f"Time source is NTP, {_clock(switch)}"
    if switch.clock.mark == "*":
        source = f"No time source, {_clock(switch)}"
    return (
        f"Load for five secs: {load.five_seconds}%/{load.interrupt}%; "
        f"one minute: {load.one_minute}%; five minutes: {load.five_minutes}%\n{source}\n\n"
    )


def log_line(switch: Switch) -> str:
    """Return a log message as the vty shows it, in the middle of other output."""
    text = "%LINEPROTO-5-UPDOWN: Line protocol on Interface GigabitEthernet1/0/17, changed state to up"
    number, trusted = switch.log.logged + 1, switch.log.trusted
    return format_entry(switch, Entry(switch.now(), text, number, trusted))
