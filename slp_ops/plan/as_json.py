"""A plan as JSON and back: complete, diffable, without a secret. Also how a journal keeps it.

Reading it back raises ``InputError``: a plan file is something that a person may have edited.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.plan.changes import Change, Line
from slp_ops.plan.files import Check, Fetch, Put, Room, file_record, file_step_of
from slp_ops.plan.model import Action, Because, Configure, Execute, Instruct, SwitchPlan
from slp_ops.playbook.model import Repeat, Reply, Risk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.plan.model import PlannedStep

SCHEMA: Final = "slp-ops/plan/1"


def record(plan: SwitchPlan) -> dict[str, Any]:
    """One switch's plan."""
    return {
        "name": plan.name,
        "site": plan.site,
        "serials": list(plan.serials),
        "release": plan.release,
        "risk": plan.risk.value,
        "digest": plan.digest,
        "fields": dict(plan.fields),
        "actions": [_action(action) for action in plan.actions],
    }


def _action(action: Action) -> dict[str, Any]:
    return {
        "playbook": action.playbook,
        "title": _text(action.title),
        "risk": action.risk.value,
        "because": [{"rule": each.rule, "summary": _text(each.summary)} for each in action.because],
        "params": dict(action.params),
        "secrets": list(action.secrets),
        "steps": [step_record(step) for step in action.steps],
        "difference": [
            {"minus": list(change.was), "plus": change.line.text, "under": list(change.line.under)}
            for change in action.changes
        ],
        "verify": list(action.verify),
        "rollback": [_line(line) for line in action.undo],
        "no_rollback": _text(action.no_rollback),
        "irreversible": _text(action.irreversible),
        "consent": _text(action.consent),
        "notes": [_text(note) for note in action.notes],
        "save": action.save,
    }


def step_record(step: PlannedStep) -> dict[str, Any]:
    """One step."""
    match step:
        case Configure():
            return {
                "kind": "config",
                "sends": list(step.sends),
                "changes": [_change(change) for change in step.changes],
                "cuts_access": step.cuts_access,
                "timer": step.timer,
                "protection": _text(step.protection),
                "gives_back": step.gives_back,
            }
        case Execute():
            return {
                "kind": "exec",
                "command": step.command,
                "in_config": step.in_config,
                "dialogue": [{"asks": reply.asks, "answer": reply.answer} for reply in step.dialogue],
                "expects": list(step.expects),
                "done_when": step.done_when,
                "repeat": step.repeat.value,
                "ends_session": step.ends_session,
                "paste": list(step.paste),
                "seconds": step.seconds,
                "makes": step.makes,
                "removes": step.removes,
            }
        case Instruct():
            return {"kind": "manual", "text": _text(step.text)}
        case Room() | Fetch() | Put() | Check():
            return file_record(step)


def _change(change: Change) -> dict[str, Any]:
    return {
        "line": _line(change.line),
        "was": list(change.was),
        "undo": [_line(line) for line in change.undo],
        "shows": list(change.shows),
    }


def _line(line: Line) -> dict[str, Any]:
    return {"under": list(line.under), "text": line.text}


def _text(text: Text | None) -> dict[str, str] | None:
    return None if text is None else {"en": text.en, "ja": text.ja}


def plan_of(found: Mapping[str, Any], file: str) -> SwitchPlan:
    """One switch's plan read back; raises InputError."""
    try:
        plan = SwitchPlan(
            name=str(found["name"]),
            site=str(found["site"]),
            serials=tuple(map(str, found["serials"])),
            release=found["release"],
            actions=tuple(_action_of(each) for each in found["actions"]),
            fields=dict(found["fields"]),
        )
        digest = found["digest"]
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        raise InputError(
            f"{file} holds no plan that this slp-ops understands: {type(err).__name__} {err}",
            hint="make it anew with: slp-ops remediate --dry-run --out",
        ) from err
    if digest != plan.digest:
        raise InputError(
            f"{file}: the digest of {plan.name} does not fit its fields; the file was edited",
            hint="make it anew with: slp-ops remediate --dry-run --out",
        )
    return plan


def _action_of(found: Mapping[str, Any]) -> Action:
    return Action(
        playbook=str(found["playbook"]),
        title=_needed(found["title"]),
        risk=Risk(found["risk"]),
        because=tuple(
            Because(rule=str(each["rule"]), summary=_needed(each["summary"])) for each in found["because"]
        ),
        steps=tuple(step_of(each) for each in found["steps"]),
        params={str(name): str(value) for name, value in found["params"].items()},
        secrets=tuple(map(str, found["secrets"])),
        verify=tuple(map(str, found["verify"])),
        no_rollback=_text_of(found["no_rollback"]),
        irreversible=_text_of(found["irreversible"]),
        consent=_text_of(found["consent"]),
        notes=tuple(_needed(each) for each in found["notes"]),
        save=bool(found["save"]),
    )


def step_of(found: Mapping[str, Any]) -> PlannedStep:
    """One step read back; raises as ``plan_of`` before translation."""
    match found["kind"]:
        case "config":
            return Configure(
                changes=tuple(_change_of(each) for each in found["changes"]),
                cuts_access=bool(found["cuts_access"]),
                timer=None if found["timer"] is None else int(found["timer"]),
                protection=_text_of(found["protection"]),
                gives_back=bool(found["gives_back"]),
            )
        case "exec":
            return Execute(
                command=str(found["command"]),
                in_config=bool(found["in_config"]),
                dialogue=tuple(
                    Reply(asks=str(each["asks"]), answer=str(each["answer"])) for each in found["dialogue"]
                ),
                expects=tuple(map(str, found["expects"])),
                done_when=str(found["done_when"]),
                repeat=Repeat(found["repeat"]),
                ends_session=bool(found["ends_session"]),
                paste=tuple(map(str, found["paste"])),
                seconds=int(found["seconds"]),
                makes=str(found["makes"]),
                removes=str(found["removes"]),
            )
        case "manual":
            return Instruct(text=_needed(found["text"]))
        case kind:
            if (step := file_step_of(found)) is None:
                raise ValueError(f"unknown kind of step {kind!r}")
            return step


def _change_of(found: Mapping[str, Any]) -> Change:
    return Change(
        line=_line_of(found["line"]),
        was=tuple(map(str, found["was"])),
        undo=tuple(_line_of(each) for each in found["undo"]),
        shows=tuple(map(str, found["shows"])),
    )


def _line_of(found: Mapping[str, Any]) -> Line:
    return Line(text=str(found["text"]), under=tuple(map(str, found["under"])))


def _text_of(found: Mapping[str, str] | None) -> Text | None:
    return None if found is None else _needed(found)


def _needed(found: Mapping[str, str]) -> Text:
    return Text(str(found["en"]), str(found["ja"]))
