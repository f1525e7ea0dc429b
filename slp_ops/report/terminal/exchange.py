"""The offline exchange as terminal text: its plan, how the switches ended, and where each stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.app.fleet import causes
from slp_ops.i18n import Lang, Text
from slp_ops.messages import translate
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.terminal.change import check_lines, ends_lines, place_lines, shown_devices
from slp_ops.report.terminal.layout import styled, table
from slp_ops.report.terminal.plan import head, plan_lines, unplanned_lines
from slp_ops.sanitize import one_line
from slp_ops.steps import CheckFile, Download, ManualStep, Upload
from slp_ops.usage import upload
from slp_ops.usage.status import NextStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.usage import ImportResult, SaveResult, StatusResult
    from slp_ops.facts import DeviceTime
    from slp_ops.model import DeviceResult
    from slp_ops.planning import SwitchPlan
    from slp_ops.usage.status import UsageStatus

_COLOURS: Final = {
    ChangeOutcome.DONE: "green",
    ChangeOutcome.NOTHING: "green",
    ChangeOutcome.STOPPED: "yellow",
    ChangeOutcome.WAITING: "yellow",
}


# -- the plan -------------------------------------------------------------------------------------


def render_exchange_plan(planned: PlanResult, lang: Lang) -> str:
    """Return each kind of plan once in full, then the switches on which only the files differ."""
    kinds: dict[tuple[object, ...], list[SwitchPlan]] = {}
    for plan in planned.plans:
        kinds.setdefault(_kind(plan), []).append(plan)
    lines: list[str] = []
    for first, *others in kinds.values():
        lines += plan_lines(first, lang)
        if others:
            lines.append(_SAME.render(lang))
            for plan in others:
                lines.append(one_line(f"  {head(plan)}  {', '.join(_files(plan))}"))
                lines += [
                    one_line(f"    {step.text.render(lang)}")
                    for _, step in plan.steps
                    if isinstance(step, ManualStep)
                ]
            lines.append("")
    lines += unplanned_lines(planned, lang)
    if planned.left_out:
        lines.append(_LEFT_OUT.render(lang))
        lines += [one_line(f"  {each.path}: {each.why.render(lang)}") for each in planned.left_out]
    return "\n".join(lines)


def _kind(plan: SwitchPlan) -> tuple[object, ...]:
    steps = tuple(step.kind for _, step in plan.steps)
    return steps, tuple(action.notes for action in plan.actions)


def _files(plan: SwitchPlan) -> list[str]:
    """The names that tell one plan from another of its kind."""
    return [
        step.name if isinstance(step, Download | Upload) else step.path
        for _, step in plan.steps
        if isinstance(step, Download | Upload | CheckFile)
    ][:1]


# -- the result -----------------------------------------------------------------------------------


def render_save(result: SaveResult, lang: Lang, *, detailed: bool = False) -> str:
    """Return how each switch ended and which file it gave."""
    files = {each.host: each for each in result.received}

    def details(applied: DeviceChangeResult) -> Iterator[str]:
        each = files.get(applied.name)
        if each is None:
            return
        if not each.reports:
            yield _EMPTY.render(lang)
            return
        yield _FILE.format(file=each.file, reports=each.reports, first=each.first, last=each.last).render(
            lang
        )
        if each.strange:
            yield _STRANGE.format(units=", ".join(each.strange)).render(lang)

    lines = list(_ends(result.change, result.unread, lang, "usage save", details, detailed=detailed))
    if result.uploads:
        words = _UPLOAD.format(count=len(result.uploads), folder=result.folder, text=upload.TEXT)
        lines.append(one_line(words.render(lang)))
    if result.bundles:
        lines.append(_BUNDLES.render(lang))
        lines += [one_line(upload.bundle_line(each).render(lang)) for each in result.bundles]
    if result.unbundled:
        lines.append(_UNBUNDLED.render(lang))
        lines += [one_line(upload.unbundled_line(each).render(lang)) for each in result.unbundled]
    return "\n".join(lines)


def render_import(result: ImportResult, lang: Lang, *, detailed: bool = False) -> str:
    """Return how each switch ended, and what is still to be copied by hand."""

    def details(applied: DeviceChangeResult) -> Iterator[str]:
        if copies := result.copies.get(applied.name):
            yield from (each.render(lang) for each in copies)
        elif (licence := applied.difference.licence) is not None:
            yield _MOVED.format(
                before=licence.before.last_ack or "-",
                after=licence.after.last_ack or "-",
                due=licence.after.next_ack_deadline or "-",
            ).render(lang)

    return "\n".join(_ends(result.change, result.unread, lang, "usage import", details, detailed=detailed))


def _ends(
    change: ChangeResult,
    unread: Iterable[DeviceResult],
    lang: Lang,
    verb: str,
    details: Callable[[DeviceChangeResult], Iterator[str]],
    *,
    detailed: bool,
) -> Iterator[str]:
    shown, lines = shown_devices(change, lang, details=detailed)
    yield from lines
    for applied in shown:
        why = "" if applied.why is None else f" - {applied.why.render(lang)}"
        line = f"{applied.name} ({applied.site}): {translate(applied.end.words, lang)}{why}"
        yield styled(one_line(line), fg=_COLOURS.get(applied.end, "red"))
        yield from (f"  {one_line(text)}" for text in details(applied))
        if applied.end is ChangeOutcome.STALE:
            yield f"  {translate('hint:', lang)} {one_line(_AGAIN.format(again=change.again).render(lang))}"
    if change.not_begun:
        yield f"{_NOT_BEGUN.render(lang)} {', '.join(change.not_begun)}"
    yield from _unread(unread, lang)
    yield ""
    yield from ends_lines(change, lang)
    yield from place_lines(change.path, change.journal, lang)
    yield from exchange_hints(change, lang, verb)
    yield from check_lines(change, lang)


def exchange_hints(change: ChangeResult, lang: Lang, verb: str) -> Iterator[str]:
    """Yield the command that continues; a stale plan stays stale, and only a new one leads further."""
    if change.not_begun or any(
        not applied.end.good and applied.end is not ChangeOutcome.STALE for applied in change.devices
    ):
        yield one_line(_GO_ON.format(verb=verb, journal=change.continued).render(lang))


def _unread(unread: Iterable[DeviceResult], lang: Lang) -> Iterator[str]:
    for each in unread:
        yield one_line(f"{_UNREAD.render(lang)} {each.name}: {'; '.join(causes(each))}")


# -- the status -----------------------------------------------------------------------------------


def render_status(result: StatusResult, lang: Lang) -> str:
    """Return where each switch stands, as a table, and what is to be done."""
    lines: list[str] = []
    if result.statuses:
        header = [word.render(lang) for word in _HEADER]
        lines.append(table(header, [_row(each, lang) for each in result.statuses]))
    lines += [
        one_line(f"{each.name}: {each.why.render(lang)}")
        for each in result.statuses
        if each.next in (NextStep.IMPORT, NextStep.UPLOAD, NextStep.SAVE, NextStep.UNFIT)
    ]
    lines += [
        one_line(f"{_NOT_IMPORTED.render(lang)} {each.path}: {each.why.render(lang)}")
        for each in result.left_out
    ]
    lines += _unread(result.unread, lang)
    return "\n".join(lines)


def _row(each: UsageStatus, lang: Lang) -> tuple[str, ...]:
    deadline = _day(each.deadline) + (_COSMETIC.render(lang) if each.cosmetic else "")
    return (
        each.name,
        _day(each.last_save),
        _day(each.last_ack),
        deadline,
        "" if each.days_left is None else str(each.days_left),
        "" if each.unreported is None else str(each.unreported),
        "" if each.unacknowledged is None else str(each.unacknowledged),
        _NEXT[each.next].render(lang),
    )


def _day(time: DeviceTime | None) -> str:
    if time is None:
        return ""
    return time.text if time.at is None else f"{time.at:%Y-%m-%d %H:%M} {time.zone or ''}".strip()


_SAME: Final = Text("The same, with files of their own, on:", "同じ手順 (ファイル名のみ異なる):")
_LEFT_OUT: Final = Text("Left out:", "対象外のファイル:")
_GO_ON: Final = Text(
    "continue with: slp-ops {verb} --resume {journal}", "続行: slp-ops {verb} --resume {journal}"
)
_AGAIN: Final = Text("plan again: {again}", "プランを作り直してください: {again}")
_NOT_BEGUN: Final = Text("Not begun:", "未着手:")
_UNREAD: Final = Text("Not read:", "読み取れなかったスイッチ:")
_FILE: Final = Text(
    "{file}: {reports:report}, {first} to {last}", "{file}: レポート {reports} 件、{first} ～ {last}"
)
_EMPTY: Final = Text(
    "the file contains no report: there is nothing to upload",
    "レポートがなく、アップロードの必要はありません",
)
_STRANGE: Final = Text(
    "some of it is of units that are not in this switch: {units}",
    "このスイッチにないスイッチのレポートを含みます: {units}",
)
_UPLOAD: Final = Text(
    "Upload to CSSM: {count:file} in {folder}; {text} there describes how",
    "CSSM へアップロード: {folder} の {count} ファイル (手順は {text})",
)
_BUNDLES: Final = Text(
    "Or as bundles, one file for many switches (layout and limits unverified):",
    "または複数のスイッチをまとめたバンドル (形式と上限は未確認):",
)
_UNBUNDLED: Final = Text(
    "Not in any bundle, because the Smart Account is unknown:",
    "アカウントが不明なため、バンドルに含まれないもの:",
)
_MOVED: Final = Text(
    "Last ACK received: {before} -> {after}; next ACK deadline: {due}",
    "Last ACK received: {before} -> {after}、次の ACK 期限: {due}",
)
_HEADER: Final = (
    Text("DEVICE", "スイッチ"),
    Text("LAST SAVE", "最終保存"),
    Text("LAST ACK", "最終 ACK"),
    Text("DEADLINE", "期限"),
    Text("DAYS", "残日数"),
    Text("UNREPORTED", "未報告"),
    Text("UNACKED", "未確認"),
    Text("NEXT", "次の作業"),
)
_NEXT: Final = {
    NextStep.IMPORT: Text("import", "取り込み"),
    NextStep.UPLOAD: Text("upload, then import", "アップロード後に取り込み"),
    NextStep.SAVE: Text("save", "保存"),
    NextStep.NOTHING: Text("nothing", "なし"),
    NextStep.ITSELF: Text("nothing", "なし"),
    NextStep.UNFIT: Text("-", "-"),
}
_NOT_IMPORTED: Final = Text("Not to be imported:", "取り込み対象外:")
_COSMETIC: Final = Text(" (without effect, CSCvy20345)", " (影響なし、CSCvy20345)")
