"""Read switches and keep the evidence."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.collect_task import COLLECT, CollectTask
from slp_ops.app.commands import CommandList, choose_commands
from slp_ops.app.engines import engine_for
from slp_ops.app.fleet import visit_all
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.resumed_run import ResumedRun
from slp_ops.app.sessions import SessionOptions, transport_for, with_session_options
from slp_ops.model import EvidenceForm
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.operator import Operator, Progress
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.model import Device, DeviceResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectRequest:
    """Request: switches and commands. ``resume`` names a run whose missing part is read.

    ``evidence`` is the form of a new run; a resumed one keeps its form.
    """

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    set_name: str = "baseline"
    extra_commands: tuple[str, ...] = ()
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    resume: str | None = None
    evidence: EvidenceForm = EvidenceForm.AUTO


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectResult:
    """The run, and how each device ended. ``folders`` holds each device's folder in the run, by its name."""

    run_id: str
    path: Path
    devices: tuple[DeviceResult, ...]
    folders: Mapping[str, str]
    seconds: float


def run(
    request: CollectRequest, operator: Operator, *, opening: OpenTransport = transport_for
) -> CollectResult:
    """Read each switch into a run, or what is missing of it into an earlier run.

    Raises InputError, CredentialError, NotReadOnly, StoreError, Interrupted.
    """
    runs = Runs(request.runs_dir)
    resumed = None if request.resume is None else ResumedRun.open(runs, request.resume, "collect")
    asked = (request.set_name, request.extra_commands)
    set_name, extra = asked if resumed is None else _commands_of(resumed)
    commands = choose_commands(set_name, extra)
    inventory, found = request.target.choose(operator)
    devices = with_session_options(found if resumed is None else resumed.among(found), request.connecting)
    engine = engine_for(inventory, devices, request.connecting, operator, opening)
    names = CommandList.of(commands)
    selection = {**request.target.described(), "set": set_name, "commands": list(extra)}
    began = time.monotonic()
    opened = (
        runs.resume(resumed.reference)
        if resumed
        else runs.start("collect", devices, selection=selection, evidence=request.evidence)
    )
    with opened as kept:

        async def visit(device: Device, shown: Progress) -> DeviceResult:
            task = CollectTask(device=device, commands=names, collect_options=request.collect_options)
            if resumed is not None:
                earlier = resumed.earlier(device)
                if not earlier.missing(commands):
                    return resumed.result(device)
                release = None if earlier.release is None else str(earlier.release)
                task = replace(task, earlier=earlier.captures, release=release)
            return await engine.visit(COLLECT, task, kept, shown.event)

        results = visit_all(
            "collect",
            devices,
            visit,
            run=kept,
            sessions=engine,
            connecting=request.connecting,
            operator=operator,
        )
    return CollectResult(
        run_id=kept.id,
        path=kept.path,
        devices=tuple(results),
        folders=kept.folders,
        seconds=time.monotonic() - began,
    )


def _commands_of(resumed: ResumedRun) -> tuple[str, tuple[str, ...]]:
    """Return the set and the ad-hoc commands of a run."""
    set_name, ad_hoc = resumed.selection.get("set"), resumed.selection.get("commands")
    return (
        set_name if isinstance(set_name, str) else "baseline",
        tuple(str(text) for text in ad_hoc) if isinstance(ad_hoc, list) else (),
    )
