"""Syslog lines as a server stores them: priority, times, relays and host names before the switch's own line.

<187>Nov 12 09:14:03 acc-sw-07 4711: Nov 12 08:14:02.881: %SMART_LIC-3-COMM_FAILED: ...       RFC 3164
<187>1 2024-11-12T09:14:03Z acc-sw-07 - - - - %SMART_LIC-3-COMM_FAILED: ...                   RFC 5424
2025-02-18T23:05:10.118+02:00 198.51.100.9 acc-sw-07 10021: Feb 18 23:05:09.900 EET: %SYS-... a relay
2025-02-18 23:05:10 Local7.Error 192.0.2.7 4711: acc-sw-07: *Feb 18 21:05:09.900: %SYS-...   origin-id
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from slp_ops.iosxe.names import is_address, is_host

_TAG: Final = re.compile(
    r"\ufeff?%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z][A-Z0-9_]*"
    r"(?P<end> ?: ?| \S{1,60} \S{1,32} (?:-|\[[^\]]{0,120}\]) )",
    re.ASCII,
)
_OWN_TIME: Final = re.compile(
    r"(?P<stamp>[*.]?[A-Z][a-z]{2} {1,2}\d{1,2} (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,6})?"
    r"(?: [A-Z]{2,5}(?:[+-]\d{1,2})?)?|(?:\d{1,4}[ywdh]){2,3}|\d{1,4}:\d\d:\d\d): (?P<place>[^%]{0,80}: )?$",
    re.ASCII,
)
_PRIORITY: Final = re.compile(r"<\d{1,3}>(?P<version>1 )?", re.ASCII)
_FILE: Final = re.compile(
    r"(?:[\w./-]{0,120}/)?(?P<name>[\w.-]{1,63}?)\.(?:log|txt)(?:\.\d{1,3})?:(?:\d{1,9}:)?", re.ASCII
)
_OF_SWITCH: Final = re.compile(r"(?!sh(?:ow)?[_-]|log|syslog|messages)[\w.]*[\d-]", re.ASCII | re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?:(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2})(?: (?P<year>\d{4}))? "
    r"(?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,6})?)(?: (?P<late_year>20\d\d))?"
    r"|(?P<date>\d{4}[-/]\d\d[-/]\d\d)[T ](?P<time>\d\d:\d\d:\d\d(?:[.,]\d{1,9})?)"
    r"(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)"
    r":?(?=[ \t]|$)",
    re.ASCII,
)
FACILITY: Final = re.compile(
    r"\(?(?:local[0-7]|user|kern|daemon|syslog|auth|mail|news|cron)\.\w{2,9}\)?", re.IGNORECASE | re.ASCII
)
_DATA: Final = re.compile(r"(?<!\S)\[[^\]]{0,200}\](?!\S)")  # structured data of RFC 5424
_PROCESS: Final = re.compile(r"\[\d{1,9}\]$", re.ASCII)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MOST_BEFORE: Final = 300
_MOST_HOSTS: Final = 4


class RelayedLine(NamedTuple):
    """Line of a switch as it would print it, and the host that a server named; None without one."""

    host: str | None
    line: str


def relayed(line: str) -> RelayedLine | None:
    """Remove what a syslog server put before a message; None for a line that no server stored."""
    tag = _TAG.search(line[:_MOST_BEFORE])
    if tag is None or tag.start() == 0:
        return None
    before = line[: tag.start()]
    own = _OWN_TIME.search(before)
    if own is not None:
        before = before[: own.start()]
    before, named = _without_file(before)
    before, version, marked = _marks(before)
    time = _TIME.match(before)
    fields = _fields(before[time.end() :] if time else before)
    if fields is None or not (marked or time or (own and (fields.origin or named))):
        return None
    stamp = own["stamp"] if own else (_printed(time) if time else "")
    start = "".join(f"{part}: " for part in (fields.sequence, stamp) if part)
    text = line[tag.start() :].lstrip("\ufeff")
    if not tag["end"].rstrip().endswith(":"):
        text = f"{text[: tag.start('end') - tag.start()]}: {line[tag.end() :]}"
    place = (own["place"] or "") if own else ""
    return RelayedLine(fields.host(first=version) or named, f"{start}{place}{text}")


def _without_file(before: str) -> tuple[str, str | None]:
    """Remove the name of a file that grep prints; return it where it names a switch."""
    before = before.lstrip(" \t\"'")
    found = _FILE.match(before)
    if found is None:
        return before, None
    name = found["name"]
    is_name = is_host(name) and _OF_SWITCH.match(name) is not None
    return before[found.end() :].lstrip(), name if is_name else None


def _marks(before: str) -> tuple[str, bool, bool]:
    """Remove the priority; tell RFC 5424 and whether there was a priority."""
    if found := _PRIORITY.match(before):
        return before[found.end() :].lstrip(), bool(found["version"]), True
    return before, False, False


class _Fields(NamedTuple):
    """Words between the server's time and the message."""

    hosts: tuple[str, ...]
    origin: str | None
    sequence: str | None

    def host(self, *, first: bool) -> str | None:
        """Return the switch: its own origin-id, else the last name, else the last address."""
        if self.origin is not None or not self.hosts:
            return self.origin
        if first:
            return self.hosts[0]
        named = [host for host in self.hosts if not is_address(host)]
        return (named or self.hosts)[-1]


def _fields(words: str) -> _Fields | None:
    hosts: list[str] = []
    origin: str | None = None
    sequence: str | None = None
    for word in _DATA.sub("", words).split():
        plain = word.rstrip(":")
        if plain.isdecimal():
            sequence = plain
        elif plain in ("", "-") or FACILITY.fullmatch(plain):
            continue
        else:
            name = _PROCESS.sub("", plain).partition("/")[0]
            if not is_host(name) or len(hosts) == _MOST_HOSTS:
                return None
            hosts.append(name)
            if word.endswith(":") and (sequence is not None or len(hosts) == 1):
                origin = name
    return _Fields(tuple(hosts), origin, sequence)


def _printed(time: re.Match[str]) -> str:
    """Return the server's time in the form of IOS-XE."""
    if time["month"]:
        year = time["year"] or time["late_year"]
        return f"{time['month']} {time['day']:>2} {year + ' ' if year else ''}{time['clock']}"
    year, month, day = time["date"].replace("/", "-").split("-")
    if not 1 <= int(month) <= len(_MONTHS):
        return ""
    clock, _, fraction = time["time"].replace(",", ".").partition(".")
    return f"{_MONTHS[int(month) - 1]} {int(day):>2} {year} {clock}{'.' + fraction[:6] if fraction else ''}"
