"""Audit switches, a saved run, or files: findings, causes, evidence, remedies."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import AuditOptions, audit_device, compare
from slp_ops.app.history_context import HistoryContext
from slp_ops.app.inputs import FactsCache, from_files, from_run, open_run
from slp_ops.app.live_audit import read_and_judge
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.sessions import SessionOptions, transport_for
from slp_ops.errors import OptionError
from slp_ops.model import DeviceStatus, EvidenceForm
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from slp_ops.app.audit_device import AuditedDevice, FindingsComparison
    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection, Selection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.model import Severity
    from slp_ops.rules.ruleset import Ruleset
    from slp_ops.runs import StoredRun

_QUICK: Final = 100  # switches of earlier runs, parsed in about two seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """Request of an audit: the target's switches, those of a saved ``run``, or ``files``, one switch each.

    ``against`` names an earlier run to compare with, ``resume`` an audit of which the missing part is read.
    ``evidence`` is the form of a new run; a resumed one keeps its form.
    """

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    run: str | None = None
    files: tuple[Path, ...] = ()
    audit_options: AuditOptions = field(default_factory=AuditOptions)
    against: str | None = None
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    resume: str | None = None
    evidence: EvidenceForm = EvidenceForm.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """The audited devices."""

    run_id: str | None
    devices: tuple[AuditedDevice, ...]
    knowledge: Ruleset
    compared: FindingsComparison | None = None
    seconds: float

    def is_decided(self, threshold: Severity) -> bool:
        """Return whether every device was read, and enough of it to say that nothing reaches a severity."""
        return all(device.is_decided(threshold) for device in self.devices)

    @property
    def complete(self) -> bool:
        """Return whether every device was read completely."""
        return all(device.status is DeviceStatus.OK and device.outcomes for device in self.devices)

    def reaches(self, threshold: Severity) -> bool:
        """Return whether a device has a finding at or above a severity."""
        return any(device.reaches(threshold) for device in self.devices)


def run(request: AuditRequest, operator: Operator, *, opening: OpenTransport = transport_for) -> AuditResult:
    """Audit what the request names. Switches are read into a run of their own.

    Raises InputError, CredentialError, StoreError, Interrupted.
    """
    if request.run is not None and request.files:
        raise OptionError("--run and FILES exclude each other")
    if request.resume is not None and (request.files or request.run is not None):
        raise OptionError("--resume reads switches; it excludes --run and FILES")
    began = time.monotonic()
    runs, audit_options = Runs(request.runs_dir), request.audit_options
    # A live audit does not wait for parsing earlier runs; an audit of a saved run does.
    at_most = None if request.run is not None else _QUICK

    against = None if request.against is None else open_run(runs, request.against, operator)
    saved = None if request.run is None else open_run(runs, request.run, operator)
    keep = audit_options.knowledge.row_commands
    facts = FactsCache(*(each for each in (against, saved) if each is not None), keep=keep)
    past = HistoryContext(request.runs_dir, audit_options, operator, at_most=at_most, facts=facts)

    def of_run(stored: StoredRun, selection: Selection | None = None) -> tuple[AuditedDevice, ...]:
        found = from_run(stored, selection, facts)
        return tuple(past.judge(each, seen=stored.header.started)[0] for each in found)

    earlier = None if against is None else of_run(against)
    run_id = None
    if request.files:
        devices = tuple(
            audit_device(found.result, found.facts, audit_options=audit_options, intent=found.intent)
            for found in from_files(request.files, keep)
        )
    elif saved is not None:
        run_id = saved.id
        devices = of_run(saved, request.target.selection)
    else:
        done = read_and_judge(
            "audit",
            past,
            target=request.target,
            connecting=request.connecting,
            runs_dir=request.runs_dir,
            audit_options=audit_options,
            collect_options=request.collect_options,
            with_flagged=True,
            operator=operator,
            opening=opening,
            resume=request.resume,
            evidence=request.evidence,
        )
        run_id, devices = done.run_id, done.devices
        past.save(run_id, (summary for _, summary in done.judged))
    return AuditResult(
        run_id=run_id,
        devices=devices,
        knowledge=audit_options.knowledge,
        compared=None if earlier is None else compare(earlier, devices),
        seconds=time.monotonic() - began,
    )
