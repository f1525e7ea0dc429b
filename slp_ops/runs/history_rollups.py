"""Roll-ups of the history: the sums of each site and day, and the line through the counts of each switch.

They are made of the samples when they are first asked for, and kept beside them, so that a year of a large
fleet is answered from a row a site and day. A run that is put in or forgotten removes those of which its
samples are a part; the next question makes them again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from slp_ops.history.trend import SiteDay, SwitchLine
from slp_ops.linear_fit import Trend
from slp_ops.rules.derived.growth import GrowthCourse, GrowthLine
from slp_ops.runs.history_index import EPOCH, ForeignIndex, checked, date_of, transaction

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

_NEVER: Final = 2**40  # a day after all others
_SITE_DAY: Final = (
    "site, switches, counted, backlog, largest, unacknowledged, oldest_ack, sum_ack, with_ack, late, "
    "overdue, judged, failing"
)
# The newest sample of each switch in ``source`` up to a day and a position, added up by site.
_SUMS: Final = (
    "SELECT site, COUNT(*), COUNT(backlog), SUM(backlog), MAX(backlog), SUM(unacknowledged), "
    "MAX(ack_age + (?1 - day) * 86400), SUM(ack_age + (?1 - day) * 86400), COUNT(ack_age), "
    "SUM(late), SUM(overdue), COUNT(failing), SUM(failing), MAX(day) "
    "FROM {source} AS chosen CROSS JOIN sample ON sample.device = chosen.device "
    "AND (sample.day, sample.position, sample.run) = (SELECT day, position, run FROM sample AS one "
    "WHERE one.device = chosen.device AND one.day <= ?1 AND one.position <= ?2 AND one.licensing = 1 "
    "ORDER BY one.day DESC, one.position DESC, one.run DESC LIMIT 1) GROUP BY site"
)
_ALL: Final = "(SELECT id AS device FROM device)"
CHOSEN: Final = "temp.chosen"
_LINE: Final = (
    "site, course, count, points, days, since, newest, slope, margin, mean_x, mean_y, variance, fitted, "
    "sum_sq_x"
)
_COURSES: Final = tuple(GrowthCourse)  # a course is kept as its place
_MICROSECOND: Final = timedelta(microseconds=1)


def outdate(db: sqlite3.Connection, run: int) -> None:
    """Remove the roll-ups to which the samples of a run contribute. Within a transaction."""
    first, last = db.execute(
        "SELECT MIN(day), MAX(COALESCE((SELECT MIN(day) FROM sample AS later "
        "WHERE later.device = sample.device AND later.day > sample.day AND later.licensing = 1), ?)) "
        "FROM sample WHERE run = ?",
        (_NEVER, run),
    ).fetchone()
    if first is None:
        return
    for table in ("site_day", "rolled_day"):
        db.execute(f"DELETE FROM {table} WHERE day >= ? AND day < ?", (first, last))  # noqa: S608 - our own names
    db.execute("DELETE FROM line WHERE device IN (SELECT device FROM sample WHERE run = ?)", (run,))


def site_days(db: sqlite3.Connection, first: int, position: int) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each site and day with runs, from a day on and up to the run of a position.

    The days before the first later run are kept, and made where they are missing.
    """
    days = [
        day
        for (day,) in db.execute(
            "SELECT DISTINCT day FROM run WHERE licensing = 1 AND day >= ? AND position <= ? ORDER BY day",
            (first, position),
        )
    ]
    (end,) = db.execute(
        "SELECT COALESCE(MIN(day), ?) FROM run WHERE position > ?", (_NEVER, position)
    ).fetchone()
    kept = [day for day in days if day < end]
    made = {day for (day,) in db.execute("SELECT day FROM rolled_day")}
    for day in kept:
        if day not in made:
            with transaction(db):
                _roll_up(db, day)
    if kept:
        of_days = f"SELECT day, {_SITE_DAY} FROM site_day WHERE day BETWEEN ? AND ?"  # noqa: S608 - our own names
        rows = checked(db.execute(of_days, (kept[0], kept[-1])))
        if {row[0] for row in rows} != set(kept):
            raise ForeignIndex("the sums of a day are missing")
        yield from rows
    for day in days[len(kept) :]:
        yield from ((day, *row[:-1]) for row in sums(db, day, position))


def sums(db: sqlite3.Connection, day: int, position: int, source: str = _ALL) -> list[tuple[Any, ...]]:
    """Return a row for each site on a day, as in ``site_day``, and the day of its newest sample."""
    return checked(db.execute(_SUMS.format(source=source), (day, position)))


def _roll_up(db: sqlite3.Connection, day: int) -> None:
    db.execute("DELETE FROM site_day WHERE day = ?", (day,))
    marks = ", ".join("?" * 14)
    db.executemany(
        f"INSERT INTO site_day (day, {_SITE_DAY}) VALUES ({marks})",  # noqa: S608 - our own names
        [(day, *row[:-1]) for row in sums(db, day, 2**62)],
    )
    db.execute("INSERT OR IGNORE INTO rolled_day (day) VALUES (?)", (day,))


def site_day(row: tuple[Any, ...], words: Mapping[int, str]) -> SiteDay:
    """Return the sums of a site on a day."""
    (
        day, site, switches, counted, backlog, largest, unacknowledged, oldest_ack, sum_ack, with_ack, late,
        overdue, judged, failing,
    ) = row  # fmt: skip
    return SiteDay(
        day=date_of(day),
        site=words.get(site, ""),
        switches=switches,
        counted=counted,
        backlog=backlog,
        largest=largest,
        unacknowledged=unacknowledged,
        oldest_ack=None if oldest_ack is None else timedelta(seconds=oldest_ack),
        mean_ack=timedelta(seconds=sum_ack // with_ack) if with_ack else None,
        late=late,
        overdue=overdue,
        judged=judged,
        failing=failing,
    )


def devices_without_line(db: sqlite3.Connection, source: str = _ALL) -> list[str]:
    """Return the switches whose line is not kept, by name."""
    rows = db.execute(
        f"SELECT name FROM {source} AS chosen JOIN device ON device.id = chosen.device "  # noqa: S608 - our own names
        "WHERE chosen.device NOT IN (SELECT device FROM line) ORDER BY name"
    )
    return [name for (name,) in rows]


def keep_lines(
    db: sqlite3.Connection, names: Iterable[str], lines: Mapping[str, tuple[int | None, GrowthLine]]
) -> None:
    """Keep the lines of these switches, with the number of the site; one without counts has none."""
    marks = ", ".join("?" * 14)
    db.executemany(
        f"INSERT OR REPLACE INTO line (device, {_LINE}) "  # noqa: S608 - our own names
        f"SELECT id, {marks} FROM device WHERE name = ?",
        [(*_row(*lines.get(name, (None, None))), name) for name in names],
    )


def kept_lines(db: sqlite3.Connection, source: str = _ALL) -> list[tuple[Any, ...]]:
    """Return the rows of the kept lines, each behind the name of its switch, in the order of the names."""
    return db.execute(
        f"SELECT name, {_LINE} FROM {source} AS chosen JOIN line ON line.device = chosen.device "  # noqa: S608 - our own names
        "JOIN device ON device.id = line.device WHERE course IS NOT NULL ORDER BY name"
    ).fetchall()


def switch_line(row: tuple[Any, ...], words: Mapping[int, str]) -> SwitchLine:
    """Return the line of a switch. Raises ValueError, TypeError, LookupError for a row that no run gives."""
    (
        name, site, course, count, points, days, since, newest, slope, margin, mean_x, mean_y, variance,
        fitted, sum_sq_x,
    ) = row  # fmt: skip
    trend = None
    if fitted is not None:
        if not (isfinite(slope + margin + mean_x + mean_y) and variance > 0 and sum_sq_x > 0 and fitted > 2):
            raise ValueError(name)
        trend = Trend(
            slope=slope,
            margin=margin,
            mean_x=mean_x,
            mean_y=mean_y,
            variance=variance,
            count=fitted,
            sum_sq_x=sum_sq_x,
        )
    if course < 0:
        raise ValueError(name)
    line = GrowthLine(
        course=_COURSES[course],
        count=int(count),
        points=int(points),
        days=float(days),
        since=_moment(since),
        newest=_moment(newest),
        trend=trend,
    )
    return SwitchLine(device=name, site=words.get(site, ""), line=line)


def _row(site: int | None, line: GrowthLine | None) -> tuple[object, ...]:
    if line is None:
        return (None,) * 14
    trend = line.trend
    fitted = (
        (None,) * 7
        if trend is None
        else (
            trend.slope,
            trend.margin,
            trend.mean_x,
            trend.mean_y,
            trend.variance,
            trend.count,
            trend.sum_sq_x,
        )
    )
    course = _COURSES.index(line.course)
    return (
        site,
        course,
        line.count,
        line.points,
        line.days,
        _microseconds(line.since),
        _microseconds(line.newest),
        *fitted,
    )


def _microseconds(moment: datetime) -> int:
    return (moment - EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)
