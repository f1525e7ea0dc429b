"""The trend of a fleet as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.report.growth_text import when
from slp_ops.report.terminal.layout import sparkline, styled, table, wrapped
from slp_ops.rules.derived.growth import GrowthCourse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import timedelta

    from slp_ops.history.trend import FleetTrend, SiteDay
    from slp_ops.i18n import Lang

_MOST: Final = 20


def render(trend: FleetTrend, lang: Lang) -> str:
    """Return a table for each measure, a row a site, and the switches whose reports grow."""
    return "\n".join(_lines(trend, lang))


def _lines(trend: FleetTrend, lang: Lang) -> Iterator[str]:
    first, last = trend.fleet[0].day, trend.fleet[-1].day
    yield _DAYS.format(count=len(trend.fleet), first=first, last=last).render(lang) + "\n"
    rows = [*trend.sites.items()] if len(trend.fleet) > 1 else []
    if not rows:
        yield _ONE_DAY.render(lang) + "\n"
    if len(rows) > 1:
        rows.insert(0, (_ALL.render(lang), trend.fleet))
    for title, pick in _MEASURES:
        lines = [(site, *_cells([pick(day) for day in days], days[-1].switches)) for site, days in rows]
        lines = [line for line in lines if line[4] not in ("", "0")]
        if lines:
            yield styled(title.render(lang), bold=True)
            yield table([word.render(lang) for word in _HEADER], lines)
            yield ""
    yield from _growing(trend, lang)


def _cells(values: Sequence[float | None], switches: int) -> tuple[str, ...]:
    known = [value for value in values if value is not None]
    if not known:
        return (str(switches), "", "", "", "")
    now, begin, most = (f"{value:,g}" for value in (known[-1], known[0], max(known)))
    return (str(switches), now, begin, most, sparkline(values))


def _growing(trend: FleetTrend, lang: Lang) -> Iterator[str]:
    courses = trend.courses
    said = [
        f"{courses[course]} {words.render(lang)}" for course, words in _COURSES.items() if courses.get(course)
    ]
    yield from wrapped("; ".join(said), f"{_REPORTS.render(lang)}: ")
    growing = trend.growing
    if not growing:
        return
    yield ""
    rows = []
    for each in growing[:_MOST]:
        found = each.growth
        rate = f"{found.per_day or 0:.1f} ±{found.margin or 0:.1f}"
        then = when(found, trend.limit).render(lang)
        rows.append((each.device, each.site, str(found.count), rate, str(found.points), then))
    yield styled(_GROWING.render(lang), bold=True)
    yield table([word.render(lang) for word in _GROWING_HEADER], rows)
    if len(growing) > _MOST:
        yield _MORE.format(count=len(growing) - _MOST).render(lang)
    for line in wrapped(_HOW.render(lang), ""):
        yield styled(line, dim=True)


def _days(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds() / 86_400, 1)


_MEASURES: Final[tuple[tuple[Text, Callable[[SiteDay], float | None]], ...]] = (
    (
        Text("RUM reports that CSSM has not acknowledged", "ACK 未受信の RUM レポート"),
        lambda day: day.backlog,
    ),
    (
        Text("of these, sent and waiting for the ACK", "うち送信済みで ACK 待ち"),
        lambda day: day.unacknowledged,
    ),
    (
        Text("Days since the oldest last ACK", "最後の ACK からの最大経過日数"),
        lambda day: _days(day.oldest_ack),
    ),
    (Text("Switches whose ACK is overdue", "ACK の期限を超過したスイッチ"), lambda day: day.overdue),
    (Text("Switches whose exchange fails", "通信に失敗しているスイッチ"), lambda day: day.failing),
)
_DAYS: Final = Text(
    "{count:day} with runs, {first} to {last}", "実行があった日: {count} 日、{first} ～ {last}"
)
_ONE_DAY: Final = Text(
    "No trend from the runs of one day: it needs runs of at least two days.",
    "1 日分の実行だけでは推移を表示できません。2 日以上の実行が必要です。",
)
_ALL: Final = Text("(all)", "(全体)")
_HEADER: Final = (
    Text("SITE", "サイト"),
    Text("SWITCHES", "台数"),
    Text("NOW", "現在"),
    Text("FIRST", "最初"),
    Text("MOST", "最大"),
    Text("OVER TIME", "推移"),
)
_GROWING_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("SITE", "サイト"),
    Text("REPORTS", "レポート"),
    Text("A DAY", "1 日あたり"),
    Text("RUNS", "実行回数"),
    Text("OUTLOOK", "見通し"),
)
_REPORTS: Final = Text("RUM reports", "RUM レポート")
_MORE: Final = Text("and {count} more; --json lists them all", "ほか {count} 台 (--json ですべて表示)")
_GROWING: Final = Text("Unacknowledged and growing", "ACK 未受信のまま増加中")
_HOW: Final = Text(
    "A date is where a straight line through the counts since the last ACK leads; it lies "
    "between the other two in nine cases of ten, as long as nothing changes. About 1,000 reports are what "
    "FN72578 names, and no fixed limit.",
    "到達日は最後の ACK 以降の件数を直線で近似した推定で、現在の傾向が続く場合に 9 割の確率で前後の日付の間に"
    "入ります。約 1,000 件は FN72578 の目安であり、固定の上限ではありません。",
)
_COURSES: Final = {
    GrowthCourse.GROWING: Text("growing without an ACK", "台が ACK のないまま増加"),
    GrowthCourse.BETWEEN: Text("growing until the next report", "台が次の送信までの通常の増加"),
    GrowthCourse.STEADY: Text("not growing", "台が増加なし"),
    GrowthCourse.ACKNOWLEDGED: Text("acknowledged lately", "台が最近 ACK を受信"),
    GrowthCourse.TOO_FEW: Text("with too few runs to judge", "台が実行回数不足で判断不可"),
}
