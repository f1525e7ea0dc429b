# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""RUM reports on the switch: how many, how many CSSM has not acknowledged, whether the ACK is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final

from slp_ops.facts import (
    Fact,
    LicenseTransport,
    LineCount,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Largest of the counts: they do not add up on real switches, and each alone may be too small."""

    reports: int
    evidence: tuple[Evidence, ...]

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (RumSummary, RumReports)

    @classmethod
    def derive(
        cls, summary: RumSummary | None, listed: RumReports | None, counted: LineCounts | None
    ) -> Backlog | None:
        """Return the largest count; acknowledged reports of a list do not count.

        A saved usage file contains every report that is not acknowledged: FN72578 counts its lines.
        """
        counts: list[tuple[int, tuple[Evidence, ...]]] = []
        if summary is not None:
            waiting = summary.waiting
            # The total counts every report ever made. It is the current number only while none was purged.
            gone = summary.acknowledged or (summary.purged is not None and summary.purged.count)
            for field, count in (
                ("total", None if gone else summary.total),
                ("in_storage", summary.in_storage),
                ("available", summary.available),
                ("waiting", None if waiting is None else max(waiting.count, waiting.bracketed or 0)),
            ):
                if count is not None:
                    counts.append((count, summary.cite(field)))
        if listed is not None:
            done = listed.count(RumState.ACK) + listed.count(RumState.DELETED)
            rows = listed.reports
            counts.append((len(rows) - done, (*rows[0].cite(), *rows[-1].cite()) if rows else ()))
        lines = () if counted is None else counted.counts
        counts += [(each.count, each.cite()) for each in lines if _counts_reports(each)]
        if not counts:
            return None
        reports, evidence = max(counts, key=lambda each: each[0])
        return cls(reports=reports, evidence=evidence)


def _counts_reports(count: LineCount) -> bool:
    """Return whether each counted line is a report without an ACK."""
    if count.of.startswith("more"):
        return "rumreport" in count.pattern.lower()
    return " rum" in count.of and "unack" in count.pattern.lower()


_INTERVAL: Final = 30  # days; default push interval of IOS-XE
_GRACE: Final = timedelta(days=2)  # a failed push is retried; CSSM may take a day to answer
_DONE: Final = (RumState.ACK, RumState.DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedReports:
    """Reports that stay on the switch until CSSM acknowledges them.

    ``unacknowledged`` are those of them that were sent. Unlike ``Backlog`` neither counts acknowledged
    or purged reports: these numbers rise and fall.
    """

    backlog: int
    unacknowledged: int
    evidence: tuple[Evidence, ...]

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (RumReports, RumSummary)

    @classmethod
    def derive(cls, listed: RumReports | None, summary: RumSummary | None) -> OwedReports | None:
        """Derive from the list, or else from the summary."""
        if listed is not None and listed.reports:
            held = [report for report in listed.reports if report.state not in _DONE]
            sent = [report for report in held if report.state in (RumState.UNACK, RumState.PENDING)]
            rows = sent or held
            return cls(
                backlog=len(held),
                unacknowledged=len(sent),
                evidence=(*rows[0].cite(), *(rows[-1].cite() if len(rows) > 1 else ())) if rows else (),
            )
        if summary is None or (summary.waiting is None and summary.available is None):
            return None
        waiting = 0 if summary.waiting is None else summary.waiting.count
        both = waiting + (summary.available or 0)
        bracketed = None if summary.waiting is None else summary.waiting.bracketed
        return cls(
            # The number in brackets counts both kinds; it equals their sum in every observed output.
            backlog=max(both, bracketed or 0),
            unacknowledged=waiting,
            evidence=summary.cite("waiting", "available"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """Lateness of an ACK, by the switch's own interval or deadline."""

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
        overdue = deadline.left is not None and deadline.left < timedelta(0) and not deadline.cosmetic
        if transport is not None and transport.kind is TransportKind.OFF:
            return cls(late=overdue, silent=silent)
        interval = None if usage.push_interval is None else usage.push_interval.days
        if interval == 0:
            return cls(late=overdue, silent=silent)
        if silent is None or not usage.prints_ack:
            return cls(late=True, silent=None) if overdue else None
        return cls(late=overdue or silent > timedelta(days=interval or _INTERVAL) + _GRACE, silent=silent)
