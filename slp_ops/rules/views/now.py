"""The switch's own time: deadlines are compared with nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from slp_ops.facts import Clock, ClockTrust, Fact, ScheduledJobs
from slp_ops.model import Confidence

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Now:
    """What the switch's clock says, and how far to rely on it."""

    at: datetime
    text: str
    trusted: bool

    told_by: ClassVar[tuple[type[Fact], ...]] = (Clock,)

    @classmethod
    def derive(cls, clock: Clock | None, jobs: ScheduledJobs | None) -> Now | None:
        """From show clock; tech support prints a time as well."""
        if clock is not None and clock.time.at is not None:
            trusted = clock.trust is not ClockTrust.NOT_AUTHORITATIVE
            return cls(at=clock.time.at, text=clock.time.text, trusted=trusted)
        current = None if jobs is None else jobs.current_time
        if current is not None and current.at is not None:
            return cls(at=current.at, text=current.text, trusted=True)
        return None

    @property
    def confidence(self) -> Confidence:
        """How sure a verdict is that rests on it."""
        return Confidence.HIGH if self.trusted else Confidence.LOW
