"""Commands by the first words of their output, for texts without an echo."""

from __future__ import annotations

from typing import Final

from slp_ops.iosxe.syslog import is_log_line

# Words near the beginning of one command's output and of no other.
_SIGNATURES: Final = (
    ("Smart Licensing Tech Support info", "show license tech support"),
    ("Cisco IOS XE Software, Version ", "show version"),
    ("Current configuration : ", "show running-config"),
    ("Syslog logging: ", "show logging"),
    ("Smart Licensing Status", "show license all"),
    ("Smart Licensing Using Policy:", "show license status"),
    ("License Authorization:", "show license usage"),
    ("Account Information:", "show license summary"),
    ("License Usage:", "show license summary"),
    ("Smart Licensing Usage Report:", "show license rum id all"),
    ("**** Event Log ****", "show license eventlog"),
    ("Communication Statistics:", "show license tech support"),
    ("Current call home settings:", "show call-home"),
    ("Trying ", "telnet HOST PORT"),
)


def command_of(text: str) -> str | None:
    """Return the command that a text is an output of, as its first words indicate; None for another text."""
    head = text[:4000]
    found = [(place, command) for words, command in _SIGNATURES if (place := head.find(words)) >= 0]
    if found:
        return min(found)[1]
    first = next((line for line in head.split("\n") if line.strip()), "")
    return "show logging" if is_log_line(first.strip()) else None
