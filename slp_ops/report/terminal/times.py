"""Times on a terminal: UTC as in the JSON, with the local time beside it where that differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def moment(at: datetime, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return an aware time in UTC, and the local time with its zone; only UTC where the local zone is UTC."""
    utc = f"{at:{form}}Z"
    try:
        local = at.astimezone()
    except (OverflowError, OSError):
        return utc  # the first or the last day of the calendar, from a clock that was wrong
    if not local.utcoffset():
        return utc
    day = "" if local.date() == at.date() else f"{local:%m-%d} "
    return f"{utc} ({day}{local:%H:%M} {local.tzname()})"
