"""The history of a switch as terminal text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import translate
from slp_ops.model import Severity, Verdict
from slp_ops.report.failure_labels import failure_label
from slp_ops.report.growth_text import growth_words
from slp_ops.report.history_view import history_view
from slp_ops.report.terminal.layout import CHART_WIDTH, padded, sparkline, styled, table, wrapped
from slp_ops.report.terminal.times import moment
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slp_ops.app.history import DeviceHistory
    from slp_ops.i18n import Lang
    from slp_ops.report.history_view import DeviceFeatures, Measure, RuleHistory, SameRuns

_MARKS: Final = {Verdict.FAIL: "█", Verdict.UNKNOWN: "?", Verdict.ERROR: "!", Verdict.PASS: "·", None: " "}
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
    first, newest = pictures[0], pictures[-1]
    head = f"{styled(one_line(history.device), bold=True)}  {one_line(newest.summary.site)}"
    runs = _RUNS.format(
        count=len(pictures), first=f"{first.started:%Y-%m-%d}", last=f"{newest.started:%Y-%m-%d}"
    )
    yield f"{head}  {runs.render(lang)}"
    view = history_view(pictures, newest=CHART_WIDTH)
    yield from _charts(
        (
            (Text("RUM reports without an ACK", "ACK のない RUM レポート"), view.backlog),
            (Text("unacknowledged", "ACK 待ち"), view.unacknowledged),
            (Text("days since ACK", "ACK 経過日数"), view.days_since_ack),
            (Text("findings", "検出"), view.findings),
        ),
        lang,
    )
    words = _NO_COUNTS if history.growth is None else growth_words(history.growth, history.limit)
    yield from wrapped(words.render(lang), "  ")
    yield from _rules(view.rules, lang)
    yield from _changes(view.changes, last, lang)


def _charts(measures: Iterable[tuple[Text, Measure | None]], lang: Lang) -> Iterator[str]:
    """Yield a chart for each measure that there is; names, numbers and charts each begin in one column."""
    from rich.cells import cell_len

    rows = [
        (
            name.render(lang),
            _NOW.format(now=f"{each.now:g}", least=f"{each.least:g}", most=f"{each.most:g}").render(lang),
            sparkline(each.values),
        )
        for name, each in measures
        if each is not None
    ]
    names, numbers = (max((cell_len(row[column]) for row in rows), default=0) for column in (0, 1))
    for name, number, chart in rows:
        yield f"  {padded(name, names)}  {padded(number, numbers)}  {chart}"


def _rules(rules: Sequence[RuleHistory], lang: Lang) -> Iterator[str]:
    """Return a row a rule that ever failed, a mark a run."""
    if not rules:
        return
    yield f"\n{_FINDINGS.render(lang)}"
    width = max(len(each.rule) for each in rules)
    for each in rules:
        marks = "".join(_MARKS[verdict] for verdict in each.verdicts)
        name = styled(f"{each.rule:<{width}}", fg=_COLOURS[each.severity])
        yield f"  {name}  {padded(translate(each.severity, lang), 8)}  {marks}"


def _changes(changes: Sequence[SameRuns], last: int, lang: Lang) -> Iterator[str]:
    """Return a row for consecutive runs in which nothing changed but the counts, which are in the charts."""
    yield ""
    yield table([word.render(lang) for word in _HEADER], [_row(each, lang) for each in changes[-last:]])
    if len(changes) > last:
        yield _EARLIER.format(count=len(changes) - last, all=len(changes)).render(lang)


def _row(same: SameRuns, lang: Lang) -> tuple[str, ...]:
    times, runs, found = moment(same.first.started), same.first.run, same.features
    if same.count > 1:
        times += f" .. {moment(same.last.started)}"
        runs += f" +{same.count - 1}"
    return (
        times,
        runs,
        _state(found, lang),
        found.release or "",
        found.transport or "",
        "" if found.units is None else f"{found.trusted_units}/{found.units}",
        found.last_ack,
        found.deadline,
        "" if found.findings is None else str(found.findings),
    )


def _state(found: DeviceFeatures, lang: Lang) -> str:
    """Return how the switch was read, or how its change ended."""
    status = translate(found.status, lang)
    return status if found.error is None else f"{status}: {failure_label(found.error).render(lang)}"


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
    "no run contains the number of RUM reports; up to 17.6 that needs 'service internal' on the switch",
    "RUM レポートの件数はどの実行からも分かりません (17.6 以前は 'service internal' の設定が必要です)",
)
