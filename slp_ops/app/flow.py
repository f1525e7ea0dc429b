"""``remediate --flow``: playbooks in order, each as a change of its own, until the switch reports.

The journal of the flow records which stage each switch has reached; what a stage sends is in the journal of
its change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.change.before_after import LicenceState, licence_state
from slp_ops.app.change.operator import NonInteractiveChange, NotAllowed
from slp_ops.app.change.parameters import load_every_flow
from slp_ops.app.flow_exchange import OpenExchange, open_exchange
from slp_ops.app.flow_stages import FlowDisplay as FlowDisplay
from slp_ops.app.flow_stages import Stages, findings, has_nothing_to_do
from slp_ops.app.flow_verb import FlowVerb, nothing
from slp_ops.app.follow_up import journal_command
from slp_ops.app.remediate import session_of, wanted_by
from slp_ops.app.unfinished_flows import repetition
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError, Interrupted, OptionError
from slp_ops.planning.flow_state import FlowBeginEvent, FlowProgress, FlowStageEvent
from slp_ops.planning.flow_state import StageState as StageState
from slp_ops.playbook import Risk
from slp_ops.playbook.flow import rules_to_pass as rules_to_pass
from slp_ops.runs import Runs
from slp_ops.runs.flow_journal import FILE, FlowJournal
from slp_ops.runs.flow_journal import is_flow as is_flow
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.change_session import ChangeSession
    from slp_ops.app.remediate import ApplyRequest
    from slp_ops.i18n import Text
    from slp_ops.planning import PlannedSwitch
    from slp_ops.playbook import Playbook
    from slp_ops.playbook.flow import Flow, Stage
    from slp_ops.runs import Run
    from slp_ops.usage.matching import SkippedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSwitch:
    """Result of a flow on one switch: its stages, the rules that do not pass, and its licence state.

    A rule that could not be judged does not pass. ``remaining`` are findings at warning or above of
    rules that are not the flow's. Where no stage has a remedy, ``other_playbooks`` and ``other_flows`` have
    one. ``licence`` is None where the switch could not be read.
    """

    name: str
    state: StageState
    stages: tuple[FlowStageEvent, ...]
    failing: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    other_playbooks: tuple[str, ...] = ()
    other_flows: tuple[str, ...] = ()
    licence: LicenceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowResult:
    """Result of a flow on a fleet. ``stopped`` is set where the operator stopped it.

    ``exchange`` is what the operator has to carry to CSSM before the flow continues, ``left_out`` are files
    of CSSM that were not imported. ``risk`` is the highest one of the stages that follow, ``missing`` are the
    parameters that nothing gave.
    """

    flow: Flow
    run: str
    path: str
    journal: str
    switches: tuple[FlowSwitch, ...]
    stopped: bool = False
    exchange: OpenExchange | None = None
    left_out: tuple[SkippedFile, ...] = ()
    risk: Risk = Risk.CHANGE
    missing: tuple[str, ...] = ()

    @property
    def proven(self) -> bool:
        """Return whether every switch is proven to report."""
        return all(each.state is StageState.PROVEN for each in self.switches)

    @property
    def continues(self) -> bool:
        """Return whether ``--resume`` has something to do, or to look at, on a switch."""
        return any(not each.state.ended for each in self.switches)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagePreview:
    """A stage of a dry run. ``later`` are the switches for which an earlier stage comes first.

    ``findings`` are what the operator sees before the plan, see ``Stage.shows``.
    """

    stage: Stage
    playbooks: tuple[Playbook, ...]
    planned: PlanResult
    later: tuple[str, ...]
    findings: tuple[Text, ...] = ()


def preview_flow(
    request: ApplyRequest, name: str, operator: ChangeOperator | None = None
) -> tuple[Flow, tuple[StagePreview, ...]]:
    """Read the switches and plan every stage as far as it can be known; nothing is sent.

    Choices and parameters that nothing gives are not asked for: the plan names them.
    """
    plan = replace(request.plan, ask_missing=False)
    running = _FlowSession.of(replace(request, plan=plan), name, operator, asks=False)
    if (refused := running.repetition()) is not None:
        running.operator.notice(f"{refused.message}: {refused.hint}")
    return running.flow, running.preview()


def run_flow(
    request: ApplyRequest,
    name: str,
    operator: ChangeOperator | None = None,
    display: FlowDisplay | None = None,
) -> FlowResult:
    """Run a flow from its beginning. Raises InputError, Declined, StoreError."""
    running = _FlowSession.of(request, name, operator)
    devices = running.session.chosen()
    if (refused := running.repetition()) is not None:
        raise refused
    begin = FlowBeginEvent(
        slp_ops=__version__,
        flow=running.flow.id,
        stages=running.flow.described_stages,
        switches=tuple(device.name for device in devices),
        playbooks=request.plan.playbooks,
        params=running.verb.options,
    )
    fleet = request.plan.fleet
    with Runs(fleet.runs_dir).start("flow", devices, selection=fleet.target.described()) as run:
        path = run.path / FILE
        with FlowJournal.create(path, replace(begin, run=run.id)) as journal:
            progress = {device.name: FlowProgress() for device in devices}
            return running.run(run, journal, progress, display or FlowDisplay())


def resume_flow(
    request: ApplyRequest,
    path: Path,
    operator: ChangeOperator | None = None,
    display: FlowDisplay | None = None,
) -> FlowResult:
    """Continue a flow from its journal. Raises InputError, Declined, StoreError."""
    journal, recorded = FlowJournal.resume(path)
    with journal:
        begin = recorded.begin
        given = {param.partition("=")[0] for param in request.plan.params}
        params = (f"{name}={value}" for name, value in begin.params.items() if name not in given)
        plan = replace(
            request.plan,
            params=(*params, *request.plan.params),
            playbooks=request.plan.playbooks or begin.playbooks,
        )
        running = _FlowSession.of(replace(request, plan=plan), begin.flow, operator)
        if running.flow.described_stages != begin.stages:
            raise InputError(
                f"the flow {begin.flow} has other stages than when {path} was begun",
                hint=f"start it again: slp-ops remediate --flow {begin.flow}",
            )
        names = {device.name for device in running.session.chosen()}
        progress = {name: each for name, each in recorded.progress.items() if name in names}
        if not progress:
            raise InputError(
                f"no switch of {path} is selected: {', '.join(list(recorded.progress)[:6])}",
                hint="see --inventory, --site, --tag and --limit",
            )
        devices = [device for device in running.session.chosen() if device.name in progress]
        fleet = plan.fleet
        with Runs(fleet.runs_dir).start("flow", devices, selection=fleet.target.described()) as run:
            return running.run(run, journal, progress, display or FlowDisplay())


@dataclass(slots=True, kw_only=True)
class _FlowSession:
    """One call that runs or previews a flow."""

    request: ApplyRequest
    flow: Flow
    flows: tuple[Flow, ...]
    verb: FlowVerb
    session: ChangeSession[PlannedSwitch, ChangeResult]
    operator: ChangeOperator

    @classmethod
    def of(
        cls, request: ApplyRequest, name: str, given: ChangeOperator | None, *, asks: bool = True
    ) -> _FlowSession:
        operator = given or NonInteractiveChange()
        wanted = wanted_by(request)
        verb = FlowVerb(request, wanted, asks=asks)
        rules = [rule.id for rule in wanted.audit_options.knowledge.rules]
        flows = load_every_flow(request.plan.flows_dir, wanted.playbooks, rules)
        return cls(
            request=request,
            flow=_named(name, flows),
            flows=flows,
            verb=verb,
            session=session_of(request, verb, operator),
            operator=operator,
        )

    def repetition(self) -> InputError | None:
        """Return the error of a start that would repeat steps by hand of an unfinished flow."""
        names = [device.name for device in self.session.chosen()]
        return repetition(self.flow, names, self.request.plan.fleet.runs_dir)

    # -- dry run

    def preview(self) -> tuple[StagePreview, ...]:
        """Plan every stage from one look at the switches."""
        made: list[StagePreview] = []
        ahead: set[str] = set()
        observed: Mapping[str, PlannedSwitch] = {}
        planned: PlanResult | None = None
        for stage in self.flow.stages:
            self.verb.enter(stage, nothing)
            if planned is None:
                planned = self.session.plan()
                observed = dict(self.verb.observed)
                shown = planned
            else:
                self.verb.plan(observed, self.operator)
                now = {
                    name: each
                    for name, each in self.verb.considered.items()
                    if name not in ahead or has_nothing_to_do(each)
                }
                shown = replace(
                    planned,
                    plans=tuple(each.plan for each in now.values() if each.plan is not None),
                    skipped=tuple(one for each in now.values() for one in each.skipped),
                )
            considered = self.verb.considered
            open_ = [name for name, each in considered.items() if not has_nothing_to_do(each)]
            chosen = set(self.verb.playbook_of.values())
            made.append(
                StagePreview(
                    stage=stage,
                    playbooks=self.verb.playbooks(
                        [name for name in stage.playbooks if name in chosen] or stage.playbooks
                    ),
                    planned=shown,
                    later=tuple(name for name in open_ if name in ahead),
                    findings=tuple(
                        text for name in open_ if name in observed for text in findings(stage, observed[name])
                    ),
                )
            )
            ahead.update(open_)
        return tuple(made)

    # -- run

    def run(
        self,
        run: Run,
        journal: FlowJournal,
        progress: Mapping[str, FlowProgress],
        display: FlowDisplay,
    ) -> FlowResult:
        """Bring every switch through its stages, as far as each of them comes."""
        self.operator.notice(f"flow {self.flow.id}: journal {journal.path}")
        for note in self.flow.notes:
            self.operator.warn(note)
        stages = Stages(
            request=self.request,
            flow=self.flow,
            verb=self.verb,
            session=self.session,
            operator=self.operator,
            journal=journal,
            progress=progress,
            display=display,
        )
        for each in progress.values():
            self.session.own_changes.update(map(Path, each.journals.values()))
            if each.journal is not None:
                self.session.own_changes.add(Path(each.journal))
        try:
            for number in range(len(self.flow.stages)):
                if not stages.stopped:
                    stages.run(number)
            if not stages.stopped:
                # The look that proves it: nothing is planned.
                self.verb.enter(None, nothing)
                looks = stages.looks.recent(progress)
                if unseen := progress.keys() - looks.keys():
                    self.session.plan(unseen)
                self.verb.observed.update(looks)
            else:
                self.verb.observed.clear()
        except BaseException as err:
            if isinstance(err, Interrupted):
                err.hint = ""  # it names the stage; the flow continues
            err.add_note(f"to continue: {journal_command('remediate', '--resume', journal.path)}")
            if not isinstance(err, NotAllowed):  # its hint names the option
                for line in consent_needed(self._risk_ahead(progress)):
                    err.add_note(line)
            raise
        switches = self._proof(progress)
        return FlowResult(
            flow=self.flow,
            run=run.id,
            path=str(run.path),
            journal=str(journal.path),
            switches=switches,
            stopped=stages.stopped,
            exchange=open_exchange(self.flow, progress, journal.path),
            left_out=tuple(stages.left_out),
            risk=self._risk_ahead(progress),
            missing=tuple(stages.missing),
        )

    def _risk_ahead(self, progress: Mapping[str, FlowProgress]) -> Risk:
        """Return the highest risk of the stages that follow; what was begun continues without consent."""
        ahead = {
            number
            for each in progress.values()
            for number in range(each.stage + (each.journal is not None), len(self.flow.stages))
        }
        stages = (self.flow.stages[number] for number in ahead)
        names = [name for stage in stages if not stage.undo for name in stage.playbooks]
        risks = (playbook.risk for playbook in self.verb.playbooks(names))
        return max(risks, key=lambda risk: risk.rank, default=Risk.CHANGE)

    def _proof(self, progress: Mapping[str, FlowProgress]) -> tuple[FlowSwitch, ...]:
        """Judge the rules of all stages by the last look at the switches."""
        found = []
        for name, each in progress.items():
            switch = self.verb.observed.get(name)
            outcomes = () if switch is None else switch.outcomes
            failing = rules_to_pass(outcomes, self.flow.rules)
            if each.open is not None:
                state = each.open.state
            elif each.stage < len(self.flow.stages):
                state = StageState.WAITING
            elif not failing:
                state = StageState.PROVEN
            elif switch is not None and not any(self._has_remedy(rule, each) for rule in failing):
                state = StageState.NO_REMEDY
            else:
                state = StageState.OPEN
            unremedied = failing if state is StageState.NO_REMEDY else ()
            playbooks = self.verb.remedies_of(unremedied)
            found.append(
                FlowSwitch(
                    name=name,
                    state=state,
                    stages=(*each.results, *([each.open] if each.open is not None else [])),
                    failing=failing,
                    remaining=tuple(
                        each.rule for each in outcomes if each.is_problem and each.rule not in self.flow.rules
                    ),
                    other_playbooks=tuple(name for name in playbooks if name not in self.flow.playbooks),
                    other_flows=tuple(
                        other.id
                        for other in self.flows
                        if other is not self.flow and not other.playbooks.isdisjoint(playbooks)
                    ),
                    licence=None if switch is None else licence_state(switch.known.facts),
                )
            )
        return tuple(found)

    def _has_remedy(self, rule: str, progress: FlowProgress) -> bool:
        """Return whether a stage brought, or found, a rule to pass, or may still see it pass."""
        return rule in self.flow.proof or any(
            rule in stage.done_when and result.state in (StageState.DONE, StageState.PASSED)
            for stage, result in zip(self.flow.stages, progress.results, strict=True)
        )


def _named(name: str, known: Iterable[Flow]) -> Flow:
    flows = {flow.id: flow for flow in known}
    if name not in flows:
        near = did_you_mean(name, flows)
        raise OptionError(f"there is no flow {name!r}{near}; there are: {', '.join(flows)}", option="--flow")
    return flows[name]


def consent_needed(risk: Risk) -> tuple[str, ...]:
    """Return the sentence that names the consent to be given again; none where no option is needed."""
    return () if risk is Risk.CHANGE else (f"consent holds for one call: add --allow {risk.value}",)
