"""Documents of ``collect`` and ``runs``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from slp_ops.json_documents import json_document, json_field, rounded
from slp_ops.model import CaptureStatus, DeviceFailure, DeviceStatus
from slp_ops.report.collect_view import collect_view
from slp_ops.runs.prune import LossKind
from slp_ops.runs.serialization import RunState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from slp_ops.model import DeviceResult
    from slp_ops.runs import StoredRun
    from slp_ops.runs.export import ExportReport
    from slp_ops.runs.prune import PruneDecision
    from slp_ops.runs.verify import FileProblem, VerifyReport


@json_document
class RunFolder:
    """A run and its folder."""

    id: str
    path: str


@json_document
class CaptureEntry:
    """One capture; ``file`` is null where there is no text. Of a packed run ``runs export`` writes it."""

    command: str
    status: CaptureStatus
    seconds: float = json_field(encoder=rounded(3))
    bytes: int
    file: str | None
    reason: str


@json_document
class DeviceEntry:
    """Result of one device, with its captures."""

    name: str
    site: str
    status: DeviceStatus
    error: DeviceFailure | None
    release: str | None
    captures: tuple[CaptureEntry, ...]


@json_document
class Totals:
    """Counts of a run: devices by status, captures and their bytes."""

    devices: int
    ok: int
    partial: int
    failed: int
    skipped: int
    captures: int
    bytes: int


@json_document
class CollectDocument:
    """Content of a run."""

    schema: Literal["slp-ops/collect/1"] = "slp-ops/collect/1"
    run: RunFolder
    devices: tuple[DeviceEntry, ...]
    totals: Totals


def collect_document(
    run_id: str, path: Path, results: Sequence[DeviceResult], folders: Mapping[str, str]
) -> CollectDocument:
    """Return the document of ``collect``. Paths are absolute: a script may look from anywhere."""
    root = path.resolve()
    return CollectDocument(
        run=RunFolder(id=run_id, path=str(root)),
        devices=_devices(root, results, folders),
        totals=_totals(results),
    )


def _devices(
    root: Path, results: Sequence[DeviceResult], folders: Mapping[str, str]
) -> tuple[DeviceEntry, ...]:
    return tuple(
        DeviceEntry(
            name=result.name,
            site=result.site,
            status=result.status,
            error=result.error,
            release=result.release,
            captures=tuple(
                CaptureEntry(
                    command=capture.command,
                    status=capture.status,
                    seconds=capture.seconds,
                    bytes=capture.bytes,
                    file=None if capture.file is None else str(root / folders[result.name] / capture.file),
                    reason=capture.reason,
                )
                for capture in result.captures
            ),
        )
        for result in results
    )


def _totals(results: Sequence[DeviceResult]) -> Totals:
    view = collect_view(results)
    return Totals(
        devices=len(view.devices),
        ok=view.totals[DeviceStatus.OK],
        partial=view.totals[DeviceStatus.PARTIAL],
        failed=view.totals[DeviceStatus.FAILED],
        skipped=view.totals[DeviceStatus.SKIPPED],
        captures=view.captures,
        bytes=view.bytes,
    )


@json_document
class RunEntry:
    """One run of the list; ``devices`` counts them by status, those without a result as ``unfinished``."""

    id: str
    path: str
    verb: str
    state: RunState
    started: datetime
    finished: datetime | None
    selection: Mapping[str, Any]
    devices: Mapping[str, int]


@json_document
class RunsDocument:
    """The runs on disk, the newest first."""

    schema: Literal["slp-ops/runs/1"] = "slp-ops/runs/1"
    runs: tuple[RunEntry, ...]


@json_document
class RunDocument:
    """One run with its devices and captures."""

    schema: Literal["slp-ops/run/1"] = "slp-ops/run/1"
    run: RunEntry
    devices: tuple[DeviceEntry, ...]
    totals: Totals


@json_document
class RunStateEntry:
    """A run with its folder and state."""

    id: str
    path: str
    state: RunState


@json_document
class RemarkEntry:
    """Something about one file of a run; ``damage`` is false for what an interruption leaves behind."""

    file: str
    what: str
    damage: bool


@json_document
class VerifyDocument:
    """Verification of every capture of a run."""

    schema: Literal["slp-ops/verify/1"] = "slp-ops/verify/1"
    run: RunStateEntry
    captures: int
    bytes: int
    damaged: bool
    remarks: tuple[RemarkEntry, ...]


@json_document
class ExportDocument:
    """A run that was written as plain folders to ``path``; ``remarks`` name what is damaged."""

    schema: Literal["slp-ops/export/1"] = "slp-ops/export/1"
    run: RunFolder
    path: str
    damaged: bool
    remarks: tuple[RemarkEntry, ...]


@json_document
class LostContents:
    """Contents of a removed run that cannot be replaced; ``kind`` as ``--lose`` names it."""

    kind: LossKind
    what: str


@json_document
class PrunedRun:
    """A run with the reason why it stays; null for one that goes. ``lost`` cannot be replaced."""

    run: RunEntry = json_field(inline=True)
    kept_because: str | None
    lost: tuple[LostContents, ...] = ()


@json_document
class PruneDocument:
    """The runs that were removed, and what became of each."""

    schema: Literal["slp-ops/prune/1"] = "slp-ops/prune/1"
    removed: tuple[str, ...]
    runs: tuple[PrunedRun, ...]


@json_document
class ReindexDocument:
    """Number of indexed runs, and the size of the index."""

    schema: Literal["slp-ops/reindex/1"] = "slp-ops/reindex/1"
    runs: int
    bytes: int


def runs_document(runs: Sequence[StoredRun]) -> RunsDocument:
    """Return the document of ``runs list``."""
    return RunsDocument(runs=tuple(map(_run_entry, runs)))


def run_document(run: StoredRun, chosen: Sequence[DeviceResult]) -> RunDocument:
    """Return the document of ``runs show``, of these devices alone."""
    folders = {about.name: about.folder for about in run.about.values()}
    return RunDocument(
        run=_run_entry(run),
        devices=_devices(run.path.resolve(), chosen, folders),
        totals=_totals(chosen),
    )


def verify_document(run: StoredRun, verified: VerifyReport) -> VerifyDocument:
    """Return the document of ``runs verify``."""
    return VerifyDocument(
        run=RunStateEntry(id=run.id, path=str(run.path), state=verified.state),
        captures=verified.captures,
        bytes=verified.bytes,
        damaged=verified.damaged,
        remarks=_remarks(verified.remarks),
    )


def export_document(run: StoredRun, exported: ExportReport) -> ExportDocument:
    """Return the document of ``runs export``."""
    return ExportDocument(
        run=RunFolder(id=run.id, path=str(run.path)),
        path=str(exported.path),
        damaged=bool(exported.problems),
        remarks=_remarks(exported.problems),
    )


def _remarks(problems: Sequence[FileProblem]) -> tuple[RemarkEntry, ...]:
    return tuple(RemarkEntry(file=each.file, what=each.what, damage=each.damage) for each in problems)


def prune_document(judged: Sequence[PruneDecision], removed: Sequence[StoredRun]) -> PruneDocument:
    """Return the document of ``runs prune``."""
    return PruneDocument(
        removed=tuple(run.id for run in removed),
        runs=tuple(
            PrunedRun(
                run=_run_entry(each.run),
                kept_because=each.kept_because or None,
                lost=tuple(LostContents(kind=loss.kind, what=loss.what) for loss in each.lost),
            )
            for each in judged
        ),
    )


def _run_entry(run: StoredRun) -> RunEntry:
    header = run.header
    return RunEntry(
        id=run.id,
        path=str(run.path),
        verb=header.verb,
        state=header.state,
        started=header.started,
        finished=header.finished,
        selection=header.selection,
        devices=run.totals,
    )
