"""What ``usage save`` and ``usage import`` have in common: look, plan, show, ask, apply, go on.

The engine is that of ``remediate``: its plans, its journal, its consent, its batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import click

from slp_ops.app.sessions import Connecting, by_name, credentials_for, with_transport
from slp_ops.cli import consent, shown_change, shown_plan
from slp_ops.cli.changing import Changing, Fleet, change_all
from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.planning import read_code, those
from slp_ops.cli.shown_exchange import print_plans
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import InputError
from slp_ops.i18n import counted
from slp_ops.json_documents import to_json
from slp_ops.plan import record
from slp_ops.plan.journalled import Journalled, journalled
from slp_ops.safetext import one_line
from slp_ops.usage.switch import COMMANDS
from slp_ops.usecases.apply import Applied, apply
from slp_ops.usecases.exchange import LookedAt, look_at, seen_in
from slp_ops.usecases.remediate import Looked
from slp_ops.usecases.work import Copying, Kept, Limits, Nobody, Work
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.operator import Progress
    from slp_ops.app.selection import Target
    from slp_ops.commands import ShowCommand
    from slp_ops.i18n import Lang, Text
    from slp_ops.model import Capture, Device, DeviceResult
    from slp_ops.plan import Considered, SwitchPlan
    from slp_ops.ports import Credentials, Shelf
    from slp_ops.store import Run
    from slp_ops.store.journal import JournalFile
    from slp_ops.usage.switch import Seen
    from slp_ops.usecases.work import Pace, Person, Settled


@dataclass(slots=True, kw_only=True)
class Exchange(ABC):
    """One call of a verb."""

    verb: ClassVar[str]  # as it is typed
    title: ClassVar[str]  # of its runs

    target: Target
    connecting: Connecting
    runs_dir: Path
    changing: Changing
    lang: Lang
    as_json: bool
    settled: Mapping[str, Settled] = field(default_factory=dict)
    unread: list[DeviceResult] = field(default_factory=list)

    # -- what the verbs differ in -----------------------------------------------------------------

    @abstractmethod
    def plan(self, seen: Sequence[Seen]) -> dict[str, Considered]:
        """What to do on each switch that was read, by its name."""

    @abstractmethod
    def again(self, seen: Seen, plan: SwitchPlan) -> Considered:
        """What planning would make of a switch now."""

    @abstractmethod
    def begin(self, run: Run, plans: Sequence[SwitchPlan]) -> dict[str, Any]:
        """Make what the steps need; what the journal begins with besides the plans."""

    @abstractmethod
    def shelf(self, events: Sequence[Mapping[str, Any]], states: Mapping[str, Journalled]) -> Shelf:
        """Where the files are, from what the journal says so far."""

    @abstractmethod
    def result(self, fleet: Fleet, found: dict[str, Any]) -> dict[str, Any]:
        """What came of it, as a record; ``found`` is what every change says."""

    @abstractmethod
    def print_result(self, found: dict[str, Any]) -> None:
        """The same for people."""

    def prepare(self) -> None:  # noqa: B027 - only a verb that reads files has something to do here
        """Read what the operator gave, before any switch is asked. Raises InputError."""

    def planned_code(self) -> Exit:
        """What the planning alone makes of the exit code."""
        return Exit.FINE

    def planned_record(self) -> dict[str, Any]:
        """What the plan's JSON says besides."""
        return {}

    def planned_lines(self) -> list[str]:
        """What else people are told of the plan."""
        return []

    # -- the way through --------------------------------------------------------------------------

    def go(self, *, dry_run: bool, resume: Path | None) -> Exit:
        """Do what was asked for."""
        if resume is not None:
            return self._resume(resume)
        self.prepare()
        inventory, devices = self._devices()
        credentials = credentials_for(inventory, devices, ask=TerminalOperator().ask)
        looked, run_id = self._look(credentials, devices)
        if not self.as_json:
            print_plans(looked, self.lang)
            for line in self.planned_lines():
                click.echo(one_line(line))
        code = worst(self._read_code(looked), self.planned_code())
        plans = shown_plan.plans_of(looked)
        if dry_run or not plans:
            if self.as_json:
                click.echo(to_json(self._plan_record(looked, run_id), ascii_only=False))
            return code
        return worst(code, self._apply(credentials, devices, plans))

    def _devices(self) -> tuple[Any, tuple[Device, ...]]:
        inventory, found = self.target.choose(TerminalOperator())
        return inventory, with_transport(found, self.connecting)

    def _read_code(self, looked: Sequence[Looked]) -> Exit:
        """4 for a switch of which nothing can be said; one that hides its configuration can take part."""
        if read_code(looked) is Exit.BUG:
            return Exit.BUG
        return Exit.UNREAD if self.unread else Exit.FINE

    def _plan_record(self, looked: Sequence[Looked], run_id: str) -> dict[str, Any]:
        return {**shown_plan.as_record(looked, run_id), "verb": self.title, **self.planned_record()}

    def _look(self, credentials: Credentials, devices: Sequence[Device]) -> tuple[list[Looked], str]:
        from slp_ops.app.fleet import visit_all
        from slp_ops.fleet.pacing import Paced
        from slp_ops.store import Runs

        transport = Paced(by_name(credentials, self.connecting), rate=self.connecting.login_rate)
        commands = commands_to_read()
        found: dict[str, LookedAt] = {}
        with Runs(self.runs_dir).start(
            f"{self.title}-plan", devices, selection=self.target.described()
        ) as run:

            async def visit(device: Device, shown: Progress) -> DeviceResult:
                found[device.name] = await look_at(
                    device,
                    transport=transport,
                    evidence=run.device(device),
                    mask=run.masked,
                    commands=commands,
                    on_event=shown.event,
                )
                return found[device.name].result

            results = visit_all(
                "plan",
                devices,
                visit,
                run=run,
                transport=transport,
                workers=self.connecting.workers,
                operator=TerminalOperator(),
            )
            seen = {name: each.seen for name, each in found.items() if each.seen is not None}
            planned = self.plan([seen[each.name] for each in results if each.name in seen])
            looked = [Looked(result=each, considered=planned.get(each.name)) for each in results]
            self.unread = [each for each in results if each.name not in seen or seen[each.name].unread]
            run.attach(
                "plan.json", to_json(self._plan_record(looked, run.id), indent=1, ascii_only=False) + "\n"
            )
        return looked, run.id

    def _apply(
        self, credentials: Credentials, devices: Sequence[Device], plans: Sequence[SwitchPlan]
    ) -> Exit:
        from slp_ops.store import Runs
        from slp_ops.store.journal import FILE, JournalFile

        changing = self.changing
        consent.ask(
            plans, yes=changing.yes, allow=changing.allow, confirmed=changing.confirmed, lang=self.lang
        )
        devices = those(devices, plans)
        with Runs(self.runs_dir).start(self.title, devices, selection=self.target.described()) as run:
            begin = {
                "slp_ops": __version__,
                "run": run.id,
                "verb": self.title,
                "plans": [record(plan) for plan in plans],
                **self.begin(run, plans),
            }
            states = {plan.name: Journalled(plan) for plan in plans}
            with JournalFile.create(run.path / FILE, begin) as file:
                shelf = self.shelf((begin,), states)
                return self._in(run, credentials, devices, states, file, shelf, self._person())

    def _person(self) -> Person:
        return consent.Terminal(self.lang) if consent.on_terminal() else Nobody()

    def _resume(self, path: Path) -> Exit:
        from slp_ops.store import Runs
        from slp_ops.store.journal import JournalFile

        file, events = JournalFile.resume(path)
        with file:
            if (verb := events[0].get("verb", "remediate")) != self.title:
                raise InputError(
                    f"{path} is the journal of {verb}",
                    hint=f"slp-ops {verb.replace('-', ' ')} --resume {path}",
                )
            states = journalled(events, str(path))
            open_ = [state.plan for state in states.values() if not state.finished]
            if not open_:
                click.echo("every switch of this journal has come to its end", err=True)
            inventory, chosen = self._devices()
            devices = those(chosen, open_)
            shelf = self.shelf(events, states)
            if not devices:
                nothing = Fleet(ended=(), not_begun=(), stopped=False)
                self._say(self._found(nothing, run="", path="", journal=str(path)))
                return Exit.FINE
            states = {device.name: states[device.name] for device in devices}
            file.write({"event": "resumed", "devices": list(states)})
            credentials = credentials_for(inventory, devices, ask=TerminalOperator().ask)
            with Runs(self.runs_dir).start(self.title, devices, selection=self.target.described()) as run:
                person = _Copied(self._person(), self.settled)
                return self._in(run, credentials, devices, states, file, shelf, person)

    def _in(
        self,
        run: Run,
        credentials: Credentials,
        devices: Sequence[Device],
        states: Mapping[str, Journalled],
        journal: JournalFile,
        shelf: Shelf,
        person: Person,
    ) -> Exit:
        from slp_ops.fleet.pacing import PacedCopies

        transport = PacedCopies(by_name(credentials, self.connecting), rate=self.connecting.login_rate)
        copying = Copying(transport=transport, shelf=shelf)
        commands = commands_to_read()

        async def change(device: Device, pace: Pace, shown: Progress) -> tuple[Applied, Sequence[Capture]]:
            state = states[device.name]
            kept = Kept(run.device(device))
            work = Work(
                device=device,
                plan=state.plan,
                transport=transport,
                evidence=kept,
                mask=run.masked,
                journal=journal,
                commands=commands,
                judge=lambda facts: (),
                plan_again=lambda memory, outcomes: self.again(seen_in(memory, device), state.plan),
                person=person,
                pace=pace,
                limits=Limits(wait=self.changing.wait),
                copying=copying,
                on_event=shown.event,
            )
            return await apply(work, state), kept.captures

        click.echo(f"run {run.id}: {counted(len(devices), 'switch')}, journal {journal.path}", err=True)
        fleet = change_all(
            devices,
            change,
            run=run,
            transport=transport,
            changing=self.changing,
            workers=self.connecting.workers,
            alone=lambda device: False,
            verb=self.verb,
        )
        found = self._found(fleet, run=run.id, path=str(run.path), journal=str(journal.path))
        run.attach("exchange.json", to_json(found, indent=1, ascii_only=False) + "\n")
        self._say(found)
        code = shown_change.exit_code(fleet.ended, stopped=fleet.stopped, back=False)
        return code if code is not Exit.FINE or not fleet.not_begun else Exit.CHANGE_FAILED

    def _found(self, fleet: Fleet, *, run: str, path: str, journal: str) -> dict[str, Any]:
        found = shown_change.as_record(fleet.ended, fleet.not_begun, run=run, path=path, journal=journal)
        return self.result(fleet, found)

    def _say(self, found: dict[str, Any]) -> None:
        if self.as_json:
            click.echo(to_json(found, ascii_only=False))
        else:
            self.print_result(found)


@dataclass(frozen=True, slots=True)
class _Copied:
    """Who goes on has copied the files by hand: the MD5 that is looked at next proves it, or not."""

    person: Person
    settled: Mapping[str, Settled]

    async def has_done(self, device: str, text: Text) -> bool:
        return True

    async def settles(self, device: str, command: str) -> Settled:
        return self.settled.get(device) or await self.person.settles(device, command)


def commands_to_read() -> tuple[ShowCommand, ...]:
    """What planning an exchange needs."""
    from slp_ops.commands import registry

    return tuple(command for command in registry() if command.command in COMMANDS)


def unread_record(results: Sequence[DeviceResult]) -> list[dict[str, Any]]:
    """The switches that could not be read, and why."""
    from slp_ops.app.fleet import causes

    return [
        {"name": result.name, "site": result.site, "why": "; ".join(causes(result))} for result in results
    ]
