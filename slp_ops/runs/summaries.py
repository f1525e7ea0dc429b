"""The summaries of a run, in a file of the run's own folder: what was judged is not parsed again.

    runs/20261124T041131Z-audit-3f9a1c/summaries.jsonl      one line a device

They are made of the captures and can be made anew at any time. A line counts only as long as the device's
manifest is as long as it was: a run that was taken up again is summarised again.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.json_documents import json_document, json_field
from slp_ops.model import DeviceStatus, Severity, Verdict
from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.serialization import line, read_lines, utc_millis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.runs.run_reader import StoredRun
    from slp_ops.runs.serialization import DeviceHeader

FILE: Final = "summaries.jsonl"
_AGES: Final = range(-(10**10), 10**10)  # seconds; a clock may be wrong by decades


def load(run: StoredRun) -> dict[str, Summary]:
    """The summaries that still tell what the run holds, by device. Damaged lines count as missing."""
    try:
        data = atomic_files.read(run.path / FILE, within=run.path, largest=atomic_files.LARGEST_OF_FLEET)
    except OSError:
        return {}
    found: dict[str, Summary] = {}
    for record in read_lines(SummaryRecord, data).records:
        about = run.about.get(record.device)
        if about is None or record.manifest != _size(run, about) or not record.is_possible:
            continue
        result = run.results.get(about.name)
        if result is None or result.status is record.status:
            found[about.name] = summary_of(record)
    return found


def save(run: StoredRun, summaries: Iterable[Summary]) -> None:
    """Keep the summaries of a run, whole or not at all. They are left out where the run has been removed,
    or is being written. Raises StoreError.
    """
    lines = b"".join(
        line(record_of(summary, manifest=_size(run, run.about[summary.device]))) for summary in summaries
    )
    with atomic_files.store_errors("write", run.path / FILE), _protect_from_prune(run) as is_there:
        if is_there:
            atomic_files.replace(run.path / FILE, lines)


@contextmanager
def _protect_from_prune(run: StoredRun) -> Iterator[bool]:
    """Protect a run from pruning for a moment; False when it is gone, or another process writes it."""
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


@json_document
class SummaryRecord:
    """A line of the file; a value that is None has no key.

    ``manifest`` is the length of the device's manifest when the summary was made.
    """

    schema: Literal[1] = 1
    manifest: int
    device: str
    site: str
    error: str | None = json_field(omit_none=True, default=None)
    clock_trusted: bool = False
    release: str | None = json_field(omit_none=True, default=None)
    transport: str | None = json_field(omit_none=True, default=None)
    units: int | None = json_field(omit_none=True, default=None)
    trusted_units: int | None = json_field(omit_none=True, default=None)
    backlog: int | None = json_field(omit_none=True, default=None)
    unacknowledged: int | None = json_field(omit_none=True, default=None)
    late: bool | None = json_field(omit_none=True, default=None)
    overdue: bool | None = json_field(omit_none=True, default=None)
    failing: bool | None = json_field(omit_none=True, default=None)
    licensing: bool = False
    knowledge: str = ""
    clock: datetime | None = json_field(omit_none=True, default=None)
    last_ack: datetime | None = json_field(omit_none=True, default=None)
    deadline: datetime | None = json_field(omit_none=True, default=None)
    last_push: datetime | None = json_field(omit_none=True, default=None)
    tags: tuple[str, ...] = ()
    status: DeviceStatus
    seen: datetime = json_field(encoder=utc_millis)
    ack_age: int | None = json_field(omit_none=True, default=None)
    found: tuple[tuple[str, Verdict, Severity], ...] = ()

    @property
    def is_possible(self) -> bool:
        """Return whether a summary can have these values: an editor may have changed them."""
        naive = (self.clock, self.last_ack, self.deadline, self.last_push)
        return (
            self.seen.tzinfo is not None
            and all(each is None or each.tzinfo is None for each in naive)
            and (self.ack_age is None or self.ack_age in _AGES)
        )


def record_of(summary: Summary, *, manifest: int) -> SummaryRecord:
    """Return the record of a summary."""
    return SummaryRecord(
        manifest=manifest,
        device=summary.device,
        site=summary.site,
        error=summary.error,
        clock_trusted=summary.clock_trusted,
        release=summary.release,
        transport=summary.transport,
        units=summary.units,
        trusted_units=summary.trusted_units,
        backlog=summary.backlog,
        unacknowledged=summary.unacknowledged,
        late=summary.late,
        overdue=summary.overdue,
        failing=summary.failing,
        licensing=summary.licensing,
        knowledge=summary.knowledge,
        clock=summary.clock,
        last_ack=summary.last_ack,
        deadline=summary.deadline,
        last_push=summary.last_push,
        tags=summary.tags,
        status=summary.status,
        seen=summary.seen,
        ack_age=None if summary.ack_age is None else int(summary.ack_age.total_seconds()),
        found=tuple((each.rule, each.verdict, each.severity) for each in summary.found),
    )


def summary_of(record: SummaryRecord) -> Summary:
    """Return the summary of a record."""
    return Summary(
        device=record.device,
        site=record.site,
        tags=record.tags,
        status=record.status,
        error=record.error,
        seen=record.seen,
        clock=record.clock,
        clock_trusted=record.clock_trusted,
        release=record.release,
        transport=record.transport,
        units=record.units,
        trusted_units=record.trusted_units,
        last_ack=record.last_ack,
        ack_age=None if record.ack_age is None else timedelta(seconds=record.ack_age),
        deadline=record.deadline,
        last_push=record.last_push,
        backlog=record.backlog,
        unacknowledged=record.unacknowledged,
        late=record.late,
        overdue=record.overdue,
        failing=record.failing,
        licensing=record.licensing,
        found=tuple(
            RuleRecord(rule=rule, verdict=verdict, severity=severity)
            for rule, verdict, severity in record.found
        ),
        knowledge=record.knowledge,
    )


def _size(run: StoredRun, about: DeviceHeader) -> int:
    try:
        return run.files(about).size(MANIFEST)
    except OSError:
        return 0
