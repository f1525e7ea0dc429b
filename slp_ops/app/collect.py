"""Read switches and keep the evidence."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.commands import choose_commands
from slp_ops.app.fleet import visit_all
from slp_ops.app.read_device import CollectOptions, PreviousCaptures, collect
from slp_ops.app.sessions import SessionOptions, transport_for, with_session_options
from slp_ops.errors import InputError, InvalidRelease, SelectionError
from slp_ops.release import Release
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.app.operator import Operator, Progress
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.model import Device, DeviceResult
    from slp_ops.runs import StoredRun


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectRequest:
    """Request: switches and commands. ``resume`` names a run whose missing part is read."""

    target: DeviceSelection
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    set_name: str = "baseline"
    extra_commands: tuple[str, ...] = ()
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    resume: str | None = None


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
    resumed = None if request.resume is None else _Resumed(runs.open(request.resume, verbs=("collect",)))
    set_name, extra = (request.set_name, request.extra_commands) if resumed is None else resumed.commands
    commands = choose_commands(set_name, extra)
    inventory, found = request.target.choose(operator)
    devices = with_session_options(found if resumed is None else resumed.among(found), request.connecting)
    transport = opening(inventory, devices, request.connecting, operator)
    selection = {**request.target.described(), "set": set_name, "commands": list(extra)}
    began = time.monotonic()
    opened = runs.resume(resumed.id) if resumed else runs.start("collect", devices, selection=selection)
    with opened as kept:

        async def visit(device: Device, shown: Progress) -> DeviceResult:
            earlier = PreviousCaptures(captures=()) if resumed is None else resumed.earlier(device)
            missing = earlier.missing(commands)
            if resumed is not None and not missing:
                return resumed.result(device)
            result = await collect(
                device,
                transport=transport,
                evidence=kept.device(device),
                commands=missing,
                collect_options=request.collect_options,
                release=earlier.release,
                on_event=shown.event,
            )
            return earlier.merged_with(result)

        results = visit_all(
            "collect",
            devices,
            visit,
            run=kept,
            transport=transport,
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


class _Resumed:
    """A run of collect that is resumed: its commands, what it has, what is missing."""

    def __init__(self, stored: StoredRun) -> None:
        if stored.header.verb != "collect":
            raise InputError(
                f"run {stored.id} is of {stored.header.verb}, not of collect", hint="see: slp-ops runs list"
            )
        self._stored = stored
        self._results = {result.name: result for result in stored.devices}

    @property
    def id(self) -> str:
        """The run's id."""
        return self._stored.id

    @property
    def commands(self) -> tuple[str, tuple[str, ...]]:
        """The set and the ad-hoc commands of the run."""
        selection = self._stored.header.selection
        set_name, ad_hoc = selection.get("set"), selection.get("commands")
        return (
            set_name if isinstance(set_name, str) else "baseline",
            tuple(str(text) for text in ad_hoc) if isinstance(ad_hoc, list) else (),
        )

    def among(self, devices: Sequence[Device]) -> tuple[Device, ...]:
        """The run's devices, as the inventory has them now. Raises SelectionError."""
        chosen = tuple(device for device in devices if device.name in self._results)
        if not chosen:
            raise SelectionError(
                f"the inventory's choice holds no device of run {self._stored.id}",
                hint=f"the run is of: {', '.join(list(self._results)[:20])}",
            )
        return chosen

    def result(self, device: Device) -> DeviceResult:
        """Return the recorded result of the device."""
        return self._results[device.name]

    def earlier(self, device: Device) -> PreviousCaptures:
        """Return the captures of a device in the run."""
        result = self._results[device.name]
        return PreviousCaptures(captures=result.captures, release=self._release(result))

    def _release(self, result: DeviceResult) -> Release | None:
        """Read from the result, or from the evidence if the run has no result yet."""
        text = result.release or ""
        for capture in result.captures:
            if not text and capture.command == "show version" and capture.file is not None:
                text = "\n".join(self._stored.text(result.name, capture).split("\n")[:4])
        try:
            return Release.parse(text)
        except InvalidRelease:
            return None
