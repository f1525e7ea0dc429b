"""How many RUM reports a switch holds, as far as it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from slp_ops.facts import Fact, RumReports, RumState, RumSummary

if TYPE_CHECKING:
    from slp_ops.model import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """The largest of the counts: they do not add up on real switches, and each alone may be too small."""

    reports: int
    evidence: tuple[Evidence, ...]

    told_by: ClassVar[tuple[type[Fact], ...]] = (RumSummary, RumReports)

    @classmethod
    def derive(cls, summary: RumSummary | None, listed: RumReports | None) -> Backlog | None:
        """From the summary and from the list, where acknowledged reports do not count."""
        counts: list[tuple[int, tuple[Evidence, ...]]] = []
        if summary is not None:
            waiting = summary.waiting
            # The total counts every report ever made. It tells what is held only while none has gone.
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
        if not counts:
            return None
        reports, evidence = max(counts, key=lambda each: each[0])
        return cls(reports=reports, evidence=evidence)
