"""A summary as a row of the index, and back. Words are numbers there; see ``store.index``."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from slp_ops.history.summary import Found, Summary
from slp_ops.model import DeviceStatus, Severity, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - device times are naive
_DAY: Final = 86_400
WORDS: Final = ("site", "tags", "status", "error", "release", "transport", "found", "knowledge")
NUMBERS: Final = (
    "clock", "clock_trusted", "units", "trusted_units", "last_ack", "ack_age", "deadline", "last_push",
    "backlog", "unacknowledged", "late", "failing", "licensing",
)  # fmt: skip
SAMPLE: Final = ("seen", *WORDS, *NUMBERS)


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
    """In the order of ``NUMBERS``."""
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
        None if summary.failing is None else int(summary.failing),
        int(summary.licensing),
    )


def summary_of(name: str, sample: Iterable[Any], words: Mapping[int, str]) -> Summary:
    """Back from a row of ``SAMPLE``. Raises ValueError for a row that no summary made."""
    row = dict(zip(SAMPLE, sample, strict=True))
    said = {key: words.get(row[key]) for key in WORDS}
    age = row["ack_age"]
    return Summary(
        device=name,
        site=said["site"] or "",
        tags=tuple(json.loads(said["tags"] or "[]")),
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
        failing=flag(row["failing"]),
        licensing=bool(row["licensing"]),
        found=tuple(
            Found(rule=rule, verdict=Verdict(verdict), severity=Severity(severity))
            for rule, verdict, severity in json.loads(said["found"] or "[]")
        ),
        knowledge=said["knowledge"] or "",
    )


def day_of(summary: Summary) -> int:
    """By the switch's own clock where that is to be trusted, since its deadlines and reports are."""
    clock = summary.clock if summary.clock_trusted else None
    return (seconds(clock) or millis(summary.seen) // 1000) // _DAY


def date_of(day: int) -> date:
    """The date of a day's number."""
    return (_EPOCH + timedelta(days=day)).date()


def seconds(moment: datetime | None) -> int | None:
    """A naive device time as a number."""
    return None if moment is None else int((moment - _EPOCH).total_seconds())


def naive(seconds: int | None) -> datetime | None:
    """And back."""
    return None if seconds is None else _EPOCH + timedelta(seconds=seconds)


def millis(moment: datetime) -> int:
    """An aware time of a run as a number."""
    return round(moment.timestamp() * 1000)


def moment(millis: int) -> datetime:
    """And back."""
    return datetime.fromtimestamp(millis / 1000, UTC)


def flag(value: int | None) -> bool | None:
    """Yes, no or unknown."""
    return None if value is None else bool(value)
