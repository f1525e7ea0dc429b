"""What a plan is: data that one can read, save, compare and approve. Nothing in it can change a switch.

A plan holds every command as it will be sent; a secret stands in it as ``{name}``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from slp_ops.plan.changes import Change, Line, typed, undo_of
from slp_ops.plan.files import FileStep
from slp_ops.playbook.model import Repeat, Reply, Risk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Configure:
    """Configuration lines to be typed, one by one. ``timer`` are the minutes of the revert timer.

    ``protection`` says whether it protects and why not. ``gives_back`` is set where a temporary change ends.
    """

    changes: tuple[Change, ...]
    cuts_access: bool = False
    timer: int | None = None
    protection: Text | None = None
    gives_back: bool = False

    @property
    def sends(self) -> tuple[str, ...]:
        """The lines as they are typed in configuration mode."""
        return typed(change.line for change in self.changes)

    @property
    def undo(self) -> tuple[Line, ...]:
        """The lines that give back what stood there before."""
        return undo_of(self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Execute:
    """One exec command, or one that is typed in configuration mode; see ``playbook.ExecStep``.

    ``makes`` is the file on the switch that it leaves behind, ``removes`` the one that it takes away: by
    that it is settled where nobody knows whether it was carried out.
    """

    command: str
    in_config: bool = False
    dialogue: tuple[Reply, ...] = ()
    expects: tuple[str, ...] = ()
    done_when: str = ""
    repeat: Repeat = Repeat.NEVER
    ends_session: bool = False
    paste: tuple[str, ...] = ()
    seconds: int = 60
    makes: str = ""
    removes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruct:
    """Something that a person does before the next step."""

    text: Text


PlannedStep: TypeAlias = Configure | Execute | Instruct | FileStep


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """A rule that fails, with what it says of this switch."""

    rule: str
    summary: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One playbook on one switch."""

    playbook: str
    title: Text
    risk: Risk
    because: tuple[Because, ...]
    steps: tuple[PlannedStep, ...]
    params: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    verify: tuple[str, ...] = ()
    no_rollback: Text | None = None
    irreversible: Text | None = None
    consent: Text | None = None
    notes: tuple[Text, ...] = ()
    save: bool = True

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every configuration change of it."""
        return tuple(change for step in self.steps if isinstance(step, Configure) for change in step.changes)

    @property
    def undo(self) -> tuple[Line, ...]:
        """The lines that give the earlier configuration back; none where there is no rollback."""
        return () if self.no_rollback is not None else undo_of(self.changes)

    @property
    def reloads(self) -> bool:
        """Whether the switch goes down."""
        return any(isinstance(step, Execute) and step.ends_session for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPlan:
    """Everything that is to be done on one switch. ``fields`` are what it was planned from, by name.

    Only what guards, templates and rollback read is among them: no clock, no counter, no log.
    """

    name: str
    site: str
    serials: tuple[str, ...]
    release: str | None
    actions: tuple[Action, ...]
    fields: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The SHA-256 of the fields."""
        text = json.dumps(dict(self.fields), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    @property
    def risk(self) -> Risk:
        """The highest risk of its actions."""
        return max((action.risk for action in self.actions), key=lambda risk: risk.rank, default=Risk.CHANGE)

    @property
    def reloads(self) -> bool:
        """Whether the switch goes down."""
        return any(action.reloads for action in self.actions)

    @property
    def steps(self) -> tuple[tuple[Action, PlannedStep], ...]:
        """Every step in order, with its action."""
        return tuple((action, step) for action in self.actions for step in action.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A rule that several playbooks remedy, and nothing says which one is meant."""

    rule: str
    playbooks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """A switch, or one playbook on it, for which nothing is planned, and why."""

    name: str
    site: str
    why: Text
    playbook: str | None = None
    missing: tuple[str, ...] = ()  # the parameters for want of which it is left out
    needless: bool = False  # nothing would be done: all is well, or configured already


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """What planning makes of one switch.

    ``mentioned`` are playbooks that would help and are planned only when they are named.
    """

    plan: SwitchPlan | None
    spared: tuple[Spared, ...] = ()
    choices: tuple[Choice, ...] = ()
    mentioned: tuple[str, ...] = ()


def what_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that are not as they were when the plan was made, with both values."""
    found = []
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            found.append(f"{name}: was {_shown(before.get(name))}, is {_shown(now.get(name))}")
    return tuple(found)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(str, value)) or "nothing"
    return "nothing" if value is None else str(value)
