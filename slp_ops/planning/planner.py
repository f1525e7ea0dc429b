"""Plan of one switch from playbooks, facts and parameters. Pure.

The same facts give the same plan: that is how an approved plan is known to be still the right one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from slp_ops.facts import ProductInstance, Software
from slp_ops.i18n import Text, listing
from slp_ops.params import example
from slp_ops.planning.changes import changes
from slp_ops.planning.model import (
    Action,
    PlanningResult,
    SkippedPlaybook,
    SwitchPlan,
    Trigger,
)
from slp_ops.planning.playbook_selection import choose
from slp_ops.planning.values import ParameterSources, values_of
from slp_ops.playbook.guards import GUARDS, PROOFS, UNREADABLE, WORDS
from slp_ops.playbook.model import ConfigTemplate, ExecTemplate, ManualTemplate, Risk
from slp_ops.rules.settings import Intent
from slp_ops.steps import ConfigChange, ConfigStep, ExecStep, ManualStep

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from slp_ops.planning.running_config import RunningConfig
    from slp_ops.playbook.model import Playbook, StepTemplate
    from slp_ops.playbook.template import Value
    from slp_ops.release import Release
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.rules.required_inputs import MissingInput
    from slp_ops.rules.values import Outcome
    from slp_ops.steps import Step

# Long enough for a remote login, short enough that a lock-out ends before a visit on site.
TIMER_MINUTES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSwitch:
    """One switch as planning sees it."""

    name: str
    site: str
    known: FactContext
    running: RunningConfig | None
    outcomes: tuple[Outcome, ...]
    given: ParameterSources
    missing: tuple[MissingInput, ...] = ()  # required inputs that were not read


def plan_device(
    switch: PlannedSwitch,
    playbooks: Sequence[Playbook],
    *,
    named: Sequence[str] = (),
    timer: int = TIMER_MINUTES,
    always: bool = False,
) -> PlanningResult:
    """Plan one switch, with a reason for every skipped playbook.

    ``always`` plans the named ones also where their rules pass.
    """
    chosen = choose(
        playbooks, switch.outcomes, named=named, intent=Intent.of(switch.given.intent), always=always
    )
    planning = _Planning(switch, timer)
    actions = []
    for playbook, because in chosen.picked:
        action = planning.action(playbook, because)
        if action is not None:
            actions.append(action)
    skipped = [planning.skip(playbook, why, needless=True) for playbook, why in chosen.not_needed]
    skipped += [planning.skip(playbook, why) for playbook, why in chosen.unjudged]
    skipped += planning.skipped
    is_unjudged = False
    if not actions and not skipped and not chosen.choices and not chosen.mentioned:
        is_unjudged = bool(switch.missing)
        skipped.append(
            SkippedPlaybook(
                name=switch.name,
                site=switch.site,
                why=_not_enough(switch.missing) if is_unjudged else _NOTHING,
                needless=not is_unjudged,
            )
        )
    plan = planning.plan(actions) if actions else None
    return PlanningResult(
        plan=plan,
        skipped=tuple(skipped),
        choices=chosen.choices,
        mentioned=chosen.mentioned,
        elsewhere=tuple(planning.elsewhere),
        findings=tuple(outcome.rule for outcome in switch.outcomes if outcome.is_problem),
        is_unjudged=is_unjudged,
    )


def _not_enough(missing: Sequence[MissingInput]) -> Text:
    """Return why a switch without a finding is not known to be well."""
    inputs = listing([_INPUT.format(name=each.name, why=each.why) for each in missing], separator="; ")
    return _NOT_ENOUGH.format(inputs=inputs)


def serials_of(known: FactContext) -> tuple[str, ...]:
    """Return the serial numbers that identify a switch, those of all members."""
    instance, software = known.get(ProductInstance), known.get(Software)
    units = () if instance is None else (instance.udi, *instance.members)
    found = {unit.sn for unit in units if unit is not None and unit.sn}
    if not found and software is not None:
        found = {sn for sn in (software.serial, *(member.serial for member in software.members)) if sn}
    return tuple(sorted(found))


def plan_save(
    switch: PlannedSwitch, playbooks: Sequence[Playbook], recorded: SwitchPlan
) -> SwitchPlan | None:
    """Plan only the verification and the save of a recorded plan whose lines are all in force.

    None where its playbooks do not save. Only the parameters are those of the record.
    """
    found = {playbook.id: playbook for playbook in playbooks}
    actions = tuple(
        Action(
            playbook=playbook.id,
            title=playbook.title,
            risk=Risk.CHANGE,
            because=(),
            params=action.params,
            steps=(),
            verify=playbook.verify,
        )
        for action in recorded.actions
        if (playbook := found.get(action.playbook)) is not None and playbook.save
    )
    return _Planning(switch, TIMER_MINUTES).plan(actions) if actions else None


@dataclass(slots=True)
class _Planning:
    """Planning of one switch: collects the facts it depends on, and the skipped playbooks."""

    switch: PlannedSwitch
    timer: int
    skipped: list[SkippedPlaybook] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    fields: dict[str, object] = field(default_factory=dict)
    typed: set[tuple[tuple[str, ...], str]] = field(default_factory=set)

    @property
    def release(self) -> Release | None:
        software = self.switch.known.get(Software)
        return None if software is None else software.release

    def plan(self, actions: Iterable[Action]) -> SwitchPlan:
        software = self.switch.known.get(Software)
        version = None if software is None else software.version
        return SwitchPlan(
            name=self.switch.name,
            site=self.switch.site,
            serials=serials_of(self.switch.known),
            release=str(self.release) if self.release else version,
            actions=tuple(actions),
            fields={"show version: release": version, **dict(sorted(self.fields.items()))},
        )

    def skip(
        self, playbook: Playbook, why: Text, missing: tuple[str, ...] = (), *, needless: bool = False
    ) -> SkippedPlaybook:
        return SkippedPlaybook(
            name=self.switch.name,
            site=self.switch.site,
            playbook=playbook.id,
            why=why,
            missing=missing,
            needless=needless,
        )

    def action(self, playbook: Playbook, because: tuple[Trigger, ...]) -> Action | None:
        """Return the action of a playbook; None, with the reason recorded, if nothing is to be done."""
        before = dict(self.fields)
        made = self._action(playbook, because)
        if isinstance(made, Action):
            return made
        self.fields = before  # what was read for nothing does not bind the plan
        why, missing = made
        self.skipped.append(self.skip(playbook, why, missing, needless=why is _IN_PLACE))
        return None

    def _action(
        self, playbook: Playbook, because: tuple[Trigger, ...]
    ) -> Action | tuple[Text, tuple[str, ...]]:
        if (why := self._not_for(playbook.since, playbook.until)) is not None:
            return why, ()
        for name in playbook.requires:
            if (why := self._guard(name)) is not None:
                if GUARDS[name].of_topology:
                    self.elsewhere.append(playbook.id)
                return why, ()
        values = values_of(playbook.params, self.switch.given, self.switch.known)
        if values.wrong:
            return values.wrong[0], ()
        missing = values.missing
        if playbook.any_of and not any(name in values.values for name in playbook.any_of):
            missing = (*missing, playbook.any_of[0])
        if missing:
            return _missing_parameters(playbook, missing), missing
        words = {**self._words(playbook), **values.values}
        steps = self._steps(playbook, words)
        if isinstance(steps, Text):
            return steps, ()
        by_hand = all(isinstance(step, ManualTemplate) for step in playbook.steps)
        if not by_hand and all(isinstance(step, ManualStep) for step in steps):
            return _IN_PLACE, ()
        if any(_MASK in line.text for step in steps if isinstance(step, ConfigStep) for line in step.undo):
            return _MASKED, ()
        return Action(
            playbook=playbook.id,
            title=playbook.title,
            risk=playbook.risk,
            because=because,
            steps=steps,
            params=values.shown,
            secrets=tuple(dict.fromkeys(_secrets(playbook, steps))),
            verify=playbook.verify,
            no_rollback=playbook.no_rollback,
            irreversible=playbook.irreversible,
            consent=playbook.consent,
            notes=tuple(self._notes(playbook, steps)),
            save=playbook.save,
            worsens=playbook.worsens,
        )

    def _steps(self, playbook: Playbook, values: Mapping[str, Value]) -> tuple[Step, ...] | Text:
        steps: list[Step] = []
        temporary: list[ConfigChange] = []
        for step in playbook.steps:
            if not self._step_applies(step):
                continue
            match step:
                case ManualTemplate():
                    steps.append(step.render(values))
                case ExecTemplate():
                    steps.extend(self._exec(playbook, step, values))
                case ConfigTemplate():
                    if self.switch.running is None or not self.switch.running.whole:
                        return _NO_CONFIG
                    found = self._changes(step, values)
                    if found:
                        steps.append(self._configure(step, found))
                    if step.temporary:
                        temporary.extend(found)
        if temporary:
            steps.append(ConfigStep(changes=tuple(_undo_changes(temporary)), gives_back=True))
        return tuple(steps)

    def _changes(self, step: ConfigTemplate, values: Mapping[str, Value]) -> tuple[ConfigChange, ...]:
        assert self.switch.running is not None  # noqa: S101 - the caller has looked
        found, read = changes(step.settings, values, self.switch.running)
        self.fields.update({each.name: list(each.lines) for each in read})
        # A line that an earlier playbook of this plan types already is not typed twice.
        fresh = [change for change in found if (change.line.under, change.line.text) not in self.typed]
        self.typed.update((change.line.under, change.line.text) for change in fresh)
        return tuple(fresh)

    def _configure(self, step: ConfigTemplate, found: tuple[ConfigChange, ...]) -> ConfigStep:
        if not step.cuts_access:
            return ConfigStep(changes=found)
        assert self.switch.running is not None  # noqa: S101 - the caller has looked
        path = self.switch.running.values("path", ("archive",))
        self.fields["running-config: archive / path"] = list(path)
        return ConfigStep(
            changes=found,
            cuts_access=True,
            timer=self.timer if path else None,
            protection=_PROTECTED.format(minutes=self.timer) if path else _UNPROTECTED,
        )

    def _exec(
        self, playbook: Playbook, template: ExecTemplate, values: Mapping[str, Value]
    ) -> tuple[ExecStep, ...]:
        if template.paste and not values.get(template.paste):
            return ()
        proof = PROOFS.get(template.step.done_when)
        if proof is not None and not proof.compares:
            shown = proof.holds(None, self.switch.known)
            self.fields[f"proof: {proof.name}"] = shown
            if shown:
                return ()
        return template.render(values, playbook.secrets)

    def _step_applies(self, step: StepTemplate) -> bool:
        if self._not_for(step.since, step.until) is not None:
            return False
        return all(self._guard(name) is None for name in step.only_if)

    def _guard(self, name: str) -> Text | None:
        """Return why a guard is not met; its result is a field of the plan."""
        guard = GUARDS[name]
        said = guard.ask(self.switch.known)
        if said is UNREADABLE:
            why: Text | None = _UNKNOWN.format(guard=name, why=guard.missing(self.switch.known))
        else:
            why = said
        self.fields[f"guard: {name}"] = "met" if why is None else why.en
        return why

    def _words(self, playbook: Playbook) -> Mapping[str, Value]:
        used = {
            name
            for step in playbook.steps
            if not isinstance(step, ConfigTemplate)
            for name in (step.command.slots if isinstance(step, ExecTemplate) else step.slots)
        } & WORDS.keys()
        found: dict[str, Value] = {}
        for name in sorted(used):
            said = WORDS[name].ask(self.switch.known)
            found[name] = None if said is UNREADABLE else said
            self.fields[f"word: {name}"] = found[name]
        return found

    def _not_for(self, since: Release | None, until: Release | None) -> Text | None:
        if since is None and until is None:
            return None
        release = self.release
        if release is None:
            return _NO_RELEASE
        if since is not None and release.at_least(since) is False:
            return _TOO_OLD.format(since=since, release=release)
        if until is not None and release > until:
            return _TOO_NEW.format(until=f"{until.major}.{until.minor}", release=release)
        return None

    def _notes(self, playbook: Playbook, steps: Iterable[Step]) -> Iterator[Text]:
        """Yield notes for the operator's consent."""
        unsaved = GUARDS["config-saved"].ask(self.switch.known)
        if playbook.save and unsaved is not UNREADABLE and unsaved is not None:
            yield _SAVES_OTHERS
        if any(_secrets(playbook, steps)):
            yield _ACCOUNTED


def _undo_changes(found: Iterable[ConfigChange]) -> Iterator[ConfigChange]:
    for change in reversed(list(found)):
        for line in change.undo:
            yield ConfigChange(line=line, was=(change.line.text,), undo=())


def _secrets(playbook: Playbook, steps: Iterable[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, ExecStep):
            yield from (name for name in playbook.secrets if f"{{{name}}}" in step.command)


_NOTHING: Final = Text("no rule fails that a playbook remedies", "プレイブックで対処できる問題はありません")
_NOT_ENOUGH: Final = Text(
    "too little was read to judge it: {inputs}", "判定に必要な情報が不足しています: {inputs}"
)
_INPUT: Final = Text("{name}: {why}", "{name}: {why}")
_MASK: Final = "<masked:"
_MASKED: Final = Text(
    "a line that would be replaced contains a secret, and could not be rolled back",
    "置き換える行に秘密情報が含まれ、元に戻せません",
)
_IN_PLACE: Final = Text("everything is configured already", "すべて設定済みです")
_MISSING: Final = Text(
    "a parameter is missing: {names}; give it as in this example: {options}",
    "パラメータがありません: {names}。指定例: {options}",
)
_NO_CONFIG: Final = Text(
    "the running configuration could not be read to its end",
    "running-config を最後まで読み取れませんでした",
)
_NO_RELEASE: Final = Text("the release could not be read", "リリースを読み取れませんでした")
_TOO_OLD: Final = Text("needs {since} or later; this is {release}", "{since} 以降が必要です (現在 {release})")
_TOO_NEW: Final = Text("only up to {until}; this is {release}", "{until} までが対象です (現在 {release})")
_UNKNOWN: Final = Text("{guard} could not be determined: {why}", "{guard} を判定できません: {why}")
_PROTECTED: Final = Text(
    "protected by a revert timer of {minutes} minutes: without confirmation, the configuration is restored",
    "{minutes} 分の revert timer で保護されます。確認しなければ元の設定に戻ります",
)
_UNPROTECTED: Final = Text(
    "no revert timer protects it: 'archive' with a path is not configured on this switch",
    "revert timer で保護されません。このスイッチには archive の path が設定されていません",
)
_ACCOUNTED: Final = Text(
    "the switch sends this command with the secret in it to AAA accounting, where that is configured",
    "AAA アカウンティングが設定されている場合、秘密情報を含むこのコマンドが記録されます",
)
_SAVES_OTHERS: Final = Text(
    "the running configuration contains changes that were never saved; write memory saves them too",
    "保存されていない変更が running-config にあります。この変更の保存時に、それらも保存されます",
)


def _missing_parameters(playbook: Playbook, names: Sequence[str]) -> Text:
    """Return which parameters are missing, with the options that would give them."""
    params = {param.name: param for param in playbook.params}
    options = (
        f"--param {name}={params[name].example or example(params[name].kind, params[name].bounds)}"
        for name in names
    )
    return _MISSING.format(names=", ".join(names), options=" ".join(options))
