"""The history of a switch for people and as JSON."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.cli.charts import WIDTH, sparkline
from slp_ops.cli.shown_growth import growth_record, growth_words
from slp_ops.cli.table import table
from slp_ops.cli.wrapping import wrapped
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.rules.text import Text
from slp_ops.rules.views.growth import growth
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from slp_ops.history.summary import Summary
    from slp_ops.rules.text import Lang
    from slp_ops.rules.views.growth import Growth
    from slp_ops.store.history import Picture

SCHEMA: Final = "slp-ops/history/1"
_MARKS: Final = {Verdict.FAIL: "█", Verdict.UNKNOWN: "?", Verdict.ERROR: "!"}
_COLOURS: Final = {
    Severity.CRITICAL: "bright_red",
    Severity.ERROR: "red",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}


def as_record(device: str, pictures: Sequence[Picture], limit: int, lang: Lang) -> dict[str, Any]:
    """Everything that is known, oldest first."""
    newest = pictures[-1].summary
    return {
        "schema": SCHEMA,
        "device": device,
        "site": newest.site,
        "pictures": [_picture_record(picture) for picture in pictures],
        "growth": growth_record(_growth(pictures, limit), limit, lang),
    }


def _picture_record(picture: Picture) -> dict[str, Any]:
    summary = picture.summary
    age = summary.ack_age
    return {
        "run": picture.run,
        "verb": picture.verb,
        "started": picture.started.isoformat(timespec="seconds"),
        "seen": summary.seen.isoformat(timespec="seconds"),
        "clock": _iso(summary.clock),
        "clock_trusted": summary.clock_trusted,
        "site": summary.site,
        "status": summary.status.value,
        "error": summary.error,
        "release": summary.release,
        "transport": summary.transport,
        "trust": {"units": summary.units, "trusted": summary.trusted_units},
        "last_ack": _iso(summary.last_ack),
        "ack_age_days": None if age is None else round(age.total_seconds() / 86_400, 2),
        "ack_late": summary.late,
        "deadline": _iso(summary.deadline),
        "last_push": _iso(summary.last_push),
        "rum": {"backlog": summary.backlog, "unacknowledged": summary.unacknowledged},
        "failing": summary.failing,
        "findings": [{"rule": rule, "severity": severity.value} for rule, severity in summary.failed.items()],
        "unjudged": [each.rule for each in summary.found if each.verdict is not Verdict.FAIL],
        "knowledge": summary.knowledge,
    }


def show(device: str, pictures: Sequence[Picture], limit: int, lang: Lang, *, last: int) -> None:
    """Print charts, findings over time, and what changed from run to run."""
    summaries = [picture.summary for picture in pictures]
    first, newest = pictures[0], pictures[-1]
    head = f"{click.style(one_line(device), bold=True)}  {one_line(newest.summary.site)}"
    said = _RUNS.of(count=len(pictures), first=f"{first.started:%Y-%m-%d}", last=f"{newest.started:%Y-%m-%d}")
    click.echo(f"{head}  {said.said(lang)}")
    _print_charts(summaries, lang)
    found = _growth(pictures, limit)
    words = _NO_COUNTS if found is None else growth_words(found, limit)
    for line in wrapped(words.said(lang), "  "):
        click.echo(line)
    _print_findings(summaries, lang)
    _print_rows(pictures, last, lang)


def _growth(pictures: Sequence[Picture], limit: int) -> Growth | None:
    points = [point for each in pictures if (point := each.summary.point(each.run)) is not None]
    failing = next((each.summary.failing for each in reversed(pictures) if each.summary.licensing), None)
    return growth(points, limit=limit, failing=failing)


def _print_charts(summaries: Sequence[Summary], lang: Lang) -> None:
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
            click.echo(f"  {' '.join(words)} {sparkline(values)}")


def _padded(text: str, columns: int) -> str:
    from rich.cells import cell_len

    return text + " " * (columns - cell_len(text))


def _print_findings(summaries: Sequence[Summary], lang: Lang) -> None:
    """A row a rule that ever failed, a mark a run: █ found, · not, ? could not be judged, blank not read."""
    shown = summaries[-WIDTH:]
    severities: dict[str, Severity] = {}
    for summary in shown:
        severities |= summary.failed
    if not severities:
        return
    click.echo(f"\n{_FINDINGS.said(lang)}")
    width = max(map(len, severities))
    for rule, severity in sorted(severities.items(), key=lambda item: (-item[1].rank, item[0])):
        marks = "".join(_mark(summary, rule) for summary in shown)
        click.echo(f"  {click.style(f'{rule:<{width}}', fg=_COLOURS[severity])}  {severity:<8}  {marks}")


def _mark(summary: Summary, rule: str) -> str:
    if not summary.found and not summary.licensing:
        return " "
    return next((_MARKS[each.verdict] for each in summary.found if each.rule == rule), "·")


def _print_rows(pictures: Sequence[Picture], last: int, lang: Lang) -> None:
    rows = []
    for key, group in groupby(pictures, key=lambda picture: _cells(picture.summary)):
        same = list(group)
        begin, end = same[0], same[-1]
        times = f"{begin.started:%Y-%m-%d %H:%M}Z"
        if len(same) > 1:
            times += f" .. {end.started:%Y-%m-%d %H:%M}Z"
        runs = begin.run if len(same) == 1 else f"{begin.run} +{len(same) - 1}"
        rows.append((times, runs, *key))
    click.echo()
    click.echo(table([word.said(lang) for word in _HEADER], rows[-last:]))
    if len(rows) > last:
        click.echo(_EARLIER.of(count=len(rows) - last, all=len(rows)).said(lang))


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


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")


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
