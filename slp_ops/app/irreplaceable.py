"""Contents of runs that no other run has, and that no new run can bring back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slp_ops.app.past_exchanges import imported_positions
from slp_ops.errors import SlpOpsError
from slp_ops.json_documents import ShapeError
from slp_ops.runs import flow_journal
from slp_ops.runs.file_store import UPLOAD
from slp_ops.runs.journal import FILE, read
from slp_ops.runs.prune import Irreplaceable, LossKind
from slp_ops.usage.usage_files import received_in

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from slp_ops.planning.journal_state import RecordedChange
    from slp_ops.runs import StoredRun

_NAMED = 3  # switches in one sentence


def irreplaceable(
    runs_dir: Path, runs: Sequence[StoredRun], done: Collection[Path]
) -> Mapping[Path, tuple[Irreplaceable, ...]]:
    """Return what is lost with each run's journal and files, by the path of the run.

    ``done`` are the folders of changes that are recorded as given up, or as continued by another one.
    """
    found: dict[Path, tuple[Irreplaceable, ...]] = {}
    imported: Mapping[str, tuple[int, str]] | None = None
    for run in runs:
        if os.path.lexists(run.path / flow_journal.FILE):
            found[run.path] = tuple(_flow_losses(run.path / flow_journal.FILE))
            continue
        if not os.path.lexists(run.path / FILE):
            found[run.path] = tuple(_unexplained_files(run))
            continue
        try:
            recorded = read(run.path / FILE)
        except SlpOpsError:
            found[run.path] = (*_unreadable(LossKind.UNFINISHED, LossKind.ROLLBACK), *_unexplained_files(run))
            continue
        if imported is None and recorded.begin.verb == "usage-save":
            imported = imported_positions(runs_dir)
        losses = tuple(_losses(run, recorded, run.path.absolute() in done, imported or {}))
        if losses:
            found[run.path] = losses
    return found


def _flow_losses(path: Path) -> Iterator[Irreplaceable]:
    """Yield the loss of a flow that has stages left: only its journal knows what was done by hand."""
    try:
        recorded = flow_journal.read(path)
    except SlpOpsError:
        yield from _unreadable(LossKind.UNFINISHED)
        return
    stages = len(recorded.begin.stages)
    left = [name for name, each in recorded.progress.items() if each.stage < stages]
    if left:
        yield Irreplaceable(
            kind=LossKind.UNFINISHED, what=f"the journal of the flow {recorded.begin.flow} of {_names(left)}"
        )


def _unreadable(*kinds: LossKind) -> Iterator[Irreplaceable]:
    """Yield what a journal that cannot be read may hold."""
    for kind in kinds:
        yield Irreplaceable(kind=kind, what="its journal cannot be read")


def _unexplained_files(run: StoredRun) -> Iterator[Irreplaceable]:
    """Yield the usage files of a run without a journal that states what became of them."""
    if os.path.lexists(run.path / UPLOAD):
        yield Irreplaceable(kind=LossKind.USAGE_FILES, what="usage files that may wait for their ACK")


def _losses(
    run: StoredRun, recorded: RecordedChange, done: bool, imported: Mapping[str, tuple[int, str]]
) -> Iterator[Irreplaceable]:
    states = recorded.states
    open_ = [name for name, state in states.items() if state.touched and not state.finished and not done]
    if open_:
        yield Irreplaceable(
            kind=LossKind.UNFINISHED, what=f"the journal of the unfinished change of {_names(open_)}"
        )
    back = [name for name, state in states.items() if state.sent_changes and not state.rolled_back]
    if back:
        yield Irreplaceable(kind=LossKind.ROLLBACK, what=f"the journal for a rollback of {_names(back)}")
    waiting = _waiting(run, recorded, imported)
    if waiting:
        yield Irreplaceable(
            kind=LossKind.USAGE_FILES, what=f"the usage file of {_names(waiting)}, which waits for its ACK"
        )


def _waiting(run: StoredRun, recorded: RecordedChange, imported: Mapping[str, tuple[int, str]]) -> list[str]:
    """Return the switches whose usage file of this run is not acknowledged."""
    if recorded.begin.verb != "usage-save":
        return []
    try:
        files = received_in(recorded.events)
    except ShapeError:
        return list(recorded.states)
    return [each.host for each in files if each.reports and imported.get(each.host, (0, "")) < run.position]


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
