"""Old runs go, but never one that is being written, and without consent none that cannot be replaced."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.model import DeviceStatus
from slp_ops.runs import atomic_files
from slp_ops.runs.runs import READING_VERBS
from slp_ops.runs.serialization import RunState

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from slp_ops.runs.run_reader import StoredRun

# Clocks of two computers that write into one folder may differ by as much.
_TOLERANCE: Final = timedelta(hours=1)


class LossKind(StrEnum):
    """Kinds of contents that cannot be replaced, as ``--lose`` names them."""

    USAGE_FILES = "usage-files"
    ROLLBACK = "rollback"
    UNFINISHED = "unfinished"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Irreplaceable:
    """Contents of a run that cannot be replaced."""

    kind: LossKind
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PruneDecision:
    """Decision on a run. ``kept_because`` is empty for one to delete; ``lost`` is then lost with it."""

    run: StoredRun
    kept_because: str = ""
    lost: tuple[Irreplaceable, ...] = ()


def judge(
    runs: Sequence[StoredRun],
    *,
    keep: int | None,
    older_than: timedelta | None,
    now: datetime,
    changing: Container[Path] = frozenset(),
    contents: Mapping[Path, tuple[Irreplaceable, ...]] | None = None,
    lose: Container[LossKind] = frozenset(),
) -> list[PruneDecision]:
    """Decide on each run, the newest first. With both limits a run must match both to be deleted.

    ``runs`` are all of them, the newest first. ``changing`` are the folders with the journal of a change that
    a process makes. ``contents`` are what cannot be replaced beside evidence, by the path of the run;
    ``lose`` are the kinds that may go.
    """
    evidence = _newest_evidence(runs)
    judged = []
    for place, run in enumerate(runs):
        losses = (*(contents or {}).get(run.path, ()), *evidence.get(run.path, ()))
        kept = dict.fromkeys(each.what for each in losses if each.kind not in lose)
        if run.is_locked():
            why = "is being written"
        elif run.path.absolute() in changing:
            why = "a process makes the change of its journal"
        elif run.header.state is RunState.UNREADABLE:
            why = f"was written by a newer slp-ops ({run.header.version})"
        elif not run.has_records:
            why = "is no run: it has no file of slp-ops"
        elif keep is not None and place < keep:
            why = f"one of the newest {keep}"
        elif older_than is not None and is_from_future(run, now):
            why = "started in the future: its age is unknown"
        elif older_than is not None and now - run.header.started <= older_than:
            why = "not old enough"
        else:
            why = "; ".join(kept)
        judged.append(PruneDecision(run=run, kept_because=why, lost=() if why else losses))
    return judged


def is_from_future(run: StoredRun, now: datetime) -> bool:
    """Return True if a run started later than now: the clock was wrong then, or is wrong now."""
    return run.header.started - now > _TOLERANCE


def remove(run: StoredRun) -> bool:
    """Remove a run's folder; False when another process writes or removed it. Raises StoreError."""
    hidden = hide(run)
    if hidden is not None:
        remove_hidden(hidden)
    return hidden is not None


def hide(run: StoredRun) -> Path | None:
    """Rename a run's folder, so that no process lists a half-deleted run; return its new path.

    None when another process writes or removed it. Raises StoreError.
    """
    with atomic_files.store_errors("remove", run.path):
        try:
            lock = os.open(run.path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            if not run.path.is_dir():
                return None
            return _renamed(run.path)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return _renamed(run.path)
        except BlockingIOError:
            return None
        finally:
            os.close(lock)


def remove_hidden(hidden: Path) -> None:
    """Remove the folder of a hidden run. Raises StoreError."""
    with atomic_files.store_errors("remove", hidden):
        shutil.rmtree(hidden, onerror=_unless_gone)


def _newest_evidence(runs: Iterable[StoredRun]) -> dict[Path, tuple[Irreplaceable, ...]]:
    """Return the runs with the evidence that a prune keeps of each device, named by one such device.

    That is the newest run in which the device was read completely for an audit, and of which no file is
    missing or cut; for a device without such a run, the newest one that has anything of it.
    """
    complete: dict[str, Path] = {}
    partial: dict[str, Path] = {}
    for run in runs:
        if run.header.verb not in READING_VERBS or run.header.state is RunState.UNREADABLE:
            continue
        for name in run.about:
            if name in complete:
                continue
            record = run.results.get(name)
            is_ok = record is not None and record.status is DeviceStatus.OK and run.is_readable
            if name in partial and not is_ok:
                continue
            found, missing = run.count_files(name)
            if is_ok and not missing:
                complete[name] = run.path
            elif found:
                partial.setdefault(name, run.path)
    good: dict[Path, Irreplaceable] = {}
    for name, path in complete.items():
        good.setdefault(path, _evidence(what=f"the newest good evidence of {name}"))
    only: dict[Path, Irreplaceable] = {}
    for name, path in partial.items():
        if name not in complete:
            only.setdefault(path, _evidence(what=f"the only evidence of {name}, which is not complete"))
    paths = (*good, *(path for path in only if path not in good))
    return {path: tuple(each[path] for each in (good, only) if path in each) for path in paths}


def _evidence(what: str) -> Irreplaceable:
    return Irreplaceable(kind=LossKind.EVIDENCE, what=what)


def _renamed(path: Path) -> Path | None:
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.rename(hidden)
    except FileNotFoundError:
        return None
    return hidden


def _unless_gone(function: object, path: str, raised: tuple[type, BaseException, object]) -> None:
    """Continue when another process removes the same folder."""
    if not isinstance(raised[1], FileNotFoundError):
        raise raised[1]
