"""Steps of FN72578: how many unacknowledged reports, over how long, are a sign of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from slp_ops.config_files.records import record
from slp_ops.model import Severity  # noqa: TC001 - the reader of the file evaluates the hints
from slp_ops.rules.loading import packaged_record

if TYPE_CHECKING:
    from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class RumStep:
    """One step: it is reached with so many reports, and no ACK for so many days."""

    reports: int
    severity: Severity
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RumSteps:
    """The steps, the gravest first, with source and date."""

    source: str
    date: str
    steps: tuple[RumStep, ...]

    def reached(self, reports: int, silent: timedelta | None) -> RumStep | None:
        """Return the first step that is reached; without the time since the last ACK those by count alone."""
        days = 0 if silent is None else silent.days
        return next((each for each in self.steps if reports >= each.reports and days >= each.days), None)


@cache
def rum_steps() -> RumSteps:
    """Return the packaged steps."""
    return packaged_record("rum_steps.yaml", record(RumSteps))
