"""Terminal text of a plan: the commands for each switch, the reasons, and the rollback."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from slp_ops.app.fleet import causes, hint
from slp_ops.i18n import Lang, Text
from slp_ops.messages import translate
from slp_ops.playbook import Risk
from slp_ops.playbook.guards import PROOFS
from slp_ops.report.labels import Words
from slp_ops.report.playbook_marks import all_marked, marked
from slp_ops.report.terminal.layout import some_names, styled, wrapped
from slp_ops.sanitize import one_line
from slp_ops.steps import CheckFile, CheckSpace, ConfigStep, Download, ExecStep, ManualStep, Upload

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.app.change.results import PlanResult
    from slp_ops.planning import Action, SwitchPlan
    from slp_ops.steps import FileStep, Step

_COLOURS: Final = {Risk.CHANGE: None, Risk.DISRUPTIVE: "yellow", Risk.DESTRUCTIVE: "red"}
_WORDS: Final = {
    "because": Text("because", "理由"),
    "named": Text("requested, not because of a finding", "指定されたため (検出事項によるものではありません)"),
    "sends": Text("sends", "送信"),
    "copies": Text("copies", "コピー"),
    "expects": Text("expects", "期待値"),
    "differs": Text("differs", "差分"),
    "by hand": Text("by hand", "手作業"),
    "protects": Text("protection", "保護"),
    "verify": Text("verified by", "確認"),
    "proof": Text("until", "完了条件"),
    "saved": Text("then saved with write memory", "その後 write memory で保存"),
    "rollback": Text("rollback", "ロールバック"),
    "none": Text("none", "なし"),
    "unverified": Text("no rule; check the result by hand", "該当ルールなし (手動で確認してください)"),
    "undone": Text("cannot be undone", "元に戻せない"),
    "note": Text("note", "注意"),
    "params": Text("parameters", "パラメータ"),
    "risk": Text("risk", "リスク"),
    "nothing": Text("Nothing is planned for:", "計画対象外のスイッチ:"),
    "findings": Text("Findings without a plan:", "計画のない検出事項:"),
    "choices": Text(
        "Several playbooks remedy these rules. Name one with --playbook, or set the intent:",
        "複数のプレイブックが該当します。--playbook または inventory の intent で指定してください:",
    ),
    "mentioned": Text(
        "These would help too, and are planned only when they are named with --playbook:",
        "次のプレイブックも有効ですが、--playbook で指定した場合のみ計画します:",
    ),
    "unread": Text("Not read:", "読み取れなかったスイッチ:"),
}


_LONG_LIST: Final = 9
_FILE_THERE: Final = Text(
    "the file; without it the change waits", "ファイルがあること (なければ変更は待機します)"
)
_SAME: Final = Text("the same plan for {count} more", "同じプラン ほか {count} 台")
_EXAMPLE: Final = Text("For example: {command}", "例: {command}")
_ROOM: Final = Text("at least {bytes} bytes free", "空き容量 {bytes} バイト以上")


def render_plan(planned: PlanResult, lang: Lang, *, details: bool = False, findings: bool = True) -> str:
    """Return the plans of a fleet, and why a switch has none.

    Switches with the same plan are one entry, and so are those without one for the same reason, unless
    ``details`` are wanted. Without ``findings`` those that no plan remedies are left out.
    """
    groups: dict[object, list[SwitchPlan]] = {}
    for number, plan in enumerate(planned.plans):
        groups.setdefault(number if details else _printed(plan, lang), []).append(plan)
    lines: list[str] = []
    for first, *others in groups.values():
        lines += plan_lines(first, lang)
        if others:
            words = _SAME.format(count=len(others)).render(lang)
            lines[-1:] = [*wrapped(", ".join(plan.name for plan in others), f"  {words}: "), ""]
    return "\n".join([*lines, *unplanned_lines(planned, lang, details=details, findings=findings)])


def _printed(plan: SwitchPlan, lang: Lang) -> tuple[object, ...]:
    """Return what is printed of a plan but for its switch and the words of its findings."""
    because = _say("because", lang)
    return tuple(
        (
            action.playbook,
            action.risk,
            tuple(each.rule for each in action.because),
            tuple((label, tuple(lines)) for label, lines in _action(action, lang) if label != because),
        )
        for action in plan.actions
    )


def unplanned_lines(
    planned: PlanResult, lang: Lang, *, details: bool = False, findings: bool = True
) -> Iterator[str]:
    """Yield the switches without a plan, the choices to be made, and the switches that were not read.

    Without ``findings`` those that no plan remedies are left out: a later stage of a flow may.
    """
    if planned.skipped:
        yield _say("nothing", lang)
        reasons = [
            (each.name, f"{each.playbook}: " * bool(each.playbook) + each.why.render(lang))
            for each in planned.skipped
        ]
        yield from _by_reason(reasons, lang, details=details)
    if findings and planned.unplanned_findings:
        yield _say("findings", lang)
        reasons = [(name, ", ".join(rules)) for name, rules in planned.unplanned_findings.items()]
        yield from _by_reason(reasons, lang, details=details)
    if planned.choices:
        yield _say("choices", lang)
        reasons = [
            (name, f"{choice.rule}: {all_marked(choice.playbooks, lang)}") for name, choice in planned.choices
        ]
        yield from _by_reason(reasons, lang, details=details)
    if planned.mentioned:
        yield _say("mentioned", lang)
        reasons = [(name, all_marked(playbooks, lang)) for name, playbooks in planned.mentioned]
        yield from _by_reason(reasons, lang, details=details)
    if findings and (example := _example(planned)):
        yield one_line(_EXAMPLE.format(command=example).render(lang))
    if planned.unread:
        yield _say("unread", lang)
        for result in planned.unread:
            whys = "; ".join(translate(cause, lang) for cause in causes(result))
            yield f"  {result.name}: {one_line(whys)}"
            if words := hint(result):
                yield f"    {translate('hint:', lang)} {one_line(translate(words, lang))}"


def _example(planned: PlanResult) -> str:
    """Return the command that plans one of the playbooks that are only named; empty without one."""
    pairs = [(name, choice.playbooks) for name, choice in planned.choices]
    for name, playbooks in [*planned.mentioned, *pairs]:
        for each in playbooks:
            if marked(each, Lang.EN) == each:  # neither disruptive nor destructive
                return shlex.join(("slp-ops", "remediate", "--dry-run", "--limit", name, "--playbook", each))
    return ""


def _by_reason(pairs: Iterable[tuple[str, str]], lang: Lang, *, details: bool) -> Iterator[str]:
    """Yield a line for each reason, with the names of its switches."""
    groups: dict[object, tuple[list[str], str]] = {}
    for number, (name, reason) in enumerate(pairs):
        groups.setdefault(number if details else reason, ([], reason))[0].append(name)
    for names, reason in groups.values():
        yield f"  {some_names(names, lang)}: {one_line(reason)}"


def plan_lines(plan: SwitchPlan, lang: Lang) -> Iterator[str]:
    """Yield one switch: what, why, and how it is undone."""
    risk = f"{_say('risk', lang)}: {Words(lang).risk(plan.risk.value)}"
    yield styled(one_line(f"{head(plan)}  {risk}"), bold=True, fg=_COLOURS[plan.risk])
    for action in plan.actions:
        yield one_line(f"  {action.playbook}: {action.title.render(lang)}")
        for label, lines in _action(action, lang):
            for number, line in enumerate(lines):
                yield f"    {_padded(label if number == 0 else '')}{one_line(line)}"
    yield ""


def head(plan: SwitchPlan) -> str:
    """Return the heading of a switch."""
    return f"{plan.name} ({plan.site})  {plan.release or '-'}  {', '.join(plan.serials)}"


def _action(action: Action, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    because = [f"{each.rule}: {each.summary.render(lang)}" for each in action.because]
    yield _say("because", lang), because or [_say("named", lang)]
    if action.params:
        yield _say("params", lang), [f"{name}={_short(value)}" for name, value in action.params.items()]
    for step in action.steps:
        yield from _step(step, lang)
    differs = []
    for change in action.difference:
        place = f"   ({' / '.join(change.under)})" if change.under else ""
        differs += [f"- {line}{place}" for line in change.minus]
        differs.append(f"+ {change.plus}{place}")
    if differs:
        yield _say("differs", lang), differs
    verify = [
        *([", ".join(action.verify)] if action.verify else []),
        *([_say("saved", lang)] if action.save else []),
    ]
    if verify or not any(_proves(step) for step in action.steps):
        yield _say("verify", lang), verify or [_say("unverified", lang)]
    if action.no_rollback is not None:
        yield _say("rollback", lang), [f"{_say('none', lang)}: {action.no_rollback.render(lang)}"]
    else:
        undo = [str(line) for line in action.rollback]
        yield _say("rollback", lang), undo or [_say("none", lang)]
    if action.irreversible is not None:
        yield _say("undone", lang), [action.irreversible.render(lang)]
    for note in (*action.notes, *([action.consent] if action.consent else [])):
        yield _say("note", lang), [note.render(lang)]


def _short(value: str) -> str:
    """Return a value; of a long list, such as the numbers of many reports, its ends and its length."""
    parts = value.split(",")
    return value if len(parts) < _LONG_LIST else f"{parts[0]},...,{parts[-1]} ({len(parts)})"


def _proves(step: Step) -> bool:
    """Return whether the end of a step is checked without a rule: by its output, or by an MD5."""
    return isinstance(step, Download | CheckFile) or (isinstance(step, ExecStep) and bool(step.done_when))


def _step(step: Step, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    if isinstance(step, ConfigStep):
        timer = f" revert timer {step.timer}" if step.timer else ""
        yield (
            _say("sends", lang),
            [f"configure terminal{timer}", *(f"  {line}" for line in step.sends), "end"],
        )
        if step.protection is not None:
            yield _say("protects", lang), [step.protection.render(lang)]
    elif isinstance(step, ExecStep):
        if step.reads:
            yield _say("sends", lang), [f"dir {step.reads}"]
            yield _say("expects", lang), [_FILE_THERE.render(lang)]
        lines = [step.command, *(f"  {line}" for line in step.paste)]
        if step.in_config:
            lines = ["configure terminal", *(f"  {line}" for line in lines), "end"]
        lines += [f"  [{reply.asks} -> {reply.answer or 'Enter'}]" for reply in step.dialogue]
        yield _say("sends", lang), lines
        if step.done_when:
            yield _say("proof", lang), [translate(PROOFS[step.done_when].words, lang)]
    elif isinstance(step, ManualStep):
        yield _say("by hand", lang), [step.text.render(lang)]
    else:
        yield from _file_step(step, lang)


def _file_step(step: FileStep, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    match step:
        case CheckSpace():
            yield _say("sends", lang), [step.command]
            yield _say("expects", lang), [_ROOM.format(bytes=step.bytes).render(lang)]
        case Download() | Upload():
            yield _say("copies", lang), list(step.commands)
        case CheckFile():
            yield _say("sends", lang), [step.command]
            yield _say("expects", lang), [f"MD5 {step.md5}"]


def _padded(label: str) -> str:
    from rich.cells import cell_len

    return label + " " * max(1, 18 - cell_len(label))


def _say(word: str, lang: Lang) -> str:
    return _WORDS[word].render(lang)
