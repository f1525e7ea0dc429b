"""Can one switch reach what it reports to? Read it, try from it what its own facts say, and conclude.

Reading and probing never share a session. Each target is tried once; a session that cannot be proven to
be clean is dropped, and the next target gets a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slp_ops.commands import registry
from slp_ops.errors import CredentialError, DeviceError, SessionLost
from slp_ops.facts import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.model import CaptureStatus
from slp_ops.ports import Ending, Event, ProbeEnding, silent
from slp_ops.probes import plan
from slp_ops.reading import Facts, read
from slp_ops.usecases.collect import collect, status_of

if TYPE_CHECKING:
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Capture, Device, DeviceResult
    from slp_ops.ports import CaptureWriter, Evidence, OnEvent, Reader, Transport
    from slp_ops.probes import Plan, Probe, Target
    from slp_ops.probestep import ProbeStep
    from slp_ops.usecases.collect import How

PROBE_TIMEOUT: Final = 75.0
# What decides where the switch connects to, by which path, and whether more than TCP is needed.
_READ: Final = frozenset(
    {
        "show clock",
        "show version",
        "show running-config",
        "show logging",
        "show license status",
        "show hosts",
        "show ip interface brief",
        "show call-home smart-licensing",
        "show crypto pki trustpool",
        "show processes cpu sorted",
        "show license tech support",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the operator asked for beyond the switch's own targets."""

    targets: tuple[Target, ...] = ()
    everything: bool = False
    probe_timeout: float = PROBE_TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One probe and what came of it. ``result`` is None when nothing was sent; ``why`` then says so."""

    probe: Probe
    result: ProbeResult | None = None
    seconds: float | None = None
    why: str = ""

    @property
    def verdict(self) -> ProbeVerdict:
        """What came of the connection; what could not be sent is not testable."""
        if self.result is not None:
            return self.result.verdict
        return ProbeVerdict.NOT_TESTABLE if self.probe.step is None else ProbeVerdict.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One switch. ``plan`` is None when it could not be asked at all."""

    result: DeviceResult
    plan: Plan | None = None
    tried: tuple[Tried, ...] = ()
    facts: Facts | None = None


def commands() -> tuple[ShowCommand, ...]:
    """The commands that this reads, in the order of every run."""
    return tuple(known for known in registry() if known.command.split(" | ")[0] in _READ)


async def reach(
    device: Device,
    *,
    transport: Transport,
    evidence: Evidence,
    asked: Asked,
    how: How,
    on_event: OnEvent = silent,
) -> Reached:
    """Read and probe one device; raises StoreError only."""
    kept = _Kept(evidence)
    result = await collect(
        device, transport=transport, evidence=kept, commands=commands(), how=how, on_event=on_event
    )
    facts = read(kept.captures())
    del kept
    if not any(capture.status is CaptureStatus.OK for capture in result.captures):
        return Reached(result=result)
    topology = device.intent.get("topology")
    planned = plan(
        facts,
        topology=None if topology is None else str(topology),
        targets=asked.targets,
        everything=asked.everything,
    )
    probing = _Probing(device, transport, evidence, asked.probe_timeout, on_event)
    tried = await probing.all(planned.probes)
    captures = (*result.captures, *probing.captures)
    return Reached(
        result=replace(result, captures=captures, status=status_of(captures)),
        plan=planned,
        tried=tried,
        facts=_with_probes(facts, tried),
    )


def _with_probes(facts: Facts, tried: tuple[Tried, ...]) -> Facts:
    """The facts, and what the probes showed."""
    results = tuple(each.result for each in tried if each.result is not None)
    if not results:
        return facts
    return Facts({type(fact): fact for fact in (*facts.all(), Probes(results=results))}, facts.captures)


class _Probing:
    """The probes of one device, over as many sessions as it takes."""

    def __init__(
        self, device: Device, transport: Transport, evidence: Evidence, timeout: float, on_event: OnEvent
    ) -> None:
        self.captures: list[Capture] = []
        self._device = device
        self._transport = transport
        self._evidence = evidence
        self._timeout = timeout
        self._on_event = on_event

    async def all(self, probes: tuple[Probe, ...]) -> tuple[Tried, ...]:
        """Try each once, in order."""
        tried: list[Tried] = []
        while len(tried) < len(probes):
            rest = probes[len(tried) :]
            if all(probe.step is None for probe in rest):
                tried += [Tried(probe=probe, why=probe.unfit) for probe in rest]
                break
            try:
                async with self._transport.read(self._device) as reader:
                    # The first one always: a fresh session that is not usable says so by its failure.
                    for number, probe in enumerate(rest):
                        if number and not reader.alive:
                            break
                        tried.append(await self._one(reader, probe))
            except (DeviceError, CredentialError) as err:
                tried += [Tried(probe=probe, why=err.message) for probe in probes[len(tried) :]]
        return tuple(tried)

    async def _one(self, reader: Reader, probe: Probe) -> Tried:
        if probe.step is None:
            return Tried(probe=probe, why=probe.unfit)
        ending, result = await self._send(reader, probe.step)
        if result is None:
            return Tried(probe=probe, why=ending.reason or "the switch said nothing")
        unnamed = result.verdict is ProbeVerdict.NOT_TESTABLE and result.name is NameVerdict.UNKNOWN
        if unnamed and reader.alive and (ping := probe.ping()) is not None:
            _, pinged = await self._send(reader, ping)
            if pinged is not None:
                result = replace(result, name=pinged.name, servers=pinged.servers, addresses=pinged.addresses)
        return Tried(probe=probe, result=result, seconds=ending.seconds)

    async def _send(self, reader: Reader, step: ProbeStep) -> tuple[ProbeEnding, ProbeResult | None]:
        """One telnet or ping, kept as evidence and read as any capture is."""
        self._on_event(Event(device=self._device.name, what="probing", detail=str(step)))
        writer = self._evidence.open(str(step))
        sink = _Tee(writer)
        ending = ProbeEnding(status=CaptureStatus.LOST, reason="interrupted")
        try:
            ending = await reader.probe(step, timeout=self._timeout, sink=sink)
        except SessionLost as err:
            ending = ProbeEnding(status=CaptureStatus.LOST, reason=err.message)
        finally:
            self.captures.append(writer.commit(ending))
        probes = read([(str(step), ending.status, sink.text)]).get(Probes)
        if probes is None or ending.status is CaptureStatus.LOST:
            return ending, None
        return ending, probes.results[0]


class _Kept:
    """Evidence that also stays in memory until the facts have been read from it."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._texts: list[tuple[str, _Tee]] = []
        self._recorded: list[tuple[str, CaptureStatus, str]] = []

    def open(self, command: str) -> CaptureWriter:
        """Begin a capture."""
        tee = _Tee(self._evidence.open(command))
        self._texts.append((command, tee))
        return tee

    def record(self, command: str, ending: Ending) -> Capture:
        """Keep that a command gave no text."""
        self._recorded.append((command, ending.status, ""))
        return self._evidence.record(command, ending)

    def captures(self) -> list[tuple[str, CaptureStatus, str]]:
        """What there is so far, ready to be read."""
        return [*((command, tee.status, tee.text) for command, tee in self._texts), *self._recorded]


class _Tee:
    """A capture that is kept and remembered."""

    def __init__(self, writer: CaptureWriter) -> None:
        self._writer = writer
        self._pieces: list[str] = []
        self.status = CaptureStatus.LOST

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def write(self, text: str) -> None:
        self._writer.write(text)
        self._pieces.append(text)

    def commit(self, ending: Ending) -> Capture:
        self.status = ending.status
        return self._writer.commit(ending)
