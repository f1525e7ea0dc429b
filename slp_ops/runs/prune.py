"""Old runs go, but never one that is being written, and never a switch's newest good evidence."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus
from slp_ops.runs import atomic_files
from slp_ops.runs.serialization import RunState

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import datetime
    from pathlib import Path

    from slp_ops.runs.run_reader import StoredRun

# Clocks of two computers that write into one folder may differ by as much.
_TOLERANCE: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneDecision:
    """Decision on a run. ``kept_because`` is empty for one to delete."""

    run: StoredRun
    kept_because: str = ""


def judge(
    runs: Sequence[StoredRun],
    *,
    keep: int | None,
    older_than: timedelta | None,
    now: datetime,
    unfinished: Container[Path] = frozenset(),
) -> list[PruneDecision]:
    """Decide on each run, the newest first. With both limits a run must match both to be deleted.

    ``runs`` are all of them, the newest first. ``unfinished`` are the folders with the journal of a change
    that is not at its end.
    """
    needed = _newest_complete_runs(runs)
    judged = []
    for place, run in enumerate(runs):
        if run.is_locked():
            why = "is being written"
        elif run.path.absolute() in unfinished:
            why = "a change is unfinished, and its journal is here"
        elif run.header.state is RunState.UNREADABLE:
            why = f"was written by a newer slp-ops ({run.header.version})"
        elif keep is not None and place < keep:
            why = f"one of the newest {keep}"
        elif older_than is not None and is_from_future(run, now):
            why = "started in the future: its age is unknown"
        elif older_than is not None and now - run.header.started <= older_than:
            why = "not old enough"
        elif run.path in needed:
            why = f"the newest good evidence of {needed[run.path]}"
        else:
            why = ""
        judged.append(PruneDecision(run=run, kept_because=why))
    return judged


def is_from_future(run: StoredRun, now: datetime) -> bool:
    """Return True if a run started later than now: the clock was wrong then, or is wrong now."""
    return run.header.started - now > _TOLERANCE


def remove(run: StoredRun) -> bool:
    """Remove a run's folder; False when another process writes or removed it. Raises StoreError."""
    with atomic_files.store_errors("remove", run.path):
        try:
            lock = os.open(run.path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if not run.path.is_dir():
                return False
            return _discard(run.path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _discard(run.path)
        except BlockingIOError:
            return False
        finally:
            os.close(lock)


def _newest_complete_runs(runs: Iterable[StoredRun]) -> dict[Path, str]:
    """The newest run in which each device was read completely, and the name of one such device."""
    seen: set[str] = set()
    needed: dict[Path, str] = {}
    for run in runs:
        for name, record in run.results.items():
            if record.status is DeviceStatus.OK and name not in seen:
                seen.add(name)
                needed.setdefault(run.path, name)
    return needed


def _discard(path: Path) -> bool:
    """Hide the folder first, so that no process lists a half-deleted run."""
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.rename(hidden)
    except FileNotFoundError:
        return False
    shutil.rmtree(hidden, onerror=_unless_gone)
    return True


def _unless_gone(function: object, path: str, raised: tuple[type, BaseException, object]) -> None:
    """Continue when another process removes the same folder."""
    if not isinstance(raised[1], FileNotFoundError):
        raise raised[1]
