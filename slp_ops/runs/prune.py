"""Old runs go, but never one that is being written, and never a switch's newest good evidence."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus
from slp_ops.runs import atomic_files
from slp_ops.runs.run_reader import NAME, StoredRun
from slp_ops.runs.serialization import RunState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime, timedelta
    from pathlib import Path

# A folder that a run was being made in, or removed from, when the process was killed.
_LEFT_OVER: Final = re.compile(rf"\.{NAME.pattern}\.[0-9a-f]{{8}}", re.ASCII)
_SURELY_DEAD: Final = 3600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneDecision:
    """Decision on a run. ``kept_because`` is empty for one to delete."""

    run: StoredRun
    kept_because: str = ""


def judge(
    runs: Sequence[StoredRun], *, keep: int | None, older_than: timedelta | None, now: datetime
) -> list[PruneDecision]:
    """Decide on each run, the newest first. With both limits a run must match both to be deleted.

    ``runs`` are all of them, the newest first.
    """
    needed = _needed(runs)
    judged = []
    for place, run in enumerate(runs):
        if run.is_locked():
            why = "is being written"
        elif run.header.state is RunState.UNREADABLE:
            why = f"was written by a newer slp-ops ({run.header.version})"
        elif keep is not None and place < keep:
            why = f"one of the newest {keep}"
        elif older_than is not None and now - run.header.started <= older_than:
            why = "not old enough"
        elif run.path in needed:
            why = f"the newest good evidence of {needed[run.path]}"
        else:
            why = ""
        judged.append(PruneDecision(run=run, kept_because=why))
    return judged


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


def sweep(root: Path) -> int:
    """Remove what killed processes left half made or half removed; how many there were."""
    swept = 0
    with atomic_files.store_errors("read", root):
        names = [path for path in root.iterdir() if _LEFT_OVER.fullmatch(path.name)] if root.is_dir() else []
    for path in names:
        try:
            is_dead = time.time() - path.stat().st_mtime > _SURELY_DEAD
        except FileNotFoundError:
            continue
        if is_dead and not StoredRun(path).is_locked():
            shutil.rmtree(path, ignore_errors=True)
            swept += 1
    return swept


def _needed(runs: Iterable[StoredRun]) -> dict[Path, str]:
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
    shutil.rmtree(hidden)
    return True
