"""Terminal renderer of a change: the result of each switch, before and after."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Lang, Text, listing, verbatim
from slp_ops.messages import message_text, translate
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.terminal.layout import MANY, some_names, styled, wrapped
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.before_after import BeforeAfter
    from slp_ops.app.change.results import ChangeResult

_COLOURS: Final = {
    ChangeOutcome.DONE: "green",
    ChangeOutcome.NOTHING: "green",
    ChangeOutcome.ROLLED_BACK: "yellow",
    ChangeOutcome.STOPPED: "yellow",
    ChangeOutcome.WAITING: "yellow",
}
_HINTS: Final = {
    ChangeOutcome.UNSETTLED: Text(
        "look at the switch, then: slp-ops remediate --resume {journal}",
        "スイッチの状態を確認のうえ: slp-ops remediate --resume {journal}",
    ),
    ChangeOutcome.UNVERIFIED: Text(
        "verify again: slp-ops remediate --resume {journal}; or roll back: slp-ops remediate --rollback "
        "{journal}",
        "再確認: slp-ops remediate --resume {journal}、元に戻す: slp-ops remediate --rollback {journal}",
    ),
    ChangeOutcome.FAILED: Text(
        "roll back: slp-ops remediate --rollback {journal}",
        "元の設定に戻すには: slp-ops remediate --rollback {journal}",
    ),
    ChangeOutcome.WAITING: Text(
        "when it is done: slp-ops remediate --resume {journal}",
        "作業後: slp-ops remediate --resume {journal}",
    ),
    ChangeOutcome.STOPPED: Text(
        "continue with: slp-ops remediate --resume {journal}", "続行: slp-ops remediate --resume {journal}"
    ),
    ChangeOutcome.STALE: Text(
        "plan again: {again}",
        "プランを作り直してください: {again}",
    ),
    ChangeOutcome.NOT_ROLLED_BACK: Text(
        "look at the switch, then roll back again: slp-ops remediate --rollback {journal}",
        "スイッチを確認し、再度ロールバックしてください: slp-ops remediate --rollback {journal}",
    ),
}
_REPEATABLE: Final = Text(
    "nothing was changed by the refused step; repeat it, with another token or file: "
    "slp-ops remediate --resume {journal}",
    "拒否されたステップによる変更はありません。別のトークンまたはファイルで再実行: "
    "slp-ops remediate --resume {journal}",
)
_REPEATABLE_OR_BACK: Final = Text(
    "nothing was changed by the refused step; repeat it, with another token or file: "
    "slp-ops remediate --resume {journal}; or roll back: slp-ops remediate --rollback {journal}",
    "拒否されたステップによる変更はありません。別のトークンまたはファイルで再実行: "
    "slp-ops remediate --resume {journal}、元に戻す: slp-ops remediate --rollback {journal}",
)
_RESUMABLE: Final = Text(
    "resume: slp-ops remediate --resume {journal}; or roll back: slp-ops remediate --rollback {journal}",
    "再開: slp-ops remediate --resume {journal}、元の設定に戻す: slp-ops remediate --rollback {journal}",
)
_ENDED: Final = Text("{count:switch} {end}", "{count} 台 {end}")
_REMAINING: Final = Text("Findings that remain:", "残っている検出事項:")
_CHECK: Final = Text("Check the result: {command}", "結果の確認: {command}")
_UNDO: Final = Text(
    "Roll it back: slp-ops remediate --rollback {journal}",
    "元の設定に戻す: slp-ops remediate --rollback {journal}",
)
_NOT_BEGUN: Final = Text("Not begun:", "未着手:")
_ENDS: Final = Text("{switches:switch}: {ends}", "{switches} 台: {ends}")
_COUNT: Final = Text("{count} {end}", "{end} {count} 台")
_EVIDENCE: Final = Text("Evidence: {path}", "証跡: {path}")
_JOURNAL: Final = Text("Journal: {path}", "ジャーナル: {path}")
_STAGE_JOURNAL: Final = Text(
    "Journal of this stage, for --rollback: {path}", "このステージのジャーナル (--rollback 用): {path}"
)
_GONE: Final = Text("resolved", "解消")
_NEW: Final = Text("new", "新規")
_STILL: Final = Text("remains", "継続")
_NONE: Final = Text("none", "なし")
_INSTALLED: Final = Text("installed", "導入済み")
_FIELDS: Final = {
    "transport": Text("transport", "トランスポート"),
    "url": Text("URL", "URL"),
    "trust": Text("trust code", "信頼コード"),
    "last_ack": Text("last ACK", "最後の ACK"),
    "next_ack_deadline": Text("next ACK deadline", "次の ACK 期限"),
    "last_report_push": Text("last report push", "最後のレポート送信"),
}


def render_change(change: ChangeResult, lang: Lang, *, details: bool = False) -> str:
    """Return how each switch ended, what changed on it, and what can be done next.

    Of many switches those that ended well are one line for each outcome, unless ``details`` are wanted.
    """
    shown, lines = shown_devices(change, lang, details=details)
    for applied in shown:
        lines += _ended_lines(applied, lang)
        if (hint := _hint(applied, change)) is not None:
            lines.append(f"  {translate('hint:', lang)} {one_line(hint.render(lang))}")
    if change.not_begun:
        lines.append(f"{_NOT_BEGUN.render(lang)} {', '.join(change.not_begun)}")
        lines.append(f"  {translate('hint:', lang)} {one_line(_begin_rest(change).render(lang))}")
    lines += [
        "",
        *remaining_lines(change, lang),
        *ends_lines(change, lang),
        *place_lines(change.path, change.journal, lang),
    ]
    lines += check_lines(change, lang)
    if not change.back and any(
        each.end is ChangeOutcome.DONE and each.can_roll_back for each in change.devices
    ):
        lines.append(one_line(_UNDO.format(journal=change.journal).render(lang)))
    return "\n".join(lines)


def render_stage_change(change: ChangeResult, lang: Lang, *, details: bool = False) -> str:
    """Return how each switch ended a stage of a flow, and what changed on it.

    The end of the flow shows what remains and the command that continues. Where a switch did not succeed
    and can be rolled back, the journal of the stage is named.
    """
    shown, lines = shown_devices(change, lang, details=details)
    for applied in shown:
        lines += _ended_lines(applied, lang, still=False)
    if change.not_begun:
        lines.append(f"{_NOT_BEGUN.render(lang)} {', '.join(change.not_begun)}")
    if not change.back and any(each.can_roll_back and not each.end.good for each in change.devices):
        lines.append(one_line(_STAGE_JOURNAL.format(path=change.journal).render(lang)))
    return "\n".join([*lines, ""])


def _ended_lines(applied: DeviceChangeResult, lang: Lang, *, still: bool = True) -> Iterator[str]:
    """Yield how a switch ended and what changed on it; with ``still`` also the findings that remain."""
    why = "" if applied.why is None else f" - {applied.why.render(lang)}"
    line = f"{applied.name} ({applied.site}): {translate(applied.end.words, lang)}{why}"
    yield styled(one_line(line), fg=_COLOURS.get(applied.end, "red"))
    yield from (f"  {one_line(text)}" for text in _details(applied.difference, lang, still=still))


def shown_devices(
    change: ChangeResult, lang: Lang, *, details: bool
) -> tuple[Sequence[DeviceChangeResult], list[str]]:
    """Return the switches that have an entry of their own, and the lines of those that ended well."""
    if details or len(change.devices) < MANY:
        return change.devices, []
    good: dict[ChangeOutcome, list[str]] = {}
    for applied in change.devices:
        if applied.end.good:
            good.setdefault(applied.end, []).append(applied.name)
    lines = []
    for end, names in good.items():
        words = _ENDED.format(count=len(names), end=message_text(end.words)).render(lang)
        lines += [
            styled(line, fg=_COLOURS.get(end)) for line in wrapped(some_names(names, lang), f"{words}: ")
        ]
    return [applied for applied in change.devices if not applied.end.good], lines


def remaining_lines(change: ChangeResult, lang: Lang) -> Iterator[str]:
    """Yield the findings at warning or above that remain, by switch."""
    remaining = [(applied.name, applied.remaining) for applied in change.devices if applied.remaining]
    if remaining and not change.back:
        yield _REMAINING.render(lang)
        yield from (one_line(f"  {name}: {', '.join(rules)}") for name, rules in remaining)
        yield ""


def check_lines(change: ChangeResult, lang: Lang) -> Iterator[str]:
    """Yield the command that proves the change."""
    if change.check:
        yield one_line(_CHECK.format(command=change.check).render(lang))


def change_hints(change: ChangeResult, lang: Lang) -> list[str]:
    """Return what can be done next, each command once."""
    hints = [hint for applied in change.devices if (hint := _hint(applied, change)) is not None]
    if change.not_begun:
        hints.append(_begin_rest(change))
    return list(dict.fromkeys(one_line(hint.render(lang)) for hint in hints))


def _hint(applied: DeviceChangeResult, change: ChangeResult) -> Text | None:
    end = applied.end
    if change.back and not end.good and end is not ChangeOutcome.ROLLED_BACK:
        end = ChangeOutcome.NOT_ROLLED_BACK
    if end is ChangeOutcome.FAILED and not applied.refused:
        return _RESUMABLE.format(journal=change.continued, again=change.again)
    if end is ChangeOutcome.FAILED and applied.can_repeat:
        words = _REPEATABLE_OR_BACK if applied.can_roll_back else _REPEATABLE
        return words.format(journal=change.continued, again=change.again)
    hint = _HINTS.get(end)
    return None if hint is None else hint.format(journal=change.continued, again=change.again)


def _begin_rest(change: ChangeResult) -> Text:
    hint = _HINTS[ChangeOutcome.NOT_ROLLED_BACK] if change.back else _HINTS[ChangeOutcome.STOPPED]
    return hint.format(journal=change.continued, again=change.again)


def ends_lines(change: ChangeResult, lang: Lang) -> Iterator[str]:
    """Yield how many switches ended in which way; nothing where none was left."""
    if not change.devices:
        return
    ends = listing(
        _COUNT.format(count=count, end=message_text(end.words)) for end, count in change.totals.items()
    )
    yield _ENDS.format(switches=len(change.devices), ends=ends).render(lang)


def place_lines(path: object, journal: object, lang: Lang) -> Iterator[str]:
    """Yield where evidence and journal are."""
    if path:
        yield _EVIDENCE.format(path=path).render(lang)
    yield _JOURNAL.format(path=journal).render(lang)


def _details(difference: BeforeAfter, lang: Lang, *, still: bool) -> Iterator[str]:
    findings, configuration, licence = difference.findings, difference.configuration, difference.licence
    if findings is not None:
        remaining = findings.still if still else ()
        for label, group in ((_GONE, findings.gone), (_NEW, findings.new), (_STILL, remaining)):
            for finding in group:
                words = "" if finding.summary is None else f": {finding.summary.render(lang)}"
                yield f"{label.render(lang)}: {finding.rule}{words}"
    if configuration is not None:
        for mark, lines in (("-", configuration.removed), ("+", configuration.added)):
            yield from (f"{mark} {line}" for line in lines)
    if licence is not None:
        for each in fields(licence.before):
            before, after = getattr(licence.before, each.name), getattr(licence.after, each.name)
            if before != after:
                shown = (_value(value).render(lang) for value in (before, after))
                yield f"{_FIELDS[each.name].render(lang)}: {' -> '.join(shown)}"


def _value(value: str | bool | None) -> Text:
    """Return a value of the licence state as a word."""
    if value is None:
        return _NONE
    return verbatim(value) if isinstance(value, str) else _INSTALLED if value else _NONE
