"""One change of a fleet: read, plan, show, consent, secrets, run with a journal, verify, result.

``slp-ops remediate`` and ``slp-ops usage`` are configurations of it: a ``ChangeVerb`` supplies what they
differ in. Nothing but applying a plan holds a session that can change a switch.
"""

from __future__ import annotations

import os
import shlex
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from slp_ops.app.change.apply import DeviceChangeResult, apply, note_end
from slp_ops.app.change.at_worker import ChangeAtWorker
from slp_ops.app.change.context import (
    BufferedEvidence,
    ChangeContext,
    EvidenceRecord,
    FileCopying,
    StopController,
    Timeouts,
)
from slp_ops.app.change.device_session import DeviceSession
from slp_ops.app.change.operator import ask_consent
from slp_ops.app.change.plan_file import sealed_plan
from slp_ops.app.change.results import ChangeResult, PlanResult
from slp_ops.app.change.rollback import roll_back
from slp_ops.app.change.rollout import Rollout, keep
from slp_ops.app.change.verb import ChangeVerb, Observation, Result
from slp_ops.app.collect_task import COLLECT, CollectTask
from slp_ops.app.commands import CommandList
from slp_ops.app.device_work import EarlierPart, InProcess
from slp_ops.app.engines import over_hub
from slp_ops.app.fleet import visit_all
from slp_ops.app.follow_up import journal_command, switch_options
from slp_ops.app.operator import Declined, name_open_mode
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.session_logs import session_logs
from slp_ops.app.sessions import SessionOptions, by_name, credentials_for, with_session_options
from slp_ops.engine.batches import NoBatches as NoBatches
from slp_ops.engine.batches import parse_batches as parse_batches
from slp_ops.engine.pacing import RateLimited, RateLimitedCopies
from slp_ops.errors import InputError, Interrupted, StoreError
from slp_ops.i18n import Text, pluralize
from slp_ops.planning.journal_state import (
    BeginEvent,
    ChangeOutcome,
    RecordedChange,
    ResumedEvent,
    SwitchState,
)
from slp_ops.planning.model import PlanningResult, SkippedPlaybook, plan_differences, what_changed
from slp_ops.planning.planner import serials_of
from slp_ops.playbook import Risk as Risk
from slp_ops.rules.dependencies import FactContext
from slp_ops.runs import Runs, RunState
from slp_ops.runs.change_index import ChangedSwitch, ChangeRecord
from slp_ops.runs.journal import FILE, JournalFile
from slp_ops.runs.open_changes import OpenChanges, refusal
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from slp_ops.app.change.context import StepOperator
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.device_work import DeviceEngine
    from slp_ops.app.fleet import Closable
    from slp_ops.app.operator import Progress
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.planning import SwitchPlan
    from slp_ops.ports import Credentials, FileStore, Secret
    from slp_ops.runs import Run

    _Changing: TypeAlias = Callable[[Device, StopController, Progress], Awaitable[DeviceChangeResult]]

OtherObservation = TypeVar("OtherObservation")
OtherResult = TypeVar("OtherResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """Switches, session options, and the runs folder."""

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOptions:
    """Options of a change, including prior consent.

    ``sizes`` are the batches, each with whether it is percent. ``wait`` seconds are given to proofs and to
    the rules that verify a change, ``reload_wait`` seconds to a switch that reloads. ``confirmed`` are the
    names of switches for what is disruptive.
    """

    yes: bool = False
    allow: Risk = Risk.CHANGE
    confirmed: frozenset[str] = frozenset()
    sizes: tuple[tuple[int, bool], ...] = ((1, False), (10, True), (100, True))
    max_fail: int = 0
    wait: float = 3600.0
    reload_wait: float = 1800.0
    rollback_on_fail: bool = False


@dataclass(frozen=True, slots=True)
class _Fleet:
    devices: tuple[Device, ...]
    credentials: Credentials


@dataclass(slots=True, kw_only=True)
class ChangeSession(Generic[Observation, Result]):
    """One call of a verb. ``document`` renders the result that is kept in the run.

    ``own_changes`` are journals of the caller, which names the way on itself: they are not announced as
    unfinished.
    """

    verb: ChangeVerb[Observation, Result]
    fleet: FleetOptions
    options: ChangeOptions
    operator: ChangeOperator
    document: Callable[[Result], str]
    own_changes: set[Path] = field(default_factory=set)
    _announced: set[str] = field(default_factory=set, init=False)  # unfinished changes, each once in a call
    _chosen: _Fleet | None = field(default=None, init=False)

    # -- planning ---------------------------------------------------------------------------------

    def plan(self, names: Collection[str] | None = None) -> PlanResult:
        """Read the switches and plan for them; nothing here can send a change. ``names`` are some of them."""
        fleet = self._choose()
        if names is not None:
            fleet = replace(fleet, devices=tuple(each for each in fleet.devices if each.name in names))
        return self._plan(fleet, self.verb.plan)

    def _plan(
        self,
        fleet: _Fleet,
        planner: Callable[[Mapping[str, Observation], ChangeOperator], Mapping[str, PlanningResult]],
        *,
        replacing: Path | None = None,
    ) -> PlanResult:
        verb, connecting, operator = self.verb, self.fleet.connecting, self.operator
        engine = self._engine(fleet)
        observations: dict[str, Observation] = {}
        switches = {device.name: _switch(device) for device in fleet.devices}
        with self._run(f"{verb.title}-plan", fleet.devices) as run:

            async def read(
                device: Device, commands: Sequence[ShowCommand], earlier: EarlierPart, shown: Progress
            ) -> tuple[DeviceResult, BufferedEvidence]:
                task = CollectTask(
                    device=device,
                    commands=CommandList.of(commands),
                    collect_options=CollectOptions(),
                    earlier=earlier,
                )
                result = await engine.visit(COLLECT, task, run, shown.event)
                folder = run.device(device)
                return result, BufferedEvidence.of_run(folder, result.captures, run.masked, verb.row_commands)

            async def visit(device: Device, shown: Progress) -> DeviceResult:
                result, memory = await read(device, verb.commands, EarlierPart(), shown)
                if result.error is None and (more := verb.follow_up_commands(memory)):
                    earlier = EarlierPart(captures=result.captures, release=result.release)
                    result, memory = await read(device, more, earlier, shown)
                if memory.any_read and not (verb.needs_whole and memory.any_cut):
                    observations[device.name] = verb.observe(device, memory)
                    switches[device.name] = _switch(device, serials_of(FactContext(memory.facts)))
                return result

            results = visit_all(
                "plan",
                fleet.devices,
                visit,
                run=run,
                sessions=engine,
                connecting=connecting,
                operator=operator,
                leads_to_change=True,
            )
            in_order = {each.name: observations[each.name] for each in results if each.name in observations}
            verb.unread = tuple(
                each
                for each in results
                if each.name not in observations or verb.lacks_output(observations[each.name])
            )
            blocked = self._blocked(results, switches, replacing)
            considered = {
                **planner({name: look for name, look in in_order.items() if name not in blocked}, operator),
                **{name: why for name, why in blocked.items() if name in in_order},
            }
            planned = replace(_plan_result(results, considered, run=run.id), blocked=tuple(blocked))
            if verb.in_journal:
                planned = replace(planned, verb=verb.title, left_out=verb.left_out)
            run.attach("plan.json", sealed_plan(planned, ascii_only=verb.ascii_only))
        return planned

    def _blocked(
        self, results: Sequence[DeviceResult], switches: Mapping[str, ChangedSwitch], replacing: Path | None
    ) -> dict[str, PlanningResult]:
        """Name the open changes of these switches; return why nothing is planned for some of them."""
        found = OpenChanges().of(switches.values(), replacing=replacing)
        for change in found:
            words = _BLOCKED.format(why=change.why, hint=change.hint)
            if change.journal not in self.own_changes and words.en not in self._announced:
                self._announced.add(words.en)
                self.operator.warn(words)
        sites = {result.name: result.site for result in results}
        blocked = {change.name: change for change in found if change.blocks}
        return {
            name: PlanningResult(
                plan=None,
                skipped=(
                    SkippedPlaybook(
                        name=name, site=sites[name], why=_BLOCKED.format(why=change.why, hint=change.hint)
                    ),
                ),
            )
            for name, change in blocked.items()
        }

    def rebuild(self, plans: Sequence[SwitchPlan], file: Path, *, as_planned: bool = False) -> Result:
        """Plan again what a file without a valid seal contains, show it, and apply it as a new plan.

        ``as_planned`` refuses a plan that differs from the file. Raises InputError, Declined.
        """
        self.verb.check_rebuild(file, lambda: self._again(plans, file))
        self.verb.check_plans(plans)
        self.operator.notice(
            f"{file} was not written by slp-ops of this user, or was changed since: "
            "its playbooks are planned again"
        )
        recorded = {plan.name: plan for plan in plans}
        replacing = None if as_planned else file
        planned = self._plan(
            self._fleet_of(plans),
            lambda observations, _: self.verb.rebuild(observations, recorded, resumed=not as_planned),
            replacing=replacing,
        )
        self.operator.show_plan(planned)
        for plan in planned.plans if as_planned else ():
            before = recorded[plan.name]
            differences = (*what_changed(before.fields, plan.fields), *plan_differences(before, plan))
            if differences:
                raise InputError(
                    f"{file} is stale for {plan.name}; nothing was sent. "
                    f"Planning again yields another plan: {'; '.join(differences)}",
                    hint=f"plan again: {self._again(plans, file)} --out new-plan.json",
                )
        if planned.plans:
            return self.apply(planned.plans, replacing=replacing, from_file=True)
        if planned.unread:
            names = ", ".join(each.name for each in planned.unread)
            raise InputError(f"{names} could not be read; nothing was sent", hint="run it again")
        reasons = [f"{each.name}: {each.why.en}" for each in planned.skipped if not each.needless]
        if reasons:
            raise InputError(
                f"{file} cannot be rebuilt: {'; '.join(reasons)}",
                hint=f"plan again: {self._again(plans, file)} --out new-plan.json",
            )
        self.operator.notice("nothing is left to do by planning again")
        return self.verb.result(ChangeResult(journal=str(file)))

    # -- changing ---------------------------------------------------------------------------------

    def apply(
        self, plans: Sequence[SwitchPlan], *, replacing: Path | None = None, from_file: bool = False
    ) -> Result:
        """Ask for consent and secrets, and apply the plans. Raises InputError, Declined.

        ``replacing`` is a journal that the plans continue: it is no open change of its own any more.
        """
        self._check_is_here()
        self.verb.check_plans(plans)
        fleet = self._fleet_of(plans)
        ask_consent(
            plans,
            self.operator,
            yes=self.options.yes,
            allow=self.options.allow,
            confirmed=self.options.confirmed,
            from_file=from_file,
        )
        states = {plan.name: SwitchState(plan) for plan in plans}
        secrets = self.verb.secrets(states.values(), self.operator)
        with self._change_run(self.verb.title, fleet.devices) as run:
            title = self.verb.title if self.verb.in_journal else None
            path = run.path / FILE
            begin = BeginEvent(
                slp_ops=__version__, run=run.id, change=run.path.name, verb=title, plans=tuple(plans)
            )
            begin = self.verb.begin(begin, run)
            record = self._record(run.path.name, path, fleet, plans)
            entry = OpenChanges().begin(record, replacing=replacing)
            with JournalFile.create(path, begin, entry=entry) as file:
                files = self.verb.files(RecordedChange(begin=begin))
                step_operator = self.verb.step_operator(self.operator, resumed=None)
                return self._change(run, fleet, states, file, secrets, files, step_operator)

    def resume(self, path: Path, names: Collection[str] | None = None) -> Result:
        """Resume a change on every unfinished switch, or on these ones."""
        self._check_is_here()
        file, recorded = JournalFile.resume(path)
        with file:
            self._check_journal(recorded, path)
            states = recorded.states
            open_ = [
                state.plan
                for name, state in states.items()
                if not state.finished and not state.is_rolling_back and (names is None or name in names)
            ]
            back = ", ".join(name for name, state in states.items() if state.is_rolling_back)
            if not file.sealed:
                # Nothing that it says is done is believed either.
                return self.rebuild([state.plan for state in states.values()], path)
            kept = self._without_superseded((plan.name for plan in open_), recorded, path)
            open_ = [plan for plan in open_ if plan.name in kept]
            files = self.verb.files(recorded)
            if back:
                words = f"the rollback of {back} was begun, and is not complete"
                hint = journal_command(self.verb.verb, "--rollback", path)
                if not open_:
                    raise InputError(f"{words}; nothing was sent", hint=hint)
                self.operator.notice(f"{words}: {hint}")
            if not open_:
                self.operator.notice("every switch of this journal is finished")
                return self.verb.result(ChangeResult(journal=str(path)))
            fleet = self._fleet_of(open_)
            file.hold(OpenChanges().resume(self._record(str(recorded.begin.change), path, fleet, open_)))
            states = {device.name: states[device.name] for device in fleet.devices}
            file.write(ResumedEvent(devices=tuple(states)))
            for event in self.verb.changed_steps(states.values(), self.operator):
                file.write(event)
                states[event.device].apply(event)
            secrets = self.verb.secrets(states.values(), self.operator)
            with self._change_run(self.verb.title, fleet.devices) as run:
                step_operator = self.verb.step_operator(self.operator, resumed=states)
                return self._change(run, fleet, states, file, secrets, files, step_operator)

    def with_verb(
        self, verb: ChangeVerb[OtherObservation, OtherResult], document: Callable[[OtherResult], str]
    ) -> ChangeSession[OtherObservation, OtherResult]:
        """Return a session of another verb for the same switches: no password is asked for again."""
        made = ChangeSession(
            verb=verb, fleet=self.fleet, options=self.options, operator=self.operator, document=document
        )
        made.own_changes, made._announced = self.own_changes, self._announced
        made._chosen = self._choose()
        return made

    def roll_back(self, path: Path, names: Collection[str] | None = None) -> Result:
        """Restore the earlier configuration of every switch of a journal, or of these ones.

        Raises InputError, Declined.
        """
        self._check_is_here()
        file, recorded = JournalFile.resume(path)
        with file:
            self._check_journal(recorded, path)
            states = {
                name: state
                for name, state in recorded.states.items()
                if state.touched and (names is None or name in names)
            }
            if not states:
                self.operator.notice("nothing was sent to any switch of this journal")
                return self.verb.result(ChangeResult(journal=str(path)))
            kept = self._without_superseded(states, recorded, path)
            states = {name: state for name, state in states.items() if name in kept}
            if not file.sealed:
                checked = self.verb.check_rollback((state.plan for state in states.values()), path)
                for name, plan in checked.items():
                    states[name].plan = plan
                self.operator.notice(
                    f"{path} was not written by slp-ops of this user, or was changed since: "
                    "its lines were checked against the playbooks"
                )
            fleet = self._fleet_of([state.plan for state in states.values()])
            for device in fleet.devices:
                for action in states[device.name].plan.actions:
                    self.operator.notice(f"{device.name}: {action.playbook}")
                    for line in action.rollback:
                        self.operator.notice(f"  {line}")
            if not file.sealed:
                ask_consent(
                    [state.plan for state in states.values()],
                    self.operator,
                    yes=self.options.yes,
                    allow=self.options.allow,
                    confirmed=self.options.confirmed,
                    from_file=True,
                )
            elif not self.options.yes:
                if not self.operator.interactive:
                    raise InputError(
                        "confirmation is required, and no terminal is attached", hint="in scripts: --yes"
                    )
                if not self.operator.confirm(f"Roll {pluralize(len(fleet.devices), 'switch')} back?"):
                    raise Declined(_NOT_BACK)
            plans = [state.plan for state in states.values()]
            with self._change_run(f"{self.verb.title}-back", fleet.devices) as run:
                if file.sealed:
                    record = self._record(str(recorded.begin.change), path, fleet, plans)
                    file.hold(OpenChanges().resume(record))
                else:
                    record = self._record(run.path.name, path, fleet, plans)
                    file.hold(OpenChanges().begin(record, replacing=path))
                step_operator = self.verb.step_operator(self.operator, resumed=states)
                return self._change(run, fleet, states, file, {}, None, step_operator, back=True)

    def _without_superseded(
        self, names: Iterable[str], recorded: RecordedChange, path: Path
    ) -> frozenset[str]:
        """Leave out the switches that a newer change superseded; raises InputError if no other is left."""
        chosen = frozenset(names)
        found = OpenChanges().superseded(recorded.begin.change, path)
        refused = [each for name, each in found.items() if name in chosen]
        if refused and len(refused) == len(chosen):
            raise refusal(refused)
        for left_out in refused:
            self.operator.warn(_BLOCKED.format(why=left_out.why, hint=left_out.hint))
        return chosen - found.keys()

    def _change(
        self,
        run: Run,
        fleet: _Fleet,
        states: Mapping[str, SwitchState],
        journal: JournalFile,
        secrets: Mapping[str, Secret],
        files: FileStore | None,
        step_operator: StepOperator,
        *,
        back: bool = False,
    ) -> Result:
        verb, connecting = self.verb, self.fleet.connecting
        transport = RateLimitedCopies(
            by_name(fleet.credentials, connecting, self.operator), rate=connecting.login_rate
        )

        captures = {device.name: EvidenceRecord(run.device(device)) for device in fleet.devices}

        async def change(
            device: Device, stop_controller: StopController, shown: Progress
        ) -> DeviceChangeResult:
            state = states[device.name]
            evidence = captures[device.name]
            context = ChangeContext(
                device=device,
                plan=state.plan,
                transport=transport,
                evidence=evidence,
                mask=run.masked,
                journal=journal,
                commands=verb.commands,
                row_commands=verb.row_commands,
                judge=lambda facts: verb.judge(device, state.plan, facts),
                replan=lambda memory, outcomes: verb.replan(device, state.plan, memory, outcomes),
                secrets=secrets,
                operator=step_operator,
                stop_controller=stop_controller,
                timeouts=Timeouts(wait=self.options.wait, reload=self.options.reload_wait),
                copying=None if files is None else FileCopying(transport=transport, file_store=files),
                on_event=shown.event,
            )
            if back:
                return await _roll_back_device(context, state)
            return await apply(context, state, rollback_on_fail=self.options.rollback_on_fail)

        sessions: Closable = transport
        changing: _Changing = change
        if connecting.hub is not None:
            changing, sessions = self._at_workers(run, fleet, states, journal, files, captures)
        switches = pluralize(len(fleet.devices), "switch")
        journal.reserve(states[device.name].plan for device in fleet.devices)
        self.operator.status(f"run {run.id}: {switches}, journal {journal.path}")
        name_open_mode(run.path.parent, "700", self.operator)
        rollout = Rollout(self.options.sizes, self.options.max_fail, self.operator, run, captures, back=back)
        try:
            with session_logs(run, connecting):
                rollout.change_all(
                    fleet.devices,
                    changing,
                    transport=sessions,
                    workers=connecting.workers,
                    alone=lambda device: states[device.name].plan.reloads and not back,
                    verb=verb.verb,
                )
        except KeyboardInterrupt:
            count, total = len(rollout.ended), len(fleet.devices)
            if count < total:  # else nothing is left to stop
                option = "--rollback" if back else "--resume"
                raise Interrupted(
                    f"interrupted: {count} of {pluralize(total, 'switch')} ended; a step may be unfinished",
                    hint=journal_command(verb.verb, option, journal.path),
                ) from None
        touched = [name for name, applied in rollout.ended.items() if applied.touched]
        stale = [name for name, applied in rollout.ended.items() if applied.end is ChangeOutcome.STALE]
        result = verb.result(
            ChangeResult(
                run=run.id,
                path=str(run.path),
                journal=str(journal.path),
                devices=tuple(
                    rollout.ended[device.name] for device in fleet.devices if device.name in rollout.ended
                ),
                not_begun=tuple(device.name for device in fleet.devices if device.name not in rollout.ended),
                stopped=rollout.stopped,
                back=back,
                check=self._check(touched) if touched else "",
                again=self._again([states[name].plan for name in stale], journal.path) if stale else "",
            )
        )
        keep(lambda: run.attach(verb.attachment, self.document(result)), self.operator)
        return result

    def _at_workers(
        self,
        run: Run,
        fleet: _Fleet,
        states: Mapping[str, SwitchState],
        journal: JournalFile,
        files: FileStore | None,
        captures: Mapping[str, EvidenceRecord],
    ) -> tuple[_Changing, DeviceEngine]:
        """Return what has a switch changed by a worker near it, and the engine of these workers.

        Raises HubError.
        """
        connecting = self.fleet.connecting
        if connecting.hub is None or files is None:
            raise ValueError("only the exchange of files is made over a hub")
        engine = over_hub(connecting.hub, fleet.devices, connecting, self.operator)

        async def change(
            device: Device, stop_controller: StopController, shown: Progress
        ) -> DeviceChangeResult:
            return await self.verb.change_over_hub(
                ChangeAtWorker(
                    device=device,
                    plan=states[device.name].plan,
                    engine=engine,
                    run=run,
                    journal=journal,
                    evidence=captures[device.name],
                    files=files,
                    on_event=shown.event,
                )
            )

        return change, engine

    def _again(self, plans: Sequence[SwitchPlan], file: Path) -> str:
        """Return the command that makes these plans of a file again."""
        devices = {device.name: device for device in self.chosen()}
        known = [(plan, devices[plan.name]) for plan in plans if plan.name in devices]
        words = self.verb.again(known, file)
        switches = switch_options(self.fleet.target, [plan.name for plan in plans])
        return " ".join(
            word for word in (f"slp-ops {self.verb.verb}", shlex.join(words), switches, "--dry-run") if word
        )

    def _check(self, names: Sequence[str]) -> str:
        """Return the command that proves the change of these switches."""
        return f"{self.verb.check} {switch_options(self.fleet.target, names)}".rstrip()

    # -- switches ---------------------------------------------------------------------------------

    def _check_is_here(self) -> None:
        """Raise InputError over a hub, unless its workers make the changes of this verb."""
        if self.fleet.connecting.hub is not None and not self.verb.is_done_over_hub:
            raise InputError(
                "changes are not sent over a hub; nothing was sent",
                hint="run it without a hub on a computer that reaches the switches; with --dry-run, a plan "
                "is made over a hub too",
            )

    def _engine(self, fleet: _Fleet) -> DeviceEngine:
        """Return what reads the switches for a plan. Raises InputError, HubError."""
        connecting = self.fleet.connecting
        if connecting.hub is not None:
            return over_hub(connecting.hub, fleet.devices, connecting, self.operator)
        transport = by_name(fleet.credentials, connecting, self.operator)
        return InProcess(RateLimited(transport, rate=connecting.login_rate))

    def chosen(self) -> tuple[Device, ...]:
        """Return the selected switches. Raises InputError."""
        return self._choose().devices

    def _choose(self) -> _Fleet:
        if self._chosen is None:
            inventory, found = self.fleet.target.choose(self.operator)
            devices = with_session_options(found, self.fleet.connecting)
            self.verb.check_devices(devices)
            # Over a hub the workers have them, and none is asked for here.
            is_here = self.fleet.connecting.hub is None
            asked_for = devices if is_here else ()
            credentials = credentials_for(inventory, asked_for, ask=self.operator.ask)
            self._chosen = _Fleet(devices, credentials)
        return self._chosen

    def _fleet_of(self, plans: Sequence[SwitchPlan]) -> _Fleet:
        """The switches of these plans; raises InputError for one that is not selected."""
        fleet = self._choose()
        found = {device.name: device for device in fleet.devices}
        missing = [plan.name for plan in plans if plan.name not in found]
        if missing:
            raise InputError(f"the selection does not include {', '.join(missing)}")
        return replace(fleet, devices=tuple(found[plan.name] for plan in plans))

    def _run(self, title: str, devices: Sequence[Device]) -> Run:
        runs = Runs(self.fleet.runs_dir)
        return runs.start(title, devices, selection=self.fleet.target.described())

    @contextmanager
    def _change_run(self, title: str, devices: Sequence[Device]) -> Iterator[Run]:
        """Open the run of a change. A disk that refuses its end does not hide how the switches ended."""
        run = self._run(title, devices)
        try:
            yield run
        except BaseException:
            with suppress(StoreError):
                run.finish(RunState.INTERRUPTED)
            raise
        keep(run.finish, self.operator)

    def _record(self, change: str, journal: Path, fleet: _Fleet, plans: Iterable[SwitchPlan]) -> ChangeRecord:
        """Describe a change that this process makes, for the index of changes."""
        serials = {plan.name: plan.serials for plan in plans}
        return ChangeRecord(
            id=change,
            verb=self.verb.verb,
            journal=str(journal.absolute()),
            process=os.getpid(),
            started=datetime.now(UTC),
            switches=tuple(_switch(device, serials[device.name]) for device in fleet.devices),
        )

    def _check_journal(self, recorded: RecordedChange, path: Path) -> None:
        wanted = self.verb.title if self.verb.in_journal else None
        found = recorded.begin.verb
        if found != wanted:
            verb = (found or "remediate").replace("-", " ")
            shown = verb if wanted is None else found or "remediate"
            raise InputError(
                f"{path} is the journal of {shown}", hint=journal_command(verb, "--resume", path)
            )


def _switch(device: Device, serials: tuple[str, ...] = ()) -> ChangedSwitch:
    return ChangedSwitch(name=device.name, address=f"{device.host}:{device.port}", serials=serials)


async def _roll_back_device(context: ChangeContext, state: SwitchState) -> DeviceChangeResult:
    session = DeviceSession(context)
    try:
        rolled = await roll_back(context, state, session)
    finally:
        await session.close()
    end, why = note_end(context, rolled.end, rolled.why)
    return DeviceChangeResult(name=context.device.name, site=context.device.site, end=end, why=why)


def _plan_result(
    results: Sequence[DeviceResult], considered: Mapping[str, PlanningResult], *, run: str
) -> PlanResult:
    found = [(each, considered[each.name]) for each in results if each.name in considered]
    return PlanResult(
        run=run,
        plans=tuple(each.plan for _, each in found if each.plan is not None),
        skipped=tuple(skipped for _, each in found for skipped in each.skipped),
        choices=tuple((result.name, choice) for result, each in found for choice in each.choices),
        mentioned=tuple((result.name, each.mentioned) for result, each in found if each.mentioned),
        unread=tuple(each for each in results if each.name not in considered),
        results=tuple(results),
        findings={result.name: each.findings for result, each in found if each.findings},
    )


_BLOCKED: Final = Text("{why}: {hint}", "{why}: {hint}")
_NOT_BACK: Final = Text(
    "nothing was sent: the rollback was not accepted",
    "何も送信していません: ロールバックが承認されませんでした",
)
