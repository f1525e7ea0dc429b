"""Runs on disk as terminal text: a list, one run with its captures, a verification, a prune."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slp_ops.app.fleet import causes, hint
from slp_ops.i18n import pluralize
from slp_ops.report.terminal.layout import styled, table
from slp_ops.report.terminal.times import moment
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from slp_ops.model import DeviceResult
    from slp_ops.runs import StoredRun
    from slp_ops.runs.prune import PruneDecision
    from slp_ops.runs.verify import VerifyReport


def render_list(runs: Sequence[StoredRun]) -> str:
    """Return a row for each run."""
    rows = [
        (run.id, _moment(run.header.started), run.header.verb, run.header.state, _totals(run)) for run in runs
    ]
    return table(("RUN", "STARTED", "VERB", "STATE", "DEVICES"), rows)


def render_run(run: StoredRun, devices: Sequence[DeviceResult], *, captures: bool) -> str:
    """Return a row for each device; with ``captures`` a row for each capture of the only one."""
    lines = [
        f"run {run.id}: {run.header.verb}, {run.header.state}, {_times(run)}",
        f"folder: {one_line(str(run.path))}",
        *(_captures(devices[0]) if captures else _devices(devices)),
    ]
    return "\n".join(lines)


def _devices(results: Sequence[DeviceResult]) -> Iterator[str]:
    rows = [
        (
            result.name,
            result.site,
            result.status,
            result.release or "",
            str(len(result.captures)),
            _mask_counts(result),
        )
        for result in results
    ]
    yield table(("DEVICE", "SITE", "STATUS", "RELEASE", "CAPTURES", "MASKED"), rows)
    for result in results:
        for cause in causes(result):
            yield f"{result.name}: {one_line(cause)}"
        if words := hint(result):
            yield f"  hint: {one_line(words)}"


def _captures(result: DeviceResult) -> Iterator[str]:
    rows = [
        (
            capture.command,
            capture.status,
            f"{capture.seconds:.1f}",
            str(capture.bytes),
            capture.file or "",
            capture.reason,
        )
        for capture in result.captures
    ]
    yield table(("COMMAND", "STATUS", "SECONDS", "BYTES", "FILE", "REASON"), rows)
    yield f"masked: {_mask_counts(result) or 'nothing'}"


def render_verification(run: StoredRun, verified: VerifyReport) -> str:
    """Return what is wrong with a run, and the verdict."""
    lines = [
        f"{styled('damaged', fg='red') if each.damage else 'note'}: {one_line(each.file)}: "
        f"{one_line(each.what)}"
        for each in verified.remarks
    ]
    verdict = "NOT whole" if verified.damaged else "whole"
    lines.append(
        f"run {run.id}: {verified.state}; {pluralize(verified.captures, 'capture')}, "
        f"{verified.bytes} bytes, {verdict}"
    )
    return "\n".join(lines)


def render_prune(planned: Sequence[PruneDecision]) -> str:
    """Return what a prune does with each run."""
    rows = [
        (
            each.run.id,
            _moment(each.run.header.started),
            each.run.header.verb,
            one_line(_fate(each)),
        )
        for each in planned
    ]
    return table(("RUN", "STARTED", "VERB", ""), rows)


def _fate(decision: PruneDecision) -> str:
    if decision.kept_because:
        return f"kept: {decision.kept_because}"
    lost = "; ".join(each.what for each in decision.lost)
    return f"goes, and is lost: {lost}" if lost else "goes"


def _mask_counts(result: DeviceResult) -> str:
    counts: Counter[str] = Counter()
    for capture in result.captures:
        counts.update(capture.masked)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))


def _totals(run: StoredRun) -> str:
    totals = run.totals
    words = ", ".join(f"{count} {status}" for status, count in sorted(totals.items()))
    return f"{totals.total()}: {words}" if words else "0"


def _times(run: StoredRun) -> str:
    header = run.header
    if header.finished is None:
        return f"started {_moment(header.started)}"
    return f"{_moment(header.started)} to {moment(header.finished, '%H:%M:%S')}"


def _moment(at: datetime) -> str:
    return moment(at, "%Y-%m-%d %H:%M:%S")
