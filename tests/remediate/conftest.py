"""A simulated switch in memory for changes: no socket, no waiting, faults at any point."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from slp_ops.app.change.apply import DeviceChangeResult, apply
from slp_ops.app.change.context import BufferedEvidence, ChangeContext, StopController, Timeouts
from slp_ops.app.change.device_session import DeviceSession
from slp_ops.app.change.rollback import RollbackResult, roll_back
from slp_ops.app.read_device import collect
from slp_ops.commands import registry
from slp_ops.errors import ConnectionRefused, StoreError
from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell import Close, Drop, Reboot, Shell, Wait, Write
from slp_ops.model import Device
from slp_ops.planning import ParameterSources, PlannedSwitch, plan_device
from slp_ops.planning.journal_state import BeginEvent
from slp_ops.playbook import packaged
from slp_ops.ports import NO_SECRETS, USUAL_LIMITS, ReadLimits, Secret
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.engine import audit
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.runs import Runs
from slp_ops.runs.journal import JournalFile, read
from slp_ops.transport.config_mode import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from slp_ops.lab.switch import Switch as LabSwitch
    from slp_ops.parsing import Facts
    from slp_ops.planning import PlanningResult, SwitchPlan
    from slp_ops.planning.journal_state import JournalEvent, SwitchState
    from slp_ops.ports import CommandEnd, CommandResult, ProbeEnd, ProgressEvent, Sink
    from slp_ops.readonly import ReadCommand
    from slp_ops.rules.values import Outcome
    from slp_ops.steps import ConfigStep, ExecStep

T = TypeVar("T")
# What is to be done with a line: nothing, or the session breaks before or after the switch takes it.
Cut = Callable[[Mode, str], str | None]


class Killed(KeyboardInterrupt):
    """The process was killed here."""


class _Broken(Exception):
    """The session broke before the switch took the line."""


class Vty:
    """One session, straight into the shell of a simulated switch."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._dialogue = Dialogue()
        self._closed = False
        self._break_after = False
        self._shell = Shell(bench.switch, on_typed=self._typed)

    @property
    def hostname(self) -> str:
        return self._dialogue.hostname

    @property
    def alive(self) -> bool:
        return self._dialogue.alive

    def log_in(self) -> None:
        self._drive(self._dialogue.log_in(Secret("netops")))

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        return self._drive(self._dialogue.show(str(command), timeout, sink, limits))

    async def probe(self, step: Any, *, timeout: float, sink: Sink) -> ProbeEnd:
        raise NotImplementedError("a change probes nothing")  # a probe here is a defect of the change

    def _typed(self, mode: Mode, line: str) -> None:
        self._bench.typed.append((mode, line))
        match self._bench.cut(mode, line):
            case "before":
                raise _Broken
            case "after":
                self._break_after = True

    def _drive(self, procedure: Procedure[T]) -> T:
        answer: bytes | None = None
        try:
            while True:
                request = procedure.send(answer)
                answer = None
                if isinstance(request, Send):
                    self._shell.receive(request.data)
                else:
                    answer = self._heard()
        except StopIteration as done:
            result: T = done.value
            return result

    def _heard(self) -> bytes | None:
        out = bytearray()
        while not self._closed:
            try:
                action = self._shell.next_action()
            except _Broken:
                self._closed = True
                break
            match action:
                case None:
                    break
                case Write(data):
                    out += data
                case Wait(seconds=None):
                    break
                case Wait() as wait:
                    self._bench.switch.clock.advance(wait.seconds or 0)
                    self._shell.elapsed(wait)
                case Close() | Drop() | Reboot():
                    self._closed = True
        if self._break_after:
            self._closed = True
            out.clear()
        if out:
            return bytes(out)
        return b"" if self._closed else None


class WritingVty(Vty):
    async def send(
        self,
        step: ConfigStep | ExecStep,
        *,
        secrets: Mapping[str, Secret] = NO_SECRETS,
        sink: Sink | None = None,
    ) -> CommandResult:
        return self._drive(send(self._dialogue, step, secrets=secrets, sink=sink))


@dataclass(frozen=True, slots=True)
class FlashFiles:
    """Copies to and from the flash of one simulated switch."""

    switch: LabSwitch

    async def fetch(self, path: str) -> bytes:
        return self.switch.flash[path.removeprefix("flash:")]

    async def put(self, path: str, data: bytes) -> None:
        self.switch.flash[path.removeprefix("flash:")] = data


class InMemory:
    """A transport to one simulated switch."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.logins = 0
        self.privilege_to_write = 15

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Vty]:
        yield self._open(Vty(self._bench))

    @asynccontextmanager
    async def write(self, device: Device) -> AsyncIterator[WritingVty]:
        access = self._bench.switch.access
        self._bench.switch.access = replace(access, privilege=self.privilege_to_write)
        vty = WritingVty(self._bench)
        self._bench.switch.access = access
        yield self._open(vty)

    @asynccontextmanager
    async def files(self, device: Device) -> AsyncIterator[FlashFiles]:
        yield FlashFiles(self._bench.switch)

    async def close(self) -> None:
        pass

    def _open(self, vty: Any) -> Any:
        self.logins += 1
        if self._bench.switch.is_down or self._bench.unreachable:
            raise ConnectionRefused("nothing listens")
        vty.log_in()
        return vty


class SimulatedPace(StopController):
    """Waiting moves the switch's clock."""

    def __init__(self, bench: Bench) -> None:
        super().__init__()
        self._bench = bench

    def now(self) -> float:
        return self._bench.switch.clock.now().timestamp()

    async def pause(self, seconds: float) -> None:
        self._bench.waited(seconds)
        self._bench.switch.clock.advance(seconds)

    async def wait_or_stop(self, seconds: float) -> None:
        if not self.stopping:
            await self.pause(seconds)


class Journal:
    """A journal file that may kill its writer, before or after its Nth event, or has no room for it."""

    def __init__(
        self, file: JournalFile, *, kill_before: int = -1, kill_after: int = -1, full_from: int | None = None
    ) -> None:
        self._file = file
        self._full_from = full_from
        self._kill_before, self._kill_after = kill_before, kill_after
        self.written = 0

    def write(self, event: JournalEvent) -> None:
        if self.written == self._kill_before:
            raise Killed
        if self._full_from is not None and self.written >= self._full_from:
            raise StoreError(f"cannot write {self._file.path}: No space left on device")
        self._file.write(event)
        self.written += 1
        if self.written - 1 == self._kill_after:
            raise Killed


class Bench:
    """One switch, its plan and its journal."""

    Killed = Killed

    def __init__(
        self,
        folder: Path,
        scenario: str,
        *,
        name: str = "tyo-core-01",
        intent: Mapping[str, object] | None = None,
        params: Mapping[str, object] | None = None,
    ) -> None:
        self.switch: LabSwitch = scenarios.load(scenario).build(name=name)
        self.device = Device(
            name=name, site="tokyo", host="192.0.2.11", intent=intent or {}, params=params or {}
        )
        self.typed: list[tuple[Mode, str]] = []
        self.cut: Cut = lambda mode, line: None
        self.waited: Callable[[float], object] = lambda seconds: None
        self.unreachable = False
        self.transport = InMemory(self)
        self.pace = SimulatedPace(self)
        self.journal_path = folder / "journal.jsonl"
        self.run = Runs(folder / "runs", key=bytes(32)).start("remediate", [self.device])
        self.shown: list[ProgressEvent] = []
        self.options: dict[str, str] = {}
        self.files: dict[str, str] = {}
        self.secrets: dict[str, Secret] = {}
        self.named: tuple[str, ...] = ()
        self.operator: Any = None
        self.playbooks = packaged()

    # -- looking

    @property
    def commands(self) -> tuple[Any, ...]:
        return tuple(known for known in registry() if known.sets & {"baseline", "support"})

    def look(self) -> BufferedEvidence:
        return asyncio.run(self._look())

    async def _look(self) -> BufferedEvidence:
        memory = BufferedEvidence(self.run.device(self.device), self.run.masked)
        await collect(self.device, transport=self.transport, evidence=memory, commands=self.commands)
        return memory

    def judge(self, facts: Facts) -> tuple[Outcome, ...]:
        return audit(
            packaged_ruleset().rules,
            FactContext(facts, (Thresholds(), Intent.of(self.device.intent), packaged_ruleset().catalogue)),
        )

    def failing(self) -> set[str]:
        return {each.rule for each in self.judge(self.look().facts) if each.counts >= 1}

    def config(self) -> list[str]:
        return self.switch.config.render().splitlines()

    def sent(self, *modes: Mode) -> list[str]:
        return [line for mode, line in self.typed if mode in modes]

    # -- planning

    def considered(self, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]) -> PlanningResult:
        return plan_device(
            PlannedSwitch(
                name=self.device.name,
                site=self.device.site,
                known=FactContext(memory.facts),
                running=memory.running,
                outcomes=outcomes,
                given=ParameterSources(
                    options=self.options,
                    params=self.device.params,
                    intent=self.device.intent,
                    files=self.files,
                ),
            ),
            self.playbooks,
            named=self.named,
        )

    def plan(self, *named: str, **options: str) -> PlanningResult:
        self.named = named or self.named
        self.options |= options
        memory = self.look()
        return self.considered(memory, self.judge(memory.facts))

    # -- applying

    def work(self, plan: SwitchPlan, journal: Any) -> ChangeContext:
        more = {} if self.operator is None else {"operator": self.operator}
        return ChangeContext(
            device=self.device,
            plan=plan,
            transport=self.transport,
            evidence=self.run.device(self.device),
            mask=self.run.masked,
            journal=journal,
            commands=self.commands,
            judge=self.judge,
            replan=self.considered,
            secrets=self.secrets,
            stop_controller=self.pace,
            timeouts=Timeouts(),
            on_event=self.shown.append,
            **more,
        )

    def apply(
        self,
        plan: SwitchPlan,
        *,
        kill_before: int = -1,
        kill_after: int = -1,
        full_from: int | None = None,
        rollback_on_fail: bool = False,
    ) -> DeviceChangeResult:
        """From the beginning."""
        self.journal_path.unlink(missing_ok=True)
        with JournalFile.create(self.journal_path, BeginEvent(plans=(plan,))) as file:
            journal = Journal(file, kill_before=kill_before, kill_after=kill_after, full_from=full_from)
            state = self._state(file.path)
            return asyncio.run(apply(self.work(plan, journal), state, rollback_on_fail=rollback_on_fail))

    def resume(self) -> DeviceChangeResult:
        """As another process would, knowing nothing but the journal."""
        file, recorded = JournalFile.resume(self.journal_path)
        with file:
            state = recorded.states[self.device.name]
            return asyncio.run(apply(self.work(state.plan, file), state))

    def roll_back(self) -> RollbackResult:
        file, recorded = JournalFile.resume(self.journal_path)
        with file:
            state = recorded.states[self.device.name]
            work = self.work(state.plan, file)
            return asyncio.run(roll_back(work, state, DeviceSession(work)))

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.journal_path.read_text().splitlines()]

    def _state(self, path: Path) -> SwitchState:
        return read(path).states[self.device.name]

    def deny(self, *commands: str) -> None:
        self.switch.access = replace(self.switch.access, denied=commands)


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    """``bench("factory-fresh", intent={...})`` gives a switch to be put right."""
    made = iter(range(100))

    def make(scenario: str, **settings: Any) -> Bench:
        folder = tmp_path / f"bench-{next(made)}"
        folder.mkdir()
        return Bench(folder, scenario, **settings)

    return make
