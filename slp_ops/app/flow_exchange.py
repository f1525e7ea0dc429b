"""The exchange of files as stages of a flow: the plans of ``slp-ops usage``, for the switches that need them.

A switch takes part where its transport is off and the rules of the stage do not pass. The stage of the import
waits for CSSM's answers in the folder of the flow, or where the operator names them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from slp_ops.app.ack_files import AckFiles
from slp_ops.app.audit_device import run_rules
from slp_ops.app.change.operator import AssumeFilesCopied, Decisions
from slp_ops.app.stage_planning import PASSES, skipped
from slp_ops.app.usage import (
    ImportOptions,
    ImportRequest,
    ImportVerb,
    SaveOptions,
    SaveRequest,
    SaveVerb,
    new_stamp,
)
from slp_ops.app.usage_reports import planned_units
from slp_ops.errors import StoreError
from slp_ops.i18n import Text
from slp_ops.paths import make_private
from slp_ops.planning import PlanningResult
from slp_ops.playbook.flow import IMPORT, SAVE, rules_to_pass
from slp_ops.rules.settings import Intent
from slp_ops.runs.file_store import ACKS
from slp_ops.runs.journal import read as read_change
from slp_ops.usage import upload
from slp_ops.usage.accounts import account_of
from slp_ops.usage.bundles import BundleLimits, plan_bundles
from slp_ops.usage.saving import plan_save
from slp_ops.usage.switch import ExchangeSwitch, automatic_transport
from slp_ops.usage.udi import printed_in
from slp_ops.usage.usage_files import received_in

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.change.context import BufferedEvidence, StepOperator
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.change.verb import Observation, Result
    from slp_ops.app.change_session import ChangeSession
    from slp_ops.app.change_task import ChangeTask
    from slp_ops.app.remediate import ApplyRequest
    from slp_ops.app.usage import ImportResult, SaveResult
    from slp_ops.model import Device
    from slp_ops.planning import PlannedSwitch, SwitchPlan
    from slp_ops.planning.flow_state import FlowProgress
    from slp_ops.planning.journal_state import BeginEvent, RecordedChange, SwitchState
    from slp_ops.playbook.flow import Flow, Stage
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import Run
    from slp_ops.usage.bundles import Bundle
    from slp_ops.usage.udi import UnitId
    from slp_ops.usage.usage_files import UsageFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedUpload:
    """Files of one save that wait for CSSM's answer: bundles, and single files of the other switches."""

    folder: str
    instructions: str  # the file that describes the upload
    bundles: tuple[Bundle, ...]
    files: tuple[UsageFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenExchange:
    """Files that the operator has to carry to CSSM, and the folder for the answers."""

    answers: str
    uploads: tuple[SavedUpload, ...]


@dataclass(slots=True)
class ExchangeStage:
    """A stage of a flow with an exchange: the switches that take part, and why others do not."""

    stage: Stage
    audit_options: AuditOptions
    begun: Callable[[BeginEvent, Run], BeginEvent]
    considered: dict[str, PlanningResult] = field(default_factory=dict)
    playbook_of: dict[str, str] = field(default_factory=dict)
    _outcomes: dict[str, Sequence[Outcome]] = field(default_factory=dict)

    def failing(self, name: str) -> tuple[str, ...]:
        """Return the rules of the stage that did not pass when it was planned."""
        return rules_to_pass(self._outcomes.get(name, ()), self.stage.done_when)

    def judge(self, device: Device, memory: BufferedEvidence) -> None:
        """Note the verdicts of the rules on a switch."""
        self._outcomes[device.name] = run_rules(
            memory.facts, audit_options=self.audit_options, intent=Intent.of(device.intent)
        )

    def plan(
        self,
        observations: Mapping[str, ExchangeSwitch],
        planner: Callable[[Mapping[str, ExchangeSwitch]], Mapping[str, PlanningResult]],
    ) -> Mapping[str, PlanningResult]:
        """Plan for the switches that take part."""
        found = {
            name: why
            for name, seen in observations.items()
            if (why := not_exchanged(self.stage, seen, self._outcomes[name])) is not None
        }
        found |= planner({name: seen for name, seen in observations.items() if name not in found})
        self.considered.update(found)
        self.playbook_of.update(dict.fromkeys(found, self.stage.playbooks[0]))
        return {name: found[name] for name in observations}


def not_exchanged(stage: Stage, seen: ExchangeSwitch, outcomes: Sequence[Outcome]) -> PlanningResult | None:
    """Return why a switch takes no part in a stage; None for one that does."""
    if not stage.always and not rules_to_pass(outcomes, stage.done_when):
        return skipped(seen.name, seen.site, stage.playbooks[0], PASSES, needless=True)
    transport = automatic_transport(seen.known)
    if transport is None:
        return None
    result = skipped(seen.name, seen.site, stage.playbooks[0], _ONLINE.format(transport=transport))
    return PlanningResult(plan=None, skipped=result.skipped, elsewhere=(stage.playbooks[0],))


def preview(stage: Stage, switch: PlannedSwitch) -> PlanningResult:
    """Plan an exchange in a dry run: nothing was saved, and no answer is there yet."""
    seen = ExchangeSwitch(
        name=switch.name,
        site=switch.site,
        known=switch.known,
        running=switch.running,
        account=account_of(switch.known, switch.given.intent),
    )
    why = not_exchanged(stage, seen, switch.outcomes)
    if why is not None:
        return why
    if stage.exchange == SAVE:
        return plan_save(seen, SaveOptions(stamp=new_stamp(), which=stage.reports))
    return skipped(seen.name, seen.site, stage.playbooks[0], _LATER)


class FlowSave(SaveVerb):
    """``usage save`` as a stage: its files and bundles are in the folder of the change."""

    def __init__(self, request: SaveRequest, stage: ExchangeStage) -> None:
        super().__init__(request)
        self._stage = stage

    def observe(self, device: Device, memory: BufferedEvidence) -> ExchangeSwitch:
        """Return a switch as the exchange sees it, and judge it."""
        self._stage.judge(device, memory)
        return super().observe(device, memory)

    def plan(
        self, observations: Mapping[str, ExchangeSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan for the switches that take part."""
        return self._stage.plan(observations, lambda those: super(FlowSave, self).plan(those, operator))

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Note the change in the journal of the flow."""
        return self._stage.begun(super().begin(event, run), run)


class FlowImport(ImportVerb):
    """``usage import`` as a stage: a switch without an answer waits for one."""

    def __init__(
        self,
        request: ImportRequest,
        stage: ExchangeStage,
        acks: AckFiles,
        folder: Path,
        empty: set[str],
        done: Mapping[UnitId, str],
    ) -> None:
        super().__init__(request)
        self._done = done
        self._stage = stage
        self._acks = acks
        self._folder = folder
        self._empty = empty  # switches whose file has no report

    def observe(self, device: Device, memory: BufferedEvidence) -> ExchangeSwitch:
        """Return a switch as the exchange sees it, and judge it."""
        self._stage.judge(device, memory)
        return super().observe(device, memory)

    def plan(
        self, observations: Mapping[str, ExchangeSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan for the switches that take part, and have an answer."""
        return self._stage.plan(observations, lambda those: self._plan(those, operator))

    def _plan(
        self, observations: Mapping[str, ExchangeSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        planned = super().plan(observations, operator)
        return {
            name: self._without_answer(observations[name]) if _is_empty(each) else each
            for name, each in planned.items()
        }

    def _without_answer(self, seen: ExchangeSwitch) -> PlanningResult:
        playbook = self._stage.stage.playbooks[0]
        if seen.name in self._empty:
            return skipped(seen.name, seen.site, playbook, _NO_REPORT, needless=True)
        return skipped(seen.name, seen.site, playbook, _NO_ANSWER.format(folder=self._folder))

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Note the change in the journal of the flow."""
        return self._stage.begun(super().begin(event, run), run)

    def step_operator(
        self, operator: ChangeOperator, *, resumed: Mapping[str, SwitchState] | None
    ) -> StepOperator:
        """Return the operator, who copies files: the switch shows whether that is done."""
        return AssumeFilesCopied(operator=operator, settled=Decisions(self._request.settled, resumed or {}))

    def hub_task(
        self, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return the plan with its files; the switch shows whether the operator has copied one."""
        return replace(super().hub_task(device, state, change, options, back=back), manual_done=True)

    def replaces(self, state: SwitchState) -> bool:
        """Return whether there is another answer for a switch that refused one."""
        if not state.can_repeat:
            return False
        sent = {action.params["sha256"] for action in state.plan.actions}
        units = set(planned_units(state.plan))
        other = any(
            file.ack is not None and file.sha256 not in sent and units & set(file.ack.units)
            for file in self._acks.files
        )
        if other:
            self._refused.update((state.plan.name, sha256) for sha256 in sent)
        return other


class Considered(Protocol):
    """The switches that a stage considered, with the results and the playbook of each."""

    considered: dict[str, PlanningResult]
    playbook_of: dict[str, str]

    def failing(self, name: str) -> tuple[str, ...]:
        """Return the rules of the stage that did not pass when it was planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSession:
    """The change of one stage, of whichever verb. ``replaces`` is set where a refused one is planned anew."""

    verb: Considered
    plan: Callable[[Collection[str]], PlanResult]
    apply: Callable[[Sequence[SwitchPlan]], ChangeResult]
    resume: Callable[[Path, Collection[str]], ChangeResult]
    replaces: Callable[[SwitchState], bool]

    @classmethod
    def of(
        cls,
        verb: Considered,
        session: ChangeSession[Observation, Result],
        change_of: Callable[[Result], ChangeResult],
        replaces: Callable[[SwitchState], bool] = lambda state: False,
    ) -> StageSession:
        """Return the session of a stage."""
        return cls(
            verb=verb,
            plan=session.plan,
            apply=lambda plans: change_of(session.apply(plans)),
            resume=lambda path, names: change_of(session.resume(path, names)),
            replaces=replaces,
        )


def _change_of(result: SaveResult | ImportResult) -> ChangeResult:
    return result.change


def exchange_session(
    exchange: ExchangeStage,
    session: ChangeSession[PlannedSwitch, ChangeResult],
    request: ApplyRequest,
    folder: Path,
    empty: set[str],
    done: Mapping[UnitId, str],
) -> StageSession:
    """Return the session of a stage with an exchange, for the switches of ``session``. Raises InputError.

    ``folder`` is that of the answers, ``empty`` are the switches whose file has no report, ``done`` the units
    of those that have their answer.
    """

    def document(result: SaveResult | ImportResult) -> str:
        return request.document(result.change)

    fleet, options = request.plan.fleet, request.options
    if exchange.stage.exchange == SAVE:
        saving = SaveOptions(stamp=new_stamp(), which=exchange.stage.reports)
        save = FlowSave(
            SaveRequest(fleet=fleet, saving=saving, options=options, lang=request.lang, document=document),
            exchange,
        )
        return StageSession.of(exchange, session.with_verb(save, document), _change_of)
    make_private(folder)
    verb = FlowImport(
        ImportRequest(
            fleet=fleet,
            importing=ImportOptions(waits=True),
            options=options,
            settled=request.settled,
            document=document,
        ),
        exchange,
        answers_in(folder, request.answers),
        folder,
        empty,
        done,
    )
    return StageSession.of(exchange, session.with_verb(verb, document), _change_of, verb.replaces)


def answers_in(folder: Path, named: Sequence[Path]) -> AckFiles:
    """Return the answers that the operator named, and those in the folder of a flow. Raises InputError."""
    paths = list(named)
    if folder.is_dir() and any(not each.name.startswith(".") for each in folder.iterdir()):
        paths.append(folder)
    return AckFiles.read(paths) if paths else AckFiles()


def answers_folder(journal: Path) -> Path:
    """Return the folder for CSSM's answers to a flow."""
    return journal.parent / ACKS


def without_reports(flow: Flow, progress: Mapping[str, FlowProgress]) -> set[str]:
    """Return the switches whose file has no report: nothing is to be uploaded. Raises StoreError."""
    found: set[str] = set()
    for recorded, names in _saves(flow, progress):
        files = {each.host: each for each in received_in(recorded.events)}
        found.update(name for name in names if name in files and not files[name].reports)
    return found


def answered_units(flow: Flow, progress: Mapping[str, FlowProgress]) -> dict[UnitId, str]:
    """Return the units of the switches that have their answer, with the name of each. Raises StoreError."""
    return {
        unit: file.host
        for recorded, names in _saves(flow, progress)
        for file in received_in(recorded.events)
        if file.host in names and _is_answered(flow, progress[file.host])
        for unit in printed_in("\n".join(file.units))
    }


def _is_answered(flow: Flow, progress: FlowProgress) -> bool:
    """Return whether the answer of a switch is here: its import was begun, or is over."""
    if progress.stage < len(flow.stages) and flow.stages[progress.stage].exchange == IMPORT:
        return progress.journal is not None
    return any(flow.stages[result.stage].exchange == IMPORT for result in progress.results)


def _refused_its_answer(name: str, progress: FlowProgress) -> bool:
    """Return whether a switch refused its answer, so that it needs another one."""
    if progress.journal is None or not Path(progress.journal).exists():
        return False
    state = read_change(Path(progress.journal)).states.get(name)
    return state is not None and state.can_repeat


def open_exchange(flow: Flow, progress: Mapping[str, FlowProgress], journal: Path) -> OpenExchange | None:
    """Return what is to be carried to CSSM, of the switches that wait for an answer; None for nothing.

    An answer that a switch refused is awaited again, and nothing is uploaded for it. Of a bundle that is
    answered in part, the files of the other switches are uploaded by themselves.
    """
    importing = {
        name: each
        for name, each in progress.items()
        if each.stage < len(flow.stages) and flow.stages[each.stage].exchange == IMPORT
    }
    waiting = {name for name, each in importing.items() if each.journal is None}
    if not waiting and not any(_refused_its_answer(name, each) for name, each in importing.items()):
        return None
    answered = {name for name, each in progress.items() if _is_answered(flow, each)}
    uploads = []
    for recorded, names in _saves(flow, {name: importing[name] for name in importing if name in waiting}):
        saving = SaveOptions.of(recorded.begin.plans[0].actions[0].params)
        files = [each for each in received_in(recorded.events) if each.reports]
        bundles, unbundled = plan_bundles(files, saving.made, BundleLimits())
        whole = [each for each in bundles if answered.isdisjoint(one.file.host for one in each.files)]
        alone = [
            *(each.file for each in unbundled),
            *(one.file for each in bundles if each not in whole for one in each.files),
        ]
        folder = Path(str(recorded.begin.to))
        found = SavedUpload(
            folder=str(folder),
            instructions=str(folder / upload.TEXT),
            bundles=tuple(each for each in whole if any(one.file.host in names for one in each.files)),
            files=tuple(file for file in alone if file.host in names),
        )
        if found.bundles or found.files:
            uploads.append(found)
    return OpenExchange(answers=str(answers_folder(journal)), uploads=tuple(uploads))


def _saves(flow: Flow, progress: Mapping[str, FlowProgress]) -> list[tuple[RecordedChange, list[str]]]:
    """Return the saves of a flow, each with its switches among these."""
    stages = [number for number, stage in enumerate(flow.stages) if stage.exchange == SAVE]
    names: dict[str, list[str]] = {}
    for name, each in progress.items():
        for number in stages:
            if (journal := each.journals.get(number)) is not None:
                names.setdefault(journal, []).append(name)
    found = []
    for path, those in names.items():
        try:
            found.append((read_change(Path(path)), those))
        except StoreError:
            continue  # it was removed: its files are gone as well
    return found


def _is_empty(result: PlanningResult) -> bool:
    return result.plan is None and not result.skipped


_ONLINE: Final = Text(
    "its transport is '{transport}', not off: it reports by itself, without files",
    "トランスポートが off ではなく '{transport}' のため、ファイルではなくスイッチ自身が報告します",
)
_NO_REPORT: Final = Text("its file has no report", "ファイルにレポートがありません")
_LATER: Final = Text("it waits for CSSM's answer", "CSSM の応答を待ちます")
_NO_ANSWER: Final = Text(
    "CSSM's answer is not here: upload its file, and put the answer into {folder}",
    "CSSM の応答がありません。ファイルをアップロードし、応答を {folder} に置いてください",
)
