"""Test one switch: read it, probe the targets of its own configuration, and conclude.

Reading and probing never share a session. Each target is tried once; a session that cannot be proven to
be clean is dropped, and the next target gets a new one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.app.read_device import PreviousCaptures, collect, status_of
from slp_ops.errors import CredentialError, DeviceError, SessionLost, StoreError
from slp_ops.facts import NameVerdict, ProbeResult, Probes, ProbeVerdict
from slp_ops.json_documents import json_document
from slp_ops.model import CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.parsing import Facts, read
from slp_ops.ports import ProbeEnd, ProgressEvent, ignore_event
from slp_ops.reachability.plan import ProbeAttempt, ProbeTarget, ReachabilityPlan, commands, plan
from slp_ops.reachability.verdict import Conclusion, conclude, conclude_unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.app.read_device import CollectOptions
    from slp_ops.model import Capture, Device
    from slp_ops.ports import EvidenceStore, OnEvent, Reader, Transport
    from slp_ops.reachability.plan import Probe
    from slp_ops.readonly import ProbeStep

PROBE_TIMEOUT: Final = 75.0


@json_document
class ReachabilityOptions:
    """Options of the operator beyond the switch's own targets."""

    targets: tuple[ProbeTarget, ...] = ()
    everything: bool = False
    probe_timeout: float = PROBE_TIMEOUT


@json_document
class DeviceReachability:
    """Result of one switch. ``plan`` is None when it could not be read at all."""

    schema: Literal["slp-ops/reachability-answer/1"] = "slp-ops/reachability-answer/1"
    result: DeviceResult
    plan: ReachabilityPlan | None = None
    tried: tuple[ProbeAttempt, ...] = ()
    conclusion: Conclusion

    @classmethod
    def not_collected(cls, result: DeviceResult) -> DeviceReachability:
        """Return the result of a switch that could not be read."""
        return cls(result=result, conclusion=conclude_unread(result.error))


async def reach(
    device: Device,
    *,
    transport: Transport,
    evidence: EvidenceStore,
    recall: Callable[[Capture], str],
    options: ReachabilityOptions,
    collect_options: CollectOptions,
    earlier: PreviousCaptures | None = None,
    on_event: OnEvent = ignore_event,
) -> DeviceReachability:
    """Read and probe one device.

    ``recall`` gives the text of a capture as it was kept, masked: nothing is judged by anything else. Of a
    resumed run, the commands and probes among the ``earlier`` captures are not sent again.
    """
    earlier = earlier or PreviousCaptures(captures=())
    missing = earlier.missing(commands())
    if earlier.captures and not missing:
        result = earlier.result(device)
    else:
        read_now = await collect(
            device,
            transport=transport,
            evidence=evidence,
            commands=missing,
            collect_options=collect_options,
            release=earlier.release,
            on_event=on_event,
        )
        result = earlier.merged_with(read_now) if earlier.captures else read_now
    if not any(capture.status is CaptureStatus.OK for capture in result.captures):
        return DeviceReachability.not_collected(result)
    known = {command.command for command in commands()}
    facts = _facts((each for each in result.captures if each.command in known), recall)
    topology = device.intent.get("topology")
    planned = plan(
        facts,
        topology=None if topology is None else str(topology),
        targets=options.targets,
        everything=options.everything,
    )
    probing = _Probing(device, transport, evidence, recall, options.probe_timeout, on_event)
    probing.keep(each for each in result.captures if each.command not in known)
    tried = await probing.all(planned.probes)
    merged = {each.command: each for each in (*result.captures, *probing.captures)}
    captures = tuple(merged.values()) if earlier.captures else (*result.captures, *probing.captures)
    status = status_of(captures)
    if probing.failure is not None and status is DeviceStatus.OK:
        status = DeviceStatus.PARTIAL
    return DeviceReachability(
        result=replace(result, captures=captures, status=status, error=result.error or probing.failure),
        plan=planned,
        tried=tried,
        conclusion=conclude(planned, tried, _with_probes(facts, tried), device.intent),
    )


def _facts(captures: Iterable[Capture], recall: Callable[[Capture], str]) -> Facts:
    return read((capture.command, capture.status, recall(capture)) for capture in captures)


def _with_probes(facts: Facts, tried: tuple[ProbeAttempt, ...]) -> Facts:
    """The facts, and what the probes showed."""
    results = tuple(each.result for each in tried if each.result is not None)
    if not results:
        return facts
    return Facts({type(fact): fact for fact in (*facts.all(), Probes(results=results))}, facts.captures)


class _Probing:
    """The probes of one device, over as many sessions as it takes."""

    def __init__(
        self,
        device: Device,
        transport: Transport,
        evidence: EvidenceStore,
        recall: Callable[[Capture], str],
        timeout: float,
        on_event: OnEvent,
    ) -> None:
        self.captures: list[Capture] = []
        self.failure: DeviceFailure | None = None  # the failure that kept a probe from its end
        self._device = device
        self._transport = transport
        self._evidence = evidence
        self._recall = recall
        self._timeout = timeout
        self._on_event = on_event
        self._kept: dict[str, Capture] = {}

    def keep(self, captures: Iterable[Capture]) -> None:
        """Keep the probes of an earlier part of the run that came to their ends."""
        self._kept = {each.command: each for each in captures if each.status is CaptureStatus.OK}

    async def all(self, probes: tuple[Probe, ...]) -> tuple[ProbeAttempt, ...]:
        """Try each once, in order."""
        tried: list[ProbeAttempt] = []
        while len(tried) < len(probes):
            rest = probes[len(tried) :]
            if (recalled := self._recalled(rest[0])) is not None:
                tried.append(recalled)
                continue
            if all(probe.step is None for probe in rest):
                tried += [ProbeAttempt(probe=probe, why=probe.rejection) for probe in rest]
                break
            try:
                async with self._transport.read(self._device) as reader:
                    # The first one always: a fresh session that is not usable says so by its failure.
                    for number, probe in enumerate(rest):
                        if (number and not reader.alive) or self._recalled(probe) is not None:
                            break
                        tried.append(await self._one(reader, probe))
            except (DeviceError, CredentialError, StoreError) as err:
                self.failure = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
            except BaseException as err:
                if not is_foreign(err):
                    raise
                self.failure = failure_of(err, self._evidence)
            else:
                continue
            tried += [ProbeAttempt(probe=probe, why=self.failure.message) for probe in probes[len(tried) :]]
        return tuple(tried)

    def _recalled(self, probe: Probe) -> ProbeAttempt | None:
        """Return the attempt of an earlier part of the run, if it had a verdict."""
        if probe.step is None or (capture := self._kept.get(str(probe.step))) is None:
            return None
        result = self._read(capture)
        if result is None or result.verdict in (ProbeVerdict.NOT_TESTABLE, ProbeVerdict.UNKNOWN):
            return None
        return ProbeAttempt(probe=probe, result=result, seconds=capture.seconds)

    def _read(self, capture: Capture) -> ProbeResult | None:
        probes = _facts([capture], self._recall).get(Probes)
        return None if probes is None else probes.results[0]

    async def _one(self, reader: Reader, probe: Probe) -> ProbeAttempt:
        if probe.step is None:
            return ProbeAttempt(probe=probe, why=probe.rejection)
        ending, result = await self._send(reader, probe.step)
        if result is None:
            return ProbeAttempt(probe=probe, why=ending.reason or "the switch printed nothing")
        unnamed = result.verdict is ProbeVerdict.NOT_TESTABLE and result.name is NameVerdict.UNKNOWN
        if unnamed and reader.alive and (ping := probe.ping()) is not None:
            _, pinged = await self._send(reader, ping)
            if pinged is not None:
                result = replace(result, name=pinged.name, servers=pinged.servers, addresses=pinged.addresses)
        return ProbeAttempt(probe=probe, result=result, seconds=ending.seconds)

    async def _send(self, reader: Reader, step: ProbeStep) -> tuple[ProbeEnd, ProbeResult | None]:
        """One telnet or ping, kept as evidence and read as any capture is."""
        self._on_event(ProgressEvent(device=self._device.name, what="probing", detail=str(step)))
        writer = self._evidence.open(str(step))
        ending = ProbeEnd(status=CaptureStatus.LOST, reason="interrupted")
        try:
            ending = await reader.probe(step, timeout=self._timeout, sink=writer)
        except SessionLost as err:
            ending = ProbeEnd(status=CaptureStatus.LOST, reason=err.message)
            self.failure = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
        finally:
            capture = writer.commit(ending)
            self.captures.append(capture)
        return ending, self._read(capture)
