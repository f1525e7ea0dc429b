"""The difference of two runs as terminal text."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.messages import translate
from slp_ops.report.terminal.layout import styled, wrapped
from slp_ops.report.terminal.times import moment
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.diff import DeviceDiff, DiffResult
    from slp_ops.history.config import LineChange
    from slp_ops.history.fields import FieldChange
    from slp_ops.i18n import Lang
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import StoredRun


def render(diff: DiffResult, lang: Lang) -> str:
    """Return what differs; a device in which nothing does is counted only."""
    return "\n".join(_lines(diff, lang))


def _lines(diff: DiffResult, lang: Lang) -> Iterator[str]:
    yield f"{_run(diff.old)}  ->  {_run(diff.new)}\n"
    same = 0
    for each in diff.devices:
        lines = list(_device_lines(each, lang))
        if not lines:
            same += 1
            continue
        yield styled(f"{one_line(each.new.name)}  {one_line(each.new.site)}", bold=True)
        yield from lines
        yield ""
    for names, words in ((diff.only_old, _ONLY_OLD), (diff.only_new, _ONLY_NEW)):
        if names:
            yield from wrapped(", ".join(names), f"{words.render(lang)}: ")
    found = diff.compared
    yield _TOTAL.format(
        count=len(diff.devices),
        same=str(same),
        new=str(len(found.new)),
        gone=str(len(found.gone)),
        unchanged=str(len(found.unchanged)),
        unclear=str(len(found.unclear)),
    ).render(lang)


def _run(run: StoredRun) -> str:
    return f"{run.id} ({run.header.verb}, {moment(run.header.started)})"


def _device_lines(each: DeviceDiff, lang: Lang) -> list[str]:
    lines = [
        f"  {name}: {one_line(old)} -> {one_line(new)}"
        for name, old, new in (
            ("status", each.old.status.value, each.new.status.value),
            ("release", each.old.release, each.new.release),
        )
        if old != new and old is not None and new is not None
    ]
    for sign, outcomes, colour in (("+", each.new_findings, "red"), ("-", each.gone_findings, "green")):
        for outcome in outcomes:
            first, *rest = wrapped(_finding(outcome, lang), f"  {sign} ", "    ")
            lines += [styled(first, fg=colour), *rest]
    for outcome, why in each.unclear_findings:
        lines += wrapped(_finding(outcome, lang), "  ? ", "    ")
        lines += wrapped(why.render(lang), f"    {_NOT_JUDGED.render(lang)}: ", "      ")
    lines += [_field(one, lang) for one in each.fields]
    lines += _config_lines(each.lines or ())
    if each.lines is None:
        lines += wrapped(_NO_CONFIG.render(lang), "  ") if lines else []
    elif each.other_key:
        lines += wrapped(_OTHER_KEY.render(lang), "  ! ")
    return lines


def _finding(outcome: Outcome, lang: Lang) -> str:
    said = outcome.finding.summary.render(lang) if outcome.finding is not None else ""
    return f"{outcome.rule} ({translate(outcome.severity, lang)}): {said}"


def _field(one: FieldChange, lang: Lang) -> str:
    name = ".".join(part for part in (one.fact, one.field) if part)
    if one.secret:
        return f"  {one_line(name)}: {_SECRET.render(lang)}"
    return f"  {one_line(name)}: {one_line(one.old or '-')} -> {one_line(one.new or '-')}"


def _config_lines(changes: Sequence[LineChange]) -> list[str]:
    lines: list[str] = []
    for under, group in groupby(changes, key=lambda change: change.under):
        if under:
            lines.append(styled(f"    {' / '.join(map(one_line, under))}", dim=True))
        for change in group:
            text = f"  {'+' if change.added else '-'} {' ' * bool(under)}{one_line(change.line)}"
            secret = "  (another secret)" if change.secret and change.added else ""
            lines.append(styled(text + secret, fg="green" if change.added else "red"))
    return lines


_TOTAL: Final = Text(
    "{count:device}, {same} the same; findings: {new} new, {gone} gone, {unchanged} unchanged, "
    "{unclear} no longer judged",
    "{count} 台 (変化なし {same} 台)。検出事項: 新規 {new}、解消 {gone}、変化なし {unchanged}、"
    "判定不可 {unclear}",
)
_NOT_JUDGED: Final = Text("no longer judged", "判定不可")
_ONLY_OLD: Final = Text("only in the old run", "旧実行のみ")
_ONLY_NEW: Final = Text("only in the new run", "新実行のみ")
_SECRET: Final = Text("another secret", "シークレットが変更されています")
_NO_CONFIG: Final = Text(
    "the configuration was not read in both runs", "両方の実行で running-config を取得できていません"
)
_OTHER_KEY: Final = Text(
    "not one masked secret is the same: the runs were made by different users or on different machines, and "
    "their masks cannot be compared",
    "一致するマスクが 1 つもありません。別のユーザまたは別の端末で取得した実行のため、マスクは比較できません",
)
