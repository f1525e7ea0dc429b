"""Terminal text of a flow: its dry run, the heading of each stage, and the proof at its end."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

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
    names = (each if each in EXCHANGES else marked(each, lang) for each in stage.playbooks)
    return f"{'undo ' if stage.undo else ''}{' | '.join(names)}"


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
        lines += unplanned_lines(each.planned, lang)
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
    """Return where each switch stands, what proves it, and the command that continues."""
    lines = [styled(one_line(f"{result.flow.id}: {result.flow.title.render(lang)}"), bold=True)]
    for switch in result.switches:
        words = f"{switch.name}: {_STATES[switch.state].render(lang)}"
        lines.append(styled(one_line(words), fg=_COLOURS.get(switch.state)))
        lines += [one_line(f"  {text}") for text in _switch(switch, result, lang)]
    if result.exchange is not None:
        lines += ["", *(one_line(text) for text in exchange_lines(result.exchange, result.journal, lang))]
    lines += ["", *place_lines(result.path, result.journal, lang)]
    return "\n".join(lines)


def exchange_lines(exchange: OpenExchange, journal: str, lang: Lang) -> Iterator[str]:
    """Yield what the operator has to do in CSSM, and how the flow continues."""
    upload, answers, checks = exchange_steps(exchange)
    yield upload.render(lang)
    for each in exchange.uploads:
        yield _FOLDER.format(folder=each.folder, instructions=each.instructions).render(lang)
        for bundle in each.bundles:
            yield f"  {bundle_line(bundle).render(lang)}"
        for file in each.files:
            yield f"    {file.host}: {file.file}"
    yield answers.render(lang)
    yield f"  slp-ops remediate --resume {journal}"
    yield checks.render(lang)


def flow_hints(result: FlowResult, lang: Lang) -> list[str]:
    """Return the command that continues the flow, where something is left to do."""
    if not result.continues:
        return []
    return [one_line(_CONTINUE.format(journal=shlex.quote(result.journal)).render(lang))]


def _switch(switch: FlowSwitch, result: FlowResult, lang: Lang) -> Iterator[str]:
    for number, event in enumerate(switch.stages):
        playbook = event.playbook or result.flow.stages[number].label
        why = "" if event.why is None or event.state is StageState.PASSED else f" - {event.why.render(lang)}"
        yield f"{number + 1} {playbook}: {_STATES[event.state].render(lang)}{why}"
    licence = switch.licence
    if licence is None and not result.stopped:
        yield _UNREAD.render(lang)
    if licence is not None:
        trust = _TRUST if licence.trust else _NO_TRUST
        yield _LICENCE.format(
            transport=licence.transport or "-",
            trust=trust.render(lang),
            ack=licence.last_ack or "-",
            due=licence.next_ack_deadline or "-",
        ).render(lang)
    if switch.failing:
        yield _FAILING.format(rules=", ".join(switch.failing)).render(lang)
    if switch.state is StageState.NO_REMEDY:
        yield from _other_ways(switch, lang)
    elif switch.state is StageState.PROVEN:
        yield _PASSING.format(rules=", ".join(result.flow.rules)).render(lang)
    if switch.remaining:
        yield _REMAINING.format(rules=", ".join(switch.remaining)).render(lang)
    if not switch.state.ended:
        hint = _LOOK_AGAIN if switch.state is StageState.OPEN else _CONTINUE
        words = hint.format(journal=shlex.quote(result.journal), flow=result.flow.id)
        yield f"{translate('hint:', lang)} {words.render(lang)}"


def _other_ways(switch: FlowSwitch, lang: Lang) -> Iterator[str]:
    """Yield what helps against the rules that no stage of a flow remedies."""
    if switch.other_flows:
        yield _OTHER_FLOWS.format(flows=", ".join(switch.other_flows)).render(lang)
    if switch.other_playbooks:
        yield _OTHER_PLAYBOOKS.format(playbooks=all_marked(switch.other_playbooks, lang)).render(lang)
    for rule in switch.failing:
        yield f"{translate('hint:', lang)} slp-ops explain {rule}"


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
_NO_TRUST: Final = Text("not installed", "なし")
_UNREAD: Final = Text("the switch could not be read at the end", "最後の確認でスイッチを読み取れませんでした")
_LICENCE: Final = Text(
    "transport {transport}, trust code {trust}, last ACK {ack}, next ACK due {due}",
    "トランスポート {transport}、信頼コード {trust}、最後の ACK {ack}、次の ACK 期限 {due}",
)
_FAILING: Final = Text("still found, or not judged: {rules}", "検出中または判定不能: {rules}")
_REMAINING: Final = Text("Findings that remain: {rules}", "残っている検出事項: {rules}")
_OTHER_FLOWS: Final = Text(
    "this flow does not fit; other flows do (slp-ops remediate --flow ID): {flows}",
    "このフローは適合しません。別のフロー (slp-ops remediate --flow ID): {flows}",
)
_OTHER_PLAYBOOKS: Final = Text(
    "this flow does not fit; playbooks that do (slp-ops remediate --playbook ID): {playbooks}",
    "このフローは適合しません。適合するプレイブック (slp-ops remediate --playbook ID): {playbooks}",
)
_LOOK_AGAIN: Final = Text(
    "look again: slp-ops remediate --resume {journal}; begin again: slp-ops remediate --flow {flow}",
    "再確認: slp-ops remediate --resume {journal}。最初から実行: slp-ops remediate --flow {flow}",
)
_PASSING: Final = Text("proven, none of these is found: {rules}", "確認済み (検出なし): {rules}")
_FOLDER: Final = Text("  in {folder} (described in {instructions}):", "  {folder} (手順は {instructions}):")
_CONTINUE: Final = Text(
    "continue: slp-ops remediate --resume {journal}", "続行: slp-ops remediate --resume {journal}"
)
_UNDO: Final = Text(
    "the configuration that the earlier stage changed is restored", "前のステージで変更した設定を元に戻します"
)
_EXCHANGES: Final = {
    SAVE: Text(
        "slp-ops usage save: license smart save usage, and the file is fetched; the flow then waits for CSSM",
        "slp-ops usage save: license smart save usage で保存して取得し、CSSM の応答を待ちます",
    ),
    IMPORT: Text(
        "slp-ops usage import: the answer is copied to the switch, and imported by license smart import",
        "slp-ops usage import: 応答をスイッチにコピーし、license smart import で取り込みます",
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
