# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""RUM reports on the switch: how many, how many CSSM has not acknowledged, whether the ACK is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.facts import (
    Fact,
    LicenseTransport,
    LineCounts,
    RumReports,
    RumState,
    RumSummary,
    Software,
    TransportKind,
)
from slp_ops.rules.derived.deadline import Deadline
from slp_ops.rules.derived.now import uptime_of

if TYPE_CHECKING:
    from slp_ops.model import Evidence


_INTERVAL: Final = 30  # days; default push interval of IOS-XE
_GRACE: Final = timedelta(days=2)  # a failed push is retried; CSSM may take a day to answer
_DONE: Final = (RumState.ACK, RumState.DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Reports that stay on the switch until CSSM acknowledges them; ``unacknowledged`` of them were sent.

    Neither counts acknowledged or purged reports: these numbers rise and fall. Every rule, page, file and
    trend takes them from here.
    """

    reports: int
    unacknowledged: int | None
    evidence: tuple[Evidence, ...]

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (RumSummary, RumReports)

    @classmethod
    def derive(
        cls, summary: RumSummary | None, listed: RumReports | None, lines: LineCounts | None = None
    ) -> Backlog | None:
        """Derive from list and summary, the larger of the two: a list may end at the maximum display.

        Without both, from a saved file whose reports were counted, as FN72578 describes.
        """
        found = [each for each in (_of_list(listed), _of_summary(summary)) if each is not None]
        found = found or [each for each in (_of_file(lines),) if each is not None]
        if not found:
            return None
        largest = max(found, key=lambda each: each.reports)
        sent = [each.unacknowledged for each in found if each.unacknowledged is not None]
        return cls(reports=largest.reports, unacknowledged=max(sent, default=None), evidence=largest.evidence)


def _of_list(listed: RumReports | None) -> Backlog | None:
    if listed is None:
        return None
    held = [report for report in listed.reports if report.state not in _DONE]
    sent = [report for report in held if report.state in (RumState.UNACK, RumState.PENDING)]
    rows = sent or held
    return Backlog(
        reports=len(held),
        unacknowledged=len(sent),
        evidence=(*rows[0].cite(), *(rows[-1].cite() if len(rows) > 1 else ())) if rows else (),
    )


def _of_file(lines: LineCounts | None) -> Backlog | None:
    """Return the reports that ``more FILE | count RUMReport`` counted, the newest count."""
    counts = () if lines is None else lines.counts
    mine = [each for each in counts if each.of.startswith("more") and "rumreport" in each.pattern.lower()]
    if not mine:
        return None
    return Backlog(reports=mine[-1].count, unacknowledged=None, evidence=mine[-1].cite())


def _of_summary(summary: RumSummary | None) -> Backlog | None:
    """Return the counts of the summary. Without those that wait or are available, its total or storage
    counts, but for a total in which reports were acknowledged: it counts every report ever made."""
    if summary is None:
        return None
    waiting = summary.waiting
    if waiting is not None or summary.available is not None:
        count = 0 if waiting is None else waiting.count
        # The number in brackets counts both kinds; it equals their sum in every observed output.
        bracketed = 0 if waiting is None else waiting.bracketed or 0
        return Backlog(
            reports=max(count + (summary.available or 0), bracketed),
            unacknowledged=count,
            evidence=summary.cite("waiting", "available"),
        )
    gone = summary.acknowledged or (summary.purged is not None and summary.purged.count)
    counts = [("total", None if gone else summary.total), ("in_storage", summary.in_storage)]
    known = [(count, field) for field, count in counts if count is not None]
    if not known:
        return None
    count, field = max(known)
    return Backlog(reports=count, unacknowledged=None, evidence=summary.cite(field))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Lateness of an ACK: none for longer than the push interval, or overdue by the deadline."""

    late: bool
    silent: timedelta | None  # since the last ACK, or since the start of a switch without one

    @classmethod
    def derive(
        cls, deadline: Deadline, transport: LicenseTransport | None, software: Software | None
    ) -> Lateness | None:
        """Derive the lateness; with transport off only the deadline counts."""
        usage = deadline.usage
        last = None if usage.last_ack is None else usage.last_ack.at
        silent = uptime_of(software) if last is None else deadline.now.at - last
        overdue = deadline.is_overdue
        if transport is not None and transport.kind is TransportKind.OFF:
            return cls(late=overdue, silent=silent)
        interval = None if usage.push_interval is None else usage.push_interval.days
        if interval == 0:
            return cls(late=overdue, silent=silent)
        if silent is None or not usage.prints_ack:
            return cls(late=True, silent=None) if overdue else None
        return cls(late=overdue or silent > timedelta(days=interval or _INTERVAL) + _GRACE, silent=silent)
