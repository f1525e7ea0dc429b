"""Services of ``runs``: list, show, verify, export, prune and index the runs on disk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slp_ops.app.resumed_run import unreadable_run_file
from slp_ops.errors import SelectionError
from slp_ops.model import DeviceStatus
from slp_ops.runs import Runs
from slp_ops.runs.export import export
from slp_ops.runs.open_changes import OpenChanges
from slp_ops.runs.prune import LossKind as LossKind
from slp_ops.runs.prune import hide, is_from_future, judge, remove_hidden
from slp_ops.runs.sequence import RunSequence
from slp_ops.runs.verify import verify

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import timedelta
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.model import DeviceResult
    from slp_ops.runs import StoredRun
    from slp_ops.runs.export import ExportReport
    from slp_ops.runs.prune import PruneDecision
    from slp_ops.runs.verify import VerifyReport


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """A run and those of its devices that were asked for."""

    run: StoredRun
    devices: tuple[DeviceResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResult:
    """A run and what its verification found."""

    run: StoredRun
    verified: VerifyReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """A run and its export."""

    run: StoredRun
    exported: ExportReport


@dataclass(frozen=True, slots=True, kw_only=True)
class ReindexResult:
    """Result: the number of indexed runs, and the size of the index."""

    runs: int
    bytes: int


def list_runs(runs_dir: Path, operator: Operator) -> tuple[StoredRun, ...]:
    """Return the runs of a folder, the newest first. Raises StoreError."""
    found = tuple(Runs(runs_dir).all())
    _warn_of_future(found, operator, datetime.now(UTC))
    return found


def show_run(runs_dir: Path, reference: str, *, device: str | None = None) -> RunResult:
    """Return a run with its devices, or with one of them. Raises StoreError."""
    run = Runs(runs_dir).open(reference)
    return RunResult(
        run=run, devices=tuple(result for result in run.devices if device in (None, result.name))
    )


def verify_run(runs_dir: Path, reference: str) -> VerifyResult:
    """Check that every capture of a run is what was written. Raises StoreError."""
    run = Runs(runs_dir).open(reference)
    return VerifyResult(run=run, verified=verify(run))


def export_run(runs_dir: Path, reference: str, to: Path) -> ExportResult:
    """Write a run as plain folders below ``to``. Raises InputError, StoreError."""
    run = Runs(runs_dir).open(reference)
    return ExportResult(run=run, exported=export(run, to))


def failed_in(runs_dir: Path, reference: str) -> frozenset[str]:
    """Return the devices that a run did not complete. Raises InputError, StoreError."""
    run = Runs(runs_dir).open(reference)
    if not run.is_readable:
        raise unreadable_run_file(run)
    failed = frozenset(result.name for result in run.devices if result.status is not DeviceStatus.OK)
    if not failed:
        raise SelectionError(f"no device failed in run {run.id}")
    return failed


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneRequest:
    """Limits of a prune; with both a run must match both to be removed.

    What cannot be replaced is kept, but for the kinds to ``lose``.
    """

    runs_dir: Path
    keep: int | None = None
    older_than: timedelta | None = None
    lose: Container[LossKind] = frozenset()


def plan_prune(request: PruneRequest, operator: Operator) -> tuple[PruneDecision, ...]:
    """Return what a prune would do with each run, the newest first. Nothing is removed. Raises StoreError."""
    planned = _judged(request)
    _warn_of_future((each.run for each in planned), operator, datetime.now(UTC))
    return planned


def _judged(request: PruneRequest) -> tuple[PruneDecision, ...]:
    from slp_ops.app.irreplaceable import irreplaceable

    found, now = Runs(request.runs_dir).all(), datetime.now(UTC)
    changing, over = OpenChanges().folders()
    contents = irreplaceable(request.runs_dir, found, over)
    return tuple(
        judge(
            found,
            keep=request.keep,
            older_than=request.older_than,
            now=now,
            changing=changing,
            contents=contents,
            lose=request.lose,
        )
    )


def prune(request: PruneRequest, planned: Sequence[PruneDecision]) -> tuple[StoredRun, ...]:
    """Remove the runs that a plan does not keep, and what killed processes left. Raises StoreError.

    The operator may have been asked for a long time, and other processes prune, resume and change: a run goes
    only if it still may, and while no other prune decides.
    """
    if not request.runs_dir.is_dir():
        return ()
    agreed = {each.run.path for each in planned if not each.kept_because}
    hidden: dict[Path, StoredRun] = {}
    with RunSequence.open(request.runs_dir):  # which removes what killed processes left
        for each in _judged(request) if agreed else ():
            if each.run.path in agreed and not each.kept_because:
                path = hide(each.run)
                if path is not None:
                    hidden[path] = each.run
    for path in hidden:
        remove_hidden(path)
    OpenChanges().forget({run.path.absolute() for run in hidden.values()})
    return tuple(hidden.values())


def _warn_of_future(runs: Iterable[StoredRun], operator: Operator, now: datetime) -> None:
    for run in runs:
        if is_from_future(run, now):
            operator.notice(
                f"note: run {run.id} started in the future ({run.header.started:%Y-%m-%d %H:%M}Z): "
                "the clock of this computer was wrong then, or is wrong now"
            )


def reindex(runs_dir: Path, operator: Operator, *, anew: bool = False) -> ReindexResult:
    """Make the index of the history from the run folders; ``anew`` judges each run again."""
    from slp_ops.app.history_update import catch_up  # loads the rules, which no other service of these needs
    from slp_ops.runs.history_index import FILE, discard

    discard(runs_dir)
    put = catch_up(runs_dir, operator, anew=anew)
    size = sum(path.stat().st_size for path in runs_dir.glob(f"{FILE}*"))
    return ReindexResult(runs=put, bytes=size)
