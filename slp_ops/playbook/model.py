"""Playbook values, built from its file by ``form``.

A playbook knows no switch. Planning renders its templates to ``slp_ops.steps`` with one switch's facts and
parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.params import Bounds, ParameterKind
from slp_ops.steps import ManualStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.i18n import Text
    from slp_ops.playbook.template import Template, Value
    from slp_ops.release import Release
    from slp_ops.steps import ExecStep

_SLOT: Final = re.compile(r"\{([a-z][a-z0-9_]{0,39})\}", re.ASCII)


class Risk(StrEnum):
    """Risk of a playbook, lowest first."""

    CHANGE = "change"  # configuration or licence state; traffic is not touched
    DISRUPTIVE = "disruptive"  # reporting stops for a while, or the switch reloads
    DESTRUCTIVE = "destructive"  # something is lost that no rollback brings back

    @property
    def rank(self) -> int:
        """0 for a change to 2 for something destructive."""
        return list(Risk).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. ``intent`` is the key of the inventory's ``intent`` that gives it too.

    ``many`` takes a list: several values, one command each. A secret is asked for when it is applied.
    ``example`` is a value as an operator would give it, for messages; without it that of the kind is shown.
    """

    name: str
    kind: ParameterKind
    title: Text
    optional: bool = False
    many: bool = False
    default: str | None = None
    intent: str | None = None
    example: str | None = None
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def secret(self) -> bool:
        """Return whether its value is a secret."""
        return self.kind is ParameterKind.TOKEN


class LineKind(StrEnum):
    """Kind of a configuration line: how it matches the running configuration, and how it is undone."""

    ADD = "add"  # a line beside others; not there unless it is shown
    SET = "set"  # single value of a setting: another value is replaced, and restored on rollback
    FILL = "fill"  # a setting that is given a value only where it has none
    ON = "on"  # on unless ``no ...`` is shown
    OFF = "off"  # take away a line that is shown when it is on


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One configuration line. ``under`` are the lines of its mode, outermost first.

    ``of`` are the words that every value of a SET or FILL begins with. ``shows`` are lines that IOS-XE adds
    by itself, to be undone as well.
    """

    way: LineKind
    line: Template
    under: tuple[str, ...] = ()
    of: str = ""
    shows: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTemplate:
    """A step before it is planned: planning fills in its values and leaves it out where it does not apply.

    ``only_if`` names guards, ``since`` and ``until`` releases.
    """

    only_if: tuple[str, ...] = ()
    since: Release | None = None
    until: Release | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigTemplate(StepTemplate):
    """Configuration lines. ``temporary`` ones are undone when the playbook's other steps are done.

    ``cuts_access`` marks lines that could lock everyone out: they need a revert timer.
    """

    settings: tuple[Setting, ...]
    cuts_access: bool = False
    temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecTemplate(StepTemplate):
    """An exec step for each command that ``command`` renders to.

    ``paste`` names the parameter whose lines are typed when the switch asks for them, ``reads`` the one with
    the file on the switch that the command needs.
    """

    step: ExecStep
    command: Template
    paste: str = ""
    reads: str = ""

    def render(self, values: Mapping[str, Value], secrets: Iterable[str]) -> tuple[ExecStep, ...]:
        """Return the steps; none when a needed value is not given."""
        pasted = values.get(self.paste) if self.paste else None
        lines = pasted if isinstance(pasted, tuple) else ()
        file = values.get(self.reads) if self.reads else None
        needed = file if isinstance(file, str) else ""
        commands = self.command.render(values, secrets)
        return tuple(replace(self.step, command=command, paste=lines, reads=needed) for command in commands)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualTemplate(StepTemplate):
    """Something that the operator does, mostly in CSSM. The text may contain values as ``{name}``."""

    step: ManualStep

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the values in its text, in either language."""
        text = self.step.text
        return tuple(dict.fromkeys(_SLOT.findall(f"{text.en} {text.ja}")))

    def render(self, values: Mapping[str, Value]) -> ManualStep:
        """Return the step with these values; one that is not given is a dash."""
        given = {name: _shown(values.get(name)) for name in self.slots}
        return ManualStep(text=self.step.text.format(**given))


def _shown(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else value or "-"


AnyTemplate: TypeAlias = ConfigTemplate | ExecTemplate | ManualTemplate


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """One remediation, as its file describes it.

    ``order`` is its place among several on one switch, the way before what uses it.
    ``topology`` names the intents for which it is the right one where several remedy a rule. ``requires``
    names guards, ``any_of`` parameters of which one must be given. ``irreversible`` tells what no rollback
    brings back, ``no_rollback`` why there is none. ``worsens`` names rules that fail until it is undone.
    """

    id: str
    title: Text
    remedies: tuple[str, ...]
    risk: Risk
    steps: tuple[AnyTemplate, ...]
    verify: tuple[str, ...]
    topology: tuple[str, ...] = ()
    params: tuple[Parameter, ...] = ()
    any_of: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    since: Release | None = None
    until: Release | None = None
    no_rollback: Text | None = None
    irreversible: Text | None = None
    consent: Text | None = None
    worsens: tuple[str, ...] | None = None
    order: int = 50
    save: bool = True
    file: str = ""

    def param(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((each for each in self.params if each.name == name), None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of its secret parameters."""
        return tuple(each.name for each in self.params if each.secret)

    @property
    def reloads(self) -> bool:
        """Return whether the switch reloads."""
        return any(isinstance(step, ExecTemplate) and step.step.ends_session for step in self.steps)
