"""Terminal text of a flow: its dry run, the heading of each stage, and the proof at its end."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from slp_ops.app.flow import consent_needed
from slp_ops.i18n import Lang, Text
from slp_ops.messages import translate
from slp_ops.planning.flow_state import StageState
from slp_ops.playbook.flow import EXCHANGES, IMPORT, SAVE
from slp_ops.playbook.model import ConfigTemplate, ExecTemplate, ManualTemplate
from slp_ops.report.exchange_steps import exchange_steps
from slp_ops.report.labels import Words
from slp_ops.report.playbook_marks import all_marked, marked
from slp_ops.report.terminal.change import place_lines
from slp_ops.report.terminal.layout import styled
from slp_ops.report.terminal.plan import plan_lines, unplanned_lines
from slp_ops.sanitize import one_line
from slp_ops.usage.upload import bundle_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.app.flow import FlowResult, FlowSwitch, StagePreview
    from slp_ops.app.flow_exchange import OpenExchange
    from slp_ops.playbook import Playbook
    from slp_ops.playbook.flow import Flow, Stage

_COLOURS: Final = {
    StageState.PROVEN: "green",
    StageState.WAITING: "yellow",
    StageState.OPEN: "yellow",
    StageState.NO_REMEDY: "yellow",
    StageState.FAILED: "red",
}


def render_stage(number: int, flow: Flow, names: Sequence[str], lang: Lang) -> str:
    """Return the heading of a stage."""
    stage = flow.stages[number]
    words = _STAGE.format(
        number=number + 1,
        total=len(flow.stages),
        playbooks=_label(stage, lang),
        switches=", ".join(names),
    )
    return styled(one_line(words.render(lang)), bold=True)


def _label(stage: Stage, lang: Lang) -> str:
    """Return the names of the playbooks of a stage with their risk; an exchange has none."""
    names = " | ".join(each if each in EXCHANGES else marked(each, lang) for each in stage.playbooks)
    return _UNDOES.format(playbooks=names).render(lang) if stage.undo else names


def render_preview(flow: Flow, stages: Sequence[StagePreview], lang: Lang) -> str:
    """Return every stage of a dry run: the plan where it is known, else what the playbook sends."""
    lines = [styled(one_line(f"{flow.id}: {flow.title.render(lang)}"), bold=True)]
    lines += [one_line(f"  {note.render(lang)}") for note in flow.notes]
    for number, each in enumerate(stages):
        lines.append(render_stage(number, flow, (), lang))
        lines.append(f"  {_RULES.format(rules=', '.join(each.stage.done_when)).render(lang)}")
        lines += [one_line(f"  {text.render(lang)}") for text in each.findings]
        for plan in each.planned.plans:
            lines += plan_lines(plan, lang)
        lines += unplanned_lines(each.planned, lang, findings=False)
        if each.later:
            lines.append(one_line(_LATER.format(switches=", ".join(each.later)).render(lang)))
            if each.stage.exchange is not None:
                lines.append(f"  {_EXCHANGES[each.stage.exchange].render(lang)}")
            elif each.stage.undo:
                lines.append(f"  {_UNDO.render(lang)}")
            else:
                for playbook in each.playbooks:
                    lines += _outline(playbook, lang)
    return "\n".join(lines)


def _outline(playbook: Playbook, lang: Lang) -> Iterator[str]:
    risk = Words(lang).risk(playbook.risk.value)
    yield one_line(f"  {playbook.id}: {playbook.title.render(lang)} ({risk})")
    for step in playbook.steps:
        match step:
            case ConfigTemplate():
                yield from (
                    one_line(f"    {' / '.join((*each.under, str(each.line)))}") for each in step.settings
                )
            case ExecTemplate():
                yield one_line(f"    {step.command}")
            case ManualTemplate():
                yield one_line(f"    {_BY_HAND.render(lang)}: {step.step.text.render(lang)}")
    for text in (playbook.consent, playbook.irreversible):
        if text is not None:
            yield one_line(f"    {_NOTE.render(lang)}: {text.render(lang)}")


def render_flow(result: FlowResult, lang: Lang) -> str:
    """Return how far each switch came, what proves it, and the command that continues.

    Switches of which the same is printed are one entry.
    """
    lines = [styled(one_line(f"{result.flow.id}: {result.flow.title.render(lang)}"), bold=True)]
    groups: dict[tuple[StageState, tuple[str, ...]], list[str]] = {}
    for switch in result.switches:
        groups.setdefault((switch.state, tuple(_switch(switch, result, lang))), []).append(switch.name)
    for (state, texts), names in groups.items():
        words = f"{', '.join(names)}: {_STATES[state].render(lang)}"
        lines.append(styled(one_line(words), fg=_COLOURS.get(state)))
        lines += [one_line(f"  {text}") for text in texts]
    if result.exchange is not None:
        lines += ["", *(one_line(text) for text in exchange_lines(result.exchange, result, lang))]
    hints = flow_hints(result, lang) if result.exchange is None else []
    lines += ["", *hints]
    lines += place_lines(result.path, result.journal, lang)
    return "\n".join(lines)


def exchange_lines(exchange: OpenExchange, result: FlowResult, lang: Lang) -> Iterator[str]:
    """Yield what the operator has to do in CSSM, and how the flow continues."""
    *upload, answers, checks = exchange_steps(exchange)
    yield from (each.render(lang) for each in upload)
    for each in exchange.uploads:
        yield _FOLDER.format(folder=each.folder, instructions=each.instructions).render(lang)
        for bundle in each.bundles:
            yield f"  {bundle_line(bundle).render(lang)}"
        for file in each.files:
            yield f"    {file.host}: {file.file}"
    yield answers.render(lang)
    yield f"  slp-ops remediate --resume {shlex.quote(result.journal)}"
    yield from (f"  {text}" for text in _additions(result, lang))
    yield checks.render(lang)


def flow_hints(result: FlowResult, lang: Lang) -> list[str]:
    """Return the command that continues the flow, where something is left to do."""
    if not result.continues:
        return []
    only_looks = all(each.state.ended or each.state is StageState.OPEN for each in result.switches)
    hint = _LOOK_AGAIN if only_looks else _CONTINUE
    words = hint.format(journal=shlex.quote(result.journal), flow=result.flow.id)
    return [one_line(words.render(lang)), *_additions(result, lang)]


def _additions(result: FlowResult, lang: Lang) -> list[str]:
    """Return what the operator has to add to the command that continues."""
    params = " ".join(f"--param {name}=VALUE" for name in result.missing)
    lacking = [_LACKING.format(params=params).render(lang)] if params else []
    return lacking + [translate(each, lang) for each in consent_needed(result.risk)]


def _switch(switch: FlowSwitch, result: FlowResult, lang: Lang) -> Iterator[str]:
    for number, event in enumerate(switch.stages):
        playbook = event.playbook or result.flow.stages[number].label
        why = "" if event.why is None or event.state is StageState.PASSED else f" - {event.why.render(lang)}"
        yield f"{number + 1} {playbook}: {_STATES[event.state].render(lang)}{why}"
    licence = switch.licence
    if licence is None:
        yield (_NOT_LOOKED if result.stopped else _UNREAD).render(lang)
    if licence is not None:
        needless = switch.state is StageState.PROVEN  # CSLU before 17.7.1, and offline
        trust = _TRUST if licence.trust else _NOT_NEEDED if needless else _NO_TRUST
        yield _LICENCE.format(
            transport=licence.transport or _NONE,
            trust=trust,
            ack=licence.last_ack or _NONE,
            due=licence.next_ack_deadline or _NONE,
        ).render(lang)
    if switch.failing and licence is not None:
        yield _FAILING.format(rules=", ".join(switch.failing)).render(lang)
    if switch.state is StageState.NO_REMEDY:
        yield from _other_ways(switch, lang)
    elif switch.state is StageState.PROVEN:
        yield _PASSING.format(rules=", ".join(result.flow.rules)).render(lang)
    if switch.remaining:
        yield _REMAINING.format(rules=", ".join(switch.remaining)).render(lang)


def _other_ways(switch: FlowSwitch, lang: Lang) -> Iterator[str]:
    """Yield what helps against the rules that no stage of a flow remedies."""
    if switch.other_flows:
        yield _OTHER_FLOWS.format(flows=", ".join(switch.other_flows)).render(lang)
    if switch.other_playbooks:
        yield _OTHER_PLAYBOOKS.format(playbooks=all_marked(switch.other_playbooks, lang)).render(lang)
    for rule in switch.failing:
        yield _EXPLAIN.format(rule=rule).render(lang)


_STAGE: Final = Text(
    "Stage {number} of {total}: {playbooks}  {switches}", "ステージ {number}/{total}: {playbooks}  {switches}"
)
_RULES: Final = Text("done when none of these is found: {rules}", "完了条件 (検出されないこと): {rules}")
_LATER: Final = Text(
    "Planned for {switches} after the stages above, from what the switch shows then:",
    "{switches} は上のステージの完了後、その時点のスイッチの状態から計画します:",
)
_BY_HAND: Final = Text("by hand", "手作業")
_NOTE: Final = Text("note", "注意")
_TRUST: Final = Text("installed", "導入済み")
_NO_TRUST: Final = Text("not installed", "未導入")
_NOT_NEEDED: Final = Text("none, not needed", "不要")
_NONE: Final = Text("none", "なし")
_UNREAD: Final = Text("the switch could not be read at the end", "最後の確認でスイッチを読み取れませんでした")
_NOT_LOOKED: Final = Text(
    "stopped before the last look: the rules of the flow were not judged",
    "最後の確認の前に停止したため、フローのルールは判定していません",
)
_LICENCE: Final = Text(
    "transport: {transport}, trust code: {trust}, last ACK: {ack}, next ACK due: {due}",
    "トランスポート: {transport}、信頼コード: {trust}、最後の ACK: {ack}、次の ACK 期限: {due}",
)
_FAILING: Final = Text("still found, or not judged: {rules}", "検出中または判定不能: {rules}")
_REMAINING: Final = Text(
    "also found, not part of this flow: {rules}", "このフローの対象外の検出事項: {rules}"
)
_OTHER_FLOWS: Final = Text(
    "this flow does not fit; other flows do (slp-ops remediate --flow ID): {flows}",
    "このフローは適合しません。別のフロー (slp-ops remediate --flow ID): {flows}",
)
_OTHER_PLAYBOOKS: Final = Text(
    "this flow does not fit; playbooks that do (slp-ops remediate --playbook ID): {playbooks}",
    "このフローは適合しません。適合するプレイブック (slp-ops remediate --playbook ID): {playbooks}",
)
_EXPLAIN: Final = Text("what it means: slp-ops explain {rule}", "意味と対処: slp-ops explain {rule}")
_LOOK_AGAIN: Final = Text(
    "To look again: slp-ops remediate --resume {journal}; begin again: slp-ops remediate --flow {flow}",
    "再確認: slp-ops remediate --resume {journal}。最初から実行: slp-ops remediate --flow {flow}",
)
_PASSING: Final = Text("none of these is found: {rules}", "検出されないことを確認済み: {rules}")
_FOLDER: Final = Text(
    "  in {folder} (step by step: {instructions}):", "  {folder} にあるファイル (詳しい手順: {instructions}):"
)
_CONTINUE: Final = Text(
    "To continue: slp-ops remediate --resume {journal}",
    "続行するコマンド: slp-ops remediate --resume {journal}",
)
_LACKING: Final = Text(
    "a parameter is missing: add {params}", "パラメータが不足しています: {params} を追加してください"
)
_UNDO: Final = Text(
    "the configuration that the earlier stage changed is restored", "前のステージで変更した設定を元に戻します"
)
_UNDOES: Final = Text("undo {playbooks}", "{playbooks} を元に戻す")
_EXCHANGES: Final = {
    SAVE: Text(
        "license smart save usage; the file is fetched, and the flow waits for the ACK from CSSM",
        "license smart save usage で保存したファイルを取得し、CSSM の ACK を待ちます",
    ),
    IMPORT: Text(
        "the ACK file is copied to the switch and imported with license smart import",
        "ACK ファイルをスイッチにコピーし、license smart import で取り込みます",
    ),
}
_STATES: Final = {
    StageState.DONE: Text("done", "完了"),
    StageState.PASSED: Text("nothing to do", "対処不要"),
    StageState.LEFT_OUT: Text("left out", "対象外"),
    StageState.NO_REMEDY: Text("nothing that it can remedy", "対処手段なし"),
    StageState.WAITING: Text("waiting", "待機中"),
    StageState.FAILED: Text("failed", "失敗"),
    StageState.PROVEN: Text("proven", "正常を確認済み"),
    StageState.OPEN: Text("open", "未完了"),
}
