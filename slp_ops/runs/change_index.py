"""Index of changes in the state directory: which switches a change has begun on, and where its journal is.

    changes/
      lock                                            held while entries are compared and made
      20261127T025311Z-remediate-3f9a1c.json          the switches, the journal, the process
      20261127T025311Z-remediate-3f9a1c.state         the last seal of the journal, and open or done

The process that makes a change holds a lock on the second file until it ends, so a killed process leaves an
open entry without a lock. The seal proves that no line is missing at the end of a journal.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.json_documents import ShapeError, decode, encode, json_document, json_field, parse_json, seconds
from slp_ops.paths import state_dir
from slp_ops.runs import atomic_files
from slp_ops.runs.names import is_plain
from slp_ops.temporary_files import remove_abandoned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

FOLDER: Final = "changes"
UNPROVEN: Final = "0" * 64  # instead of the seal of a journal without valid seals
NO_SEAL: Final = "-" * 64  # until its first line is written
_OPEN, _DONE = "open", "done"


@json_document
class NewerChange:
    """A change of a switch that began after an unfinished one. ``name`` is the switch's name there."""

    id: str
    verb: str
    journal: str
    name: str


@json_document
class ChangedSwitch:
    """Identity of a switch: its serial numbers; its address where none could be read.

    ``superseded_by`` is the latest change that began while the steps of this one were not all done.
    """

    name: str
    address: str
    serials: tuple[str, ...] = ()
    superseded_by: NewerChange | None = json_field(omit_none=True, default=None)

    def is_same(self, other: ChangedSwitch) -> bool:
        """Return whether both are the same switch, also under another name or address."""
        if self.serials and other.serials:
            return not set(self.serials).isdisjoint(other.serials)
        return self.address == other.address


@json_document
class ChangeRecord:
    """A change: its journal, the process that makes it, and the switches.

    ``id`` is the name of its run, ``verb`` as it is typed.
    """

    id: str
    verb: str
    journal: str
    process: int
    started: datetime = json_field(encoder=seconds)
    switches: tuple[ChangedSwitch, ...]


class ChangeEntry:
    """The entry of a change that this process makes. ``close`` ends the lock."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    def note_seal(self, seal: str) -> None:
        """Keep the seal of the journal's last line.

        A failure is ignored: the journal has the line, and a seal of an earlier line proves all before it.
        """
        self._write(seal.encode("ascii"), 0)

    def sync(self) -> None:
        """Wait until the disk has the seal. Raises OSError."""
        if self._fd is not None:
            os.fsync(self._fd)

    def close(self, *, done: bool) -> None:
        """Note whether nothing is left to resume, and let go of the switches."""
        if self._fd is not None:
            self._write((_DONE if done else _OPEN).encode("ascii"), len(NO_SEAL) + 1)
            os.close(self._fd)
            self._fd = None

    def _write(self, data: bytes, at: int) -> None:
        if self._fd is not None:
            with suppress(OSError):
                os.pwrite(self._fd, data, at)


class StoredEntry:
    """An entry of the index as it is now. ``running`` while a process makes the change.

    ``begun`` is set from the first line of the journal on: nothing is sent before it.
    """

    def __init__(self, path: Path, record: ChangeRecord) -> None:
        self.path = path
        self.record = record
        self.running, state = _read_state(_state(path))
        self.begun = not state.startswith(NO_SEAL)
        self.done = state.rstrip().endswith(_DONE)

    def set_done(self) -> None:
        """Note that nothing is left to resume."""
        with suppress(OSError):
            fd = os.open(_state(self.path), os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            ChangeEntry(fd).close(done=True)

    def remove(self) -> None:
        """Forget the change."""
        for path in (self.path, _state(self.path)):
            path.unlink(missing_ok=True)


class ChangeIndex:
    """The entries of this user. Raises StoreError where the state directory cannot be used."""

    def __init__(self) -> None:
        self.folder = state_dir() / FOLDER

    def locked(self) -> AbstractContextManager[bool]:
        """Hold the index: two processes do not compare and make entries at the same time."""
        return atomic_files.locked(self.folder, "lock", busy=lambda: True)

    def entries(self) -> Iterator[StoredEntry]:
        """Yield the entries, the oldest first. The index must be held."""
        for path in sorted(self.folder.glob("*.json")):
            with atomic_files.store_errors("read", path):
                data = atomic_files.read(path, within=self.folder)
            try:
                record = decode(ChangeRecord, parse_json(data))
            except (ShapeError, ValueError) as err:
                raise StoreError(
                    f"{path} is no entry of a change: {err}", hint="remove it if no change is open"
                ) from None
            yield StoredEntry(path, record)

    def begin(self, record: ChangeRecord) -> ChangeEntry:
        """Make an entry. The index must be held."""
        path = self._place(record.id)
        with atomic_files.store_errors("make", path):
            self._remove_abandoned()
            fd = os.open(
                _state(path), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            atomic_files.write_all(fd, f"{NO_SEAL} {_OPEN}\n".encode("ascii"))
            self._write(path, record)
        return ChangeEntry(fd)

    def supersede(self, entry: StoredEntry, newer: Mapping[str, NewerChange]) -> None:
        """Note the newer change of each of these switches of an entry. The index must be held."""
        switches = tuple(
            replace(each, superseded_by=newer.get(each.name, each.superseded_by))
            for each in entry.record.switches
        )
        with atomic_files.store_errors("write", entry.path):
            self._write(entry.path, replace(entry.record, switches=switches))

    def resume(self, record: ChangeRecord) -> ChangeEntry:
        """Take an entry up again that no process holds. The index must be held."""
        path = self._place(record.id)
        with atomic_files.store_errors("open", path):
            fd = os.open(_state(path), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.pwrite(fd, _OPEN.encode("ascii"), len(NO_SEAL) + 1)
            self._write(path, record)
        return ChangeEntry(fd)

    def last_seal(self, change: str | None) -> str | None:
        """Return the seal of the last line of a change's journal; None for a change without an entry."""
        if change is None or not is_plain(change):
            return None
        path = _state(self._place(change))
        try:
            return atomic_files.read(path, within=self.folder)[: len(NO_SEAL)].decode("ascii", "replace")
        except OSError:
            return None

    def _remove_abandoned(self) -> None:
        """Remove what processes left that were killed while they made an entry."""
        remove_abandoned(self.folder)
        for state in self.folder.glob("*.state"):
            if not state.with_suffix(".json").exists():
                state.unlink(missing_ok=True)

    def _write(self, path: Path, record: ChangeRecord) -> None:
        text = json.dumps(encode(record), separators=(",", ":"))
        atomic_files.replace(path, text.encode("ascii"), sync=True)
        folder = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _place(self, change: str) -> Path:
        return self.folder / f"{change}.json"


def _state(path: Path) -> Path:
    return path.with_suffix(".state")


def _read_state(path: Path) -> tuple[bool, str]:
    """Return whether a process holds an entry, and its state."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return False, ""
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True, ""
        return False, os.pread(fd, 80, 0).decode("ascii", "replace")
    finally:
        os.close(fd)
