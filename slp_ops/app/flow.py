"""``remediate --flow``: playbooks in order, each as a change of its own, until the switch reports.

The journal of the flow records which stage each switch has reached; what a stage sends is in the journal of
its change.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.app.change.before_after import LicenceState, licence_state
from slp_ops.app.change.operator import NonInteractiveChange
from slp_ops.app.change.parameters import load_every_flow
from slp_ops.app.flagged_reports import flagged_reports
from slp_ops.app.flow_exchange import (
    PASSES,
    ExchangeStage,
    OpenExchange,
    StageSession,
    answers_folder,
    exchange_session,
    open_exchange,
    skipped,
    without_reports,
)
from slp_ops.app.flow_exchange import preview as preview_exchange
from slp_ops.app.follow_up import journal_command
from slp_ops.app.remediate import RemediateVerb, session_of, wanted_by
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError, Interrupted, OptionError
from slp_ops.i18n import Text, lines_of, verbatim
from slp_ops.messages import message_text
from slp_ops.planning import PlanningResult
from slp_ops.planning.flow_state import (
    FlowBeginEvent,
    FlowChangeEvent,
    FlowProgress,
    FlowStageEvent,
)
from slp_ops.planning.flow_state import StageState as StageState
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.playbook.flow import rules_to_pass as rules_to_pass
from slp_ops.runs import Runs
from slp_ops.runs.flow_journal import FILE, FlowJournal
from slp_ops.runs.flow_journal import is_flow as is_flow
from slp_ops.runs.journal import FILE as CHANGE_FILE
from slp_ops.runs.journal import read as read_change
from slp_ops.steps import ManualStep
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.change_session import ChangeSession
    from slp_ops.app.remediate import ApplyRequest, Wanted
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device
    from slp_ops.planning import PlannedSwitch, SwitchPlan
    from slp_ops.planning.journal_state import BeginEvent, SwitchState
    from slp_ops.playbook import Playbook
    from slp_ops.playbook.flow import Flow, Stage
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSwitch:
    """Result of a flow on one switch: its stages, the rules that do not pass, and its licence state.

    A rule that could not be judged does not pass. ``remaining`` are findings at warning or above of
    rules that are not the flow's. ``licence`` is None where the switch could not be read.
    """

    name: str
    state: StageState
    stages: tuple[FlowStageEvent, ...]
    failing: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    licence: LicenceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowResult:
    """Result of a flow on a fleet. ``stopped`` is set where the operator stopped it.

    ``exchange`` is what the operator has to carry to CSSM before the flow continues.
    """

    flow: Flow
    run: str
    path: str
    journal: str
    switches: tuple[FlowSwitch, ...]
    stopped: bool = False
    exchange: OpenExchange | None = None

    @property
    def proven(self) -> bool:
        """Return whether every switch is proven to report."""
        return all(each.state is StageState.PROVEN for each in self.switches)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDisplay:
    """Functions that show a flow while it runs; without them nothing is shown."""

    stage: Callable[[int, Flow, Sequence[str]], None] = lambda number, flow, names: None
    change: Callable[[ChangeResult], None] = lambda change: None


def preview_flow(
    request: ApplyRequest, name: str, operator: ChangeOperator | None = None
) -> tuple[Flow, tuple[StagePreview, ...]]:
    """Read the switches and plan every stage as far as it can be known; nothing is sent.

    Choices and parameters that nothing gives are not asked for: the plan names them.
    """
    plan = replace(request.plan, ask_missing=False)
    running = _FlowSession.of(replace(request, plan=plan), name, operator, asks=False)
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
    begin = FlowBeginEvent(
        slp_ops=__version__,
        flow=running.flow.id,
        stages=_stages(running.flow),
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
        if _stages(running.flow) != begin.stages:
            raise InputError(
                f"the flow {begin.flow} has other stages than when {path} was begun",
                hint=f"start it again: slp-ops remediate --flow {begin.flow}",
            )
        names = {device.name for device in running.session.chosen()}
        progress = {name: each for name, each in recorded.progress.items() if name in names}
        if not progress:
            raise InputError(f"no switch of {path} is selected", hint="see --site, --tag and --limit")
        devices = [device for device in running.session.chosen() if device.name in progress]
        fleet = plan.fleet
        with Runs(fleet.runs_dir).start("flow", devices, selection=fleet.target.described()) as run:
            return running.run(run, journal, progress, display or FlowDisplay())


def _stages(flow: Flow) -> tuple[str, ...]:
    return tuple(
        f"{'undo ' if stage.undo else ''}{'|'.join(stage.playbooks)}: {', '.join(stage.done_when)}"
        for stage in flow.stages
    )


Begun: TypeAlias = "Callable[[BeginEvent, Run], BeginEvent]"


class FlowVerb(RemediateVerb):
    """The playbook of one stage, verified by the rules of the stage."""

    def __init__(self, request: ApplyRequest, wanted: Wanted, *, asks: bool) -> None:
        super().__init__(request, wanted)
        self._all = wanted
        self._chosen = wanted.named
        self._stage: Stage | None = None
        self._begun: Begun = _nothing
        self.considered: dict[str, PlanningResult] = {}
        self.observed: dict[str, PlannedSwitch] = {}
        self.playbook_of: dict[str, str] = {}
        self._asks = asks  # whether the operator chooses among playbooks

    @property
    def options(self) -> Mapping[str, str]:
        """The parameters that options give, or that were asked for."""
        return self._wanted.options

    def playbooks(self, names: Sequence[str]) -> tuple[Playbook, ...]:
        """Return the playbooks of these names, in this order; an exchange is none."""
        by_id = {playbook.id: playbook for playbook in self._wanted.playbooks}
        return tuple(by_id[name] for name in names if name in by_id)

    @property
    def audit_options(self) -> AuditOptions:
        """The rules that judge the stages."""
        return self._wanted.audit_options

    def enter(self, stage: Stage | None, begun: Begun) -> None:
        """Go to a stage; None only looks at the switches. ``begun`` notes the change that begins."""
        self._stage, self._begun = stage, begun
        playbooks = self._all.playbooks
        if stage is not None:
            playbooks = tuple(_verified_by(stage, playbook) for playbook in playbooks)
        self._wanted = replace(
            self._wanted,
            playbooks=playbooks,
            named=() if stage is None else stage.playbooks,
            always=stage is not None and stage.always,
        )
        self.considered, self.observed, self.playbook_of = {}, {}, {}

    def follow_up_commands(self, memory: BufferedEvidence) -> Sequence[ShowCommand]:
        """Return the commands with the reasons of reports with flag E, as an audit reads them."""
        return flagged_reports(memory.facts)

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Note the journal of the change in that of the flow, before the change begins."""
        return self._begun(event, run)

    def plan(
        self, observations: Mapping[str, PlannedSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan the stage where its rules do not pass yet."""
        self.observed.update(observations)
        stage = self._stage
        if stage is None:
            return {name: PlanningResult(plan=None) for name in observations}
        if stage.exchange is not None or stage.undo:  # in a dry run only
            look = _preview_undo if stage.undo else preview_exchange
            self.considered.update({name: look(stage, switch) for name, switch in observations.items()})
            return {name: self.considered[name] for name in observations}
        found: dict[str, PlanningResult] = {}
        groups: dict[str, dict[str, PlannedSwitch]] = {}
        for name, switch in observations.items():
            if not stage.always and not rules_to_pass(switch.outcomes, stage.done_when):
                found[name] = skipped(name, switch.site, None, PASSES, needless=True)
                continue
            playbook = self._choice(stage, switch, operator)
            if playbook is None:
                found[name] = skipped(
                    name, switch.site, None, _CHOOSE.format(playbooks=", ".join(stage.playbooks))
                )
            else:
                groups.setdefault(playbook, {})[name] = switch
        for playbook, switches in groups.items():
            self._wanted = replace(self._wanted, named=(playbook,))
            found.update(super().plan(switches, operator))
            self.playbook_of.update(dict.fromkeys(switches, playbook))
        self.considered.update(found)
        return {name: found[name] for name in observations}

    def replan(
        self, device: Device, plan: SwitchPlan, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan the stage again just before it is applied: an ACK may have come meanwhile."""
        stage = self._stage
        if stage is not None and not stage.always and not rules_to_pass(outcomes, stage.done_when):
            return skipped(device.name, device.site, None, PASSES, needless=True)
        return super().replan(device, plan, memory, outcomes)

    def _choice(self, stage: Stage, switch: PlannedSwitch, operator: ChangeOperator) -> str | None:
        """Return the playbook of a stage for a switch: by option, by intent, or by the operator's answer."""
        if len(stage.playbooks) == 1:
            return stage.playbooks[0]
        if chosen := [name for name in self._chosen if name in stage.playbooks]:
            return chosen[0]
        by_id = {playbook.id: playbook for playbook in self._wanted.playbooks}
        topology = switch.given.intent.get("topology")
        for name in stage.playbooks:
            if topology is not None and topology in by_id[name].topology:
                return name
        if topology is not None or not operator.interactive or not self._asks:
            return None
        choices = (_LISTED.format(id=name, title=by_id[name].title) for name in stage.playbooks)
        question = _WHICH.format(choices=lines_of(choices))
        while True:
            answer = operator.enter(question).strip()
            if not answer:
                self._asks = False
                return None
            if answer in stage.playbooks:
                self._chosen = (*self._chosen, answer)
                return answer
            operator.notice(f"expected one of {', '.join(stage.playbooks)}")


def _verified_by(stage: Stage, playbook: Playbook) -> Playbook:
    if playbook.id not in stage.playbooks:
        return playbook
    return replace(playbook, verify=tuple(dict.fromkeys((*playbook.verify, *stage.done_when))))


def _findings(stage: Stage, switch: PlannedSwitch) -> Iterator[Text]:
    """Yield the findings that a stage shows before its plan: the summary, then the lines that prove it."""
    for outcome in switch.outcomes:
        if outcome.rule in stage.shows and (finding := outcome.finding) is not None:
            yield _FINDING.format(switch=switch.name, rule=outcome.rule, summary=finding.summary)
            for each in finding.evidence:
                place = each.command if each.line is None else f"{each.command}:{each.line}"
                yield verbatim(f"  {place}  {each.text.strip()}")


def _preview_undo(stage: Stage, switch: PlannedSwitch) -> PlanningResult:
    return skipped(switch.name, switch.site, stage.label, _UNDO)


@dataclass(slots=True, kw_only=True)
class _FlowSession:
    """One call that runs or previews a flow."""

    request: ApplyRequest
    flow: Flow
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
        return cls(
            request=request,
            flow=_named(name, load_every_flow(request.plan.flows_dir, wanted.playbooks, rules)),
            verb=verb,
            session=session_of(request, verb, operator),
            operator=operator,
        )

    # -- dry run

    def preview(self) -> tuple[StagePreview, ...]:
        """Plan every stage from one look at the switches."""
        made: list[StagePreview] = []
        ahead: set[str] = set()
        observed: Mapping[str, PlannedSwitch] = {}
        planned: PlanResult | None = None
        for stage in self.flow.stages:
            self.verb.enter(stage, _nothing)
            if planned is None:
                planned = self.session.plan()
                observed = dict(self.verb.observed)
                shown = planned
            else:
                self.verb.plan(observed, self.operator)
                now = {
                    name: each
                    for name, each in self.verb.considered.items()
                    if name not in ahead or _has_passed(each)
                }
                shown = replace(
                    planned,
                    plans=tuple(each.plan for each in now.values() if each.plan is not None),
                    skipped=tuple(one for each in now.values() for one in each.skipped),
                )
            considered = self.verb.considered
            open_ = [name for name, each in considered.items() if not _has_passed(each)]
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
                        text
                        for name in open_
                        if name in observed
                        for text in _findings(stage, observed[name])
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
        stages = _Stages(self, journal, progress, display)
        try:
            for number in range(len(self.flow.stages)):
                if not stages.stopped:
                    stages.run(number)
        except Interrupted as err:
            raise Interrupted(err.message, hint=_resume_hint(journal.path)) from None
        except InputError:
            self.operator.notice(f"to continue: {_resume_hint(journal.path)}")
            raise
        if not stages.stopped:
            # The look that proves it: nothing is planned.
            self.verb.enter(None, _nothing)
            self.session.plan(progress.keys())
        else:
            self.verb.observed.clear()
        switches = self._proof(progress)
        return FlowResult(
            flow=self.flow,
            run=run.id,
            path=str(run.path),
            journal=str(journal.path),
            switches=switches,
            stopped=stages.stopped,
            exchange=open_exchange(self.flow, progress, journal.path),
        )

    def session_of(
        self, stage: Stage, begun: Begun, path: Path, progress: Mapping[str, FlowProgress]
    ) -> StageSession:
        """Return the session of a stage: one of ``remediate``, or of ``usage`` for the same switches."""
        if stage.exchange is None:
            self.verb.enter(stage, begun)
            return StageSession.of(self.verb, self.session, lambda change: change)
        return exchange_session(
            ExchangeStage(stage, self.verb.audit_options, begun),
            self.session,
            self.request,
            answers_folder(path),
            without_reports(self.flow, progress),
        )

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
            else:
                state = StageState.OPEN if failing else StageState.PROVEN
            found.append(
                FlowSwitch(
                    name=name,
                    state=state,
                    stages=(*each.results, *([each.open] if each.open is not None else [])),
                    failing=failing,
                    remaining=tuple(
                        each.rule for each in outcomes if each.is_problem and each.rule not in self.flow.rules
                    ),
                    licence=None if switch is None else licence_state(switch.known.facts),
                )
            )
        return tuple(found)


@dataclass(slots=True)
class _Stages:
    """The stages of a flow while it runs: each event is in the journal before the next action."""

    _of: _FlowSession
    _journal: FlowJournal
    _progress: Mapping[str, FlowProgress]
    _display: FlowDisplay
    stopped: bool = False
    _session: StageSession = field(init=False)
    _whys: dict[str, Text] = field(default_factory=dict)  # of the failures of the change that ended last

    def run(self, number: int) -> None:
        """Run one stage on the switches that have come so far, and do not wait."""
        stage = self._of.flow.stages[number]
        names = [name for name, each in self._progress.items() if each.stage == number]
        if not names:
            return
        self._display.stage(number, self._of.flow, names)
        if stage.undo:
            self._undo(number, names)
            return
        self._session = self._of.session_of(
            stage,
            lambda event, run: self._begin(number, event, run),
            self._journal.path,
            self._progress,
        )
        self._continue(number, names)
        # A switch whose change was resumed is not planned again.
        fresh = [name for name in names if self._is_fresh(name, number)]
        if not fresh or self.stopped:
            return
        planned = self._session.plan(fresh)
        for plan in planned.plans:
            if (seen := self._of.verb.observed.get(plan.name)) is not None:
                for text in _findings(stage, seen):
                    self._of.operator.warn(text)
        self._of.operator.show_plan(planned)
        for name in fresh:
            self._note_unplanned(number, planned, name)
        if planned.plans:
            change = self._session.apply(planned.plans)
            self._show(change)
            self._note_change(number, Path(change.journal), [plan.name for plan in planned.plans])

    def _is_fresh(self, name: str, number: int) -> bool:
        progress = self._progress[name]
        return progress.stage == number and progress.journal is None

    def _begin(self, number: int, begin: BeginEvent, run: Run) -> BeginEvent:
        """Note the journal of a change in that of the flow, before the change begins."""
        switches = tuple(plan.name for plan in begin.plans)
        event = FlowChangeEvent(
            stage=number, switches=switches, journal=str((run.path / CHANGE_FILE).absolute())
        )
        self._journal.write(event)
        for name in switches:
            self._progress[name].apply(event)
        return begin

    def _undo(self, number: int, names: Sequence[str]) -> None:
        """Restore the configuration that an earlier stage changed, where it did."""
        stage = self._of.flow.stages[number]
        earlier = [each for each in range(number) if self._of.flow.stages[each].playbooks == stage.playbooks][
            -1
        ]
        changed: dict[str, list[str]] = {}
        for name in names:
            journal = self._progress[name].journals.get(earlier)
            if journal is None:
                self._note(number, name, StageState.PASSED, _UNCHANGED, stage.label)
            else:
                changed.setdefault(journal, []).append(name)
        for text, those in changed.items():
            path = Path(text)
            states = _states(path)
            left = [name for name in those if states[name].end is not ChangeOutcome.ROLLED_BACK]
            if left:
                self._show(self._of.session.roll_back(path, left))
                states = _states(path)
            for name in those:
                state = states[name]
                done = state.end is ChangeOutcome.ROLLED_BACK
                why = None if done else _WHY.format(end=_end_words(state), why=_reason(state))
                self._note(number, name, StageState.DONE if done else StageState.FAILED, why, stage.label)

    def _continue(self, number: int, names: Sequence[str]) -> None:
        """Resume the changes of a stage that an earlier call began."""
        for text in dict.fromkeys(self._progress[name].journal for name in names):
            if text is None:
                continue
            path = Path(text)
            states = _states(path)
            begun = []
            for name in (each for each in names if self._progress[each].journal == text):
                if name in states and not (_is_void(states[name]) or self._session.replaces(states[name])):
                    begun.append(name)
                else:
                    self._progress[name].journal = None  # it is planned again
            if any(not states[name].finished for name in begun):
                self._show(self._session.resume(path, begun))
            self._note_change(number, path, begun)

    def _show(self, change: ChangeResult) -> None:
        self.stopped = self.stopped or change.stopped
        # The journal of a change keeps a reason in English only.
        self._whys = {
            each.name: each.why
            for each in change.devices
            if each.why is not None and each.end is not ChangeOutcome.WAITING
        }
        self._display.change(change)

    def _note_change(self, number: int, path: Path, names: Iterable[str]) -> None:
        """Write down what became of the change of a stage."""
        states = _states(path)
        for name in names:
            state = states[name]
            playbook = state.plan.actions[0].playbook
            if state.end is None:
                self._note(number, name, StageState.WAITING, _NOT_BEGUN, playbook)
                continue
            reason = self._whys.pop(name, None) or _reason(state)
            why = None if state.end.good else _WHY.format(end=_end_words(state), why=reason)
            self._note(number, name, _state_of(state.end), why, playbook)

    def _note_unplanned(self, number: int, planned: PlanResult, name: str) -> None:
        considered = self._session.verb.considered.get(name)
        if considered is not None and considered.plan is not None:
            return
        why = next((each.why for each in planned.skipped if each.name == name), _UNREAD)
        if considered is not None and _has_passed(considered):
            state = StageState.PASSED
        elif considered is not None and considered.elsewhere:
            state = StageState.LEFT_OUT
        else:
            state = StageState.WAITING
        self._note(number, name, state, why, self._session.verb.playbook_of.get(name))

    def _note(
        self, number: int, name: str, state: StageState, why: Text | None, playbook: str | None
    ) -> None:
        event = FlowStageEvent(device=name, stage=number, state=state, playbook=playbook, why=why)
        self._journal.write(event)
        self._progress[name].apply(event)


def _named(name: str, known: Iterable[Flow]) -> Flow:
    flows = {flow.id: flow for flow in known}
    if name not in flows:
        near = did_you_mean(name, flows)
        raise OptionError(f"there is no flow {name!r}{near}; there are: {', '.join(flows)}", option="--flow")
    return flows[name]


def _nothing(event: BeginEvent, run: Run) -> BeginEvent:
    """Note nothing: no change begins."""
    return event


def _has_passed(considered: PlanningResult) -> bool:
    skipped = considered.skipped
    return considered.plan is None and bool(skipped) and all(each.needless for each in skipped)


def _states(path: Path) -> Mapping[str, SwitchState]:
    """Return how far each switch of a change came; none where it did not begin."""
    return read_change(path).states if path.exists() else {}


def _is_void(state: SwitchState) -> bool:
    """Return whether a change has no effect: it sent nothing, or was rolled back."""
    return state.end is ChangeOutcome.ROLLED_BACK or not (state.touched or state.finished)


def _end_words(state: SwitchState) -> Text:
    return message_text("-" if state.end is None else state.end.words)


def _reason(state: SwitchState) -> Text:
    """Return why a change is not done: for one that waits, the instructions for the operator."""
    steps = [step for _, step in state.plan.steps]
    number = state.next_step
    if state.end is ChangeOutcome.WAITING:
        for step in steps[number : number + 1] + steps[max(number - 1, 0) : number]:
            if isinstance(step, ManualStep):
                return step.text
    return message_text(state.why or "-")


def _state_of(end: ChangeOutcome) -> StageState:
    if end.good:
        return StageState.DONE
    return StageState.WAITING if end in (ChangeOutcome.WAITING, ChangeOutcome.STOPPED) else StageState.FAILED


def _resume_hint(journal: Path) -> str:
    return journal_command("remediate", "--resume", journal)


_FINDING: Final = Text("{switch}: {rule}: {summary}", "{switch}: {rule}: {summary}")
_LISTED: Final = Text("  {id}: {title}", "  {id}: {title}")
_WHICH: Final = Text(
    "{choices}\nplaybook for each switch without intent.topology in the inventory (Enter: skip them)",
    "{choices}\nインベントリに intent.topology のないスイッチに適用するプレイブック (Enter: スキップ)",
)
_CHOOSE: Final = Text(
    "several ways are possible: choose with --playbook or with intent.topology ({playbooks})",
    "複数の方法があります。--playbook または intent.topology で選択してください ({playbooks})",
)
_UNDO: Final = Text(
    "the configuration that the earlier stage changed is restored", "前のステージで変更した設定を元に戻します"
)
_UNCHANGED: Final = Text("nothing was changed", "変更はありません")
_NOT_BEGUN: Final = Text("not begun, or interrupted", "未着手、または中断")
_UNREAD: Final = Text("the switch could not be read", "スイッチを読み取れませんでした")
_WHY: Final = Text("{end}: {why}", "{end}: {why}")
