"""A plan for people and as JSON: what would be sent to which switch, why, and what gives it back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.app.fleet import causes, hint
from slp_ops.i18n import Lang, Text
from slp_ops.plan import SCHEMA, Check, Configure, Execute, Fetch, Instruct, Put, Room, record
from slp_ops.playbook import Risk
from slp_ops.safetext import one_line
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.model import DeviceResult
    from slp_ops.plan import Action, FileStep, PlannedStep, Spared, SwitchPlan
    from slp_ops.usecases.remediate import Looked

_COLOURS: Final = {Risk.CHANGE: None, Risk.DISRUPTIVE: "yellow", Risk.DESTRUCTIVE: "red"}
_WORDS: Final = {
    "because": Text("because", "理由"),
    "named": Text("the command line asks for it", "コマンドラインで指定されたため"),
    "sends": Text("sends", "送信"),
    "copies": Text("copies", "コピー"),
    "expects": Text("expects", "期待値"),
    "differs": Text("differs", "差分"),
    "by hand": Text("by hand", "手作業"),
    "protects": Text("protection", "保護"),
    "verify": Text("verified by", "確認"),
    "proof": Text("done when", "完了条件"),
    "saved": Text("then saved with write memory", "その後 write memory で保存"),
    "rollback": Text("rollback", "復旧"),
    "none": Text("none", "なし"),
    "undone": Text("cannot be undone", "元に戻せない"),
    "note": Text("note", "注意"),
    "params": Text("parameters", "パラメータ"),
    "risk": Text("risk", "リスク"),
    "nothing": Text("Nothing is planned for:", "対処しない装置:"),
    "choices": Text(
        "Several playbooks remedy these rules. Name one with --playbook, or say what is meant with intent:",
        "複数のプレイブックが該当します。--playbook または inventory の intent で指定してください:",
    ),
    "mentioned": Text(
        "These would help too, and are planned only when they are named with --playbook:",
        "次のプレイブックも有効ですが、--playbook で指定した場合のみ計画します:",
    ),
    "unread": Text("Not read:", "読み取れなかった装置:"),
}


_ROOM: Final = Text("at least {bytes} bytes free", "空き容量 {bytes} バイト以上")


def as_record(looked: Sequence[Looked], run: str) -> dict[str, Any]:
    """The plan file. Made twice from the same switches, only ``created`` and ``run`` differ."""
    plans = plans_of(looked)
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "slp_ops": __version__,
        "run": run,
        "devices": [record(plan) for plan in plans],
        "nothing_planned": [_spared_record(each) for each in _spared(looked)],
        "choices": [
            {"name": name, "rule": rule, "playbooks": list(playbooks)}
            for name, rule, playbooks in _choices(looked)
        ],
        "mentioned": [{"name": name, "playbooks": list(ids)} for name, ids in _mentioned(looked)],
        "unread": [_unread_record(each.result) for each in looked if each.considered is None],
    }


def plans_of(looked: Sequence[Looked]) -> list[SwitchPlan]:
    """The plans of the switches for which something is to be done."""
    return [
        each.considered.plan
        for each in looked
        if each.considered is not None and each.considered.plan is not None
    ]


def print_plan(looked: Sequence[Looked], lang: Lang) -> None:
    """Show it on the terminal."""
    for plan in plans_of(looked):
        print_switch(plan, lang)
    print_rest(looked, lang)


def print_rest(looked: Sequence[Looked], lang: Lang) -> None:
    """The switches for which nothing is planned, what is to be chosen, and what could not be read."""
    if spared := _spared(looked):
        click.echo(_say("nothing", lang))
        for each in spared:
            playbook = f"{each.playbook}: " if each.playbook else ""
            click.echo(f"  {each.name}: {one_line(playbook + each.why.said(lang))}")
    if choices := list(_choices(looked)):
        click.echo(_say("choices", lang))
        for name, rule, playbooks in choices:
            click.echo(f"  {name}: {rule}: {', '.join(playbooks)}")
    if mentioned := _mentioned(looked):
        click.echo(_say("mentioned", lang))
        for name, playbooks in mentioned:
            click.echo(f"  {name}: {', '.join(playbooks)}")
    if unread := [each.result for each in looked if each.considered is None]:
        click.echo(_say("unread", lang))
        for result in unread:
            click.echo(f"  {result.name}: {one_line('; '.join(causes(result)))}")
            if words := hint(result):
                click.echo(f"    hint: {one_line(words)}")


def print_switch(plan: SwitchPlan, lang: Lang) -> None:
    """One switch: what, why, and how it is undone."""
    risk = f"{_say('risk', lang)}: {plan.risk.value}"
    click.echo(click.style(one_line(f"{head(plan)}  {risk}"), bold=True, fg=_COLOURS[plan.risk]))
    for action in plan.actions:
        click.echo(one_line(f"  {action.playbook}: {action.title.said(lang)}"))
        for label, lines in _action(action, lang):
            for number, line in enumerate(lines):
                click.echo(f"    {_padded(label if number == 0 else '')}{one_line(line)}")
    click.echo()


def head(plan: SwitchPlan) -> str:
    """Which switch it is."""
    return f"{plan.name} ({plan.site})  {plan.release or '-'}  {', '.join(plan.serials)}"


def _action(action: Action, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    because = [f"{each.rule}: {each.summary.said(lang)}" for each in action.because]
    yield _say("because", lang), because or [_say("named", lang)]
    if action.params:
        yield _say("params", lang), [f"{name}={value}" for name, value in action.params.items()]
    for step in action.steps:
        yield from _step(step, lang)
    differs = []
    for change in action.changes:
        place = f"   ({' / '.join(change.line.under)})" if change.line.under else ""
        differs += [f"- {line}{place}" for line in change.was]
        differs.append(f"+ {change.line.text}{place}")
    if differs:
        yield _say("differs", lang), differs
    verify = [
        *([", ".join(action.verify)] if action.verify else []),
        *([_say("saved", lang)] if action.save else []),
    ]
    yield _say("verify", lang), verify or [_say("none", lang)]
    if action.no_rollback is not None:
        yield _say("rollback", lang), [f"{_say('none', lang)}: {action.no_rollback.said(lang)}"]
    else:
        undo = [str(line) for line in action.undo]
        yield _say("rollback", lang), undo or [_say("none", lang)]
    if action.irreversible is not None:
        yield _say("undone", lang), [action.irreversible.said(lang)]
    for note in (*action.notes, *([action.consent] if action.consent else [])):
        yield _say("note", lang), [note.said(lang)]


def _step(step: PlannedStep, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    if isinstance(step, Configure):
        timer = f" revert timer {step.timer}" if step.timer else ""
        yield (
            _say("sends", lang),
            [f"configure terminal{timer}", *(f"  {line}" for line in step.sends), "end"],
        )
        if step.protection is not None:
            yield _say("protects", lang), [step.protection.said(lang)]
    elif isinstance(step, Execute):
        lines = [step.command, *(f"  {line}" for line in step.paste)]
        if step.in_config:
            lines = ["configure terminal", *(f"  {line}" for line in lines), "end"]
        lines += [f"  [{reply.asks} -> {reply.answer or 'Enter'}]" for reply in step.dialogue]
        yield _say("sends", lang), lines
        if step.done_when:
            yield _say("proof", lang), [step.done_when]
    elif isinstance(step, Instruct):
        yield _say("by hand", lang), [step.text.said(lang)]
    else:
        yield from _file_step(step, lang)


def _file_step(step: FileStep, lang: Lang) -> Iterator[tuple[str, list[str]]]:
    match step:
        case Room():
            yield _say("sends", lang), [step.command]
            yield _say("expects", lang), [_ROOM.of(bytes=step.bytes).said(lang)]
        case Fetch() | Put():
            yield _say("copies", lang), list(step.commands)
        case Check():
            yield _say("sends", lang), [step.command]
            yield _say("expects", lang), [f"MD5 {step.md5}"]


def _padded(label: str) -> str:
    from rich.cells import cell_len

    return label + " " * max(1, 18 - cell_len(label))


def _say(word: str, lang: Lang) -> str:
    return _WORDS[word].said(lang)


def _spared(looked: Sequence[Looked]) -> list[Spared]:
    return [spared for each in looked if each.considered is not None for spared in each.considered.spared]


def _choices(looked: Sequence[Looked]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for each in looked:
        for choice in () if each.considered is None else each.considered.choices:
            yield each.result.name, choice.rule, choice.playbooks


def _mentioned(looked: Sequence[Looked]) -> list[tuple[str, tuple[str, ...]]]:
    return [
        (each.result.name, each.considered.mentioned)
        for each in looked
        if each.considered is not None and each.considered.mentioned
    ]


def _spared_record(spared: Spared) -> dict[str, Any]:
    return {
        "name": spared.name,
        "site": spared.site,
        "playbook": spared.playbook,
        "why": {"en": spared.why.en, "ja": spared.why.ja},
        "missing": list(spared.missing),
        "needless": spared.needless,
    }


def _unread_record(result: DeviceResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "site": result.site,
        "kind": None if result.error is None else result.error.kind,
        "why": "; ".join(causes(result)),
    }
