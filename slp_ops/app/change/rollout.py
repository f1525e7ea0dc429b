"""Change the switches of a fleet batch by batch, and stop where too many fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.context import EvidenceRecord, StopController
from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.app.loop import run_to_end
from slp_ops.engine.batches import size_of
from slp_ops.engine.worker_pool import each
from slp_ops.errors import SlpOpsError, StoreError
from slp_ops.i18n import Sentence
from slp_ops.messages import message_text
from slp_ops.model import DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.planning.journal_state import ChangeOutcome

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.fleet import Closable
    from slp_ops.app.operator import Operator, Progress
    from slp_ops.i18n import Text
    from slp_ops.model import Device
    from slp_ops.runs import Run


def keep(write: Callable[[], object], operator: Operator) -> None:
    """Write a part of a change's run; what the disk refuses is a notice, as the journal has the change."""
    try:
        write()
    except StoreError as err:
        operator.notice(f"{err.message}; the journal has what became of the switches")


class Rollout:
    """A fleet while it is changed: a canary first, then batches. ``back`` marks a rollback, no failure.

    ``sizes`` are those of the batches, each with whether it is percent.
    """

    def __init__(
        self,
        sizes: tuple[tuple[int, bool], ...],
        max_fail: int,
        operator: ChangeOperator,
        run: Run,
        captures: Mapping[str, EvidenceRecord],
        *,
        back: bool,
    ) -> None:
        self.ended: dict[str, DeviceChangeResult] = {}
        self._sizes = sizes
        self._max_fail = max_fail
        self._operator = operator
        self._run = run
        self._captures = captures
        # A switch that waits for the operator has not failed: the others are changed nevertheless.
        self._fine = {ChangeOutcome.DONE, ChangeOutcome.WAITING} | (
            {ChangeOutcome.ROLLED_BACK} if back else set()
        )
        self._pace = StopController()

    @property
    def stopped(self) -> bool:
        """Return whether the operator stopped it."""
        return self._pace.stopping

    def change_all(
        self,
        devices: Sequence[Device],
        change: Callable[[Device, StopController, Progress], Awaitable[DeviceChangeResult | None]],
        *,
        transport: Closable,
        workers: int,
        alone: Callable[[Device], bool],
        verb: str,
    ) -> None:
        """Change the switches batch by batch; those that reload (``alone``) one at a time.

        ``change`` returns None where it was stopped before it began; ``transport`` is closed at the end.

        Ctrl-C completes the current steps and begins no other; a second one aborts immediately.
        """

        async def guarded(device: Device) -> DeviceChangeResult | None:
            if self._pace.stopping or _must_stop(self.ended.values(), self._fine, self._max_fail):
                return None
            try:
                ended = await change(device, self._pace, shown)
                if ended is None:
                    return None
                applied = ended
            except BaseException as err:  # the worker edge: a defect costs this device, not the run
                if not isinstance(err, SlpOpsError) and not is_foreign(err):
                    raise
                applied = DeviceChangeResult(
                    name=device.name,
                    site=device.site,
                    end=ChangeOutcome.UNSETTLED,
                    why=self._why(device, err),
                )
            evidence = self._captures[device.name]
            keep(lambda: self._run.finish_device(_device_result(applied, evidence)), self._operator)
            if evidence.lost:
                self._operator.notice(f"{device.name}: not everything was kept: {evidence.lost}")
            shown.done(device.name, applied.end.words, "" if applied.why is None else Sentence(applied.why))
            return applied

        async def batch_by_batch() -> None:
            try:
                waiting, turn = list(devices), 0
                while waiting:
                    size = size_of(self._sizes, turn, len(devices))
                    batch, waiting = waiting[:size], waiting[size:]
                    at_once = 1 if any(alone(device) for device in batch) else workers
                    async for device, applied in each(batch, guarded, workers=at_once):
                        if applied is not None:
                            self.ended[device.name] = applied
                    # A canary that could not be reached has proven nothing: the next one is another canary.
                    turn += any(applied.touched for applied in self.ended.values())
            finally:
                await transport.close()

        with self._operator.change_progress(verb, len(devices)) as shown:
            run_to_end(batch_by_batch(), gently=self._stop)

    def _why(self, device: Device, err: BaseException) -> Text:
        """Return why a change ended with an error; the traceback of a defect is kept."""
        if isinstance(err, SlpOpsError):
            return message_text(err.message)
        return message_text(failure_of(err, self._captures[device.name]).message)

    def _stop(self, number: int | None) -> bool:
        """Stop after the current steps; return False where that is under way already."""
        if self._pace.stopping:
            return False
        self._pace.stop()
        self._operator.notice(
            "stopping after the current step (again: abort immediately; --resume resolves the step)"
        )
        return True


def _must_stop(ended: Collection[DeviceChangeResult], fine: Collection[ChangeOutcome], max_fail: int) -> bool:
    """Return whether no further switch may start."""
    failed = [applied for applied in ended if applied.touched and applied.end not in fine]
    return len(failed) > max_fail or any(applied.regressed for applied in ended)


def _device_result(applied: DeviceChangeResult, evidence: EvidenceRecord) -> DeviceResult:
    good = applied.end.good or applied.end is ChangeOutcome.ROLLED_BACK
    why = "" if applied.why is None else applied.why.en
    return DeviceResult(
        name=applied.name,
        site=applied.site,
        status=DeviceStatus.OK if good else DeviceStatus.FAILED,
        captures=tuple(evidence.captures),
        error=None if good else DeviceFailure(kind=applied.end.value, message=why),
    )
