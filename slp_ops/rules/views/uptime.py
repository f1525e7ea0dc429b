"""How long a switch has been running, from the words of show version."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.facts import Software

_PART: Final = re.compile(r"(\d+) (year|week|day|hour|minute)s?", re.ASCII)
_DAYS: Final = {"year": 365.0, "week": 7.0, "day": 1.0, "hour": 1 / 24, "minute": 1 / 1440}


def uptime_of(software: Software | None) -> timedelta | None:
    """``1 week, 2 days, 3 hours, 4 minutes`` as a span; None when it was not printed."""
    parts = _PART.findall((software.uptime if software is not None else None) or "")
    return timedelta(days=sum(int(count) * _DAYS[unit] for count, unit in parts)) if parts else None
