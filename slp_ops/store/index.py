"""The SQLite file of the history: opened, made, and thrown away when it is broken.

It holds nothing that the run folders do not tell, so that a broken one is simply made anew. SQLite's
write-ahead log lets any number of processes read while one writes, and undoes what a killed one left half
written.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.store import disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The number is that of the form below: another slp-ops may keep another form beside it.
FILE: Final = "history-1.sqlite"
_LOCK: Final = "history.lock"
_PATIENCE: Final = 60.0  # seconds to wait for another process that writes
_BESIDE: Final = ("-wal", "-shm")
# What says that the file itself is no good, and not that the disk is full or the folder read-only.
_BROKEN: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_SCHEMA"})

# Words are kept once. A sample stands with the others of its switch, by day of the switch's own clock, so
# that a switch's history is one stretch of the file and the last sample of each day is found in passing.
_FORM: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, ref TEXT NOT NULL, verb TEXT NOT NULL,
  started INTEGER NOT NULL, mark TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sample (
  device INTEGER NOT NULL, day INTEGER NOT NULL, seen INTEGER NOT NULL, run INTEGER NOT NULL,
  site INTEGER, tags INTEGER, status INTEGER, error INTEGER, release INTEGER, transport INTEGER,
  found INTEGER, knowledge INTEGER,
  clock INTEGER, clock_trusted INTEGER, units INTEGER, trusted_units INTEGER, last_ack INTEGER,
  ack_age INTEGER, deadline INTEGER, last_push INTEGER, backlog INTEGER, unacknowledged INTEGER,
  late INTEGER, failing INTEGER, licensing INTEGER,
  PRIMARY KEY (device, day, seen, run)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sample_of_run ON sample (run);
COMMIT;
"""


@contextmanager
def opened(root: Path) -> Iterator[sqlite3.Connection]:
    """The index of a runs folder, made when it is not there, made anew when it cannot be read.

    Nobody throws it away while it is open. Raises StoreError.
    """
    with _held(root, fcntl.LOCK_SH):
        try:
            connection = _connect(root / FILE)
        except sqlite3.DatabaseError as err:
            if not is_broken(err):
                raise refused(root, err) from err
        else:
            try:
                yield connection
            finally:
                connection.close()
            return
    discard(root)
    with _held(root, fcntl.LOCK_SH):
        try:
            connection = _connect(root / FILE)
        except sqlite3.DatabaseError as err:
            raise refused(root, err) from err
        try:
            yield connection
        finally:
            connection.close()


def is_broken(err: sqlite3.DatabaseError) -> bool:
    """Whether the index has to be made anew."""
    name = getattr(err, "sqlite_errorname", "")
    return any(name.startswith(broken) for broken in _BROKEN)


def refused(root: Path, err: sqlite3.DatabaseError) -> StoreError:
    """Why the index cannot be used although nothing is wrong with it."""
    return StoreError(
        f"cannot use {root / FILE}: {err}",
        hint="the evidence is not touched by this; see that the folder may be written to and has space",
    )


def discard(root: Path) -> None:
    """Remove the index, once nobody has it open. Raises StoreError."""
    with _held(root, fcntl.LOCK_EX), disk.trouble("remove", root / FILE):
        # The file before its log: a log alone is dropped by SQLite, a file without its log may be torn.
        for name in (FILE, *(FILE + suffix for suffix in _BESIDE)):
            (root / name).unlink(missing_ok=True)


def _connect(path: Path) -> sqlite3.Connection:
    if not path.exists():
        # SQLite would let the umask decide who may read it; what lies beside it gets the same mode.
        with suppress(OSError):
            os.close(disk.create(path))
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        if connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0] == 0:
            connection.executescript(_FORM)
        connection.execute("SELECT 1 FROM sample, run, device, word LIMIT 1")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _held(root: Path, how: int) -> Iterator[None]:
    path = root / _LOCK
    with disk.trouble("use", path):
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, how)
        except BaseException:
            os.close(fd)
            raise
    try:
        yield
    finally:
        os.close(fd)
