"""The journal of a change: one line an event, on the disk before the next thing is done.

    {"event": "begin", "schema": "slp-ops/journal/1", "plans": [...], ...}
    {"event": "step", "device": "tyo-core-01", "step": 0, "state": "begun", ...}
    {"event": "step", "device": "tyo-core-01", "step": 0, "state": "done", ...}

Each line also has a ``seal``, see ``seal.py``: without valid seals a journal does not decide what is sent.

Room for it is reserved before the first change, so that a disk that is full later does not stop it.

A kill or a power failure may cost the line that was being written, never one before it. What that line
would have said is settled by asking the switch.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError, Problem, StoreError
from slp_ops.json_documents import InvalidJson, encode, parse_json
from slp_ops.planning.journal_state import SCHEMA, RecordedChange, recorded_change
from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.change_index import NO_SEAL, UNPROVEN, ChangeIndex
from slp_ops.runs.seal import Seals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from slp_ops.planning.journal_state import BeginEvent, JournalEvent, SwitchState
    from slp_ops.planning.model import SwitchPlan
    from slp_ops.runs.change_index import ChangeEntry

FILE: Final = "journal.jsonl"
RESERVE: Final = "journal.reserve"
_ROOM: Final = 64 * 1024
_ROOM_OF_SWITCH: Final = 16 * 1024
_MOST_ROOM: Final = 64 * 1024 * 1024
_PIECE: Final = 64 * 1024


def _now() -> datetime:
    return datetime.now(UTC)


class JournalFile:
    """A journal that is being written; only one process may do so. See ``app.change.context.Journal``."""

    def __init__(
        self, path: Path, fd: int, now: Callable[[], datetime], seals: Seals, last_seal: str | None
    ) -> None:
        self.path = path
        self._fd: int | None = fd
        self._now = now
        self._seals = seals
        self._last_seal = last_seal
        self._entry: ChangeEntry | None = None
        self._states: Mapping[str, SwitchState] = {}
        self._reserve: _Reserve | None = None

    @property
    def sealed(self) -> bool:
        """Return whether this user's slp-ops wrote every line, in this order, and none is missing."""
        return self._last_seal is not None

    @classmethod
    def create(
        cls,
        path: Path,
        begin: BeginEvent,
        *,
        entry: ChangeEntry | None = None,
        now: Callable[[], datetime] = _now,
    ) -> Self:
        """Begin a journal with its first event; raises StoreError. See ``hold`` for ``entry``."""
        try:
            return cls._created(path, begin, entry, now)
        except BaseException:
            if entry is not None:
                entry.close(done=True)
            raise

    @classmethod
    def _created(
        cls, path: Path, begin: BeginEvent, entry: ChangeEntry | None, now: Callable[[], datetime]
    ) -> Self:
        seals = Seals()
        with atomic_files.store_errors("make", path):
            fd = atomic_files.create(path)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        made = cls(path, fd, now, seals, "")
        made._states = RecordedChange(begin=begin).states
        made._entry = entry
        made.write(begin)
        return made

    @classmethod
    def resume(
        cls, path: Path, *, last_seal: str | None = None, now: Callable[[], datetime] = _now
    ) -> tuple[Self, RecordedChange]:
        """Resume a journal; return what it records so far. Raises StoreError or InputError.

        ``last_seal`` is that of its last line where the index of changes does not have the change.
        An incomplete last line is removed: its step has not been done, or is resolved.
        """
        seals = Seals()
        with atomic_files.store_errors("open", path):
            fd = open_regular(path, follow=False, access=os.O_RDWR | os.O_APPEND)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            raise StoreError(
                f"{path} is being written by another slp-ops", hint="wait until that one has ended"
            ) from None
        try:
            with atomic_files.store_errors("read", path):
                data = atomic_files.read(path, within=path.parent)
                whole = data.rfind(b"\n") + 1
                if whole < len(data):
                    os.ftruncate(fd, whole)
                    os.fsync(fd)
            recorded = _events(path, data[:whole])
            chain = seals.chain(data[:whole].splitlines())
            if last_seal is None:
                last_seal = ChangeIndex().last_seal(recorded.begin.change)
            # A kill may come between a line and its seal in the index: a line may follow it.
            is_whole = chain is not None and (
                last_seal in chain or (last_seal == NO_SEAL and len(chain) == 1)
            )
        except BaseException:
            os.close(fd)
            raise
        file = cls(path, fd, now, seals, chain[-1] if chain and is_whole else None)
        file._states = recorded.states
        return file, recorded

    def hold(self, entry: ChangeEntry) -> None:
        """Keep the seals of a journal in its entry of the index, which is held as long as the journal."""
        self._entry = entry
        entry.note_seal(self._last_seal or UNPROVEN)

    def write(self, event: JournalEvent) -> None:
        """Append one event and wait until the disk has it. Raises StoreError."""
        assert self._fd is not None  # noqa: S101 - written after it was closed
        stamped = {"at": self._now().isoformat(timespec="milliseconds"), **encode(event)}
        line, last_seal = json.dumps(stamped, separators=(",", ":")).encode("ascii"), None
        # A line that follows an unproven one is not sealed: its seal would prove a chain that is not ours.
        if self._last_seal is not None:
            line, last_seal = self._seals.sealed_line(line, self._last_seal)
        with atomic_files.store_errors("write", self.path):
            while not self._append(self._fd, line + b"\n"):
                pass
        self._last_seal = last_seal
        if self._entry is not None and last_seal is not None:
            self._entry.note_seal(last_seal)
        if (state := self._states.get(getattr(event, "device", ""))) is not None:
            state.apply(event)

    def _append(self, fd: int, line: bytes) -> bool:
        """Append a line, or nothing. Return False on a full disk where some of the reserve could be freed."""
        size = os.fstat(fd).st_size
        try:
            atomic_files.write_all(fd, line)
            os.fsync(fd)
        except BaseException as err:
            os.ftruncate(fd, size)
            os.lseek(fd, size, os.SEEK_SET)  # else the next line leaves a hole
            full = isinstance(err, OSError) and err.errno in (errno.ENOSPC, errno.EDQUOT)
            if full and self._reserve is not None and self._reserve.free(len(line)):
                return False
            raise
        return True

    def reserve(self, plans: Iterable[SwitchPlan]) -> None:
        """Set room aside for the events of these plans, before anything is sent. Raises StoreError."""
        size = _ROOM + sum(_ROOM_OF_SWITCH + 4 * len(json.dumps(encode(plan))) for plan in plans)
        self._reserve = _Reserve(self.path.with_name(RESERVE), min(size, _MOST_ROOM))

    def close(self) -> None:
        """Let go of it, of its reserve, and of the switches."""
        if self._reserve is not None:
            self._reserve.close()
            self._reserve = None
        if self._entry is not None:
            states = self._states.values()
            self._entry.close(done=all(state.finished or not state.touched for state in states))
            self._entry = None
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Reserve:
    """Room on the disk that only the journal uses: a file beside it, made smaller when the disk is full."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._left = size
        with atomic_files.store_errors("reserve room for the journal with", path):
            self._fd = os.open(
                path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            try:
                os.posix_fallocate(self._fd, 0, size)
            except BaseException:
                self.close()
                raise

    def free(self, size: int) -> bool:
        """Give so many bytes back to the disk; return False where nothing is left."""
        if not self._left:
            return False
        self._left = max(0, self._left - max(size, _PIECE))
        os.ftruncate(self._fd, self._left)
        return True

    def close(self) -> None:
        """Remove it."""
        os.close(self._fd)
        with suppress(OSError):
            self._path.unlink()


def read(path: Path) -> RecordedChange:
    """Return what a journal records so far. Raises StoreError or InputError."""
    with atomic_files.store_errors("read", path):
        data = atomic_files.read(path, within=path.parent)
    return _events(path, data[: data.rfind(b"\n") + 1])


def _events(path: Path, data: bytes) -> RecordedChange:
    events: list[dict[str, Any]] = []
    for number, line in enumerate(BytesIO(data), start=1):
        why = "no object with an event"
        try:
            event = parse_json(line)
        except InvalidJson as err:
            event, why = None, str(err)
        if not isinstance(event, dict) or "event" not in event:
            raise InputError(
                (Problem(path=str(path), line=number, message=f"is no event of a journal: {why}"),),
                hint="use the file as it was written",
            )
        events.append(event)
    if not events:
        raise InputError(
            f"{path} has no complete line: its change ended before anything was sent",
            hint="begin again with the command of that change",
        )
    if events[0].get("schema") != SCHEMA:
        raise InputError(f"{path} is no journal of this slp-ops", hint=f"expected {SCHEMA} in its first line")
    return recorded_change(events, str(path))
