# ruff: noqa: TC001 - the engine reads the types of the parameters
"""What only several runs can tell."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from slp_ops.facts import RumReports, RumSummary
from slp_ops.facts.history import RumHistory, RumPoint
from slp_ops.i18n import Text
from slp_ops.model import Confidence, Evidence, Severity
from slp_ops.regression import FEWEST
from slp_ops.rules.rule import Group, rule
from slp_ops.rules.settings import Thresholds
from slp_ops.rules.values import Failed, Judgement, NotApplicable, Passed, Unknown
from slp_ops.rules.views.communication import Communication
from slp_ops.rules.views.growth import Course, Growth, Reach, growth
from slp_ops.rules.views.owed import OwedReports

GROWING: Final = "rum-unacknowledged-growing"
_SOON: Final = timedelta(days=30)


@rule(
    GROWING,
    group=Group.REPORTING,
    severity=Severity.WARNING,
    title=Text("Unacknowledged RUM reports grow", "ACK 未受信の RUM レポートが増加中"),
    cause=Text(
        "From run to run the switch holds more reports that CSSM has not acknowledged, and no ACK comes that "
        "would let it purge them. About 1,000 are likely to cost CPU and memory on the releases of "
        "FN72578; it "
        "is no fixed limit. The date is where a straight line through the counts leads, and holds as long as "
        "nothing changes.",
        "実行のたびに ACK 未受信のレポートが増えており、削除の契機となる ACK も届いていません。FN72578 の"
        "該当リリースでは約 1,000 件を目安に CPU / メモリへの影響が懸念されます "
        "(固定の上限値ではありません)。"
        "到達日は件数の推移を直線で近似した推定で、現在の傾向が続くことを前提とします。",
    ),
    remedy=(
        Text(
            "Repair the exchange: what else this audit found names the reason. With the next ACK the switch "
            "purges the reports by itself.",
            "通信の問題を解消します (原因は本監査の他の検出事項を参照)。ACK を受信すればレポートは自動的に"
            "削除されます。",
        ),
        Text(
            "Where there is no way to CSSM, exchange the reports as files before that date.",
            "CSSM と通信できない環境では、到達日までにファイルでレポートを提出し ACK をインポートします。",
        ),
        Text(
            "On releases of FN72578, plan the upgrade: 17.3.7, 17.6.5, 17.9.1 or later.",
            "FN72578 の該当リリースの場合は 17.3.7、17.6.5、17.9.1 以降へのアップグレードを計画します。",
        ),
    ),
    links=("https://www.cisco.com/c/en/us/support/docs/field-notices/725/fn72578.html",),
    playbooks=("usage-sync", "rum-manual-exchange"),
)
def rum_unacknowledged_growing(
    history: RumHistory | None,
    communication: Communication | None,
    listed: RumReports | None,
    summary: RumSummary | None,
    thresholds: Thresholds,
) -> Judgement:
    """By the counts of the runs so far; one run alone cannot tell."""
    if history is None:
        return NotApplicable(why=_NO_HISTORY)
    failing = None if communication is None else communication.failing
    found = growth(history.points, limit=thresholds.rum_reports, failing=failing)
    if found is None:
        return Unknown(missing=(RumSummary,))
    owed = OwedReports.derive(listed, summary)
    match found.course:
        case Course.TOO_FEW:
            return Unknown(why=_TOO_FEW.of(runs=found.points, needed=FEWEST, since=_day(found.since)))
        case Course.GROWING:
            evidence = () if owed is None else owed.evidence
            return Failed(
                summary=growing_words(found, thresholds.rum_reports),
                evidence=(*evidence, _earlier(history.points)),
                severity=Severity.ERROR if _is_soon(found, history.points[-1]) else None,
                confidence=Confidence.MEDIUM,
            )
        case Course.STEADY | Course.ACKNOWLEDGED | Course.BETWEEN:
            return Passed(why=_WHY[found.course])


def growing_words(found: Growth, limit: int) -> Text:
    """The count, the rate, and when about so many will be reached, with how sure that is."""
    rate = f"{found.per_day or 0:.1f} ±{found.margin or 0:.1f}"
    now = _NOW.of(count=found.count, rate=rate, runs=found.points, days=round(found.days))
    return _BOTH.of(now=now, then=reach_words(found.reach, limit))


def reach_words(reach: Reach | None, limit: int) -> Text:
    """When the limit will be reached, and between which days with 90 %."""
    about = f"{limit:,}"
    if reach is None:
        return _REACHED.of(limit=about)
    if reach.earliest is None:
        return _FAR.of(limit=about)
    if reach.likely is None:
        return _NOT_BEFORE.of(limit=about, earliest=_day(reach.earliest))
    values = {"limit": about, "likely": _day(reach.likely), "earliest": _day(reach.earliest)}
    if reach.latest is None:
        return _OPEN.of(**values)
    return _BETWEEN_DAYS.of(**values, latest=_day(reach.latest))


def _is_soon(found: Growth, last: RumPoint) -> bool:
    if found.reach is None:
        return True
    now = last.at or last.seen.replace(tzinfo=None)
    return found.reach.likely is not None and found.reach.likely - now <= _SOON


def _earlier(points: tuple[RumPoint, ...]) -> Evidence:
    """The counts of the runs, as far as they fit a line."""
    counts = [f"{_day(point.at or point.seen)} {point.backlog}" for point in points]
    shown = counts if len(counts) <= 8 else [*counts[:4], "...", *counts[-3:]]
    return Evidence(command="history", line=None, text=f"reports not acknowledged: {', '.join(shown)}")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


_NO_HISTORY: Final = Text("no earlier runs were looked at", "過去の実行結果を参照していません")
_TOO_FEW: Final = Text(
    "it takes the counts of {needed} runs since the last ACK; there are {runs}, since {since}",
    "最後の ACK 以降、{needed} 回分の件数が必要です (現在 {runs} 回、{since} 以降)",
)
_WHY: Final = {
    Course.STEADY: Text("the reports do not grow", "レポートは増加していません"),
    Course.ACKNOWLEDGED: Text("an ACK has come since the last runs", "直近の実行の間に ACK を受信しています"),
    Course.BETWEEN: Text(
        "they grow as they do until the next report is due; the ACK is not late",
        "次のレポート送信までの通常の増加で、ACK の遅れはありません",
    ),
}
_NOW: Final = Text(
    "{count} RUM reports are not acknowledged, {rate} more a day ({runs:run} in {days:day})",
    "ACK 未受信の RUM レポート {count} 件、1 日あたり {rate} 件増加 ({days} 日間、{runs} 回の実行)",
)
_BOTH: Final = Text("{now}; {then}", "{now}。{then}")
_REACHED: Final = Text("about {limit} have been reached", "目安の {limit} 件に到達しています")
_FAR: Final = Text("about {limit} are not reached within two years", "{limit} 件に達するのは 2 年より先です")
_NOT_BEFORE: Final = Text(
    "about {limit} are not reached before {earliest}, and when cannot be said",
    "{limit} 件への到達は早くて {earliest}、時期は特定できません",
)
_OPEN: Final = Text(
    "about {limit} are reached around {likely}, at the earliest on {earliest}; the latest cannot be said "
    "(90 %)",
    "{limit} 件への到達は {likely} 頃、早ければ {earliest} (信頼度 90 %、上限は特定できません)",
)
_BETWEEN_DAYS: Final = Text(
    "about {limit} are reached around {likely}, between {earliest} and {latest} (90 %)",
    "{limit} 件への到達は {likely} 頃、{earliest} ～ {latest} の間 (信頼度 90 %)",
)
