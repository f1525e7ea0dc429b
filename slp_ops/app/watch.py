"""Audit switches again and again; report what has changed.

Each round is a run of its own. A program may be run for each new finding, and old rounds may be removed.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from slp_ops.app import notify
from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.fleet import is_complete
from slp_ops.app.history_context import HistoryContext
from slp_ops.app.history_update import open_history
from slp_ops.app.live_audit import read_and_judge
from slp_ops.app.loop import StopSignals, run_to_end
from slp_ops.app.operator import AskOnce
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.sessions import SessionOptions
from slp_ops.errors import Interrupted, OptionError, SlpOpsError
from slp_ops.history.changes import ChangeKind, DeviceHistoryState, after, changes, state_after
from slp_ops.history.summary import found_of
from slp_ops.model import Severity
from slp_ops.rules.checks.history import GROWING
from slp_ops.rules.derived.growth import GrowthCourse, growth
from slp_ops.runs import Runs
from slp_ops.runs.atomic_files import locked
from slp_ops.runs.prune import judge, remove
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from slp_ops.app.audit_device import AuditedDevice
    from slp_ops.app.operator import Operator
    from slp_ops.app.selection import DeviceSelection
    from slp_ops.history.changes import DeviceChange
    from slp_ops.history.summary import Summary
    from slp_ops.history.trend import Series
    from slp_ops.runs.history import History

VERB: Final = "watch"
_LOCK: Final = "watch.lock"
# So many rounds back what holds of a switch is looked for, over those that could not tell.
_LOOK_BACK: Final = 24
# So that the watches of many places, started by the same clock, do not all knock at one AAA server.
_JITTER: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedChange:
    """A change of one device, found in a round."""

    change: DeviceChange
    device: AuditedDevice
    run_id: str
    runs_dir: Path
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchRequest:
    """Request: options of every round. ``on_changes`` receives the changes of a round that has some.

    ``program`` with its arguments is run for each new finding; ``alarm`` makes the record that it reads.
    ``keep`` and ``older_than`` bound the rounds that are kept.
    """

    target: DeviceSelection
    on_changes: Callable[[Sequence[WatchedChange]], None]
    alarm: Callable[[WatchedChange], Mapping[str, object]]
    connecting: SessionOptions = field(default_factory=SessionOptions)
    runs_dir: Path = Path("runs")
    audit_options: AuditOptions = field(default_factory=AuditOptions)
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    every: timedelta = timedelta(hours=1)
    program: tuple[str, ...] = ()
    keep: int | None = None
    older_than: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """Result of a round. ``has_news``: a new finding of a warning or above."""

    complete: bool = True
    has_news: bool = False


def run_once(request: WatchRequest, operator: Operator) -> RoundResult:
    """Do one round; none while another watch is at work in the folder of the runs.

    Raises InputError, CredentialError, StoreError, Interrupted.
    """

    def busy() -> bool:
        operator.notice("another watch is running in this folder; nothing was done")
        return False

    _check(request)
    rounds = Rounds(request, operator)
    with locked(request.runs_dir, _LOCK, busy=busy) as is_ours:
        return rounds.go() if is_ours else RoundResult()


def run_for_ever(request: WatchRequest, operator: Operator) -> NoReturn:
    """Do a round every ``request.every``, until a signal. Raises as ``run_once``, and KeyboardInterrupt.

    Only the first round may fail: afterwards a watch outlives a full disk or a broken inventory.
    """
    _check(request)
    rounds = Rounds(request, AskOnce(operator))
    _for_ever(rounds, request.runs_dir, request.every.total_seconds(), operator)


def _for_ever(rounds: Rounds, runs_dir: Path, every: float, operator: Operator) -> NoReturn:
    def busy() -> bool:
        operator.status("another watch is running in this folder; waiting for it")
        return True

    stop = StopSignals()
    first = time.monotonic()
    has_begun = False
    while True:
        with locked(runs_dir, _LOCK, busy=busy):
            try:
                rounds.go()
            except Interrupted:
                raise
            except SlpOpsError as err:
                if not has_begun:
                    raise
                operator.notice(f"error: {one_line(err.message)}; the next round will try again")
        has_begun = True
        if stop.asked:
            raise KeyboardInterrupt
        pause = until_next(first, time.monotonic(), every, random.random())  # noqa: S311 - no secret
        operator.status(f"next round in {timedelta(seconds=round(pause))}")
        run_to_end(asyncio.sleep(pause))


def until_next(first: float, now: float, every: float, draw: float) -> float:
    """Return the seconds to the next multiple of ``every`` and up to a tenth more; skip missed rounds."""
    turn = first + (int((now - first) / every) + 1) * every
    return max(0.0, turn - now) + draw * every * _JITTER


def _check(request: WatchRequest) -> None:
    if request.every < timedelta(seconds=1):
        raise OptionError("give at least 1s", option="--every")


@dataclass(slots=True)
class Rounds:
    """The rounds of one process, which remember what holds of each switch."""

    request: WatchRequest
    operator: Operator
    known: dict[str, DeviceHistoryState | None] = field(default_factory=dict)

    def go(self) -> RoundResult:
        """Do one round. Raises SlpOpsError."""
        request = self.request
        past = HistoryContext(request.runs_dir, request.audit_options, self.operator, at_most=0)
        done = read_and_judge(
            VERB,
            past,
            target=request.target,
            connecting=request.connecting,
            runs_dir=request.runs_dir,
            audit_options=request.audit_options,
            collect_options=request.collect_options,
            operator=self.operator,
        )
        self._recall(summary.device for _, summary in done.judged)
        past.save(done.run_id, (summary for _, summary in done.judged))
        found = [change for each in done.judged for change in self._changed(done.run_id, *each)]
        if found:
            request.on_changes(found)
        news = [each for each in found if each.change.what is ChangeKind.NEW]
        for each in news if request.program else ():
            notify.run_program(request.program, request.alarm(each), self.operator)
        self._prune()
        severities = [each.change.severity for each in news]
        has_news = any(each is not None and each.rank >= Severity.WARNING.rank for each in severities)
        return RoundResult(complete=is_complete(done.results), has_news=has_news)

    def _recall(self, devices: Iterable[str]) -> None:
        """Return the state of devices from earlier watches, for devices not read by this process yet."""
        unseen = [device for device in devices if device not in self.known]
        if not unseen:
            return

        def ask(history: History) -> dict[str, DeviceHistoryState | None]:
            found = {device: state_after(_last_rounds(history, device)) for device in unseen}
            for each in history.series(unseen):
                if (known := found[each.device]) is not None and self._grew(each):
                    found[each.device] = replace(
                        known, findings={**known.findings, GROWING: Severity.WARNING}
                    )
            return found

        self.known |= open_history(self.request.runs_dir, ask, self.operator, at_most=0)

    def _grew(self, series: Series) -> bool:
        """Return whether the last round reported it: rules over several runs are in no summary."""
        limit = self.request.audit_options.thresholds.rum_reports
        found = growth(series.points, limit=limit, failing=series.failing)
        return found is not None and found.course is GrowthCourse.GROWING

    def _changed(self, run: str, judged: AuditedDevice, summary: Summary) -> Sequence[WatchedChange]:
        summary = replace(summary, found=found_of(judged.outcomes, of_history=True))
        before = self.known[summary.device]
        found = changes(before, summary)
        self.known[summary.device] = after(before, summary)
        at, folder = datetime.now(UTC), self.request.runs_dir
        return [
            WatchedChange(change=change, device=judged, run_id=run, runs_dir=folder, at=at)
            for change in found
        ]

    def _prune(self) -> None:
        """Remove old rounds: never a switch's newest complete one, nor a run of another verb."""
        request = self.request
        if request.keep is None and request.older_than is None:
            return
        mine = [run for run in Runs(request.runs_dir).all() if run.header.verb == VERB]
        gone = sum(
            remove(each.run)
            for each in judge(mine, keep=request.keep, older_than=request.older_than, now=datetime.now(UTC))
            if not each.kept_because
        )
        if gone:
            self.operator.status(f"{gone} old runs removed")


def _last_rounds(history: History, device: str) -> list[Summary]:
    """Return what the last rounds said; other verbs read less, or ask other rules."""
    return [each.summary for each in history.device(device, newest=_LOOK_BACK, verb=VERB)]
