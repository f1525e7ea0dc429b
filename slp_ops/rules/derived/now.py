"""The switch's own time, with which deadlines are compared, and how long it has been running."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.facts import Clock, ClockTrust, Fact, ScheduledJobs
from slp_ops.model import Confidence

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.facts import Software


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchTime:
    """Time of the switch's clock, with its trustworthiness."""

    at: datetime
    text: str
    trusted: bool

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (Clock,)

    @classmethod
    def derive(cls, clock: Clock | None, jobs: ScheduledJobs | None) -> SwitchTime | None:
        """Derive from show clock; tech support prints a time as well."""
        if clock is not None and clock.time.at is not None:
            trusted = clock.trust is not ClockTrust.NOT_AUTHORITATIVE
            return cls(at=clock.time.at, text=clock.time.text, trusted=trusted)
        current = None if jobs is None else jobs.current_time
        if current is not None and current.at is not None:
            return cls(at=current.at, text=current.text, trusted=True)
        return None

    @property
    def confidence(self) -> Confidence:
        """Return the confidence of a verdict based on it."""
        return Confidence.HIGH if self.trusted else Confidence.LOW


_PART: Final = re.compile(r"(\d+) (year|week|day|hour|minute)s?", re.ASCII)
_DAYS: Final = {"year": 365.0, "week": 7.0, "day": 1.0, "hour": 1 / 24, "minute": 1 / 1440}


def uptime_of(software: Software | None) -> timedelta | None:
    """Parse ``1 week, 2 days, 3 hours, 4 minutes``; None when not printed."""
    parts = _PART.findall((software.uptime if software is not None else None) or "")
    return timedelta(days=sum(int(count) * _DAYS[unit] for count, unit in parts)) if parts else None
