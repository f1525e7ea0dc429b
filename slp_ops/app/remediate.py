"""``remediate``: from a finding to a safe, verified, reversible change."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions, run_rules
from slp_ops.app.change.operator import ChangeOperator, Decisions, NonInteractiveChange, ScriptedAnswers
from slp_ops.app.change.options import ChangeOptions
from slp_ops.app.change.parameters import (
    ask_again,
    ask_missing,
    check_playbook_names,
    collect_secrets,
    load_playbooks,
    parse_params,
    read_certificate_files,
    reject_inventory_secrets,
)
from slp_ops.app.change.plan_file import sealed_plan
from slp_ops.app.change.results import ChangeResult, PlanResult
from slp_ops.app.change.verb import ChangeVerb
from slp_ops.app.change_session import ChangeSession, FleetOptions
from slp_ops.app.change_task import CHANGE, ChangeTask, rules_digest, unfit_for_hub
from slp_ops.app.commands import choose_commands
from slp_ops.app.rule_options import knowledge_of
from slp_ops.errors import InputError
from slp_ops.i18n import Lang
from slp_ops.json_documents import LARGEST_DOCUMENT
from slp_ops.parsing import Facts, read
from slp_ops.planning import (
    TIMER_MINUTES,
    ParameterSources,
    PlannedSwitch,
    PlanningResult,
    plan_device,
    plan_save,
)
from slp_ops.planning.documents import read_plans
from slp_ops.planning.rebuild import rebuilt
from slp_ops.planning.repeat import repeatable_step
from slp_ops.planning.values import values_of
from slp_ops.playbook.template import secrets_in
from slp_ops.regular_files import read_input
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.required_inputs import missing_inputs
from slp_ops.rules.settings import Intent
from slp_ops.runs.journal_lookup import resumable_journal as resumable_journal
from slp_ops.runs.journal_lookup import reversible_journal as reversible_journal
from slp_ops.runs.seal import Seals
from slp_ops.steps import ExecStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import ClassVar

    from slp_ops.app.change.context import BufferedEvidence, StepDecision, StepOperator
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device
    from slp_ops.planning import SwitchPlan
    from slp_ops.planning.journal_state import ChangedStepEvent, SwitchState
    from slp_ops.playbook import Playbook
    from slp_ops.ports import Secret
    from slp_ops.rules.values import Outcome

_MOST_NAMES: Final = 6  # of switches in a message


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRequest:
    """Request of a plan: switches, playbooks and values.

    ``params`` are ``NAME=VALUE``. ``ask_missing`` asks the operator for parameters that nothing gives.
    ``timer`` are the minutes of the revert timer.
    """

    fleet: FleetOptions
    rules_dir: Path | None = None
    playbooks_dir: Path | None = None
    flows_dir: Path | None = None
    playbooks: tuple[str, ...] = ()
    params: tuple[str, ...] = ()
    ask_missing: bool = False
    timer: int = TIMER_MINUTES


def _no_document(result: ChangeResult) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """Request of a change. ``plan`` is the source of its playbooks.

    ``secret_files`` are ``NAME=FILE``. ``document`` renders the result that is kept in the run. ``answers``
    are files of CSSM for the import of a flow, ``lang`` is the language of its instructions.
    """

    plan: PlanRequest
    options: ChangeOptions = field(default_factory=ChangeOptions)
    secret_files: tuple[str, ...] = ()
    manual_done: bool = False
    settled: Mapping[str, StepDecision] = field(default_factory=dict)
    document: Callable[[ChangeResult], str] = _no_document
    answers: tuple[Path, ...] = ()
    lang: Lang = Lang.EN


@dataclass(frozen=True, slots=True, kw_only=True)
class RemediateResult:
    """The plan, and what became of it; None where nothing was planned."""

    plan: PlanResult
    change: ChangeResult | None = None


def make_plan(request: PlanRequest, operator: ChangeOperator | None = None) -> PlanResult:
    """Read the switches and plan; nothing is sent. Raises InputError, CredentialError, StoreError."""
    return _session(ApplyRequest(plan=request), operator).plan()


def apply_plan(
    request: ApplyRequest, plans: Sequence[SwitchPlan], operator: ChangeOperator | None = None
) -> ChangeResult:
    """Apply plans where the switches are still as planned. Raises InputError, Declined, StoreError."""
    return _session(request, operator).apply(plans)


def plan_and_apply(request: ApplyRequest, operator: ChangeOperator | None = None) -> RemediateResult:
    """Read, plan, show the plan, ask, apply."""
    session = _session(request, operator)
    planned = session.plan()
    session.operator.show_plan(planned)
    if not planned.plans:
        return RemediateResult(plan=planned)
    return RemediateResult(plan=planned, change=session.apply(planned.plans))


def apply_file(request: ApplyRequest, path: Path, operator: ChangeOperator | None = None) -> ChangeResult:
    """Apply the plans of a saved plan for the switches that are selected."""
    document, every = read_plans(read_input(path, LARGEST_DOCUMENT), str(path))
    session = _session(request, operator)  # which may ask for a password
    names = {device.name for device in session.chosen()}
    plans = tuple(plan for plan in every if plan.name in names)
    if not plans:
        planned = ", ".join(plan.name for plan in every[:_MOST_NAMES]) or "no switch"
        raise InputError(
            f"{path} plans nothing for the switches that are selected",
            hint=f"it is a plan for {planned}; see --inventory, --site, --tag and --limit",
        )
    if not Seals().is_sealed(document):
        return session.rebuild(plans, path, as_planned=True)
    session.operator.show_plan(PlanResult(plans=plans))
    return session.apply(plans, from_file=True)


def resume(request: ApplyRequest, journal: Path, operator: ChangeOperator | None = None) -> ChangeResult:
    """Resume the change of a journal; steps with an unknown outcome are resolved first."""
    return _session(request, operator).resume(journal)


def roll_back(request: ApplyRequest, journal: Path, operator: ChangeOperator | None = None) -> ChangeResult:
    """Restore the earlier configuration of the switches of a journal."""
    return _session(request, operator).roll_back(journal)


def save_plan(planned: PlanResult, path: Path) -> None:
    """Write a plan file whole, or not at all. Raises StoreError."""
    from slp_ops.runs import atomic_files

    text = sealed_plan(planned, ascii_only=False)
    with atomic_files.store_errors("write", path):
        atomic_files.replace(path, text.encode())


def _session(
    request: ApplyRequest, operator: ChangeOperator | None
) -> ChangeSession[PlannedSwitch, ChangeResult]:
    return session_of(request, RemediateVerb(request, wanted_by(request)), operator)


def session_of(
    request: ApplyRequest, verb: RemediateVerb, operator: ChangeOperator | None
) -> ChangeSession[PlannedSwitch, ChangeResult]:
    """Return the session of a request."""
    return ChangeSession(
        verb=verb,
        fleet=request.plan.fleet,
        options=request.options,
        operator=operator or NonInteractiveChange(),
        document=request.document,
    )


def wanted_by(request: ApplyRequest) -> Wanted:
    """Return the planning input of a request. Raises InputError."""
    audit_options = AuditOptions(knowledge=knowledge_of(request.plan.rules_dir))
    playbooks = load_playbooks(
        request.plan.playbooks_dir, [rule.id for rule in audit_options.knowledge.rules]
    )
    options = parse_params(request.plan.params, playbooks)
    return Wanted(
        playbooks=playbooks,
        named=check_playbook_names(request.plan.playbooks, playbooks),
        options=options,
        files=read_certificate_files(options, playbooks),
        audit_options=audit_options,
        timer=request.plan.timer,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Planning input: playbooks and values."""

    playbooks: tuple[Playbook, ...]
    named: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    audit_options: AuditOptions = field(default_factory=AuditOptions)
    timer: int = TIMER_MINUTES
    always: bool = False

    def given(self, device: Device) -> ParameterSources:
        """Return where the parameters of a switch come from."""
        return ParameterSources(
            options=self.options, params=device.params, intent=device.intent, files=self.files
        )

    def observe(self, device: Device, memory: BufferedEvidence) -> PlannedSwitch:
        """Audit a switch, for planning."""
        intent = Intent.of(device.intent)
        known = self.audit_options.known(memory.facts, intent)
        outcomes = run_rules(memory.facts, audit_options=self.audit_options, intent=intent, known=known)
        return replace(self.switch(device, memory, outcomes), missing=missing_inputs(known))

    def switch(
        self, device: Device, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlannedSwitch:
        """Return a switch as planning sees it."""
        return PlannedSwitch(
            name=device.name,
            site=device.site,
            known=FactContext(memory.facts),
            running=memory.running,
            outcomes=outcomes,
            given=self.given(device),
        )

    def as_in(self, plan: SwitchPlan) -> Wanted:
        """Return the planning input that made a plan. Raises InputError without its certificate."""
        options = {name: value for action in plan.actions for name, value in action.params.items()}
        return replace(
            self,
            options=options,
            files=read_certificate_files(options, self.playbooks),
            named=tuple(action.playbook for action in plan.actions),
        )

    def judge(self, device: Device, facts: Facts) -> tuple[Outcome, ...]:
        """Audit a switch."""
        return run_rules(facts, audit_options=self.audit_options, intent=Intent.of(device.intent))

    def plan(self, switch: PlannedSwitch) -> PlanningResult:
        """Plan for a switch."""
        return plan_device(switch, self.playbooks, named=self.named, timer=self.timer, always=self.always)


class RemediateVerb(ChangeVerb[PlannedSwitch, ChangeResult]):
    """Playbooks for the rules that fail; the rules verify the change."""

    verb: ClassVar[str] = "remediate"
    title: ClassVar[str] = "remediate"
    check: ClassVar[str] = "slp-ops audit"
    attachment: ClassVar[str] = "change.json"
    ascii_only: ClassVar[bool] = True
    in_journal: ClassVar[bool] = False
    hub_work = CHANGE

    def __init__(self, request: ApplyRequest, wanted: Wanted) -> None:
        self._request = request
        self._wanted = wanted
        self._secrets: dict[str, Secret] = {}
        self.row_commands = wanted.audit_options.knowledge.row_commands

    @cached_property
    def commands(self) -> tuple[ShowCommand, ...]:
        """The commands of an audit."""
        return choose_commands("support", self.row_commands)

    def check_devices(self, devices: Iterable[Device]) -> None:
        """Refuse a secret in the inventory."""
        reject_inventory_secrets(devices, self._wanted.playbooks)

    def check_plans(self, plans: Iterable[SwitchPlan]) -> None:
        """Refuse a plan whose playbook is not there: it could not be planned again."""
        known = {playbook.id for playbook in self._wanted.playbooks}
        for plan in plans:
            for action in plan.actions:
                if action.playbook not in known:
                    raise InputError(
                        f"there is no playbook {action.playbook}, which the plan of {plan.name} needs",
                        hint="name the folder it came from with --playbooks DIR",
                    )

    def check_hub(self, plans: Iterable[SwitchPlan]) -> None:
        """Refuse a plan with secrets or files: they do not go over a hub."""
        for plan in plans:
            if reason := unfit_for_hub(plan, self._wanted.playbooks):
                words = [word for action in plan.actions for word in ("--playbook", action.playbook)]
                command = shlex.join(["slp-ops", "remediate", *words, "--limit", plan.name])
                raise InputError(
                    f"{plan.name}: {reason}; nothing was sent",
                    hint=f"on a computer at site {plan.site}: SLP_OPS_HUB= {command}",
                )

    def hub_task(
        self, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return the plan, and what the operator has decided about it."""
        return replace(
            ChangeTask.of(device, state, change, options, back=back),
            rules=rules_digest(self._wanted.audit_options.knowledge),
            manual_done=self._request.manual_done,
            timer=self._wanted.timer,
            decision=self._request.settled.get(device.name),
        )

    def observe(self, device: Device, memory: BufferedEvidence) -> PlannedSwitch:
        """Audit a switch."""
        return self._wanted.observe(device, memory)

    def plan(
        self, observations: Mapping[str, PlannedSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Choose playbooks; ask for the parameters that they lack, where that is wanted."""
        found = {name: self._wanted.plan(switch) for name, switch in observations.items()}
        missing = [name for each in found.values() for skipped in each.skipped for name in skipped.missing]
        if not missing or not self._request.plan.ask_missing or not operator.interactive:
            return found
        playbooks = self._wanted.playbooks
        skips = [skipped for each in found.values() for skipped in each.skipped if skipped.missing]
        lacking = {skipped.playbook for skipped in skips if skipped.playbook is not None}
        options = {**self._wanted.options, **ask_missing(missing, playbooks, operator, lacking)}
        self._wanted = replace(
            self._wanted, options=options, files=read_certificate_files(options, playbooks)
        )
        again = {}
        for name, switch in observations.items():
            given = replace(switch.given, options=options, files=self._wanted.files)
            again[name] = self._wanted.plan(replace(switch, given=given))
        return again

    def judge(self, device: Device, plan: SwitchPlan, facts: Facts) -> tuple[Outcome, ...]:
        """Audit a switch."""
        return self._wanted.judge(device, facts)

    def replan(
        self, device: Device, plan: SwitchPlan, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan with the parameters and playbooks of the plan."""
        wanted = self._wanted.as_in(plan)
        return wanted.plan(wanted.switch(device, memory, outcomes))

    def rebuild(
        self, observations: Mapping[str, PlannedSwitch], plans: Mapping[str, SwitchPlan], *, resumed: bool
    ) -> Mapping[str, PlanningResult]:
        """Plan with the parameters and playbooks of each plan.

        Where a change that is ``resumed`` has nothing left to send, it may still have to be saved.
        """
        found = {}
        for name, switch in observations.items():
            wanted = self._wanted.as_in(plans[name])
            given = replace(switch.given, options=wanted.options, files=wanted.files)
            result = wanted.plan(replace(switch, given=given))
            if resumed and result.plan is None and all(each.needless for each in result.skipped):
                result = replace(result, plan=plan_save(switch, wanted.playbooks, plans[name]))
            found[name] = result
        return found

    def again(self, plans: Sequence[tuple[SwitchPlan, Device]], file: Path) -> Sequence[str]:
        """Return the playbooks, and the parameters that were given for these plans only."""
        known = {playbook.id: playbook for playbook in self._wanted.playbooks}
        words: dict[tuple[str, str], None] = {}
        for plan, device in plans:
            for action in plan.actions:
                words["--playbook", action.playbook] = None
                given = replace(self._wanted.given(device), options={})
                playbook = known.get(action.playbook)
                usual = values_of(playbook.params, given, FactContext(Facts.of())).shown if playbook else {}
                words |= {
                    ("--param", f"{name}={value}"): None
                    for name, value in action.params.items()
                    if usual.get(name) != value
                }
        return [word for pair in words for word in pair]

    def check_rollback(self, plans: Iterable[SwitchPlan], journal: Path) -> Mapping[str, SwitchPlan]:
        """Return the plans as their playbooks give them. Raises InputError."""
        return {
            plan.name: rebuilt(plan, self._wanted.playbooks, self._wanted.as_in(plan).files) for plan in plans
        }

    def secrets(self, states: Iterable[SwitchState], operator: ChangeOperator) -> Mapping[str, Secret]:
        """Return the secrets of the steps that are not done. Raises InputError.

        They are kept: another stage of a flow may need them, and the environment has them no more.
        """
        names = [
            name
            for state in states
            for number, (_, step) in enumerate(state.plan.steps)
            if number >= state.next_step and isinstance(step, ExecStep)
            for name in secrets_in(step.command)
        ]
        missing = [name for name in names if name not in self._secrets]
        self._secrets |= collect_secrets(
            missing,
            self._request.secret_files,
            self._wanted.playbooks,
            operator,
            resumed=any(state.touched for state in states),
        )
        return {name: self._secrets[name] for name in names}

    def changed_steps(
        self, states: Iterable[SwitchState], operator: ChangeOperator
    ) -> Iterator[ChangedStepEvent]:
        """Give a command that had no effect other values: from options, or from the operator if refused."""
        for state in states:
            step = repeatable_step(state, self._wanted.playbooks)
            if step is None:
                continue
            options = dict(self._wanted.options)
            if step.refused and operator.interactive and self._request.plan.ask_missing:
                params = [param for param in step.params if param.name not in options]
                options |= ask_again(state.plan.name, params, step.action.params, operator)
            event = step.changed(options, FactContext(read(())))
            if event is not None:
                yield event

    def step_operator(
        self, operator: ChangeOperator, *, resumed: Mapping[str, SwitchState] | None
    ) -> StepOperator:
        """Return the operator, or what the options say."""
        request = self._request
        if operator.interactive and not request.settled and not request.manual_done:
            return operator
        return ScriptedAnswers(
            manual_done=request.manual_done, settled=Decisions(request.settled, resumed or {})
        )

    def result(self, change: ChangeResult) -> ChangeResult:
        """Return the change: nothing is added."""
        return change
