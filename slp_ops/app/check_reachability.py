"""Test from each switch whether it reaches its licence server."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.app.fleet import is_complete
from slp_ops.app.live_run import read_switches
from slp_ops.app.reach_device import PROBE_TIMEOUT as PROBE_TIMEOUT
from slp_ops.app.reach_device import DeviceReachability, ReachabilityOptions
from slp_ops.app.reach_task import REACHABILITY, ReachabilityTask
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.resumed_run import ResumedRun
from slp_ops.app.sessions import SessionOptions, transport_for
from slp_ops.errors import StoreError
from slp_ops.reachability.plan import target_of
from slp_ops.reachability.verdict import ReachVerdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.app.device_work import EarlierPart
    from slp_ops.app.live_run import LiveRun
    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.app.sessions import OpenTransport
    from slp_ops.model import Device
    from slp_ops.runs import Run


_VERB: Final = "check-reachability"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityRequest:
    """Request: the switches, and additional targets. ``resume`` names a run whose missing part is tested.

    ``targets`` are ``host:port``; ``everything`` adds Cisco's servers. ``document`` renders the file
    reachability.json of the run.
    """

    target: DeviceSelection
    document: Callable[[ReachabilityResult], str]
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    targets: tuple[str, ...] = ()
    everything: bool = False
    probe_timeout: float = PROBE_TIMEOUT
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    resume: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilityResult:
    """The run, and the answer of each device."""

    run_id: str
    path: Path
    devices: tuple[DeviceReachability, ...]
    seconds: float

    @property
    def blocked(self) -> bool:
        """Return whether a device cannot reach its licence server."""
        return any(each.conclusion.verdict is ReachVerdict.BLOCKED for each in self.devices)

    @property
    def undetermined(self) -> bool:
        """Return whether the verdict on a device could not be determined."""
        return any(each.conclusion.verdict is ReachVerdict.CANNOT_TELL for each in self.devices)

    @property
    def complete(self) -> bool:
        """Return whether every device was tested and its deciding output read."""
        all_probed = all(each.plan is not None for each in self.devices)
        return all_probed and is_complete([each.result for each in self.devices])


def run(
    request: ReachabilityRequest, operator: Operator, *, opening: OpenTransport = transport_for
) -> ReachabilityResult:
    """Read and probe each switch into a run.

    Raises InputError, CredentialError, StoreError, Interrupted.
    """
    options = ReachabilityOptions(
        targets=tuple(target_of(text) for text in request.targets),
        everything=request.everything,
        probe_timeout=request.probe_timeout,
    )
    resumed = None if request.resume is None else ResumedRun.open(request.runs_dir, request.resume, _VERB)
    if resumed is not None:
        options = _options_of(resumed, options)

    def task_of(device: Device, earlier: EarlierPart) -> ReachabilityTask:
        return ReachabilityTask(
            device=device, options=options, collect_options=request.collect_options, earlier=earlier
        )

    def attach(run: Run, done: LiveRun[DeviceReachability]) -> None:
        try:
            run.attach("reachability.json", request.document(_result(done)))
        except StoreError:
            if is_complete(done.results):
                raise  # otherwise a device names the reason

    return _result(
        read_switches(
            _VERB,
            REACHABILITY,
            task_of,
            target=request.target,
            connecting=request.connecting,
            runs_dir=request.runs_dir,
            operator=operator,
            opening=opening,
            resumed=resumed,
            selection={"targets": list(request.targets), "all": request.everything},
            finish=attach,
        )
    )


def _result(done: LiveRun[DeviceReachability]) -> ReachabilityResult:
    return ReachabilityResult(
        run_id=done.run_id,
        path=done.path,
        devices=tuple(
            done.answers.get(result.name) or DeviceReachability.not_collected(result)
            for result in done.results
        ),
        seconds=done.seconds,
    )


def _options_of(resumed: ResumedRun, options: ReachabilityOptions) -> ReachabilityOptions:
    """Return the options with the targets of the run that is resumed, beside those of this call."""
    recorded = resumed.selection.get("targets")
    targets = [target_of(str(text)) for text in recorded] if isinstance(recorded, list) else []
    return replace(
        options,
        targets=tuple(dict.fromkeys((*targets, *options.targets))),
        everything=options.everything or resumed.selection.get("all") is True,
    )
