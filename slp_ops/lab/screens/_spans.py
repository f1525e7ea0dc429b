"""Dates and time spans in the words that IOS uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta


def day(local: datetime) -> str:
    """``Tue Jun 10 2025``: the day of the month is not padded."""
    return f"{local:%a %b} {local.day} {local:%Y}"


def _words(pairs: tuple[tuple[int, str], ...]) -> str:
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in pairs)


def uptime(span: timedelta) -> str:
    """Format an uptime as ``show version`` does: ``6 weeks, 3 hours, 17 minutes``; zero parts are omitted."""
    minutes = int(span.total_seconds()) // 60
    weeks, minutes = divmod(minutes, 7 * 24 * 60)
    years, weeks = divmod(weeks, 52)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((years, "year"), (weeks, "week"), (days, "day"), (hours, "hour"), (minutes, "minute"))
    return _words(tuple(part for part in parts if part[0])) or "0 minutes"


def remaining(span: timedelta) -> str:
    """Format a span as the job table does: always in the plural, large units only when needed."""
    seconds = max(int(span.total_seconds()), 0)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = [(days, "days"), (hours, "hours"), (minutes, "minutes"), (seconds, "seconds")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return ", ".join(f"{count} {word}" for count, word in parts)
