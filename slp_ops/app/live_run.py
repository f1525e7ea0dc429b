"""A run of a verb that reads switches: one work on each of them, in the engine of the call."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from slp_ops.app.device_work import EarlierPart, Result, Task
from slp_ops.app.engines import engine_for
from slp_ops.app.fleet import visit_all
from slp_ops.app.sessions import transport_for, with_session_options
from slp_ops.model import EvidenceForm
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.device_work import DeviceWork
    from slp_ops.app.operator import Operator, Progress
    from slp_ops.app.resumed_run import ResumedRun
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport, SessionOptions
    from slp_ops.model import Device, DeviceResult
    from slp_ops.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun(Generic[Result]):
    """The run and the result of each device, in the order of the devices.

    ``answers`` has that of the work by the device's name, for devices of which there is one and where it is
    more than the result; ``folders`` has each device's folder in the run. ``seconds`` is what it took.
    """

    run_id: str
    path: Path
    results: Sequence[DeviceResult]
    answers: Mapping[str, Result]
    folders: Mapping[str, str]
    seconds: float


def read_switches(
    verb: str,
    work: DeviceWork[Task, Result],
    task_of: Callable[[Device, EarlierPart], Task],
    *,
    target: DeviceSelection,
    connecting: SessionOptions,
    runs_dir: Path,
    operator: Operator,
    opening: OpenTransport = transport_for,
    resumed: ResumedRun | None = None,
    selection: Mapping[str, object] | None = None,
    evidence: EvidenceForm = EvidenceForm.AUTO,
    finish: Callable[[Run, LiveRun[Result]], None] | None = None,
) -> LiveRun[Result]:
    """Do the work on each selected switch, into a new run or into ``resumed``.

    ``task_of`` returns the task of a device when its turn has come. ``selection`` are options that the run
    records beside those of the target, ``evidence`` the form of a new run. ``finish`` may add to the run
    before it ends. Raises InputError, CredentialError, StoreError, Interrupted.
    """
    inventory, found = target.choose(operator)
    devices = with_session_options(found if resumed is None else resumed.among(found), connecting)
    engine = engine_for(inventory, devices, connecting, operator, opening)
    answers: dict[str, Result] = {}
    began = time.monotonic()
    runs = Runs(runs_dir)
    if resumed is None:
        recorded = {**target.described(), **(selection or {})}
        opened = runs.start(verb, devices, selection=recorded, evidence=evidence)
    else:
        opened = runs.resume(resumed.reference)
    with opened as run:

        async def visit(device: Device, shown: Progress) -> DeviceResult:
            earlier = EarlierPart() if resumed is None else resumed.part(device)
            answer = await engine.visit(work, task_of(device, earlier), run, shown.event)
            result = work.device_result(answer)
            if result is not answer:
                answers[device.name] = answer
            return result

        results = visit_all(
            verb,
            devices,
            visit,
            run=run,
            sessions=engine,
            detach=engine.detach,
            connecting=connecting,
            operator=operator,
        )
        done = LiveRun(
            run_id=run.id,
            path=run.path,
            results=results,
            answers=answers,
            folders=run.folders,
            seconds=time.monotonic() - began,
        )
        if finish is not None:
            finish(run, done)
    return done
