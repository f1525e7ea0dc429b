# ruff: noqa: TC001 - the engine reads the types of the parameters
"""Checks that need several runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from slp_ops.facts import RumSummary
from slp_ops.facts.rum import RumHistory, RumPoint
from slp_ops.i18n import Text
from slp_ops.linear_fit import MIN_POINTS
from slp_ops.model import Confidence, Evidence, Severity
from slp_ops.rules.derived.communication import Communication
from slp_ops.rules.derived.growth import GrowthCourse, LimitForecast, ReportGrowth, growth
from slp_ops.rules.derived.rum_backlog import Backlog
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown

TEXTS = texts_of(__name__)

GROWING: Final = "rum-unacknowledged-growing"
_SOON: Final = timedelta(days=30)


@rule(
    GROWING,
    group=Group.REPORTING,
    severity=Severity.WARNING,
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("usage-sync", "rum-manual-exchange"),
)
def rum_unacknowledged_growing(
    history: RumHistory | None,
    communication: Communication | None,
    backlog: Backlog | None,
    thresholds: Thresholds,
) -> Judgement:
    """Judge the counts of the runs so far; a single run does not decide."""
    if history is None:
        return NotApplicable(why=TEXTS["rum-unacknowledged-growing.no-history"])
    failing = None if communication is None else communication.failing
    found = growth(history.points, limit=thresholds.rum_reports, failing=failing)
    if found is None:
        return Unknown(missing=(RumSummary,))
    match found.course:
        case GrowthCourse.TOO_FEW:
            return Unknown(
                why=TEXTS["rum-unacknowledged-growing.too-few"].format(
                    runs=found.points, needed=MIN_POINTS, since=_day(found.since)
                )
            )
        case GrowthCourse.GROWING:
            evidence = () if backlog is None else backlog.evidence
            return Failed(
                summary=growing_words(found, thresholds.rum_reports),
                evidence=(*evidence, _earlier(history.points)),
                severity=Severity.ERROR if _is_soon(found, history.points[-1]) else None,
                confidence=Confidence.MEDIUM,
            )
        case GrowthCourse.STEADY | GrowthCourse.ACKNOWLEDGED | GrowthCourse.BETWEEN:
            return Passed(why=_WHY[found.course])


def growing_words(found: ReportGrowth, limit: int) -> Text:
    """Describe the count, the rate, and the predicted date of the limit with its interval."""
    rate = f"{found.per_day or 0:.1f} ±{found.margin or 0:.1f}"
    now = TEXTS["rum-unacknowledged-growing.now"].format(
        count=found.count, rate=rate, runs=found.points, days=round(found.days)
    )
    return TEXTS["rum-unacknowledged-growing.now-and-then"].format(
        now=now, then=reach_words(found.reach, limit)
    )


def reach_words(reach: LimitForecast | None, limit: int) -> Text:
    """Describe the predicted date of the limit with its 90 % interval."""
    about = f"{limit:,}"
    if reach is None:
        return TEXTS["reach.reached"].format(limit=about)
    if reach.earliest is None:
        return TEXTS["reach.far"].format(limit=about)
    if reach.estimate is None:
        return TEXTS["reach.not-before"].format(limit=about, earliest=_day(reach.earliest))
    values = {"limit": about, "likely": _day(reach.estimate), "earliest": _day(reach.earliest)}
    if reach.latest is None:
        return TEXTS["reach.open"].format(**values)
    return TEXTS["reach.between-days"].format(**values, latest=_day(reach.latest))


def _is_soon(found: ReportGrowth, last: RumPoint) -> bool:
    if found.reach is None:
        return True
    now = last.at or last.seen.replace(tzinfo=None)
    return found.reach.estimate is not None and found.reach.estimate - now <= _SOON


def _earlier(points: tuple[RumPoint, ...]) -> Evidence:
    """Cite the counts of the runs, as far as they fit into a line."""
    counts = [f"{_day(point.at or point.seen)} {point.backlog}" for point in points]
    shown = counts if len(counts) <= 8 else [*counts[:4], "...", *counts[-3:]]
    return Evidence(command="history", line=None, text=f"reports not acknowledged: {', '.join(shown)}")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


_WHY: Final = {
    GrowthCourse.STEADY: TEXTS["rum-unacknowledged-growing.steady"],
    GrowthCourse.ACKNOWLEDGED: TEXTS["rum-unacknowledged-growing.acknowledged"],
    GrowthCourse.BETWEEN: TEXTS["rum-unacknowledged-growing.between"],
}
