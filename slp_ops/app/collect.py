"""Read switches and keep the evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.collect_task import COLLECT, CollectTask
from slp_ops.app.commands import CommandList, choose_commands
from slp_ops.app.live_run import read_switches
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.resumed_run import ResumedRun
from slp_ops.app.sessions import SessionOptions, transport_for
from slp_ops.model import EvidenceForm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.app.device_work import EarlierPart
    from slp_ops.app.operator import Operator
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
    devices: Sequence[DeviceResult]
    folders: Mapping[str, str]
    seconds: float


def run(
    request: CollectRequest, operator: Operator, *, opening: OpenTransport = transport_for
) -> CollectResult:
    """Read each switch into a run, or what is missing of it into an earlier run.

    Raises InputError, CredentialError, NotReadOnly, StoreError, Interrupted.
    """
    resumed = None if request.resume is None else ResumedRun.open(request.runs_dir, request.resume, "collect")
    asked = (request.set_name, request.extra_commands)
    set_name, extra = asked if resumed is None else _commands_of(resumed)
    commands = choose_commands(set_name, extra)
    names = CommandList.of(commands)

    def task_of(device: Device, earlier: EarlierPart) -> CollectTask:
        return CollectTask(
            device=device, commands=names, collect_options=request.collect_options, earlier=earlier
        )

    done = read_switches(
        "collect",
        COLLECT,
        task_of,
        target=request.target,
        connecting=request.connecting,
        runs_dir=request.runs_dir,
        operator=operator,
        opening=opening,
        resumed=resumed,
        selection={"set": set_name, "commands": list(extra)},
        evidence=request.evidence,
    )
    return CollectResult(
        run_id=done.run_id,
        path=done.path,
        devices=done.results,
        folders=done.folders,
        seconds=done.seconds,
    )


def _commands_of(resumed: ResumedRun) -> tuple[str, tuple[str, ...]]:
    """Return the set and the ad-hoc commands of a run."""
    set_name, ad_hoc = resumed.selection.get("set"), resumed.selection.get("commands")
    return (
        set_name if isinstance(set_name, str) else "baseline",
        tuple(str(text) for text in ad_hoc) if isinstance(ad_hoc, list) else (),
    )
