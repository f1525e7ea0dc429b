"""One line of syslog in its several forms.

*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the ...
022701: Jun 19 03:02:31: %SYS-5-CONFIG_I: Configured from console
*Mar  7 2026 23:37:02.667 UTC: Switch 1 R0/0: ioxman: %IM-6-INSTALL_MSG: ...
1w2d: %LINK-3-UPDOWN: Interface Vlan100, changed state to up
000123: %SYS-6-LOGOUT: User admin has exited tty session 2(10.0.0.9)      <- no service timestamps log
"""

from __future__ import annotations

import re
from datetime import time
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import month
from slp_ops.facts.log import LogTime, SyslogMessage
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands._page import Row

_LINE: Final = re.compile(
    r"^(?:(\d{1,10}): )?"
    r"(([*.]?)(?:([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?"
    r"(?: ([A-Za-z][\w+-]{0,8}))?"
    r"|\d{1,4}:\d\d:\d\d|(?:\d{1,4}[ywdh]){1,3})): ?(.*)$",
    re.ASCII,
)
_BARE: Final = re.compile(
    r"^(?:(\d{1,10}): )?(%[A-Z][A-Z0-9_-]{0,60}-[0-7]-[A-Z][A-Z0-9_]{0,80}: ?.*)$", re.ASCII
)
_MNEMONIC: Final = re.compile(r"%([A-Z][A-Z0-9_-]{0,60})-([0-7])-([A-Z][A-Z0-9_]{0,80}): ?")
_PLACE: Final = re.compile(r"^((?:Switch|Chassis) \d{1,2} (?:R|F|C)P?\d/\d(?:: [\w.-]{1,40})?): ")


def message(row: Row, command: str) -> SyslogMessage | None:
    """The message that a line begins; None for any other line."""
    text = row.text
    # Cheap refusals first: a buffer may hold a hundred thousand lines.
    if not text or not (text[0].isalnum() or text[0] in "*. %"):
        return None
    found = _LINE.match(text.lstrip())
    if found is None:
        return _bare(row, command)
    sequence, stamp, mark, name, day, year, hour, minute, second, fraction, zone, rest = found.groups()
    number = month(name) if name else None
    if name and number is None:
        return None
    logged = LogTime(
        text=stamp,
        mark=mark,
        year=int(year) if year else None,
        month=number,
        day=int(day) if day else None,
        time=_time(hour, minute, second, fraction) if hour else None,
        zone=zone,
    )
    return _message(row, command, logged, sequence, rest)


def _bare(row: Row, command: str) -> SyslogMessage | None:
    """A message of a switch that prints no times: when it was is not known."""
    found = _BARE.match(row.text.lstrip())
    return None if found is None else _message(row, command, LogTime(text=""), found[1], found[2])


def _message(row: Row, command: str, logged: LogTime, sequence: str | None, rest: str) -> SyslogMessage:
    facility, severity, mnemonic, body, origin = _split(rest)
    printed = row.text.strip()
    return SyslogMessage(
        time=logged,
        facility=facility,
        severity=severity,
        mnemonic=mnemonic,
        text=body,
        sequence=int(sequence) if sequence else None,
        origin=origin,
        printed=printed if sequence is None else printed[len(sequence) + 2 :].lstrip(),
        source=Source(command, line=row.line),
    )


def _time(hour: str, minute: str, second: str, fraction: str | None) -> time | None:
    try:
        return time(int(hour), int(minute), int(second), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None


def _split(rest: str) -> tuple[str, int | None, str, str, str | None]:
    """Facility, severity, mnemonic, text and origin of what follows the time."""
    found = _MNEMONIC.match(rest) or _MNEMONIC.search(rest[:160])
    if found is None:
        return "", None, "", rest, None
    facility, severity, mnemonic = found.groups()
    text = rest[found.end() :]
    origin = rest[: found.start()].rstrip(": ") or None
    if origin is None and (place := _PLACE.match(text)):
        origin = place[1]
    return facility, int(severity), mnemonic, text, origin
