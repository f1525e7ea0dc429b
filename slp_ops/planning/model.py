"""Plan: data that can be read, saved, compared and approved. It cannot change a switch by itself.

A plan contains every command as it will be sent, with secrets as ``{name}``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

from slp_ops.i18n import Text
from slp_ops.json_documents import json_document, json_field
from slp_ops.playbook.model import Risk
from slp_ops.steps import (
    ConfigChange,
    ConfigLine,
    ConfigStep,
    ExecStep,
    Step,
    computed,
    set_computed,
    undo_of,
)


@json_document
class Trigger:
    """Failed rule, with its finding on this switch."""

    rule: str
    summary: Text


@json_document
class LineDifference:
    """One configuration line against what it replaces."""

    minus: tuple[str, ...]
    plus: str
    under: tuple[str, ...]


@json_document
class Action:
    """One playbook on one switch. ``rollback`` are the lines that restore the earlier configuration.

    ``worsens`` are rules that may fail afterwards: a later stage of a flow undoes the change.
    """

    playbook: str
    title: Text
    risk: Risk
    because: tuple[Trigger, ...]
    params: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    steps: tuple[Step, ...]
    difference: tuple[LineDifference, ...] = computed()
    verify: tuple[str, ...] = ()
    rollback: tuple[ConfigLine, ...] = computed()
    no_rollback: Text | None = None
    irreversible: Text | None = None
    consent: Text | None = None
    notes: tuple[Text, ...] = ()
    save: bool = True
    worsens: tuple[str, ...] | None = json_field(omit_none=True, default=None)

    def __post_init__(self) -> None:
        changes = [change for step in self.steps if isinstance(step, ConfigStep) for change in step.changes]
        set_computed(
            self,
            "difference",
            tuple(
                LineDifference(minus=change.was, plus=change.line.text, under=change.line.under)
                for change in changes
            ),
        )
        set_computed(self, "rollback", () if self.no_rollback is not None else undo_of(changes))

    @property
    def reloads(self) -> bool:
        """Return whether the switch reloads."""
        return any(isinstance(step, ExecStep) and step.ends_session for step in self.steps)


@json_document
class SwitchPlan:
    """Everything that is to be done on one switch. ``fields`` are what it was planned from, by name.

    Only what guards, templates and rollback read is among them: no clock, no counter, no log. ``risk`` is the
    highest of its actions, ``digest`` the SHA-256 of the fields.
    """

    name: str
    site: str
    serials: tuple[str, ...]
    release: str | None
    risk: Risk = computed()
    digest: str = computed()
    fields: Mapping[str, object]
    actions: tuple[Action, ...]

    def __post_init__(self) -> None:
        risks = (action.risk for action in self.actions)
        set_computed(self, "risk", max(risks, key=lambda risk: risk.rank, default=Risk.CHANGE))
        text = json.dumps(dict(self.fields), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        set_computed(self, "digest", hashlib.sha256(text.encode("ascii")).hexdigest())

    @property
    def reloads(self) -> bool:
        """Return whether the switch reloads."""
        return any(action.reloads for action in self.actions)

    @property
    def steps(self) -> tuple[tuple[Action, Step], ...]:
        """Every step in order, with its action."""
        return tuple((action, step) for action in self.actions for step in action.steps)

    @property
    def lasting_changes(self) -> tuple[ConfigChange, ...]:
        """Every configuration change that is in force when the plan is done: not the temporary ones."""
        steps = [step for _, step in self.steps if isinstance(step, ConfigStep)]
        ended = {change.line for step in steps if step.gives_back for change in step.changes}
        return tuple(
            change
            for step in steps
            if not step.gives_back
            for change in step.changes
            if ended.isdisjoint(change.undo)
        )


@json_document
class PlaybookChoice:
    """A rule that several playbooks remedy, and nothing says which one is meant."""

    rule: str
    playbooks: tuple[str, ...]


@json_document
class SkippedPlaybook:
    """A switch, or one playbook on it, for which nothing is planned, and why."""

    name: str
    site: str
    playbook: str | None = None
    why: Text
    missing: tuple[str, ...] = ()  # the parameters that nothing gives
    needless: bool = False  # nothing would be done: all is well, or configured already


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanningResult:
    """Result of planning one switch.

    ``mentioned`` are playbooks that would help and are planned only when they are named. ``elsewhere`` are
    skipped ones that the topology of the switch does not need. ``findings`` are the rules that fail at
    warning or above. ``is_unjudged``: nothing is planned, and too little was read to know that nothing is
    needed.
    """

    plan: SwitchPlan | None
    skipped: tuple[SkippedPlaybook, ...] = ()
    choices: tuple[PlaybookChoice, ...] = ()
    mentioned: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    is_unjudged: bool = False


def what_changed(before: Mapping[str, object], now: Mapping[str, object]) -> tuple[str, ...]:
    """The fields that are not as they were when the plan was made, with both values."""
    found = []
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            found.append(f"{name}: was {_format_value(before.get(name))}, is {_format_value(now.get(name))}")
    return tuple(found)


def plan_differences(plan: SwitchPlan, again: SwitchPlan) -> tuple[str, ...]:
    """Return the parts of a plan that differ from the plan that the switch gives now.

    The findings that led to it and the notes are left out: they contain counters and what others have done
    meanwhile, and no line that is sent depends on them.
    """
    found = [
        name for name in ("name", "site", "serials", "release") if getattr(plan, name) != getattr(again, name)
    ]
    if [action.playbook for action in plan.actions] != [action.playbook for action in again.actions]:
        return (*found, "playbooks")
    for action, other in zip(plan.actions, again.actions, strict=True):
        found += [
            f"{action.playbook}: {each.name}"
            for each in fields(Action)
            if each.name not in ("because", "notes")
            and getattr(action, each.name) != getattr(other, each.name)
        ]
    return tuple(found)


def _format_value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)
