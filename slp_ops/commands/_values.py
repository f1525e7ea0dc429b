"""Small printed values: missing words, numbers, device times. Absence is decided here only."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from slp_ops.facts.rum import RumState
from slp_ops.facts.values import Count, DatedWord, Days, DeviceTime, Flag

# Words for a missing value. Exact matches only: "NOT AVAILABLE" is a state.
MISSING: Final = frozenset(
    {"", "<none>", "<empty>", "<NONE>", "<EMPTY>", "empty"}
    | {"None", "none", "Not Configured", "Not Available", "'nullPtr'", "nullPtr"}
)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
# Oct 14 12:10:01 2021 UTC
_TIME: Final = re.compile(
    r"([A-Z][a-z]{2}) +(\d{1,2}) (\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)? (\d{4})(?: ([A-Za-z][\w+-]*))?",
    re.ASCII,
)
# 19:28:06 UTC Jul 5 2017, 18:56:04.554 EST Mon Oct 17 2016
_CLOCK: Final = re.compile(
    r"(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?: ([A-Za-z][\w+-]*))? (?:[A-Z][a-z]{2} )?"
    r"([A-Z][a-z]{2}) +(\d{1,2}) (\d{4})",
    re.ASCII,
)
# 2021-11-17 03:31:32.920 UTC
_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?(?: ([A-Za-z][\w+-]*))?", re.ASCII
)
_COUNT: Final = re.compile(r"^(\d+)(?:\((\d+)\))?$", re.ASCII)
_INTEGER: Final = re.compile(r"^[+-]?\d{1,18}$", re.ASCII)


def present(text: str | None) -> str | None:
    """Return the text, or None for a missing word."""
    if text is None:
        return None
    stripped = text.strip()
    return None if stripped in MISSING else stripped


def integer(text: str | None) -> int | None:
    """Parse a whole number; None for anything else."""
    return int(text) if text is not None and _INTEGER.match(text) else None


def decimal(text: str) -> float:
    """Parse a percentage such as ``4.71%``; whole numbers stay whole when printed."""
    return float(text.rstrip("%"))


def month(name: str) -> int | None:
    """Return 1 to 12 for ``Jan`` to ``Dec``."""
    return _MONTHS.get(name)


def _moment(
    year: str, number: int | None, day: str, clock: tuple[str, str, str], fraction: str | None
) -> datetime | None:
    """Return a naive time; None for an invalid date."""
    if number is None:
        return None
    hour, minute, second = clock
    try:
        # Naive on purpose: the zone is a configured name, not an offset.
        return datetime(  # noqa: DTZ001
            int(year),
            number,
            int(day),
            int(hour),
            int(minute),
            int(second),
            int((fraction or "0").ljust(6, "0")),
        )
    except ValueError:
        return None


def device_time(text: str | None) -> DeviceTime | None:
    """Parse a time in any form of licensing, clock and certificates; None for a missing word.

    Other text is kept without a time.
    """
    printed = present(text)
    if printed is None:
        return None
    if found := _ISO.fullmatch(printed):  # no other form has its digits alone
        moment, zone = _iso(found)
    elif found := _TIME.search(printed):
        name, day, hour, minute, second, fraction, year, zone = found.groups()
        moment = _moment(year, month(name), day, (hour, minute, second), fraction)
    elif found := _CLOCK.search(printed):
        hour, minute, second, fraction, zone, name, day, year = found.groups()
        moment = _moment(year, month(name), day, (hour, minute, second), fraction)
    elif found := _ISO.search(printed):
        moment, zone = _iso(found)
    else:
        return DeviceTime(text=printed)
    return DeviceTime(text=printed, at=moment, zone=zone)


def _iso(found: re.Match[str]) -> tuple[datetime | None, str | None]:
    year, number, day, hour, minute, second, fraction, zone = found.groups()
    return _moment(year, int(number), day, (hour, minute, second), fraction), zone


def time_inside(text: str | None) -> DeviceTime | None:
    """Find the time inside a longer text; None without one."""
    found = _TIME.search(text or "") or _ISO.search(text or "")
    return device_time(found[0]) if found else None


def dated(text: str | None) -> DatedWord | None:
    """``SUCCEEDED on <time>``, ``OUT OF COMPLIANCE on <time>``, or a word alone."""
    printed = present(text)
    if printed is None:
        return None
    word, separator, rest = printed.rpartition(" on ")
    if separator and (at := time_inside(rest)) is not None:
        return DatedWord(text=printed, word=word.strip(), at=at)
    return DatedWord(text=printed, word=printed)


def days(text: str | None) -> Days | None:
    """``365 (CISCO default)``."""
    printed = present(text)
    if printed is None:
        return None
    number, origin = _origin(printed)
    return Days(text=printed, days=integer(number), origin=origin)


def flag(text: str | None) -> Flag | None:
    """``yes (Customer Policy)``, ``True``, ``DISABLED``."""
    printed = present(text)
    if printed is None:
        return None
    word, origin = _origin(printed)
    lowered = word.lower()
    if lowered in ("yes", "true", "enabled", "on"):
        return Flag(text=printed, on=True, origin=origin)
    if lowered in ("no", "false", "disabled", "off"):
        return Flag(text=printed, on=False, origin=origin)
    return Flag(text=printed, origin=origin)


def count(text: str | None) -> Count | None:
    """``902(902)``, or a number alone."""
    found = _COUNT.match((text or "").strip())
    if found is None:
        return None
    return Count(text=found[0], count=int(found[1]), bracketed=int(found[2]) if found[2] else None)


def _origin(text: str) -> tuple[str, str | None]:
    head, separator, tail = text.rpartition("(")
    return (head.rstrip(), tail[:-1]) if separator and tail.endswith(")") else (text, None)


_RUM_STATES: Final = {
    "OPEN": RumState.OPEN,
    "CLOSED": RumState.CLOSED,
    "PENDING": RumState.PENDING,
    "UNACK": RumState.UNACK,
    "UNACKNOWLEDGED": RumState.UNACK,
    "ACK": RumState.ACK,
    "ACKNOWLEDGED": RumState.ACK,
    "DELETED": RumState.DELETED,
}


def rum_state(word: str) -> RumState:
    """Return the state of a word; OTHER for an unknown one."""
    return _RUM_STATES.get(word.removeprefix("SmartAgentRumState").upper(), RumState.OTHER)
