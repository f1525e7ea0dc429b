"""The history of a switch for people."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.report.growth_text import growth_words
from slp_ops.report.terminal.layout import CHART_WIDTH, sparkline, styled, table, wrapped
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from slp_ops.app.history import DeviceHistory
    from slp_ops.history.summary import Summary
    from slp_ops.i18n import Lang
    from slp_ops.store.history import Picture

_MARKS: Final = {Verdict.FAIL: "█", Verdict.UNKNOWN: "?", Verdict.ERROR: "!"}
_COLOURS: Final = {
    Severity.CRITICAL: "bright_red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}


def render(history: DeviceHistory, lang: Lang, *, last: int) -> str:
    """Return charts, findings over time, and what changed from run to run: the last so many rows."""
    return "\n".join(_lines(history, lang, last))


def _lines(history: DeviceHistory, lang: Lang, last: int) -> Iterator[str]:
    pictures = history.pictures
    summaries = [picture.summary for picture in pictures]
    first, newest = pictures[0], pictures[-1]
    head = f"{styled(one_line(history.device), bold=True)}  {one_line(newest.summary.site)}"
    runs = _RUNS.of(count=len(pictures), first=f"{first.started:%Y-%m-%d}", last=f"{newest.started:%Y-%m-%d}")
    yield f"{head}  {runs.said(lang)}"
    yield from _charts(summaries, lang)
    words = _NO_COUNTS if history.growth is None else growth_words(history.growth, history.limit)
    yield from wrapped(words.said(lang), "  ")
    yield from _findings(summaries, lang)
    yield from _rows(pictures, last, lang)


def _charts(summaries: Sequence[Summary], lang: Lang) -> Iterator[str]:
    charts: list[tuple[Text, list[float | None]]] = [
        (Text("RUM backlog", "RUM 滞留"), [each.backlog for each in summaries]),
        (Text("unacknowledged", "ACK 待ち"), [each.unacknowledged for each in summaries]),
        (Text("days since ACK", "ACK 経過日数"), [_days(each.ack_age) for each in summaries]),
        (Text("findings", "検出"), [len(each.failed) if each.licensing else None for each in summaries]),
    ]
    for name, values in charts:
        known = [value for value in values if value is not None]
        if known:
            numbers = _NOW.of(now=f"{known[-1]:g}", least=f"{min(known):g}", most=f"{max(known):g}")
            words = _padded(name.said(lang), 15), _padded(numbers.said(lang), 26)
            yield f"  {' '.join(words)} {sparkline(values)}"


def _padded(text: str, columns: int) -> str:
    from rich.cells import cell_len

    return text + " " * (columns - cell_len(text))


def _findings(summaries: Sequence[Summary], lang: Lang) -> Iterator[str]:
    """A row a rule that ever failed, a mark a run: █ found, · not, ? could not be judged, blank not read."""
    shown = summaries[-CHART_WIDTH:]
    severities: dict[str, Severity] = {}
    for summary in shown:
        severities |= summary.failed
    if not severities:
        return
    yield f"\n{_FINDINGS.said(lang)}"
    width = max(map(len, severities))
    for rule, severity in sorted(severities.items(), key=lambda item: (-item[1].rank, item[0])):
        marks = "".join(_mark(summary, rule) for summary in shown)
        yield f"  {styled(f'{rule:<{width}}', fg=_COLOURS[severity])}  {severity:<8}  {marks}"


def _mark(summary: Summary, rule: str) -> str:
    if not summary.found and not summary.licensing:
        return " "
    return next((_MARKS[each.verdict] for each in summary.found if each.rule == rule), "·")


def _rows(pictures: Sequence[Picture], last: int, lang: Lang) -> Iterator[str]:
    rows = []
    for key, group in groupby(pictures, key=lambda picture: _cells(picture.summary)):
        same = list(group)
        begin, end = same[0], same[-1]
        times = f"{begin.started:%Y-%m-%d %H:%M}Z"
        if len(same) > 1:
            times += f" .. {end.started:%Y-%m-%d %H:%M}Z"
        runs = begin.run if len(same) == 1 else f"{begin.run} +{len(same) - 1}"
        rows.append((times, runs, *key))
    yield ""
    yield table([word.said(lang) for word in _HEADER], rows[-last:])
    if len(rows) > last:
        yield _EARLIER.of(count=len(rows) - last, all=len(rows)).said(lang)


def _cells(summary: Summary) -> tuple[str, ...]:
    """What makes a row; the counts, which always move, are in the charts."""
    return (
        summary.status.value if summary.error is None else f"{summary.status}: {summary.error}",
        summary.release or "",
        (summary.transport or "").removesuffix("/licservice/license"),
        "" if summary.units is None else f"{summary.trusted_units}/{summary.units}",
        _day(summary.last_ack),
        _day(summary.deadline),
        str(len(summary.failed)) if summary.licensing or summary.status is DeviceStatus.OK else "",
    )


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _days(age: timedelta | None) -> float | None:
    return None if age is None else round(age.total_seconds() / 86_400, 1)


_RUNS: Final = Text("{count:run}, {first} to {last}", "実行 {count} 回、{first} ～ {last}")
_NOW: Final = Text("{now} now, {least} to {most}", "現在 {now}、{least} ～ {most}")
_FINDINGS: Final = Text(
    "FINDINGS  █ found  · not found  ? could not be judged", "検出  █ あり  · なし  ? 判定不可"
)
_EARLIER: Final = Text(
    "{count:earlier row}; --last {all} prints all", "これより前に {count} 行あります (--last {all} で全件)"
)
_HEADER: Final = (
    Text("STARTED", "開始"),
    Text("RUN", "実行 ID"),
    Text("STATUS", "状態"),
    Text("RELEASE", "リリース"),
    Text("TRANSPORT", "トランスポート"),
    Text("TRUST", "信頼コード"),
    Text("LAST ACK", "最終 ACK"),
    Text("DEADLINE", "期限"),
    Text("FINDINGS", "検出"),
)
_NO_COUNTS: Final = Text(
    "no run tells how many RUM reports there are; up to 17.6 that takes 'service internal' on the switch",
    "RUM レポートの件数はどの実行からも分かりません (17.6 以前は 'service internal' の設定が必要です)",
)
