"""Journals of a worker's changes: one process at a time has a change, and no line of its journal is missing.

site-changes/HOLDER/CHANGE/DEVICE/
  journal.jsonl    see ``runs/journal.py``
  journal.state    the seal of its last line; the process that makes the change holds a lock on it
  claim.json       the number with which this worker claims the change
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.paths import make_private
from slp_ops.runs import atomic_files
from slp_ops.runs.change_index import NO_SEAL, ChangeEntry

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.change.context import StopController

CLAIM_FILE: Final = "claim.json"
_STATE_FILE: Final = "journal.state"
_LOOK_AGAIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class KnownJournal:
    """A change that this process holds. ``last_seal`` is None until its journal has a line."""

    entry: ChangeEntry
    last_seal: str | None


async def held(place: Path, stop: StopController, patience: float) -> KnownJournal:
    """Hold the folder of a change; another process of the same worker is waited for.

    A claim beside no state is removed: its journal may be gone, and a new one tells the operator so. Raises
    StoreError after ``patience`` seconds, or where the folder cannot be used.
    """
    path = place / _STATE_FILE
    with atomic_files.store_errors("make", path):
        make_private(place)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        give_up = stop.now() + patience
        while not _is_locked(fd):
            if stop.stopping or stop.now() > give_up:
                raise StoreError(
                    f"{place} is held by another slp-ops", hint="run one slp-ops worker with each access"
                )
            await stop.wait_or_stop(_LOOK_AGAIN)
        with atomic_files.store_errors("write", path):
            seal = os.pread(fd, len(NO_SEAL), 0).decode("ascii", "replace")
            if len(seal) < len(NO_SEAL):
                (place / CLAIM_FILE).unlink(missing_ok=True)
                os.pwrite(fd, f"{NO_SEAL} open\n".encode("ascii"), 0)
                os.fsync(fd)
                seal = NO_SEAL
    except BaseException:
        os.close(fd)
        raise
    return KnownJournal(ChangeEntry(fd), None if seal == NO_SEAL else seal)


def _is_locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
