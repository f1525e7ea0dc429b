"""Sentences about the growth of RUM reports: the same for one switch, a fleet and a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.linear_fit import MIN_POINTS
from slp_ops.rules.checks.history import growing_words, reach_words
from slp_ops.rules.derived.growth import GrowthCourse

if TYPE_CHECKING:
    from slp_ops.rules.derived.growth import ReportGrowth


def growth_words(found: ReportGrowth, limit: int) -> Text:
    """One sentence or two."""
    match found.course:
        case GrowthCourse.GROWING:
            return growing_words(found, limit)
        case GrowthCourse.TOO_FEW:
            return _TOO_FEW.format(needed=MIN_POINTS, runs=found.points)
        case GrowthCourse.STEADY | GrowthCourse.ACKNOWLEDGED | GrowthCourse.BETWEEN:
            return _WORDS[found.course].format(count=found.count)


def when(found: ReportGrowth, limit: int) -> Text:
    """Describe the predicted date of the limit."""
    return reach_words(found.reach, limit)


_TOO_FEW: Final = Text(
    "the growth of the reports is not known yet: it needs the counts of {needed} runs since the last ACK, "
    "and there are {runs}",
    "レポートの増減はまだ判断できません (最後の ACK 以降、{needed} 回分の件数が必要。現在 {runs} 回)",
)
_WORDS: Final = {
    GrowthCourse.STEADY: Text("{count:report}, not growing", "レポート {count} 件、増加していません"),
    GrowthCourse.ACKNOWLEDGED: Text(
        "{count:report}; an ACK was received since the last runs",
        "レポート {count} 件、直近の実行の間に ACK を受信しています",
    ),
    GrowthCourse.BETWEEN: Text(
        "{count:report}, growing as they do until the next one is due; the ACK is not late",
        "レポート {count} 件、次の送信までの通常の増加です (ACK の遅れなし)",
    ),
}
