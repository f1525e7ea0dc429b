"""Is a run's evidence what was written? Damage is one thing, an interruption another.

A killed run has lost the capture in progress and nothing else: that is reported, but is no damage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.errors import StoreError
from slp_ops.runs import atomic_files
from slp_ops.runs.file_store import ACKS, UPLOAD
from slp_ops.runs.names import is_plain
from slp_ops.runs.run_reader import CHANGED, why_unreadable
from slp_ops.runs.serialization import CaptureRecord, ResultRecord, RunState, read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slp_ops.model import Capture
    from slp_ops.runs.run_reader import StoredRun
    from slp_ops.runs.serialization import DeviceHeader


@dataclass(frozen=True, slots=True, kw_only=True)
class FileProblem:
    """Something about one file of a run. ``damage`` is False for what an interruption leaves behind."""

    file: str
    what: str
    damage: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """Result of verifying every byte of a run."""

    state: RunState
    captures: int
    bytes: int
    remarks: tuple[FileProblem, ...]

    @property
    def damaged(self) -> bool:
        """Return whether something differs from what was written."""
        return any(remark.damage for remark in self.remarks)


def verify(run: StoredRun) -> VerifyReport:
    """Look at every capture of a run; raises StoreError only when the folder itself cannot be read."""
    checking = _Checking(run)
    remarks = tuple(checking.remarks())
    return VerifyReport(
        state=run.header.state, captures=checking.captures, bytes=checking.bytes, remarks=remarks
    )


class _Checking:
    def __init__(self, run: StoredRun) -> None:
        self._run = run
        self.captures = 0
        self.bytes = 0

    def remarks(self) -> Iterator[FileProblem]:
        run = self._run
        if run.header.state is RunState.UNREADABLE:
            what = f"was written by slp-ops {run.header.version}, which is newer: not checked"
            yield FileProblem(file="run.json", what=what, damage=False)
            return
        if not run.is_readable:
            yield FileProblem(file="run.json", what="is missing or cannot be read")
        yield from self._lines(run.path, "devices.jsonl", "")
        folders = {about.folder for about in run.header.devices}
        with atomic_files.store_errors("read", run.path):
            found = sorted(run.path.iterdir())
        for path in found:
            if path.name.endswith(".part"):
                yield FileProblem(file=path.name, what="was being written", damage=False)
            elif path.is_dir() and path.name not in (*folders, UPLOAD, ACKS):
                yield FileProblem(file=path.name, what="is no device's folder of this run", damage=False)
        for about in run.header.devices:
            yield from self._device(about)

    def _device(self, about: DeviceHeader) -> Iterator[FileProblem]:
        try:
            folder = self._run.folder(about)
        except StoreError as err:
            yield FileProblem(file="run.json", what=err.message)
            return
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            yield FileProblem(file=about.folder, what="is not a folder of ours")
            return
        yield from self._lines(folder, "manifest.jsonl", f"{about.folder}/")
        listed = {"manifest.jsonl"}
        try:
            captures = self._run.manifest(about.name)
        except StoreError:
            return  # said above: the manifest cannot be read
        for capture in captures:
            self.captures += 1
            if capture.file is not None:
                listed.add(capture.file)
                yield from self._capture(folder, capture)
        result = self._run.results.get(about.name)
        if result is not None and len(captures) < result.captures:
            what = f"lists {len(captures)} captures of {result.captures}"
            yield FileProblem(file=f"{about.folder}/manifest.jsonl", what=what)
        if folder.is_dir():
            with atomic_files.store_errors("read", folder):
                strangers = sorted({path.name for path in folder.iterdir()} - listed)
            for name in strangers:
                what = "was in flight" if name.endswith(".part") else "is not listed in the manifest"
                yield FileProblem(file=f"{about.folder}/{name}", what=what, damage=False)

    def _capture(self, folder: Path, capture: Capture) -> Iterator[FileProblem]:
        name = f"{folder.name}/{capture.file}"
        if capture.file is None or not is_plain(capture.file):
            yield FileProblem(
                file=f"{folder.name}/manifest.jsonl", what=f"names an unfit file {capture.file!r}"
            )
            return
        try:
            sha256, size = atomic_files.digest(folder / capture.file, within=folder, size=capture.bytes)
        except OSError as err:
            yield FileProblem(file=name, what=why_unreadable(err))
            return
        self.bytes += size
        if sha256 != capture.sha256:
            yield FileProblem(file=name, what=CHANGED)

    def _lines(self, folder: Path, name: str, prefix: str) -> Iterator[FileProblem]:
        try:
            data = atomic_files.read(folder / name, within=folder)
        except FileNotFoundError:
            return
        except OSError as err:
            yield FileProblem(file=prefix + name, what=why_unreadable(err))
            return
        is_manifest = name == "manifest.jsonl"
        lines = read_lines(CaptureRecord, data) if is_manifest else read_lines(ResultRecord, data)
        for number in lines.damaged:
            yield FileProblem(file=prefix + name, what=f"line {number} is no record")
        if is_manifest:
            for record in lines.misshapen:
                yield FileProblem(file=prefix + name, what=f"a record is no capture: {str(record)[:60]}")
        if lines.torn:
            yield FileProblem(file=prefix + name, what="its last line was being written", damage=False)
