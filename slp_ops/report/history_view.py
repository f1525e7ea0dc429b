"""View of a switch's history: its measures, its findings over time, and the runs in which it changed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slp_ops.history.summary import Summary
    from slp_ops.model import Severity
    from slp_ops.runs.history import RunSnapshot

_COMMON_PATH: Final = "/licservice/license"  # of the URL of every transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One number over all runs; a run that did not read it has None."""

    values: tuple[float | None, ...]
    now: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleHistory:
    """A rule that failed in one of the runs, with its verdict in each; None where nothing was read."""

    rule: str
    severity: Severity
    verdicts: tuple[Verdict | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFeatures:
    """Features that change seldom. ``findings`` is None where the licence agent was not read."""

    status: DeviceStatus
    error: str | None
    release: str | None
    transport: str | None
    units: int | None
    trusted_units: int | None
    last_ack: str
    deadline: str
    findings: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SameRuns:
    """Consecutive runs in which none of the features changed."""

    first: RunSnapshot
    last: RunSnapshot
    count: int
    features: DeviceFeatures


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The history, oldest first; rules with the gravest first. A measure that no run read is None."""

    backlog: Measure | None
    unacknowledged: Measure | None
    days_since_ack: Measure | None
    findings: Measure | None
    rules: tuple[RuleHistory, ...]
    changes: tuple[SameRuns, ...]


def history_view(pictures: Sequence[RunSnapshot], *, newest: int) -> HistoryView:
    """Return the view of all runs; the verdicts of rules are those of so many of the newest."""
    summaries = [picture.summary for picture in pictures]
    return HistoryView(
        backlog=_measure([each.backlog for each in summaries]),
        unacknowledged=_measure([each.unacknowledged for each in summaries]),
        days_since_ack=_measure([_days(each) for each in summaries]),
        findings=_measure([len(each.failed) if each.licensing else None for each in summaries]),
        rules=tuple(_rules(summaries[-newest:])),
        changes=tuple(_changes(pictures)),
    )


def _measure(values: Sequence[float | None]) -> Measure | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    return Measure(values=tuple(values), now=known[-1], least=min(known), most=max(known))


def _days(summary: Summary) -> float | None:
    return None if summary.ack_age is None else round(summary.ack_age.total_seconds() / 86_400, 1)


def _rules(summaries: Sequence[Summary]) -> list[RuleHistory]:
    severities: dict[str, Severity] = {}
    for summary in summaries:
        severities |= summary.failed
    found = sorted(severities.items(), key=lambda item: (-item[1].rank, item[0]))
    return [
        RuleHistory(
            rule=rule,
            severity=severity,
            verdicts=tuple(_verdict(summary, rule) for summary in summaries),
        )
        for rule, severity in found
    ]


def _verdict(summary: Summary, rule: str) -> Verdict | None:
    if not summary.found and not summary.licensing:
        return None
    return next((each.verdict for each in summary.found if each.rule == rule), Verdict.PASS)


def _changes(pictures: Sequence[RunSnapshot]) -> list[SameRuns]:
    found = []
    for features, group in groupby(pictures, key=lambda picture: _features(picture.summary)):
        same = list(group)
        found.append(SameRuns(first=same[0], last=same[-1], count=len(same), features=features))
    return found


def _features(summary: Summary) -> DeviceFeatures:
    is_judged = summary.licensing or summary.status is DeviceStatus.OK
    return DeviceFeatures(
        status=summary.status,
        error=summary.error,
        release=summary.release,
        transport=None if summary.transport is None else summary.transport.removesuffix(_COMMON_PATH),
        units=summary.units,
        trusted_units=summary.trusted_units,
        last_ack=_day(summary.last_ack),
        deadline=_day(summary.deadline),
        findings=len(summary.failed) if is_judged else None,
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"
