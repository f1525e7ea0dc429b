"""Order of the runs of a folder: a number for each run, which grows whatever the wall clock does.

The number of a run is the time in milliseconds, or one more than that of the run before if the clock was set
back. Therefore numbers of different folders, and times of runs without a number, can be compared.

The file also has the names of the runs that were not finished when the last one started. What a killed
process left half written in them is removed when the next run starts.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from slp_ops.paths import make_private
from slp_ops.runs import atomic_files
from slp_ops.runs.cleanup import remove_hidden, tidy_killed
from slp_ops.runs.run_reader import StoredRun, is_run_name, started_of
from slp_ops.runs.serialization import millis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

FILE: Final = "sequence.json"
_LOCK: Final = "sequence.lock"
_SECOND: Final = 1000


class RunSequence:
    """The numbers of a folder's runs, while no other process starts a run there."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._last: int | None = None
        self._unfinished: list[str] = []
        try:
            found = json.loads(atomic_files.read(root / FILE, within=root))
            unfinished = [name for name in map(str, found["unfinished"]) if is_run_name(name)]
            self._last, self._unfinished = int(found["last"]), unfinished
        except (OSError, ValueError, TypeError, LookupError):
            pass  # a new folder, or one of an earlier release: the runs have what is needed

    @classmethod
    @contextmanager
    def open(cls, root: Path) -> Iterator[RunSequence]:
        """Open the sequence, and remove what killed processes left in the folder. Raises StoreError."""
        with atomic_files.store_errors("make", root):
            make_private(root)
        with atomic_files.locked(root, _LOCK, busy=lambda: True):
            remove_hidden(root)
            yield cls(root)

    def next_number(self, names: Sequence[str], *, now: datetime) -> int:
        """Return the number of a new run. ``names`` are the folders of the runs."""
        last = self._last
        if last is None:
            last = max((StoredRun(self._root / name).position[0] for name in names), default=0)
        # A run that was copied into the folder may be newer. Its name has the time in seconds.
        newest = max((millis(started_of(name)) + _SECOND for name in names), default=0)
        self._last = max(last + 1, newest, millis(now))
        return self._last

    def begin(self, name: str) -> None:
        """Record that a run is being written. Raises StoreError."""
        unfinished = [each for each in self._unfinished if not tidy_killed(self._root / each)]
        state = {"last": self._last, "unfinished": [*unfinished, name]}
        with atomic_files.store_errors("write", self._root / FILE):
            atomic_files.replace(self._root / FILE, (json.dumps(state) + "\n").encode())
