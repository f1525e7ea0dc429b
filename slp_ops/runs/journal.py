"""The journal of a change: one line an event, on the disk before the next thing is done.

    {"event": "begin", "schema": "slp-ops/journal/1", "plans": [...], ...}
    {"event": "step", "device": "tyo-core-01", "step": 0, "state": "begun", ...}
    {"event": "step", "device": "tyo-core-01", "step": 0, "state": "done", ...}

Each line also has a ``seal``, see ``seal.py``: without valid seals a journal does not decide what is sent.

A kill or a power failure may cost the line that was being written, never one before it. What that line
would have said is settled by asking the switch.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError, Problem, StoreError
from slp_ops.json_documents import InvalidJson, encode, parse_json
from slp_ops.planning.journal_state import SCHEMA, RecordedChange, recorded_change
from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.change_index import UNPROVEN, ChangeIndex
from slp_ops.runs.seal import Seals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from slp_ops.planning.journal_state import BeginEvent, JournalEvent, SwitchState
    from slp_ops.runs.change_index import ChangeEntry

FILE: Final = "journal.jsonl"


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
    def resume(cls, path: Path, *, now: Callable[[], datetime] = _now) -> tuple[Self, RecordedChange]:
        """Resume a journal; return what it records so far. Raises StoreError or InputError.

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
            last_seal = ChangeIndex().last_seal(recorded.begin.change)
            # A kill may come between a line and its seal in the index: a line may follow it.
            is_whole = chain is not None and last_seal in chain
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
            size = os.fstat(self._fd).st_size
            try:
                atomic_files.write_all(self._fd, line + b"\n")
                os.fsync(self._fd)
            except BaseException:
                os.ftruncate(self._fd, size)
                raise
        self._last_seal = last_seal
        if self._entry is not None and last_seal is not None:
            self._entry.note_seal(last_seal)
        if (state := self._states.get(getattr(event, "device", ""))) is not None:
            state.apply(event)

    def close(self) -> None:
        """Let go of it, and of the switches."""
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
    if not events or events[0].get("schema") != SCHEMA:
        raise InputError(f"{path} is no journal of this slp-ops", hint=f"expected {SCHEMA} in its first line")
    return recorded_change(events, str(path))
