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

from slp_ops.app.audit_device import other_platform
from slp_ops.app.change.context import (
    BufferedEvidence,
    EvidenceRecord,
    StopController,
    Timeouts,
)
from slp_ops.app.change.operator import ask_consent
from slp_ops.app.change.plan_file import sealed_plan
from slp_ops.app.change.results import ChangeResult, PlanResult
from slp_ops.app.change.rollout import Rollout, keep
from slp_ops.app.change.verb import ChangeVerb, Observation, Result
from slp_ops.app.change_making import AtWorkers, FromHere
from slp_ops.app.cluster_extra import require_cluster
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
from slp_ops.model import DeviceStatus
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
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.context import StepOperator
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change_making import ChangeMaking
    from slp_ops.app.device_work import DeviceEngine
    from slp_ops.app.operator import Progress
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.planning import SwitchPlan
    from slp_ops.ports import Credentials, FileStore, Secret
    from slp_ops.runs import Run

OtherObservation = TypeVar("OtherObservation")
OtherResult = TypeVar("OtherResult")


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """Switches, session options, and the runs folder."""

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")


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
                if memory.facts.platform is not None:
                    failure = other_platform(memory.facts.platform)
                    return replace(result, status=DeviceStatus.FAILED, error=failure)
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
        self._check_plans(plans)
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
                return self._change(
                    run, fleet, states, file, secrets, files, step_operator, change=run.path.name
                )

    def resume(self, path: Path, names: Collection[str] | None = None) -> Result:
        """Resume a change on every unfinished switch, or on these ones."""
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
            self._check_way(
                (state for name, state in states.items() if names is None or name in names),
                sealed=file.sealed,
            )
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
                return self._change(
                    run,
                    fleet,
                    states,
                    file,
                    secrets,
                    files,
                    step_operator,
                    change=str(recorded.begin.change),
                )

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
            if file.sealed:  # else what it says is not believed, and the switches are looked at
                states = {name: state for name, state in states.items() if not state.rolled_back}
            if not states:
                self.operator.notice(
                    "nothing was sent: every switch that this change was sent to is rolled back already"
                )
                return self.verb.result(ChangeResult(journal=str(path)))
            self._check_way(states.values(), sealed=file.sealed)
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
                return self._change(
                    run, fleet, states, file, {}, None, step_operator, change=record.id, back=True
                )

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
        change: str,
        back: bool = False,
    ) -> Result:
        """Change the switches; ``change`` is the id of the change in the index."""
        captures = {device.name: EvidenceRecord(run.device(device)) for device in fleet.devices}
        making: ChangeMaking
        if self.fleet.connecting.hub is not None:
            making = self._over_hub(run, fleet, states, journal, files, captures, change)
        else:
            connecting = self.fleet.connecting
            making = FromHere(
                verb=self.verb,
                transport=RateLimitedCopies(
                    by_name(fleet.credentials, connecting, self.operator), rate=connecting.login_rate
                ),
                states=states,
                captures=captures,
                mask=run.masked,
                journal=journal,
                secrets=secrets,
                files=files,
                operator=step_operator,
                timeouts=Timeouts(wait=self.options.wait, reload=self.options.reload_wait),
                rollback_on_fail=self.options.rollback_on_fail,
            )
        verb = self.verb

        async def changed(
            device: Device, stop_controller: StopController, shown: Progress
        ) -> DeviceChangeResult | None:
            return await making.change(device, stop_controller, shown.event, back=back)

        switches = pluralize(len(fleet.devices), "switch")
        journal.reserve(states[device.name].plan for device in fleet.devices)
        self.operator.status(f"run {run.id}: {switches}, journal {journal.path}")
        name_open_mode(run.path.parent, "700", self.operator)
        rollout = Rollout(self.options.sizes, self.options.max_fail, self.operator, run, captures, back=back)
        try:
            with session_logs(run, self.fleet.connecting):
                rollout.change_all(
                    fleet.devices,
                    changed,
                    transport=making,
                    workers=self.fleet.connecting.at_once,
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

    def _over_hub(
        self,
        run: Run,
        fleet: _Fleet,
        states: Mapping[str, SwitchState],
        journal: JournalFile,
        files: FileStore | None,
        captures: Mapping[str, EvidenceRecord],
        change: str,
    ) -> ChangeMaking:
        """Return what has workers make the change. Raises InputError, HubError."""
        connecting = self.fleet.connecting
        assert connecting.hub is not None  # noqa: S101 - the caller has looked
        if self.verb.is_done_over_hub:
            if files is None:
                raise ValueError("an exchange of files has a folder for them")
            return AtWorkers(
                verb=self.verb,
                engine=over_hub(connecting.hub, fleet.devices, connecting, self.operator, approves=True),
                run=run,
                states=states,
                captures=captures,
                journal=journal,
                files=files,
            )
        require_cluster()
        from slp_ops.app.hub_changes import HubChanges

        return HubChanges(
            connecting.hub,
            fleet.devices,
            connecting,
            self.operator,
            run=run,
            journal=journal,
            states=states,
            captures=captures,
            change=change,
            work=self.verb.hub_work,
            task_of=lambda device, back: self.verb.hub_task(
                device, states[device.name], change, self.options, back=back
            ),
        )

    def _check_way(self, states: Iterable[SwitchState], *, sealed: bool = True) -> None:
        """Refuse to continue a change in another way than it was begun, over a hub or from here.

        The journal of the worker that makes a change knows more than the one here. Raises InputError.
        """
        if self.verb.is_done_over_hub:
            return
        over_hub = self.fleet.connecting.hub is not None
        found = list(states)
        if over_hub:
            self.verb.check_hub([state.plan for state in found])
        touched = [state for state in found if state.touched]
        away = [state for state in touched if state.is_at_worker]
        if away and not (over_hub and sealed):
            names = ", ".join(state.plan.name for state in away)
            workers = ", ".join(dict.fromkeys(state.approved.worker for state in away if state.approved))
            raise InputError(
                f"the change of {names} is with {workers}, a worker of its site; nothing was sent",
                hint="continue with --hub, and with the journal as slp-ops of this user wrote it",
            )
        here = [state.plan.name for state in touched if state.approved is None]
        if over_hub and (here or not sealed):
            raise InputError(
                f"the change of {', '.join(here)} was begun without a hub; nothing was sent"
                if here
                else "a journal that slp-ops of this user did not write is not continued over a hub",
                hint="continue without --hub, on a computer that reaches the switches",
            )

    def _check_plans(self, plans: Sequence[SwitchPlan]) -> None:
        """Refuse a plan that the verb cannot apply, or not over a hub. Raises InputError."""
        self.verb.check_plans(plans)
        if self.fleet.connecting.hub is not None and not self.verb.is_done_over_hub:
            self.verb.check_hub(plans)

    def _engine(self, fleet: _Fleet) -> DeviceEngine:
        """Return what reads the switches for a plan. Raises InputError, HubError."""
        connecting = self.fleet.connecting
        if connecting.hub is not None:
            engine = over_hub(connecting.hub, fleet.devices, connecting, self.operator)
            engine.name_missing_permissions(self.verb.hub_work.name)
            return engine
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
            raise InputError(
                f"the selection does not include {', '.join(missing)}",
                hint="select every switch of the change, see --inventory, --site, --tag and --limit",
            )
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
        undetermined=any(each.is_unjudged for _, each in found),
    )


_BLOCKED: Final = Text("{why}: {hint}", "{why}: {hint}")
_NOT_BACK: Final = Text(
    "nothing was sent: the rollback was not accepted",
    "何も送信していません: ロールバックが承認されませんでした",
)
