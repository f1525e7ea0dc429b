"""Repeated failures with recovery: within hours, day after day, in the same night of each week, every month.

One pair of COMM_FAILED and COMM_RESTORED is normal. Pairs are counted from the beginning of the log: a weekly
repetition is longer than the days after which other messages are history. After a change that slp-ops made,
the pairs before it no longer count.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.rules.derived.failures import FAILED, RESTORED

if TYPE_CHECKING:
    from datetime import time

    from slp_ops.rules.derived.log import LicenceLog, LoggedMessage
    from slp_ops.rules.settings import Thresholds

_LEAP_YEAR: Final = 2024  # of a log without a clock: every date exists in it
_SAME_TIME: Final = timedelta(minutes=60)


class Rhythm(StrEnum):
    """Period of a repetition."""

    BURST = "burst"  # within hours
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    IRREGULAR = "irregular"  # often, without a period


# The days from one pair to the next.
_GAPS: Final = ((Rhythm.DAY, 1, 2), (Rhythm.WEEK, 6, 8), (Rhythm.MONTH, 26, 35))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A failure and its recovery. ``at`` is the time of the failure, in a year of its own without a clock."""

    failed: LoggedMessage
    restored: LoggedMessage
    at: datetime
    ended: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapping:
    """A repetition. ``time`` is the time of day of all its failures, ``weekday`` their day (Monday is 0)."""

    rhythm: Rhythm
    pairs: tuple[Pair, ...]
    days: int
    time: time | None = None
    weekday: int | None = None


def pairs_of(log: LicenceLog) -> tuple[Pair, ...]:
    """Return each recovery with the failure before it; messages without a date do not count."""
    seen = [
        each for each in log.seen if each.match.entry.message in (FAILED, RESTORED) and not each.before_change
    ]
    reference = _reference(seen)
    found: list[Pair] = []
    failed: tuple[LoggedMessage, datetime] | None = None
    for each in seen:
        at = each.at or (None if reference is None else each.at_clock(reference))
        if at is None:
            continue
        if each.match.entry.message == FAILED:
            failed = failed or (each, at)
        elif failed is not None:
            found.append(Pair(failed=failed[0], restored=each, at=failed[1], ended=at))
            failed = None
    return tuple(found)


def _reference(seen: list[LoggedMessage]) -> datetime | None:
    """Return the newest date of a log, in a year of its own."""
    newest = next((each.message.time for each in reversed(seen) if each.message.time.month is not None), None)
    if newest is None or newest.month is None or newest.day is None:
        return None
    return datetime(newest.year or _LEAP_YEAR, newest.month, newest.day, 23, 59)  # noqa: DTZ001 - a device's time is naive


def flapping(log: LicenceLog, thresholds: Thresholds) -> Flapping | None:
    """Return the repetition that counts now: the busiest hours, else the newest days, weeks or months."""
    pairs = pairs_of(log)
    burst = _busiest([pair for pair in pairs if pair.restored.recent], hours=thresholds.flap_hours)
    if len(burst) >= thresholds.flap_pairs:
        return Flapping(rhythm=Rhythm.BURST, pairs=burst, days=len({pair.at.date() for pair in burst}))
    if not pairs or not pairs[-1].restored.recent:
        return None
    for rhythm, least, most in _GAPS:
        chain = _chain(pairs, least, most)
        days = len({pair.at.date() for pair in chain})
        if days >= thresholds.flap_pairs:
            return _described(rhythm, chain, days, has_year=log.dated)
    recent = tuple(pair for pair in pairs if pair.restored.recent and _is_near(pair, pairs[-1], thresholds))
    if len(recent) >= 2 * thresholds.flap_pairs:
        days = len({pair.at.date() for pair in recent})
        return _described(Rhythm.IRREGULAR, recent, days, has_year=log.dated)
    return None


def _is_near(pair: Pair, newest: Pair, thresholds: Thresholds) -> bool:
    return newest.at - pair.at <= timedelta(days=thresholds.log_days)


def _busiest(pairs: list[Pair], *, hours: int) -> tuple[Pair, ...]:
    """Return the pairs of the busiest period of this many hours; on a tie the later one."""
    best: tuple[Pair, ...] = ()
    begin = 0
    for end, pair in enumerate(pairs):
        while begin <= end and pair.ended - pairs[begin].at > timedelta(hours=hours):
            begin += 1
        if end + 1 - begin >= len(best):
            best = tuple(pairs[begin : end + 1])
    return best


def _chain(pairs: tuple[Pair, ...], least: int, most: int) -> tuple[Pair, ...]:
    """Return the newest pairs that follow one another after this many days; pairs of one day are one."""
    chain = [pairs[-1]]  # the newest first
    for pair in reversed(pairs[:-1]):
        gap = (chain[-1].at.date() - pair.at.date()).days
        if gap and not least <= gap <= most:
            if gap > most:
                break
            continue
        chain.append(pair)
    return tuple(reversed(chain))


def _described(rhythm: Rhythm, pairs: tuple[Pair, ...], days: int, *, has_year: bool) -> Flapping:
    weekdays = {pair.at.weekday() for pair in pairs}
    return Flapping(
        rhythm=rhythm,
        pairs=pairs,
        days=days,
        time=_time_of_day(pairs),
        weekday=weekdays.pop() if has_year and rhythm is Rhythm.WEEK and len(weekdays) == 1 else None,
    )


def _time_of_day(pairs: tuple[Pair, ...]) -> time | None:
    """Return the earliest time of day when all failures are within an hour, also around midnight."""
    day = timedelta(days=1)
    times = sorted(timedelta(hours=p.at.hour, minutes=p.at.minute, seconds=p.at.second) for p in pairs)
    around_midnight = ((later, earlier + day) for earlier, later in itertools.pairwise(times))
    for first, last in ((times[0], times[-1]), *around_midnight):
        if last - first <= _SAME_TIME:
            return (datetime(_LEAP_YEAR, 1, 1) + first).time().replace(second=0)  # noqa: DTZ001 - a time of day
    return None
