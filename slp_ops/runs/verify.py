"""Is a run's evidence what was written? Damage is one thing, an interruption another.

A killed run has lost the capture in progress and nothing else: that is reported, but is no damage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.errors import StoreError
from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import MANIFEST, PACKS, is_moved
from slp_ops.runs.file_store import ACKS, UPLOAD
from slp_ops.runs.names import is_plain
from slp_ops.runs.pack import damaged_replaced_records
from slp_ops.runs.run_reader import CHANGED, why_unreadable
from slp_ops.runs.serialization import CaptureRecord, ResultRecord, RunState, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from slp_ops.model import Capture
    from slp_ops.runs.evidence_files import DeviceFiles
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
        yield from self._lines(
            lambda name: atomic_files.read(
                run.path / name, within=run.path, largest=atomic_files.LARGEST_OF_FLEET
            ),
            "devices.jsonl",
            "",
        )
        folders = {about.folder for about in run.header.devices}
        with atomic_files.store_errors("read", run.path):
            found = sorted(run.path.iterdir())
        for path in found:
            if path.name.endswith(".part"):
                yield FileProblem(file=path.name, what="was being written", damage=False)
            elif is_moved(path.name):
                yield FileProblem(file=path.name, what="was being packed or unpacked", damage=False)
            elif path.is_dir() and path.name not in folders | {UPLOAD, ACKS, PACKS}:
                yield FileProblem(file=path.name, what="is no device's folder of this run", damage=False)
        yield from self._packs(folders)
        for about in run.header.devices:
            yield from self._device(about)

    def _packs(self, folders: Container[str]) -> Iterator[FileProblem]:
        """Yield the problems of the packs, except those of records that count: their devices have them."""
        packs = self._run.packs
        with atomic_files.store_errors("read", packs.folder):
            names = packs.names()
        for name in names:
            file = f"{PACKS}/{name}"
            try:
                content = packs.content(name)
                replaced = list(damaged_replaced_records(packs.folder / name, content))
            except OSError as err:
                yield FileProblem(file=file, what=why_unreadable(err))
                continue
            if content.has_damaged_start:
                yield FileProblem(file=file, what="its start is damaged")
            for gap in content.gaps:
                if gap.torn:
                    yield FileProblem(file=file, what="its last record was being written", damage=False)
                else:
                    what = f"bytes {gap.start} to {gap.end} are no record"
                    yield FileProblem(file=file, what=what)
            for record in replaced:
                yield FileProblem(file=file, what=f"an earlier record of {record.device} is damaged")
            for device in content.records:
                if device not in folders:
                    yield FileProblem(file=file, what=f"{device} is no device of this run", damage=False)

    def _device(self, about: DeviceHeader) -> Iterator[FileProblem]:
        try:
            folder = self._run.folder(about)
        except StoreError as err:
            yield FileProblem(file="run.json", what=err.message)
            return
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            yield FileProblem(file=about.folder, what="is not a folder of slp-ops")
            return
        files = self._run.files(about)
        yield from self._lines(files.read, MANIFEST, f"{about.folder}/")
        listed = {MANIFEST}
        try:
            captures = self._run.manifest(about.name)
        except StoreError:
            return  # said above: the manifest cannot be read
        for capture in captures:
            self.captures += 1
            if capture.file is not None:
                listed.add(capture.file)
                yield from self._capture(files, capture)
        result = self._run.results.get(about.name)
        if result is not None and len(captures) < result.captures:
            what = f"lists {len(captures)} captures of {result.captures}"
            yield FileProblem(file=f"{about.folder}/{MANIFEST}", what=what)
        with atomic_files.store_errors("read", folder):
            strangers = sorted(set(files.names()) - listed)
        for name in strangers:
            what = "was being written" if name.endswith(".part") else "is not listed in the manifest"
            yield FileProblem(file=f"{about.folder}/{name}", what=what, damage=False)

    def _capture(self, files: DeviceFiles, capture: Capture) -> Iterator[FileProblem]:
        folder = files.folder.name
        name = f"{folder}/{capture.file}"
        if capture.file is None or not is_plain(capture.file):
            yield FileProblem(file=f"{folder}/{MANIFEST}", what=f"names an invalid file {capture.file!r}")
            return
        try:
            sha256, size = files.digest(capture.file, size=capture.bytes)
        except OSError as err:
            yield FileProblem(file=name, what=why_unreadable(err))
            return
        self.bytes += size
        if sha256 != capture.sha256:
            yield FileProblem(file=name, what=CHANGED)

    def _lines(self, read: Callable[[str], bytes], name: str, prefix: str) -> Iterator[FileProblem]:
        try:
            data = read(name)
        except FileNotFoundError:
            return
        except OSError as err:
            yield FileProblem(file=prefix + name, what=why_unreadable(err))
            return
        is_manifest = name == MANIFEST
        lines = read_lines(CaptureRecord, data) if is_manifest else read_lines(ResultRecord, data)
        for number in lines.damaged:
            yield FileProblem(file=prefix + name, what=f"line {number} is no record")
        if is_manifest:
            for record in lines.misshapen:
                yield FileProblem(file=prefix + name, what=f"a record is no capture: {str(record)[:60]}")
        if lines.torn:
            yield FileProblem(file=prefix + name, what="its last line was being written", damage=False)
