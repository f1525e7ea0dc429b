"""The journal of a flow: one sealed line an event, on the disk before the next thing is done.

The state directory has the seal of its last line, under the seal of its first: a line that is missing at the
end is found too.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError, StoreError
from slp_ops.json_documents import InvalidJson, encode, parse_json
from slp_ops.paths import state_dir
from slp_ops.planning.flow_state import SCHEMA, recorded_flow
from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.seal import Seals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from slp_ops.planning.flow_state import FlowBeginEvent, FlowEvent, RecordedFlow

FILE: Final = "flow.jsonl"
FOLDER: Final = "flows"


class FlowJournal:
    """A journal that is being written; only one process may do so."""

    def __init__(self, path: Path, fd: int, seals: Seals, last_seal: str) -> None:
        self.path = path
        self._fd = fd
        self._seals = seals
        self._last_seal = last_seal
        self._first_seal = ""

    @classmethod
    def create(cls, path: Path, begin: FlowBeginEvent) -> Self:
        """Begin a journal with its first event. Raises StoreError."""
        with atomic_files.store_errors("make", path):
            fd = atomic_files.create(path)
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        made = cls(path, fd, Seals(), "")
        made.write(begin)
        return made

    @classmethod
    def resume(cls, path: Path) -> tuple[Self, RecordedFlow]:
        """Resume a journal; return what it records so far. Raises StoreError or InputError.

        Only a journal that this user's slp-ops wrote decides which stages are done.
        """
        with atomic_files.store_errors("open", path):
            fd = open_regular(path, follow=False, access=os.O_RDWR | os.O_APPEND)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreError(
                    f"{path} is being written by another slp-ops", hint="wait until that one has ended"
                ) from None
            with atomic_files.store_errors("read", path):
                data = atomic_files.read(path, within=path.parent)
                whole = data.rfind(b"\n") + 1
                if whole < len(data):
                    os.ftruncate(fd, whole)
            lines = data[:whole].splitlines()
            seals = Seals()
            chain = _sealed_chain(seals, lines)
            if not chain:
                raise InputError(
                    f"{path} was not written by slp-ops of this user, or was changed since",
                    hint="start the flow again: stages whose rules pass are skipped",
                )
            recorded = recorded_flow([_event(line, path) for line in lines], str(path))
        except BaseException:
            os.close(fd)
            raise
        resumed = cls(path, fd, seals, chain[-1])
        resumed._first_seal = chain[0]
        return resumed, recorded

    def write(self, event: FlowEvent) -> None:
        """Append one event and wait until the disk has it. Raises StoreError."""
        stamped = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **encode(event)}
        line = json.dumps(stamped, separators=(",", ":")).encode("ascii")
        line, seal = self._seals.sealed_line(line, self._last_seal)
        with atomic_files.store_errors("write", self.path):
            size = os.fstat(self._fd).st_size
            try:
                atomic_files.write_all(self._fd, line + b"\n")
                os.fsync(self._fd)
            except BaseException:
                os.ftruncate(self._fd, size)
                raise
        self._last_seal = seal
        self._first_seal = self._first_seal or seal
        place = _place(self._first_seal)
        with atomic_files.store_errors("write", place):
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            atomic_files.replace(place, seal.encode("ascii"))

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _place(first_seal: str) -> Path:
    return state_dir() / FOLDER / f"{first_seal[:32]}.seal"


def _last_seal(first_seal: str) -> str | None:
    """Return the seal of the last line that was written; None where the state directory has none."""
    place = _place(first_seal)
    try:
        return atomic_files.read(place, within=place.parent).decode("ascii", "replace")
    except OSError:
        return None


def _sealed_chain(seals: Seals, lines: Sequence[bytes]) -> Sequence[str]:
    """Return the seals of the lines; none where this user's slp-ops did not write them, or not all.

    A kill may come between a line and its seal in the state directory: a line may follow it.
    """
    chain = seals.chain(lines)
    return chain if chain and _last_seal(chain[0]) in chain else ()


def recorded_flows(runs_dir: Path) -> Iterator[tuple[Path, RecordedFlow]]:
    """Yield the flows of this user below a folder of runs, the newest first. Raises StoreError."""
    with atomic_files.store_errors("read", runs_dir):
        paths = sorted(runs_dir.glob(f"*-flow-*/{FILE}"), reverse=True)
    for path in paths:
        with suppress(InputError, StoreError):  # of another user, or edited: it cannot be continued either
            with atomic_files.store_errors("read", path):
                data = atomic_files.read(path, within=path.parent)
            lines = data[: data.rfind(b"\n") + 1].splitlines()
            if _sealed_chain(Seals(), lines):
                yield path, recorded_flow([_event(line, path) for line in lines], str(path))


def read(path: Path) -> RecordedFlow:
    """Return what the journal of a flow records, with or without a seal. Raises StoreError or InputError."""
    with atomic_files.store_errors("read", path):
        data = atomic_files.read(path, within=path.parent)
    lines = data[: data.rfind(b"\n") + 1].splitlines()
    return recorded_flow([_event(line, path) for line in lines], str(path))


def is_flow(path: Path) -> bool:
    """Return whether a file begins as the journal of a flow does. Raises StoreError."""
    with atomic_files.store_errors("read", path):
        data = atomic_files.read(path, within=path.parent)
    try:
        first = parse_json(data.partition(b"\n")[0])
    except InvalidJson:
        return False
    return isinstance(first, dict) and first.get("schema") == SCHEMA


def _event(line: bytes, path: Path) -> dict[str, Any]:
    try:
        event = parse_json(line)
    except InvalidJson as err:
        raise InputError(
            f"{path} is no journal of a flow: {err}", hint="use the file as it was written"
        ) from err
    if not isinstance(event, dict):
        raise InputError(f"{path} is no journal of a flow", hint="use the file as it was written")
    return event
