"""The history of a runs folder: an index of summaries, made from the run folders alone.

The folders are the truth. A run that is not in the index yet is put in, one that is gone is forgotten, and
the same folders always give the same answers.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar

from slp_ops.facts.rum import RumPoint
from slp_ops.history.trend import Series, SiteDay, SwitchLine
from slp_ops.json_documents import decode, parse_json
from slp_ops.linear_fit import MIN_POINTS
from slp_ops.runs import history_index as index
from slp_ops.runs import history_rollups as rollups
from slp_ops.runs.history_index import (
    SAMPLE,
    WORDS,
    checked,
    day_of,
    flag,
    moment,
    naive,
    numbers,
    summary_of,
    texts,
)
from slp_ops.runs.serialization import millis

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from slp_ops.history.summary import Summary
    from slp_ops.runs.run_reader import StoredRun

P = ParamSpec("P")
T = TypeVar("T")
_FEW: Final = 64  # pictures
_MANY: Final = 500  # words
_CHUNK: Final = 2000  # switches whose lines are made in one transaction
_WINDOW: Final = 60  # days, as slp_ops.rules.derived.growth looks back


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSnapshot:
    """One switch in one run."""

    run: str
    verb: str
    started: datetime
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """Site and tags of a switch in its newest run."""

    name: str
    site: str
    tags: tuple[str, ...]


class _UnfitRow(Exception):
    """A row that no summary gives: a number out of range, an unknown word, a word that is not there."""


def _of_rows(ask: Callable[P, T]) -> Callable[P, T]:
    """Make a method of an index raise _UnfitRow for rows that cannot be read back."""

    @wraps(ask)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return ask(*args, **kwargs)
        except (ArithmeticError, LookupError, TypeError, ValueError) as err:
            raise _UnfitRow from err

    return asked


class History:
    """An open index. What it says is as new as the last time it caught up with the folders."""

    def __init__(self, connection: sqlite3.Connection, root: Path) -> None:
        self._db = connection
        self._root = root
        self._ids: dict[tuple[str, str], int] = {}  # of one transaction

    @classmethod
    @contextmanager
    def open(cls, root: Path) -> Iterator[History]:
        """The history of a runs folder. Raises StoreError; a broken index raises Broken, and is gone."""
        try:
            with index.open_index(root) as connection:
                yield cls(connection, root)
        except sqlite3.DatabaseError as err:
            if not index.is_broken(err):
                raise index.index_error(root, err) from err
            index.discard(root)
            raise Broken from err
        except _UnfitRow as err:
            index.discard(root)
            raise Broken from err

    # Catching up.

    def behind(self, runs: Iterable[StoredRun]) -> list[StoredRun]:
        """The runs that are not in it as they are now, oldest first; the others are forgotten when gone.

        A run that is being written waits until it has ended.
        """
        known = dict(self._db.execute("SELECT folder, mark FROM run"))
        found = {run.path.name: run for run in runs}
        self._forget([folder for folder in known if folder not in found])
        return [
            run
            for folder, run in sorted(found.items())
            if known.get(folder) != mark(run) and not run.is_locked()
        ]

    def put(self, run: StoredRun, at: str, summaries: Iterable[Summary]) -> None:
        """Put a run in, in place of what was known of it. ``at`` is its mark from before it was read."""
        header, summaries = run.header, tuple(summaries)
        with index.transaction(self._db):
            self._forget_one(run.path.name)
            number = self._db.execute(
                "INSERT INTO run (folder, ref, verb, started, mark, day, position, licensing) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    run.path.name,
                    run.id,
                    header.verb,
                    millis(header.started),
                    at,
                    day_of(header.started),
                    run.position[0],
                    int(any(each.licensing for each in summaries)),
                ),
            ).lastrowid
            place = (day_of(header.started), run.position[0], number or 0)
            self._ids.clear()
            rows = [self._row(place, summary) for summary in summaries]
            marks = ", ".join("?" * (len(SAMPLE) + 4))
            self._db.executemany(
                f"INSERT INTO sample (device, day, position, run, {', '.join(SAMPLE)}) VALUES ({marks})",  # noqa: S608 - our own names
                rows,
            )
            rollups.outdate(self._db, number or 0)

    def _forget(self, folders: Collection[str]) -> None:
        if folders:
            with index.transaction(self._db):
                for folder in folders:
                    self._forget_one(folder)

    def _forget_one(self, folder: str) -> None:
        found = self._db.execute("SELECT id FROM run WHERE folder = ?", (folder,)).fetchone()
        if found is not None:
            rollups.outdate(self._db, found[0])
            self._db.execute("DELETE FROM sample WHERE run = ?", found)
            self._db.execute("DELETE FROM run WHERE id = ?", found)

    def _row(self, place: tuple[int, int, int], summary: Summary) -> tuple[object, ...]:
        device = self._id("device", "name", summary.device)
        words = (None if text is None else self._id("word", "text", text) for text in texts(summary))
        return (device, *place, millis(summary.seen), *words, *numbers(summary))

    def _id(self, table: str, column: str, text: str) -> int:
        if (known := self._ids.get((table, text))) is not None:
            return known
        number = self._ids[table, text] = self._find_id(table, column, text)
        return number

    def _find_id(self, table: str, column: str, text: str) -> int:
        text = text.encode("utf-8", "backslashreplace").decode()  # a lone surrogate is no text to SQLite
        found = self._db.execute(f"SELECT id FROM {table} WHERE {column} = ?", (text,)).fetchone()  # noqa: S608 - our own names
        if found is None:
            made = self._db.execute(f"INSERT INTO {table} ({column}) VALUES (?)", (text,))  # noqa: S608 - our own names
            return made.lastrowid or 0
        return int(found[0])

    # Asking.

    def runs(self) -> int:
        """Return the number of runs."""
        return int(self._db.execute("SELECT COUNT(*) FROM run").fetchone()[0])

    @_of_rows
    def devices(self) -> tuple[KnownDevice, ...]:
        """Every switch, with site and tags of its newest run, in the order of their names."""
        rows = self._db.execute(
            "SELECT name, site, tags FROM device JOIN sample ON sample.device = device.id "
            "AND (day, position, run) = (SELECT day, position, run FROM sample WHERE device = device.id "
            "ORDER BY day DESC, position DESC, run DESC LIMIT 1) ORDER BY name"
        ).fetchall()
        words = self._words({word for row in rows for word in row[1:]})
        return tuple(
            KnownDevice(
                name=name,
                site=words.get(site, ""),
                tags=decode(tuple[str, ...], parse_json(words.get(tags, "[]"))),
            )
            for name, site, tags in checked(rows, words=1)
        )

    @_of_rows
    def device(
        self,
        name: str,
        *,
        newest: int | None = None,
        verb: str | None = None,
        until: StoredRun | None = None,
    ) -> tuple[RunSnapshot, ...]:
        """Return a switch's snapshots, oldest first; of one verb, the ``newest`` ones, or up to a run, if
        given."""
        rows = self._db.execute(
            f"SELECT ref, verb, started, {', '.join(f'sample.{name}' for name in SAMPLE)} FROM sample "  # noqa: S608 - our own names
            "JOIN run ON run.id = sample.run WHERE device = (SELECT id FROM device WHERE name = ?) "
            "AND (? IS NULL OR verb = ?) AND sample.position <= ? "
            "ORDER BY sample.position DESC, folder DESC LIMIT ?",
            (name, verb, verb, _position(until), -1 if newest is None else newest),
        ).fetchall()
        words = self._words({word for row in rows for word in row[4 : 4 + len(WORDS)]})
        return tuple(
            RunSnapshot(run=ref, verb=verb, started=moment(started), summary=summary_of(name, sample, words))
            for ref, verb, started, *sample in reversed(checked(rows, words=2))
        )

    @_of_rows
    def days(
        self,
        devices: Collection[str] | None = None,
        *,
        newest: int = 90,
        until: StoredRun | None = None,
    ) -> tuple[SiteDay, ...]:
        """Return each day with runs, by site; of these devices only, and up to a run, if given.

        A switch counts with its newest sample up to that day, so that a run of some switches does not hide
        the others. ``newest`` is how many days back from the last one.
        """
        position = _position(until)
        if self._is_fleet(devices):
            licensing = "SELECT MAX(day) FROM run WHERE licensing = 1 AND position <= ?"
            (last,) = self._db.execute(licensing, (position,)).fetchone()
            rows = [] if last is None else list(rollups.site_days(self._db, last - newest, position))
        else:
            self._choose(devices, newest, until)
            rows = list(self._chosen_days(position))
        words = self._words({row[1] for row in rows})
        days = [rollups.site_day(row, words) for row in rows]
        return tuple(sorted(days, key=lambda each: (each.day, each.site)))

    def _is_fleet(self, devices: Collection[str] | None) -> bool:
        """Return whether these are all switches of the index."""
        if devices is None:
            return True
        (count,) = self._db.execute("SELECT COUNT(*) FROM device").fetchone()
        if len(devices) < count:
            return False
        known = {name for (name,) in self._db.execute("SELECT name FROM device")}
        return known <= set(devices)

    def _chosen_days(self, position: int) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of the chosen switches for each day on which one of them was read."""
        first, last = self._db.execute("SELECT MAX(first), MAX(last) FROM temp.chosen").fetchone()
        days = self._db.execute(
            "SELECT DISTINCT day FROM run WHERE licensing = 1 AND day >= ? AND position <= ? ORDER BY day",
            (first, position),
        ).fetchall()
        for (day,) in days:
            found = rollups.sums(self._db, day, last, rollups.CHOSEN)
            if any(row[-1] == day for row in found):
                yield from ((day, *row[:-1]) for row in found)

    @_of_rows
    def series(
        self, devices: Collection[str] | None = None, *, until: StoredRun | None = None
    ) -> tuple[Series, ...]:
        """The RUM counts of each switch over its newest sixty days, in the order of their names.

        One a day of the newest fifteen, and one in three days before: more would make no line surer. Where
        there are no more than a few, every run counts.
        """
        self._choose(devices, _WINDOW, until)
        names = dict(self._db.execute("SELECT id, name FROM device"))
        refs = dict(self._db.execute("SELECT id, ref FROM run"))
        rows = self._db.execute(
            "SELECT sample.device, site, failing, run, seen, clock, clock_trusted, backlog, "
            "unacknowledged, last_ack, late, MAX(position) FROM chosen CROSS JOIN sample "
            "ON sample.device = chosen.device AND day >= first AND position <= last "
            "WHERE backlog IS NOT NULL "
            "AND (day > first + ? OR (day - first) % 3 = 0) GROUP BY sample.device, day",
            (_WINDOW - 15,),
        ).fetchall()
        words = self._words({row[1] for row in rows})
        found: dict[str, list[RumPoint]] = {}
        last: dict[str, tuple[str, bool | None]] = {}
        for (
            device,
            site,
            failing,
            run,
            seen,
            clock,
            trusted,
            backlog,
            unacknowledged,
            last_ack,
            late,
            _,
        ) in checked(rows):
            point = RumPoint(
                run=refs[run],
                seen=moment(seen),
                at=naive(clock) if trusted else None,
                backlog=backlog,
                unacknowledged=unacknowledged,
                last_ack=naive(last_ack),
                late=flag(late),
            )
            name = names[device]
            found.setdefault(name, []).append(point)
            last[name] = (words.get(site, ""), flag(failing))
        return tuple(
            Series(
                device=name,
                site=last[name][0],
                points=tuple(found[name]) if len(found[name]) >= MIN_POINTS else self._every(name, until),
                failing=last[name][1],
            )
            for name in sorted(found)
        )

    @_of_rows
    def lines(
        self, devices: Collection[str] | None = None, *, until: StoredRun | None = None
    ) -> tuple[SwitchLine, ...]:
        """Return the line through the counts of each switch, in the order of the names; see ``series``.

        The lines up to the newest run are kept, and made where they are missing.
        """
        position = _position(until)
        if self._db.execute("SELECT 1 FROM run WHERE position > ? LIMIT 1", (position,)).fetchone():
            found = (each.line() for each in self.series(devices, until=until))
            return tuple(line for line in found if line is not None)
        source = {}
        if not self._is_fleet(devices):
            self._choose(devices, _WINDOW, None)
            source = {"source": rollups.CHOSEN}
        missing = rollups.devices_without_line(self._db, **source)
        for start in range(0, len(missing), _CHUNK):
            names = missing[start : start + _CHUNK]
            with index.transaction(self._db):
                made = [line for each in self.series(names) if (line := each.line()) is not None]
                self._ids.clear()
                lines = {each.device: (self._id("word", "text", each.site), each.line) for each in made}
                rollups.keep_lines(self._db, names, lines)
        if missing and source:
            self._choose(devices, _WINDOW, None)
        rows = rollups.kept_lines(self._db, **source)
        words = self._words({row[1] for row in rows})
        return tuple(rollups.switch_line(row, words) for row in rows)

    def _every(self, name: str, until: StoredRun | None) -> tuple[RumPoint, ...]:
        pictures = self.device(name, newest=_FEW, until=until)
        return tuple(point for each in pictures if (point := each.summary.point(each.run)) is not None)

    def _choose(self, devices: Collection[str] | None, newest: int, until: StoredRun | None) -> None:
        """Put the devices asked for into a table of our own, with the first day and last run that count."""
        self._db.execute(
            "CREATE TEMP TABLE IF NOT EXISTS chosen (device INTEGER PRIMARY KEY, first INTEGER, last INTEGER)"
        )
        self._db.execute("DELETE FROM temp.chosen")
        chosen = (
            "INSERT OR IGNORE INTO temp.chosen SELECT id, "
            "(SELECT MAX(day) FROM sample WHERE device = id AND position <= ?1) - ?2, ?1 FROM device"
        )
        last = _position(until)
        if devices is None:
            self._db.execute(chosen, (last, newest))
        else:
            self._db.executemany(f"{chosen} WHERE name = ?3", ((last, newest, name) for name in devices))

    def _words(self, among: Collection[int | None]) -> dict[int, str]:
        """These words by their numbers; all of them where that is quicker."""
        if len(among) > _MANY:
            return dict(self._db.execute("SELECT id, text FROM word"))
        wanted = [number for number in among if number is not None]
        marks = ", ".join("?" * len(wanted))
        return dict(self._db.execute(f"SELECT id, text FROM word WHERE id IN ({marks})", wanted))  # noqa: S608 - only marks


def _position(until: StoredRun | None) -> int:
    """Return the position of the last run that counts."""
    return 2**62 if until is None else until.position[0]


class Broken(Exception):
    """The index could not be read and has been thrown away; it has to catch up again."""


def mark(run: StoredRun) -> str:
    """Changes whenever something is written to a run: it ends, or it is taken up again."""
    parts = []
    for name in ("run.json", "devices.jsonl"):
        try:
            found = (run.path / name).stat(follow_symlinks=False)
            parts.append(f"{found.st_mtime_ns}-{found.st_size}")
        except OSError:
            parts.append("-")
    return " ".join(parts)
