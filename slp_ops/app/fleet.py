"""Visits of a fleet, shared by all live verbs: a run, progress, and an end that saves everything."""

from __future__ import annotations

import shlex
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from slp_ops.app.detach import DetachOffer
from slp_ops.app.device_work import TaskLeft, VisitFailed
from slp_ops.app.follow_up import resume_command
from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.app.held_results import HeldResult, HeldResults
from slp_ops.app.loop import run_to_end
from slp_ops.app.operator import name_open_mode
from slp_ops.app.session_logs import session_logs
from slp_ops.engine.worker_pool import each
from slp_ops.errors import Interrupted, SessionLost, SlpOpsError, StoreError
from slp_ops.i18n import pluralize
from slp_ops.model import CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.runs import RunState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from slp_ops.app.operator import Operator, Progress
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.model import Capture, Device
    from slp_ops.runs import Run


class Closable(Protocol):
    """A transport, or the engine of a run."""

    async def close(self) -> None:
        """Release sessions, threads, processes."""


# Next commands after an interrupted run.
_GO_ON: Final = {
    "collect": "{resume} reads the rest into it",
    "audit": "{resume} reads the rest into it; slp-ops audit --run {path} judges what was read",
    "check-reachability": "{resume} tests the rest",
}
_TAKE: Final = "{resume} takes their results and waits for the rest; Ctrl-C there cancels what is not done"
_NOT_TRIED: Final = DeviceFailure(
    kind=StoreError.kind,
    message="not tried: the evidence of another device could not be written",
    hint="free some space; collect, audit and check-reachability then read the rest with --resume last",
)
_BEGIN_AGAIN: Final = "nothing was changed; the same command begins again"


def visit_all(
    verb: str,
    devices: Sequence[Device],
    visit: Callable[[Device, Progress], Awaitable[DeviceResult]],
    *,
    run: Run,
    sessions: Closable,
    connecting: SessionOptions,
    operator: Operator,
    detach: Callable[[], None] | None = None,
    leads_to_change: bool = False,
) -> Sequence[DeviceResult]:
    """Visit each device, keep each result in the run, and give them in the devices' order.

    ``sessions`` is what the visits open sessions with; it is closed at the end.
    Where the evidence of a device cannot be written, that device ends, and those that are not begun are not
    tried. A stopping signal ends it within seconds with everything saved, as Interrupted. After the last
    device the result is complete and a signal changes nothing, unless the reading ``leads_to_change``.

    ``detach`` is that of an engine whose tasks may continue elsewhere: at Ctrl-C the operator chooses, of a
    verb that can be resumed. Detached, it ends as Interrupted too.
    """
    results = HeldResults()
    ended: dict[str, HeldResult] = {}
    unwritable = False
    left = 0

    async def guarded(device: Device) -> DeviceResult | None:
        nonlocal left
        if unwritable:
            return _unread(device, DeviceStatus.SKIPPED, _NOT_TRIED)
        try:
            result = await visit(device, shown)
            if result.name != device.name:
                raise ValueError(f"the result of {result.name!r} for {device.name!r}")
            return result
        except Interrupted:
            raise
        except TaskLeft as err:
            left += err.is_submitted
            return None
        except VisitFailed as err:
            failure = err.failure
        except SlpOpsError as err:
            failure = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
        except BaseException as err:
            # The worker edge: an exception of any other type costs this device, not the run.
            if not is_foreign(err):
                raise
            failure = failure_of(err, run.device(device))
        return _unread(device, DeviceStatus.FAILED, failure)

    def keep(result: DeviceResult) -> DeviceResult:
        """Keep a result in the run; return what the operator is shown."""
        try:
            run.finish_device(result)
        except StoreError as err:
            failure = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
            return result if result.error is not None else _without_record(result, failure)
        return result

    async def all_of_them() -> None:
        nonlocal unwritable
        try:
            with nullcontext() if offer is None else offer.during_pass():
                async for device, visited in each(devices, guarded, workers=connecting.at_once):
                    if visited is None:
                        continue
                    result = keep(visited)
                    unwritable = unwritable or (
                        result.error is not None and result.error.kind == StoreError.kind
                    )
                    ended[device.name] = results.hold(result)
                    shown.done(device.name, result.status, "; ".join(causes(result)))
        finally:
            await sessions.close()

    operator.status(f"run {run.id}: {pluralize(len(devices), 'device')}, evidence in {run.path}")
    name_open_mode(run.path.parent, "700", operator)
    with operator.progress(verb, len(devices)) as shown:
        offer = None
        if detach is not None and verb in _GO_ON:
            offer = DetachOffer(detach=detach, open_tasks=lambda: len(devices) - len(ended), shown=shown)
        try:
            with session_logs(run, connecting):
                run_to_end(all_of_them(), gently=None if offer is None else offer.take_signal)
        except KeyboardInterrupt:
            if len(ended) == len(devices) and not leads_to_change:
                return results.in_order(ended[device.name] for device in devices)
            raise _interrupted(
                verb, run, f"{len(ended)} of {pluralize(len(devices), 'device')} done"
            ) from None
    if len(ended) < len(devices):  # the operator has detached
        at_workers = f"{pluralize(left, 'task')} left to the workers"
        done = f"{len(ended)} of {pluralize(len(devices), 'device')} done"
        raise _interrupted(verb, run, f"{done}; {at_workers}", way_on=_TAKE)
    if unwritable:
        with suppress(StoreError):  # the reason is the devices'
            run.finish(RunState.INTERRUPTED)
    return results.in_order(ended[device.name] for device in devices)


def _interrupted(verb: str, run: Run, done: str, *, way_on: str = "") -> Interrupted:
    return Interrupted(
        f"interrupted: {done}; what was read is in {run.path}",
        hint=(way_on or _GO_ON.get(verb, _BEGIN_AGAIN)).format(
            resume=resume_command(verb, run.id), path=shlex.quote(str(run.path))
        ),
    )


def _unread(device: Device, status: DeviceStatus, failure: DeviceFailure) -> DeviceResult:
    return DeviceResult(name=device.name, site=device.site, status=status, error=failure)


def _without_record(result: DeviceResult, failure: DeviceFailure) -> DeviceResult:
    """Return the result of a device that was read, and that the run does not have."""
    complete = result.status is DeviceStatus.OK
    return replace(result, status=DeviceStatus.PARTIAL if complete else result.status, error=failure)


def causes(result: DeviceResult) -> list[str]:
    """Return why a device is not ok: the failed connection, and the reasons of failed commands."""
    words = []
    if result.error is not None and (not result.captures or result.error.kind != SessionLost.kind):
        words.append(result.error.message)
    for status in (CaptureStatus.DENIED, CaptureStatus.TIMEOUT, CaptureStatus.LOST, CaptureStatus.DAMAGED):
        hit = [capture for capture in result.captures if capture.status is status]
        if hit:
            words.append(f"{_list_commands(hit)}: {status} ({hit[0].reason})")
    return words


def hint(result: DeviceResult) -> str:
    """Return the operator's next step for a device; empty without one."""
    if result.error is not None and result.error.hint:
        return result.error.hint
    statuses = {capture.status for capture in result.captures}
    if CaptureStatus.DENIED in statuses:
        return "let AAA permit these show commands to this user; without them some checks stay unknown"
    if CaptureStatus.TIMEOUT in statuses:
        return "the switch may be overloaded; a longer silence is allowed with --command-timeout SECONDS"
    if CaptureStatus.LOST in statuses:
        return "run the same command again"
    return ""


def is_complete(results: Sequence[DeviceResult]) -> bool:
    """Return whether every device was read completely."""
    return all(result.status is DeviceStatus.OK for result in results)


def _list_commands(captures: Sequence[Capture]) -> str:
    names = [capture.command for capture in captures[:2]]
    more = len(captures) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
