"""Audit of live switches: read into a run, and judged where they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.audit_task import AUDIT, AuditTask, RulesInTask
from slp_ops.app.commands import CommandList, choose_commands
from slp_ops.app.inputs import DeviceInput
from slp_ops.app.live_run import read_switches
from slp_ops.app.resumed_run import ResumedRun
from slp_ops.app.sessions import transport_for
from slp_ops.model import EvidenceForm
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice, AuditOptions
    from slp_ops.app.audit_task import AuditAnswer
    from slp_ops.app.device_work import EarlierPart
    from slp_ops.app.history_context import HistoryContext
    from slp_ops.app.live_run import LiveRun
    from slp_ops.app.operator import Operator
    from slp_ops.app.read_device import CollectOptions
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport, SessionOptions
    from slp_ops.history.summary import Summary
    from slp_ops.model import Device, DeviceResult


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAudit:
    """The run, how each device was read, and each device judged with its summary."""

    run_id: str
    results: Sequence[DeviceResult]
    judged: tuple[tuple[AuditedDevice, Summary], ...]

    @property
    def devices(self) -> tuple[AuditedDevice, ...]:
        """Return the judged devices."""
        return tuple(device for device, _ in self.judged)


def read_and_judge(
    verb: str,
    past: HistoryContext,
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    audit_options: AuditOptions,
    collect_options: CollectOptions,
    with_flagged: bool = False,
    operator: Operator,
    opening: OpenTransport = transport_for,
    resume: str | None = None,
    evidence: EvidenceForm = EvidenceForm.AUTO,
) -> LiveAudit:
    """Read the switches and judge each one when it is read; ``resume`` names a run of this verb,
    ``evidence`` is the form of a new one.

    ``with_flagged`` also reads why RUM reports have flag E. Raises InputError, CredentialError, StoreError,
    Interrupted.
    """
    rules = RulesInTask.of(audit_options, over_hub=connecting.hub is not None)
    commands = CommandList.of(choose_commands("support", audit_options.knowledge.row_commands))

    def task_of(device: Device, earlier: EarlierPart) -> AuditTask:
        return AuditTask(
            device=device,
            commands=commands,
            collect_options=collect_options,
            rules=rules,
            past=past.of(device.name),
            with_flagged=with_flagged,
            earlier=earlier,
        )

    done = read_switches(
        verb,
        AUDIT,
        task_of,
        target=target,
        connecting=connecting,
        runs_dir=runs_dir,
        operator=operator,
        opening=opening,
        resumed=None if resume is None else ResumedRun.open(runs_dir, resume, verb),
        evidence=evidence,
    )
    return LiveAudit(run_id=done.run_id, results=done.results, judged=tuple(_judged(done, past)))


def _judged(done: LiveRun[AuditAnswer], past: HistoryContext) -> Iterator[tuple[AuditedDevice, Summary]]:
    """Yield each device; one without an answer is judged as not read."""
    for result in done.results:
        answer = done.answers.get(result.name)
        if answer is not None:
            yield answer.judged, answer.summary
        else:
            yield past.judge(DeviceInput(result=result, facts=None, intent=Intent()))
