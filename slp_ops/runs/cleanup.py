"""Removal of what killed processes left in a runs folder. A run that is being written is locked."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import tidy_packs
from slp_ops.runs.run_reader import NAME, StoredRun

if TYPE_CHECKING:
    from pathlib import Path

# A folder in which a run is made, or from which one is removed.
_HIDDEN: Final = re.compile(rf"\.{NAME.pattern}\.[0-9a-f]{{8}}", re.ASCII)


def remove_hidden(root: Path) -> None:
    """Remove the hidden folders of killed processes. The caller has the lock of the sequence.

    Raises StoreError.
    """
    with atomic_files.store_errors("read", root):
        hidden = [path for path in root.iterdir() if _HIDDEN.fullmatch(path.name)]
    for path in hidden:
        if not StoredRun(path).is_locked():
            shutil.rmtree(path, ignore_errors=True)


def tidy_killed(path: Path) -> bool:
    """Remove the temporary files of a killed run; return False if a process is writing the run."""
    try:
        lock = os.open(path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return True  # removed in the meantime
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with suppress(OSError):
            tidy_packs(path)
        for left in (*path.glob(".*.part"), *path.glob("*/.*.part")):
            with suppress(OSError):
                left.unlink()
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True
