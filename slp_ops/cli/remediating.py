"""The ways through ``slp-ops remediate``: plan, apply, go on, give back."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import click

from slp_ops.app.sessions import Connecting, by_name, credentials_for, with_transport
from slp_ops.cli import consent, shown_change, shown_plan
from slp_ops.cli.changing import Changing, Fleet, change_all
from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.parameters import files_of, refuse_secrets_of, secrets_of
from slp_ops.cli.planning import commands_to_read, look_all, read_code, save_plan, those
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.i18n import counted
from slp_ops.plan import SCHEMA, Execute, SwitchPlan, plan_of, record
from slp_ops.plan.journalled import Journalled, journalled
from slp_ops.usecases.apply import Applied, apply
from slp_ops.usecases.line import Line
from slp_ops.usecases.rollback import roll_back
from slp_ops.usecases.work import Kept, Limits, Work
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.selection import Target
    from slp_ops.cli.progress import Progress
    from slp_ops.i18n import Lang
    from slp_ops.inventory import Inventory
    from slp_ops.model import Capture, Device
    from slp_ops.ports import Credentials, Journal, Secret
    from slp_ops.store import Run
    from slp_ops.usecases.remediate import Looked, Wanted
    from slp_ops.usecases.work import Pace, Person, Settled


@dataclass(slots=True, kw_only=True)
class Session:
    """One call of the verb."""

    target: Target
    connecting: Connecting
    runs_dir: Path
    wanted: Wanted
    changing: Changing
    secret_files: tuple[str, ...]
    manual_done: bool
    settled: Mapping[str, Settled]
    lang: Lang
    as_json: bool
    _given_secrets: dict[str, Secret] = field(default_factory=dict)

    # -- planning ---------------------------------------------------------------------------------

    def dry_run(self, out: Path | None) -> Exit:
        """Read and plan; nothing here can send a change."""
        inventory, devices = self._devices()
        looked, run_id = self._look(credentials_for(inventory, devices, ask=TerminalOperator().ask), devices)
        found = shown_plan.as_record(looked, run_id)
        text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
        if out is not None:
            save_plan(out, text)
        if self.as_json:
            click.echo(json.dumps(found, ensure_ascii=True))
        else:
            shown_plan.print_plan(looked, self.lang)
            if out is not None:
                words = ("slp-ops", "remediate", "-i", str(self.target.inventory_path), "--plan", str(out))
                click.echo(f"Plan: {out}\nApply it with: {shlex.join(words)}")
        return read_code(looked)

    def plan_and_apply(self) -> Exit:
        """Read, plan, show, ask, apply."""
        inventory, devices = self._devices()
        credentials = credentials_for(inventory, devices, ask=TerminalOperator().ask)
        looked, _ = self._look(credentials, devices)
        if not self.as_json:
            shown_plan.print_plan(looked, self.lang)
        plans = shown_plan.plans_of(looked)
        if not plans:
            if self.as_json:
                click.echo(json.dumps(shown_plan.as_record(looked, ""), ensure_ascii=True))
            return read_code(looked)
        return worst(read_code(looked), self._apply(credentials, devices, plans))

    def apply_file(self, found: Mapping[str, Any], path: Path) -> Exit:
        """Apply a saved plan."""
        if found.get("schema") != SCHEMA:
            raise InputError(f"{path} is no plan of this slp-ops", hint=f"expected schema {SCHEMA}")
        inventory, chosen = self._devices()
        names = {device.name for device in chosen}
        plans = [
            plan for each in found.get("devices", ()) if (plan := plan_of(each, str(path))).name in names
        ]
        if not plans:
            raise InputError(
                f"{path} plans nothing for the switches that are selected",
                hint="see what it holds, and the choice by --site, --tag and --limit",
            )
        devices = those(chosen, plans)
        if not self.as_json:
            for plan in plans:
                shown_plan.print_switch(plan, self.lang)
        return self._apply(credentials_for(inventory, devices, ask=TerminalOperator().ask), devices, plans)

    def _look(self, credentials: Credentials, devices: Sequence[Device]) -> tuple[list[Looked], str]:
        read = look_all(
            devices,
            credentials,
            connecting=self.connecting,
            runs_dir=self.runs_dir,
            selection=self.target.described(),
            wanted=self.wanted,
            ask=not self.as_json and consent.on_terminal(),
        )
        self.wanted = read.wanted
        return read.looked, read.run

    # -- changing ---------------------------------------------------------------------------------

    def resume(self, path: Path) -> Exit:
        """Go on with every switch of a journal that has not come to its end."""
        from slp_ops.store.journal import JournalFile

        file, events = JournalFile.resume(path)
        with file:
            if "verb" in events[0]:
                verb = str(events[0]["verb"]).replace("-", " ")
                raise InputError(f"{path} is the journal of {verb}", hint=f"slp-ops {verb} --resume {path}")
            states = journalled(events, str(path))
            open_ = [state for state in states.values() if not state.finished]
            if not open_:
                click.echo("every switch of this journal has come to its end", err=True)
                return Exit.FINE
            inventory, chosen = self._devices()
            devices = those(chosen, [state.plan for state in open_])
            states = {device.name: states[device.name] for device in devices}
            file.write({"event": "resumed", "devices": list(states)})
            return self._change(
                credentials_for(inventory, devices, ask=TerminalOperator().ask),
                devices,
                states,
                file,
                str(path),
            )

    def roll_back(self, path: Path) -> Exit:
        """Give the earlier configuration of every switch of a journal back."""
        from slp_ops.store.journal import JournalFile

        file, events = JournalFile.resume(path)
        with file:
            states = {name: state for name, state in journalled(events, str(path)).items() if state.touched}
            if not states:
                click.echo("nothing was sent to any switch of this journal", err=True)
                return Exit.FINE
            inventory, chosen = self._devices()
            devices = those(chosen, [state.plan for state in states.values()])
            for device in devices:
                for action in states[device.name].plan.actions:
                    click.echo(f"{device.name}: {action.playbook}", err=True)
                    for line in action.undo:
                        click.echo(f"  {line}", err=True)
            if not self.changing.yes:
                if not consent.on_terminal():
                    raise InputError("nobody can be asked here", hint="in scripts: --yes")
                click.confirm(f"Roll {counted(len(devices), 'switch')} back?", abort=True, err=True)
            credentials = credentials_for(inventory, devices, ask=TerminalOperator().ask)
            return self._change(credentials, devices, states, file, str(path), back=True)

    def _apply(
        self, credentials: Credentials, devices: Sequence[Device], plans: Sequence[SwitchPlan]
    ) -> Exit:
        from slp_ops.store import Runs
        from slp_ops.store.journal import FILE, JournalFile

        self._check(plans)
        consent.ask(
            plans,
            yes=self.changing.yes,
            allow=self.changing.allow,
            confirmed=self.changing.confirmed,
            lang=self.lang,
        )
        self._secrets(plans)
        devices = those(devices, plans)
        with Runs(self.runs_dir).start("remediate", devices, selection=self.target.described()) as run:
            begin = {"slp_ops": __version__, "run": run.id, "plans": [record(plan) for plan in plans]}
            with JournalFile.create(run.path / FILE, begin) as file:
                states = {plan.name: Journalled(plan) for plan in plans}
                return self._in(run, credentials, devices, states, file, str(file.path), back=False)

    def _change(
        self,
        credentials: Credentials,
        devices: Sequence[Device],
        states: Mapping[str, Journalled],
        journal: Journal,
        journal_path: str,
        *,
        back: bool = False,
    ) -> Exit:
        from slp_ops.store import Runs

        plans = [state.plan for state in states.values()]
        if not back:
            self._secrets(plans, only_open=states)
        verb = "remediate-back" if back else "remediate"
        with Runs(self.runs_dir).start(verb, devices, selection=self.target.described()) as run:
            return self._in(run, credentials, devices, states, journal, journal_path, back=back)

    def _in(
        self,
        run: Run,
        credentials: Credentials,
        devices: Sequence[Device],
        states: Mapping[str, Journalled],
        journal: Journal,
        journal_path: str,
        *,
        back: bool,
    ) -> Exit:
        from slp_ops.fleet.pacing import PacedChanges

        transport = PacedChanges(by_name(credentials, self.connecting), rate=self.connecting.login_rate)
        person = self._person()
        commands = commands_to_read()

        async def change(device: Device, pace: Pace, shown: Progress) -> tuple[Applied, Sequence[Capture]]:
            state = states[device.name]
            kept = Kept(run.device(device))
            wanted = self._wanted_by(state.plan)
            work = Work(
                device=device,
                plan=state.plan,
                transport=transport,
                evidence=kept,
                mask=run.masked,
                journal=journal,
                commands=commands,
                judge=lambda facts: wanted.judge(device, facts),
                plan_again=lambda memory, outcomes: wanted.plan_again(device, memory, outcomes),
                secrets=self._given_secrets,
                person=person,
                pace=pace,
                limits=Limits(wait=self.changing.wait),
                on_event=shown.event,
            )
            if back:
                return await _back(work, state), kept.captures
            applied = await apply(work, state, rollback_on_fail=self.changing.rollback_on_fail)
            return applied, kept.captures

        click.echo(f"run {run.id}: {counted(len(devices), 'switch')}, journal {journal_path}", err=True)
        fleet = change_all(
            devices,
            change,
            run=run,
            transport=transport,
            changing=self.changing,
            workers=self.connecting.workers,
            alone=lambda device: states[device.name].plan.reloads and not back,
            back=back,
        )
        return self._report(run, fleet, journal_path, back=back)

    def _report(self, run: Run, fleet: Fleet, journal_path: str, *, back: bool) -> Exit:
        found = shown_change.as_record(
            fleet.ended, fleet.not_begun, run=run.id, path=str(run.path), journal=journal_path
        )
        run.attach("change.json", json.dumps(found, indent=1, ensure_ascii=True) + "\n")
        if self.as_json:
            click.echo(json.dumps(found, ensure_ascii=True))
        else:
            shown_change.print_result(found, fleet.ended, self.lang)
        code = shown_change.exit_code(fleet.ended, stopped=fleet.stopped, back=back)
        return code if code is not Exit.FINE or not fleet.not_begun else Exit.CHANGE_FAILED

    # -- small things -----------------------------------------------------------------------------

    def _devices(self) -> tuple[Inventory, tuple[Device, ...]]:
        inventory, found = self.target.choose(TerminalOperator())
        devices = with_transport(found, self.connecting)
        refuse_secrets_of(devices, self.wanted.playbooks)
        return inventory, devices

    def _wanted_by(self, plan: SwitchPlan) -> Wanted:
        """What gives this plan again, as long as the switch is as it was."""
        options = {name: value for action in plan.actions for name, value in action.params.items()}
        return replace(
            self.wanted,
            options=options,
            files=files_of(options, self.wanted.playbooks),
            named=tuple(action.playbook for action in plan.actions),
        )

    def _check(self, plans: Iterable[SwitchPlan]) -> None:
        known = {playbook.id for playbook in self.wanted.playbooks}
        for plan in plans:
            for action in plan.actions:
                if action.playbook not in known:
                    raise InputError(
                        f"there is no playbook {action.playbook}, which the plan of {plan.name} needs",
                        hint="name the folder it came from with --playbooks DIR",
                    )

    def _secrets(
        self, plans: Sequence[SwitchPlan], only_open: Mapping[str, Journalled] | None = None
    ) -> None:
        names = [name for plan in plans for action in plan.actions for name in action.secrets]
        if only_open is not None:
            names = [name for state in only_open.values() for name in _waiting_secrets(state)]
        self._given_secrets = secrets_of(
            names, self.secret_files, self.wanted.playbooks, ask=consent.on_terminal()
        )

    def _person(self) -> Person:
        if consent.on_terminal() and not self.settled and not self.manual_done:
            return consent.Terminal(self.lang)
        return consent.Told(manual_done=self.manual_done, settled=self.settled)


async def _back(work: Work, state: Journalled) -> Applied:
    line = Line(work)
    try:
        rolled = await roll_back(work, state, line)
    finally:
        await line.close()
    event = {"event": "end", "device": work.device.name, "state": rolled.end.value, "why": rolled.why.en}
    work.journal.write(event)
    return Applied(name=work.device.name, site=work.device.site, end=rolled.end, why=rolled.why)


def _waiting_secrets(state: Journalled) -> list[str]:
    """The secrets of the steps that are not done yet."""
    from slp_ops.playbook.template import secrets_in

    return [
        name
        for number, (_, step) in enumerate(state.plan.steps)
        if number >= state.next_step and isinstance(step, Execute)
        for name in secrets_in(step.command)
    ]
