"""The SQLite file of the history: opened, made, and thrown away when it is broken; summaries as its rows.

It holds nothing that the run folders do not tell, so that a broken one is simply made anew. SQLite's
write-ahead log lets any number of processes read while one writes, and undoes what a killed one left half
written.
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import StoreError
from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.json_documents import decode, parse_json
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.paths import make_private
from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.serialization import millis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

# The number is that of the form below: another slp-ops may keep another form beside it.
FILE: Final = "history-4.sqlite"
_LOCK: Final = "history.lock"
_PATIENCE: Final = 60.0  # seconds to wait for another process that writes
_BESIDE: Final = ("-wal", "-shm")
# What says that the file itself is no good, and not that the disk is full or the folder read-only.
_BROKEN: Final = frozenset({"SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_ERROR", "SQLITE_SCHEMA"})

# Words are kept once. A sample is kept with the others of its switch, by day of its run, so
# that a switch's history is one stretch of the file and the last sample of each day is found in passing.
_FORM: Final = """
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS run (
  id INTEGER PRIMARY KEY, folder TEXT NOT NULL UNIQUE, ref TEXT NOT NULL, verb TEXT NOT NULL,
  started INTEGER NOT NULL, mark TEXT NOT NULL, day INTEGER NOT NULL, position INTEGER NOT NULL,
  licensing INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS device (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sample (
  device INTEGER NOT NULL, day INTEGER NOT NULL, position INTEGER NOT NULL, run INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  site INTEGER, tags INTEGER, status INTEGER, error INTEGER, release INTEGER, transport INTEGER,
  found INTEGER, knowledge INTEGER,
  clock INTEGER, clock_trusted INTEGER, units INTEGER, trusted_units INTEGER, last_ack INTEGER,
  ack_age INTEGER, deadline INTEGER, last_push INTEGER, backlog INTEGER, unacknowledged INTEGER,
  late INTEGER, overdue INTEGER, failing INTEGER, licensing INTEGER,
  PRIMARY KEY (device, day, position, run)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sample_of_run ON sample (run);
CREATE TABLE IF NOT EXISTS rolled_day (day INTEGER PRIMARY KEY);
CREATE TABLE IF NOT EXISTS site_day (
  day INTEGER NOT NULL, site INTEGER, switches INTEGER, counted INTEGER, backlog INTEGER, largest INTEGER,
  unacknowledged INTEGER, oldest_ack INTEGER, sum_ack INTEGER, with_ack INTEGER, late INTEGER,
  overdue INTEGER, judged INTEGER, failing INTEGER
);
CREATE INDEX IF NOT EXISTS site_day_of_day ON site_day (day);
CREATE TABLE IF NOT EXISTS line (
  device INTEGER PRIMARY KEY, site INTEGER, course INTEGER, count INTEGER, points INTEGER, days REAL,
  since INTEGER, newest INTEGER, slope REAL, margin REAL, mean_x REAL, mean_y REAL, variance REAL,
  fitted INTEGER, sum_sq_x REAL
);
COMMIT;
"""
# From one run of the samples to the next by the index: all samples of a large fleet are not looked at.
_ORPHANS: Final = (
    "WITH RECURSIVE found (run) AS (SELECT MIN(run) FROM sample UNION ALL "
    "SELECT (SELECT MIN(run) FROM sample WHERE run > found.run) FROM found WHERE found.run IS NOT NULL) "
    "SELECT 1 FROM found WHERE run IS NOT NULL AND run NOT IN (SELECT id FROM run) LIMIT 1"
)


@contextmanager
def open_index(root: Path) -> Iterator[sqlite3.Connection]:
    """The index of a runs folder, made when it is not there.

    No other process discards it while it is open. Raises StoreError, and sqlite3.DatabaseError for one that
    cannot be read or that is not ours, see ``is_broken``.
    """
    with _hold_lock(root, fcntl.LOCK_SH):
        try:
            connection = _connect(root / FILE)
        except sqlite3.DatabaseError as err:
            raise err if is_broken(err) else index_error(root, err) from err
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Write in one transaction, and nothing on an exception."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def is_broken(err: sqlite3.DatabaseError) -> bool:
    """Return True if the index is corrupt and must be rebuilt."""
    if isinstance(err, ForeignIndex):
        return True
    name = getattr(err, "sqlite_errorname", "")
    return any(name.startswith(broken) for broken in _BROKEN)


def index_error(root: Path, err: sqlite3.DatabaseError) -> StoreError:
    """Return the error for an index that is intact but cannot be used."""
    return StoreError(
        f"cannot use {root / FILE}: {err}",
        hint="the evidence is not touched by this; see that the folder may be written to and has space",
    )


def discard(root: Path) -> None:
    """Remove the index when no process has it open. Raises StoreError."""
    with _hold_lock(root, fcntl.LOCK_EX), atomic_files.store_errors("remove", root / FILE):
        # The file before its log: a log alone is dropped by SQLite, a file without its log may be torn.
        for name in (FILE, *(FILE + suffix for suffix in _BESIDE)):
            (root / name).unlink(missing_ok=True)


class ForeignIndex(sqlite3.DatabaseError):
    """An index that this slp-ops did not make: other tables, triggers, or rows that no run gives."""


def _schema(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    """Return the tables, indexes, views and triggers, but for SQLite's own."""
    return connection.execute(
        "SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1, 2"
    ).fetchall()


@cache
def _own_schema() -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.executescript(_FORM)
        return _schema(connection)


def _connect(path: Path) -> sqlite3.Connection:
    with atomic_files.store_errors("use", path), suppress(FileNotFoundError):
        os.close(open_regular(path, follow=False))
    if not path.exists():
        # SQLite would let the umask decide who may read it; what lies beside it gets the same mode.
        with suppress(OSError):
            os.close(atomic_files.create(path))
    connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA cache_size = -65536")
        if connection.execute("SELECT COUNT(*) FROM sqlite_schema").fetchone()[0] == 0:
            connection.executescript(_FORM)
        if _schema(connection) != _own_schema():
            raise ForeignIndex(f"{path} has other tables")
        if connection.execute(_ORPHANS).fetchone() is not None:
            raise ForeignIndex(f"{path} has samples of no run")
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def _hold_lock(root: Path, how: int) -> Iterator[None]:
    path = root / _LOCK
    with atomic_files.store_errors("use", path):
        make_private(root)
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


# A summary as a row, and back. Words are numbers there.

EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - device times are naive
_DAY: Final = 86_400
WORDS: Final = ("site", "tags", "status", "error", "release", "transport", "found", "knowledge")
NUMBERS: Final = (
    "clock", "clock_trusted", "units", "trusted_units", "last_ack", "ack_age", "deadline", "last_push",
    "backlog", "unacknowledged", "late", "overdue", "failing",
    "licensing",
)  # fmt: skip
SAMPLE: Final = ("seen", *WORDS, *NUMBERS)
_NUMBERS: Final = frozenset({int, NoneType})
_TEXTS: Final = frozenset({str})


def texts(summary: Summary) -> tuple[str | None, ...]:
    """The words of a summary, in the order of ``WORDS``."""
    found = [[each.rule, each.verdict.value, each.severity.value] for each in summary.found]
    return (
        summary.site,
        json.dumps(summary.tags),
        summary.status.value,
        summary.error,
        summary.release,
        summary.transport,
        json.dumps(found, separators=(",", ":")),
        summary.knowledge,
    )


def numbers(summary: Summary) -> tuple[int | None, ...]:
    """Return the values in the order of ``NUMBERS``."""
    return (
        seconds(summary.clock),
        int(summary.clock_trusted),
        summary.units,
        summary.trusted_units,
        seconds(summary.last_ack),
        None if summary.ack_age is None else int(summary.ack_age.total_seconds()),
        seconds(summary.deadline),
        seconds(summary.last_push),
        summary.backlog,
        summary.unacknowledged,
        None if summary.late is None else int(summary.late),
        None if summary.overdue is None else int(summary.overdue),
        None if summary.failing is None else int(summary.failing),
        int(summary.licensing),
    )


def checked(rows: Iterable[tuple[Any, ...]], *, words: int = 0) -> list[tuple[Any, ...]]:
    """Return rows whose values have their types: SQLite keeps a text in a column of numbers.

    The first ``words`` columns are texts, the others whole numbers or NULL. Raises ForeignIndex.
    """
    found = list(rows)
    for row in found:
        if not (_NUMBERS.issuperset(map(type, row[words:])) and _TEXTS.issuperset(map(type, row[:words]))):
            raise ForeignIndex(f"{str(row)[:80]!r} is not what the history holds there")
    return found


def summary_of(name: str, sample: Iterable[Any], words: Mapping[int, str]) -> Summary:
    """Back from a row of ``SAMPLE``. Raises ValueError for a row that no summary made."""
    row = dict(zip(SAMPLE, sample, strict=True))
    said = {key: words.get(row[key]) for key in WORDS}
    age = row["ack_age"]
    return Summary(
        device=name,
        site=said["site"] or "",
        tags=decode(tuple[str, ...], parse_json(said["tags"] or "[]")),
        status=DeviceStatus(said["status"] or ""),
        error=said["error"],
        seen=moment(row["seen"]),
        clock=naive(row["clock"]),
        clock_trusted=bool(row["clock_trusted"]),
        release=said["release"],
        transport=said["transport"],
        units=row["units"],
        trusted_units=row["trusted_units"],
        last_ack=naive(row["last_ack"]),
        ack_age=None if age is None else timedelta(seconds=age),
        deadline=naive(row["deadline"]),
        last_push=naive(row["last_push"]),
        backlog=row["backlog"],
        unacknowledged=row["unacknowledged"],
        late=flag(row["late"]),
        overdue=flag(row["overdue"]),
        failing=flag(row["failing"]),
        licensing=bool(row["licensing"]),
        found=tuple(
            RuleRecord(rule=rule, verdict=Verdict(verdict), severity=Severity(severity))
            for rule, verdict, severity in decode(
                tuple[tuple[str, str, str], ...], parse_json(said["found"] or "[]")
            )
        ),
        knowledge=said["knowledge"] or "",
    )


def day_of(started: datetime) -> int:
    """Return the day of a run, in UTC: its switches are of one day, whatever their clocks show."""
    return millis(started) // 1000 // _DAY


@cache
def date_of(day: int) -> date:
    """The date of a day's number."""
    return (EPOCH + timedelta(days=day)).date()


def seconds(moment: datetime | None) -> int | None:
    """A naive device time as a number."""
    return None if moment is None else int((moment - EPOCH).total_seconds())


def naive(seconds: int | None) -> datetime | None:
    """Return the naive device time of a number."""
    return None if seconds is None else EPOCH + timedelta(seconds=seconds)


def moment(millis: int) -> datetime:
    """Return the aware time of a number."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def flag(value: int | None) -> bool | None:
    """Yes, no or unknown."""
    return None if value is None else bool(value)
