"""The grammar of syslog lines, in a buffer and between the lines of a terminal.

*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the ...
022701: Jun 19 03:02:31: %SYS-5-CONFIG_I: Configured from console
*Mar  7 2026 23:37:02.667 UTC: Switch 1 R0/0: ioxman: %IM-6-INSTALL_MSG: ...
1w2d: %LINK-3-UPDOWN: Interface Vlan100, changed state to up
000123: %SYS-6-LOGOUT: User admin has exited tty session 2(10.0.0.9)      <- no service timestamps log
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from sys import intern
from typing import Final, NamedTuple

from slp_ops.iosxe.relay import relayed

_TAG: Final = r"%[A-Z0-9_]+(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+"
_AGENTS: Final = ("%SMART_LIC-", "%CALL_HOME-")
_SEQUENCE: Final = r"(?:(?P<sequence>\d{1,10}): )?"
_STAMP: Final = (
    r"(?P<stamp>(?P<mark>[*.]?)"
    r"(?:(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?"
    r"(?: (?P<zone>[A-Za-z][\w+-]{0,8}))?"
    r"|\d{1,4}:\d\d:\d\d|(?:\d{1,4}[ywdh]){1,3}))"
)
_START: Final = re.compile(
    rf"{_SEQUENCE}(?:{_STAMP}: ?|(?=%[A-Z][A-Z0-9_-]{{0,60}}-[0-7]-[A-Z][A-Z0-9_]{{0,80}}:))(?P<rest>.*)$",
    re.ASCII,
)
_MNEMONIC: Final = re.compile(r"%([A-Z][A-Z0-9_-]{0,60})-([0-7])-([A-Z][A-Z0-9_]{0,80}): ?")
_PLACE: Final = re.compile(r"^((?:Switch|Chassis) \d{1,2} (?:R|F|C)P?\d/\d(?:: [\w.-]{1,40})?): ")
_LINE: Final = re.compile(rf"{_SEQUENCE}(?:[\w.\-]+: )?(?:{_STAMP}: (?:[^%]{{0,80}}: )?)?{_TAG}:", re.ASCII)
# Messages whose parts are remembered, without their times, and the longest of them: a megabyte or two.
_MOST_KNOWN: Final = 4096
_LONGEST_KNOWN: Final = 240
# "*** --- SHUTDOWN in 0:05:00 ---" goes to every terminal while a reload is scheduled, with a bell.
_UNASKED: Final = re.compile(rf"{_TAG}\s?:|^\a?\*{{3}}(?:\s|$)", re.ASCII)


class LogLine(NamedTuple):
    """The parts of one line as printed. Parts of the time are None in a line with an uptime or no time."""

    # The groups of _START, in order:
    sequence: str | None = None
    stamp: str | None = None
    mark: str | None = None
    month: str | None = None
    day: str | None = None
    year: str | None = None
    hour: str | None = None
    minute: str | None = None
    second: str | None = None
    fraction: str | None = None
    zone: str | None = None
    # and what follows the time:
    facility: str = ""
    severity: int | None = None
    mnemonic: str = ""
    text: str = ""
    origin: str | None = None
    name: str = ""


# LogLine(*values), for the hundreds of lines of a log.
_log_line: Final = partial(tuple.__new__, LogLine)


def parse(line: str) -> LogLine | None:
    """Parse the first line of a message; None for any other line."""
    found = _start_of(line)
    if found is None:
        return None
    groups = found.groups()
    return _log_line(groups[:-1] + _parts_of(groups[-1]))


def heading(line: str) -> tuple[str | None, str] | None:
    """Return the month and the name of the message that a line begins; None for any other line.

    The month is as printed, None in a line with an uptime or no time. A buffer is searched by the names, and
    only the messages that are asked for are parsed.
    """
    found = _start_of(line)
    if found is None:
        return None
    month, rest = found.group("month", "rest")
    return month, _parts_of(rest).name


def message_name(facility: str, mnemonic: str) -> str:
    """Return a name for messages, such as ``SMART_LIC-COMM_FAILED``: severities vary by release."""
    return f"{facility}-{mnemonic}"


def _start_of(line: str) -> re.Match[str] | None:
    # Cheap rejections first: a buffer may contain a hundred thousand lines.
    if line and (line[0].isalnum() or line[0] in "*. %\t") and (found := _START.match(line.lstrip())):
        return found
    # What the sender of a text put before a message of the licence agent does not hide it.
    return _START.search(line) if any(agent in line for agent in _AGENTS) else None


def is_log_line(line: str) -> bool:
    """Return whether a line without indentation is a message, as printed or as stored by a syslog server."""
    return _LINE.match(line) is not None or relayed(line) is not None


def is_unasked(line: str) -> bool:
    """Return whether a line on a terminal belongs to no command: a message, or a warning to all terminals.

    A message counts anywhere in the line, since it may follow the prompt or half of an echo.
    """
    return _UNASKED.search(line) is not None


def _mnemonic(rest: str) -> re.Match[str] | None:
    return _MNEMONIC.match(rest) or _MNEMONIC.search(rest[:160])


class _Parts(NamedTuple):
    """Parts of a line behind its time, in the order of ``LogLine``."""

    facility: str
    severity: int | None
    mnemonic: str
    text: str
    origin: str | None
    name: str


def _parts_of(rest: str) -> _Parts:
    """Split what follows the time. A log repeats itself, and so do those of a fleet, but for the times."""
    return _known_parts(rest) if len(rest) <= _LONGEST_KNOWN else _parts(rest)


def _parts(rest: str) -> _Parts:
    found = _mnemonic(rest)
    if found is None:
        return _Parts("", None, "", rest, None, _NAMELESS)
    text = rest[found.end() :]
    origin = rest[: found.start()].rstrip(": ") or None
    if origin is None and (place := _PLACE.match(text)):
        origin = place[1]
    facility, mnemonic = intern(found[1]), intern(found[3])
    return _Parts(facility, int(found[2]), mnemonic, text, origin, intern(message_name(facility, mnemonic)))


_NAMELESS: Final = message_name("", "")
_known_parts: Final = lru_cache(_MOST_KNOWN)(_parts)
