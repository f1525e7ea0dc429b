"""The history of a runs folder: an index of summaries, made from the run folders alone.

The folders are the truth. A run that is not in the index yet is put in, one that is gone is forgotten, and
the same folders always give the same answers.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import TYPE_CHECKING, Final, NamedTuple, ParamSpec, TypeVar

from slp_ops.facts.rum import RumPoint
from slp_ops.history.trend import Series, SiteDay
from slp_ops.json_documents import decode, parse_json
from slp_ops.linear_fit import MIN_POINTS
from slp_ops.runs import history_index as index
from slp_ops.runs.history_index import (
    SAMPLE,
    WORDS,
    checked,
    date_of,
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
    from pathlib import Path

    from slp_ops.history.summary import Summary
    from slp_ops.runs.run_reader import StoredRun

P = ParamSpec("P")
T = TypeVar("T")
_DAY: Final = 86_400  # seconds
_FEW: Final = 64  # pictures
_MANY: Final = 500  # words
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
        header = run.header
        with self._writing():
            self._forget_one(run.path.name)
            number = self._db.execute(
                "INSERT INTO run (folder, ref, verb, started, mark) VALUES (?, ?, ?, ?, ?)",
                (run.path.name, run.id, header.verb, millis(header.started), at),
            ).lastrowid
            place = (day_of(header.started), run.position[0], number or 0)
            rows = [self._row(place, summary) for summary in summaries]
            marks = ", ".join("?" * (len(SAMPLE) + 4))
            self._db.executemany(
                f"INSERT INTO sample (device, day, position, run, {', '.join(SAMPLE)}) VALUES ({marks})",  # noqa: S608 - our own names
                rows,
            )

    def _forget(self, folders: Collection[str]) -> None:
        if folders:
            with self._writing():
                for folder in folders:
                    self._forget_one(folder)

    def _forget_one(self, folder: str) -> None:
        self._db.execute("DELETE FROM sample WHERE run = (SELECT id FROM run WHERE folder = ?)", (folder,))
        self._db.execute("DELETE FROM run WHERE folder = ?", (folder,))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _row(self, place: tuple[int, int, int], summary: Summary) -> tuple[object, ...]:
        device = self._id("device", "name", summary.device)
        words = (None if text is None else self._id("word", "text", text) for text in texts(summary))
        return (device, *place, millis(summary.seen), *words, *numbers(summary))

    def _id(self, table: str, column: str, text: str) -> int:
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
            f"SELECT ref, verb, started, {', '.join(SAMPLE)} FROM sample "  # noqa: S608 - our own names
            "JOIN run ON run.id = sample.run WHERE device = (SELECT id FROM device WHERE name = ?) "
            "AND (? IS NULL OR verb = ?) AND position <= ? ORDER BY position DESC, folder DESC LIMIT ?",
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
        the others. ``newest`` is how many days back from each switch's last one.
        """
        self._choose(devices, newest, until)
        rows = self._db.execute(
            "SELECT sample.device, day, site, backlog, unacknowledged, ack_age, late, overdue, failing, "
            "MAX(position) FROM chosen CROSS JOIN sample ON sample.device = chosen.device AND day >= first "
            "AND position <= last WHERE licensing = 1 GROUP BY sample.device, day"
        ).fetchall()
        words = self._words({row[2] for row in rows})
        by_day: dict[int, list[tuple[int, _Sample]]] = {}
        for device, day, site, *values, _ in rows:
            sample = _Sample(day, words.get(site, ""), *values)
            by_day.setdefault(day, []).append((device, sample))
        now: dict[int, _Sample] = {}
        found: list[SiteDay] = []
        for day in sorted(by_day):
            now.update(by_day[day])
            found += _by_site(day, now.values())
        return tuple(found)

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


class _Sample(NamedTuple):
    """Newest values of a switch on a day."""

    day: int
    site: str
    backlog: int | None
    unacknowledged: int | None
    ack_age: int | None
    late: int | None
    overdue: int | None
    failing: int | None


def _by_site(day: int, samples: Iterable[_Sample]) -> Iterator[SiteDay]:
    """Add up the samples of each site. The age of an ACK grows with the days since its sample."""
    sites: dict[str, list[_Sample]] = {}
    for each in samples:
        sites.setdefault(each.site, []).append(each)
    for site in sorted(sites):
        mine = sites[site]
        ages = [each.ack_age + (day - each.day) * _DAY for each in mine if each.ack_age is not None]
        backlogs = [each.backlog for each in mine if each.backlog is not None]
        failing = [each.failing for each in mine if each.failing is not None]
        yield SiteDay(
            day=date_of(day),
            site=site,
            switches=len(mine),
            counted=len(backlogs),
            backlog=_sum(backlogs),
            largest=max(backlogs, default=None),
            unacknowledged=_sum(each.unacknowledged for each in mine),
            oldest_ack=timedelta(seconds=max(ages)) if ages else None,
            mean_ack=timedelta(seconds=sum(ages) // len(ages)) if ages else None,
            late=_sum(each.late for each in mine),
            overdue=_sum(each.overdue for each in mine),
            judged=len(failing),
            failing=_sum(failing),
        )


def _sum(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


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
