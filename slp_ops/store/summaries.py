"""The summaries of a run, in a file of the run's own folder: what was judged is not parsed again.

    runs/20261124T041131Z-audit-3f9a1c/summaries.jsonl      one line a device

They are made of the captures and can be made anew at any time. A line counts only as long as the device's
manifest is as long as it was: a run that was taken up again is summarised again.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from slp_ops.history.summary import Found, Summary
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.store import disk, records
from slp_ops.store.stored import BROKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from slp_ops.store.records import About
    from slp_ops.store.stored import StoredRun

FILE: Final = "summaries.jsonl"
_SCHEMA: Final = 1
_DEVICE_TIMES: Final = ("clock", "last_ack", "deadline", "last_push")
_PLAIN: Final = (
    "device", "site", "error", "clock_trusted", "release", "transport", "units", "trusted_units",
    "backlog", "unacknowledged", "late", "failing", "licensing", "knowledge",
)  # fmt: skip


def load(run: StoredRun) -> dict[str, Summary]:
    """The summaries that still tell what the run holds, by device. Damaged lines count as missing."""
    try:
        data = disk.read(run.path / FILE, within=run.path)
    except OSError:
        return {}
    found: dict[str, Summary] = {}
    for record in records.lines(data)[0]:
        about = run.about.get(str(record.get("device")))
        if about is None or record.get("schema") != _SCHEMA or record.get("manifest") != _size(run, about):
            continue
        try:
            summary = of_record(record)
        except BROKEN:
            continue
        if run.results.get(about.name, {}).get("status", summary.status) == summary.status:
            found[about.name] = summary
    return found


def save(run: StoredRun, summaries: Iterable[Summary]) -> None:
    """Keep the summaries of a run, whole or not at all. They are left out where the run has been removed,
    or is being written. Raises StoreError.
    """
    lines = b"".join(
        records.line(
            {"schema": _SCHEMA, "manifest": _size(run, run.about[summary.device]), **to_record(summary)}
        )
        for summary in summaries
    )
    with disk.trouble("write", run.path / FILE), _kept(run) as is_there:
        if is_there:
            disk.replace(run.path / FILE, lines)


@contextmanager
def _kept(run: StoredRun) -> Iterator[bool]:
    """Keep a run from being pruned for a moment; False when it is gone, or when somebody writes it."""
    try:
        lock = os.open(run.path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        yield run.path.is_dir()
        return
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            is_ours = run.path.is_dir()
        except BlockingIOError:
            is_ours = False
        yield is_ours
    finally:
        os.close(lock)


def to_record(summary: Summary) -> dict[str, object]:
    """A summary as JSON; what is None has no key."""
    record: dict[str, object] = {name: getattr(summary, name) for name in _PLAIN}
    record |= {
        name: moment.isoformat() for name in _DEVICE_TIMES if (moment := getattr(summary, name)) is not None
    }
    record |= {
        "tags": list(summary.tags),
        "status": summary.status.value,
        "seen": summary.seen.astimezone(UTC).isoformat(timespec="milliseconds"),
        "ack_age": None if summary.ack_age is None else int(summary.ack_age.total_seconds()),
        "found": [[each.rule, each.verdict.value, each.severity.value] for each in summary.found],
    }
    return {key: value for key, value in record.items() if value is not None}


def of_record(record: Mapping[str, Any]) -> Summary:
    """A summary from its record; raises KeyError, TypeError or ValueError for another kind of record."""
    age = record.get("ack_age")
    return Summary(
        device=str(record["device"]),
        site=str(record["site"]),
        tags=tuple(record.get("tags", ())),
        status=DeviceStatus(record["status"]),
        error=record.get("error"),
        seen=datetime.fromisoformat(record["seen"]),
        clock=_time(record, "clock"),
        clock_trusted=bool(record.get("clock_trusted")),
        release=record.get("release"),
        transport=record.get("transport"),
        units=record.get("units"),
        trusted_units=record.get("trusted_units"),
        last_ack=_time(record, "last_ack"),
        ack_age=None if age is None else timedelta(seconds=age),
        deadline=_time(record, "deadline"),
        last_push=_time(record, "last_push"),
        backlog=record.get("backlog"),
        unacknowledged=record.get("unacknowledged"),
        late=record.get("late"),
        failing=record.get("failing"),
        licensing=bool(record.get("licensing")),
        found=tuple(
            Found(rule=rule, verdict=Verdict(verdict), severity=Severity(severity))
            for rule, verdict, severity in record.get("found", ())
        ),
        knowledge=str(record.get("knowledge", "")),
    )


def _time(record: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(record[name]) if name in record else None


def _size(run: StoredRun, about: About) -> int:
    try:
        return (run.folder(about) / "manifest.jsonl").stat(follow_symlinks=False).st_size
    except OSError:
        return 0
