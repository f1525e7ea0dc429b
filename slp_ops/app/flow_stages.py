"""The stages of a flow while it runs: each is a change of its own, whose journal that of the flow names."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.results import PlanResult
from slp_ops.app.flow_exchange import (
    ExchangeStage,
    StageSession,
    answered_units,
    answers_folder,
    exchange_session,
    without_reports,
)
from slp_ops.app.operator import NotGiven
from slp_ops.app.stage_planning import PASSES, skipped
from slp_ops.i18n import Text, verbatim
from slp_ops.messages import message_text
from slp_ops.planning.flow_state import FlowChangeEvent, FlowStageEvent, StageState
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.playbook.flow import rules_to_pass
from slp_ops.runs.journal import FILE as CHANGE_FILE
from slp_ops.runs.journal import read as read_change
from slp_ops.steps import ManualStep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.results import ChangeResult
    from slp_ops.app.change_session import ChangeSession
    from slp_ops.app.flow_verb import Begun, FlowVerb
    from slp_ops.app.remediate import ApplyRequest
    from slp_ops.planning import PlannedSwitch, PlanningResult
    from slp_ops.planning.flow_state import FlowProgress
    from slp_ops.planning.journal_state import BeginEvent, SwitchState
    from slp_ops.playbook.flow import Flow, Stage
    from slp_ops.runs import Run
    from slp_ops.runs.flow_journal import FlowJournal
    from slp_ops.usage.matching import SkippedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowDisplay:
    """Functions that show a flow while it runs; without them nothing is shown."""

    stage: Callable[[int, Flow, Sequence[str]], None] = lambda number, flow, names: None
    change: Callable[[ChangeResult], None] = lambda change: None


@dataclass(slots=True)
class Looks:
    """The last look at each switch, while it is recent and nothing was changed since."""

    _found: dict[str, tuple[float, PlannedSwitch]] = field(default_factory=dict)

    def add(self, observed: Mapping[str, PlannedSwitch]) -> None:
        """Keep what was read just now."""
        self._found.update({name: (time.monotonic(), switch) for name, switch in observed.items()})

    def forget(self, names: Iterable[str]) -> None:
        """Drop the looks at switches that are being changed."""
        for name in names:
            self._found.pop(name, None)

    def recent(self, names: Iterable[str]) -> dict[str, PlannedSwitch]:
        """Return the looks at these switches that are not too old."""
        since = time.monotonic() - _RECENT
        found = ((name, self._found[name]) for name in names if name in self._found)
        return {name: switch for name, (at, switch) in found if at >= since}


@dataclass(slots=True, kw_only=True)
class Stages:
    """The stages of a flow while it runs: each event is in the journal before the next action."""

    request: ApplyRequest
    flow: Flow
    verb: FlowVerb
    session: ChangeSession[PlannedSwitch, ChangeResult]
    operator: ChangeOperator
    journal: FlowJournal
    progress: Mapping[str, FlowProgress]
    display: FlowDisplay
    stopped: bool = False
    looks: Looks = field(default_factory=Looks, init=False)
    left_out: list[SkippedFile] = field(default_factory=list, init=False)  # files of CSSM
    missing: dict[str, None] = field(default_factory=dict, init=False)  # parameters, in their order
    _stage_session: StageSession = field(init=False)

    def run(self, number: int) -> None:
        """Run one stage on the switches that have come so far, and do not wait."""
        stage = self.flow.stages[number]
        names = [name for name, each in self.progress.items() if each.stage == number]
        if not names:
            return
        self.display.stage(number, self.flow, names)
        if stage.undo:
            self._undo(number, names)
            return
        self._stage_session = self._session_of(stage, lambda event, run: self._begin(number, event, run))
        self._continue(number, names)
        # A switch whose change was resumed is not planned again.
        fresh = [name for name in names if self._is_fresh(name, number)]
        if self.stopped:
            return
        fresh = self._without_passed(number, fresh)
        if not fresh:
            return
        planned = self._stage_session.plan(fresh)
        if stage.exchange is None:
            self.looks.add(self.verb.observed)
        self.left_out += planned.left_out or ()
        for plan in planned.plans:
            if (seen := self.verb.observed.get(plan.name)) is not None:
                for text in findings(stage, seen):
                    self.operator.warn(text)
        self.operator.show_plan(planned)
        for name in fresh:
            self._note_unplanned(number, planned, name)
        if planned.plans:
            change = self._stage_session.apply(planned.plans)
            self._show(change, stage)
            self._note_change(number, Path(change.journal), [plan.name for plan in planned.plans])

    def _session_of(self, stage: Stage, begun: Begun) -> StageSession:
        """Return the session of a stage: one of ``remediate``, or of ``usage`` for the same switches."""
        if stage.exchange is None:
            self.verb.enter(stage, begun)
            return StageSession.of(self.verb, self.session, lambda change: change)
        return exchange_session(
            ExchangeStage(stage, self.verb.audit_options, begun),
            self.session,
            self.request,
            answers_folder(self.journal.path),
            without_reports(self.flow, self.progress),
            answered_units(self.flow, self.progress),
        )

    def _without_passed(self, number: int, names: Sequence[str]) -> list[str]:
        """Note the switches whose rules pass by the last look, which is not repeated; return the others."""
        stage = self.flow.stages[number]
        looks = {} if stage.always else self.looks.recent(names)
        passed = {
            name: look for name, look in looks.items() if not rules_to_pass(look.outcomes, stage.done_when)
        }
        if passed:
            self.operator.show_plan(
                PlanResult(
                    skipped=tuple(
                        one
                        for name, look in passed.items()
                        for one in skipped(name, look.site, None, PASSES, needless=True).skipped
                    )
                )
            )
        for name in passed:
            self._note(number, name, StageState.PASSED, PASSES, None)
        return [name for name in names if name not in passed]

    def _is_fresh(self, name: str, number: int) -> bool:
        progress = self.progress[name]
        return progress.stage == number and progress.journal is None

    def _begin(self, number: int, begin: BeginEvent, run: Run) -> BeginEvent:
        """Note the journal of a change in that of the flow, before the change begins."""
        switches = tuple(plan.name for plan in begin.plans)
        event = FlowChangeEvent(
            stage=number, switches=switches, journal=str((run.path / CHANGE_FILE).absolute())
        )
        self.journal.write(event)
        self.looks.forget(switches)
        self.session.own_changes.add(Path(event.journal))
        for name in switches:
            self.progress[name].apply(event)
        return begin

    def _undo(self, number: int, names: Sequence[str]) -> None:
        """Restore the configuration that an earlier stage changed, where it did."""
        stage = self.flow.stages[number]
        earlier = [each for each in range(number) if self.flow.stages[each].playbooks == stage.playbooks][-1]
        changed: dict[str, list[str]] = {}
        for name in names:
            journal = self.progress[name].journals.get(earlier)
            if journal is None:
                self._note(number, name, StageState.PASSED, _UNCHANGED, stage.label)
            else:
                changed.setdefault(journal, []).append(name)
        for text, those in changed.items():
            path = Path(text)
            states = _states(path)
            left = [name for name in those if states[name].end is not ChangeOutcome.ROLLED_BACK]
            self.looks.forget(left)
            if left:
                self._show(self.session.roll_back(path, left), stage)
                states = _states(path)
            for name in those:
                state = states[name]
                done = state.end is ChangeOutcome.ROLLED_BACK
                why = None if done else _why(state)
                self._note(number, name, StageState.DONE if done else StageState.FAILED, why, stage.label)

    def _continue(self, number: int, names: Sequence[str]) -> None:
        """Resume the changes of a stage that an earlier call began."""
        for text in dict.fromkeys(self.progress[name].journal for name in names):
            if text is None:
                continue
            path = Path(text)
            states = _states(path)
            begun = []
            for name in (each for each in names if self.progress[each].journal == text):
                if name in states and not (
                    _is_void(states[name]) or self._stage_session.replaces(states[name])
                ):
                    begun.append(name)
                else:
                    self.progress[name].journal = None  # it is planned again
            if any(not states[name].finished for name in begun):
                self.looks.forget(begun)
                try:
                    change = self._stage_session.resume(path, begun)
                except NotGiven as left:  # --resume asks again
                    self.operator.warn(left.text)
                    continue
                self._show(change, self.flow.stages[number])
            self._note_change(number, path, begun)

    def _show(self, change: ChangeResult, stage: Stage) -> None:
        self.stopped = self.stopped or change.stopped
        self.display.change(change)
        if stage.exchange is None:  # an exchange judges no rule
            devices = {device.name: device for device in self.session.chosen()}
            self.looks.add(
                {
                    each.name: self.verb.look_of(devices[each.name], each.after)
                    for each in change.devices
                    if each.end.good and each.after is not None
                }
            )

    def _note_change(self, number: int, path: Path, names: Iterable[str]) -> None:
        """Write down what became of the change of a stage."""
        states = _states(path)
        for name in names:
            state = states[name]
            playbook = state.plan.actions[0].playbook
            if state.end is None:
                self._note(number, name, StageState.WAITING, _NOT_BEGUN, playbook)
                continue
            why = None if state.end.good else _why(state)
            self._note(number, name, _state_of(state.end), why, playbook)

    def _note_unplanned(self, number: int, planned: PlanResult, name: str) -> None:
        considered = self._stage_session.verb.considered.get(name)
        if considered is not None and considered.plan is not None:
            return
        why = next((each.why for each in planned.skipped if each.name == name), _UNREAD)
        skipped = () if considered is None else considered.skipped
        self.missing |= dict.fromkeys(param for each in skipped for param in each.missing)
        if considered is not None and has_nothing_to_do(considered):
            failing = self._stage_session.verb.failing(name)
            state = StageState.NO_REMEDY if failing else StageState.PASSED
            why = _NO_REMEDY.format(rules=", ".join(failing), why=why) if failing else why
        elif considered is not None and considered.elsewhere:
            state = StageState.LEFT_OUT
        else:
            state = StageState.WAITING
        self._note(number, name, state, why, self._stage_session.verb.playbook_of.get(name))

    def _note(
        self, number: int, name: str, state: StageState, why: Text | None, playbook: str | None
    ) -> None:
        event = FlowStageEvent(device=name, stage=number, state=state, playbook=playbook, why=why)
        self.journal.write(event)
        self.progress[name].apply(event)


def findings(stage: Stage, switch: PlannedSwitch) -> Iterator[Text]:
    """Yield the findings that a stage shows before its plan: the summary, then the lines that prove it."""
    for outcome in switch.outcomes:
        if outcome.rule in stage.shows and (finding := outcome.finding) is not None:
            yield _FINDING.format(switch=switch.name, rule=outcome.rule, summary=finding.summary)
            for each in finding.evidence:
                place = each.command if each.line is None else f"{each.command}:{each.line}"
                yield verbatim(f"  {place}  {each.text.strip()}")


def has_nothing_to_do(considered: PlanningResult) -> bool:
    """Return whether a stage has nothing to do on a switch, also where its rules do not pass."""
    skipped = considered.skipped
    return considered.plan is None and bool(skipped) and all(each.needless for each in skipped)


def _states(path: Path) -> Mapping[str, SwitchState]:
    """Return how far each switch of a change came; none where it did not begin."""
    return read_change(path).states if path.exists() else {}


def _is_void(state: SwitchState) -> bool:
    """Return whether a change has no effect: it sent nothing, or was rolled back."""
    return state.end is ChangeOutcome.ROLLED_BACK or not (state.touched or state.finished)


def _why(state: SwitchState) -> Text:
    """Return why a change is not done; how it ended where the state of the stage does not say that."""
    if state.end in (None, ChangeOutcome.FAILED, ChangeOutcome.WAITING):
        return _reason(state)
    return _WHY.format(end=message_text(state.end.words), why=_reason(state))


def _reason(state: SwitchState) -> Text:
    """Return why a change is not done: for one that waits, the instructions for the operator."""
    steps = [step for _, step in state.plan.steps]
    number = state.next_step
    if state.end is ChangeOutcome.WAITING:
        for step in steps[number : number + 1] + steps[max(number - 1, 0) : number]:
            if isinstance(step, ManualStep):
                return step.text
    return state.why or verbatim("-")


def _state_of(end: ChangeOutcome) -> StageState:
    if end is ChangeOutcome.NOTHING:
        return StageState.PASSED
    if end.good:
        return StageState.DONE
    return StageState.WAITING if end in (ChangeOutcome.WAITING, ChangeOutcome.STOPPED) else StageState.FAILED


_RECENT: Final = 60.0  # seconds
_FINDING: Final = Text("{switch}: {rule}: {summary}", "{switch}: {rule}: {summary}")
_NO_REMEDY: Final = Text("{rules} not passed, and {why}", "{rules} が未解消です。{why}")
_UNCHANGED: Final = Text("nothing was changed", "変更はありません")
_NOT_BEGUN: Final = Text("not begun, or interrupted", "未着手、または中断")
_UNREAD: Final = Text("the switch could not be read", "スイッチを読み取れませんでした")
_WHY: Final = Text("{end}: {why}", "{end}: {why}")
