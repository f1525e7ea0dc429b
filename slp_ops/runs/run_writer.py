"""A run while it is being written. Devices may be written from several threads at once.

Each capture is masked, encoded and digested piece by piece on its way to the disk.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from slp_ops.errors import StoreError
from slp_ops.model import Capture, CaptureStatus
from slp_ops.redact import Redactor, redact
from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import archive
from slp_ops.runs.evidence_files import MANIFEST, DeviceFiles, Packs, PackWriter
from slp_ops.runs.file_store import FolderFileStore
from slp_ops.runs.names import slug, unique
from slp_ops.runs.serialization import (
    CaptureRecord,
    ResultRecord,
    RunHeader,
    RunState,
    line,
    read_lines,
    run_file,
)
from slp_ops.runs.session_log import SessionLogFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from types import TracebackType

    from slp_ops.model import Device, DeviceResult
    from slp_ops.ports import CommandEnd

# Below this a capture waits in memory and takes a file only when it ends: a thousand sessions at once
# then do not need a thousand open files.
_BUFFER: Final = 16 * 1024

Folder = TypeVar("Folder", bound="DeviceFolder")


def utc_now() -> datetime:
    """The time for the stamps of a run; a run may be given another clock."""
    return datetime.now(UTC)


class RunEvidence:
    """Evidence of a run's devices, and nothing else of the run: what a worker process writes."""

    def __init__(self, path: Path, *, key: bytes, now: Callable[[], datetime] = utc_now) -> None:
        self.path = path
        self.key = key
        self.packs = Packs(path)
        self._now = now
        self._named = lru_cache(maxsize=256)(self.masked)  # the same few commands on every device

    def folder(self, name: str) -> DeviceFolder:
        """Return a device's folder of that name."""
        return self.folder_as(DeviceFolder, name)

    def folder_as(self, kind: type[Folder], name: str) -> Folder:
        """Return a device's folder of that name and kind."""
        files = DeviceFiles(self.path / name, self.packs)
        return kind(files, key=self.key, named=self._named, now=self._now)

    def recover(self, name: str) -> tuple[Capture, ...]:
        """Return the captures of a device whose writer was killed, the last one of each command.

        What the writer left half done is removed. Raises StoreError.
        """
        folder = self.path / name
        with atomic_files.store_errors("read", folder / MANIFEST):
            if folder.is_dir():
                atomic_files.remove_partial_writes(folder, MANIFEST)
            try:
                data = DeviceFiles(folder, self.packs).read(MANIFEST)
            except FileNotFoundError:
                data = b""
            records = read_lines(CaptureRecord, data).records
            listed = {record.file for record in records}
            for path in folder.glob("*.txt"):
                if path.name not in listed:
                    path.unlink()
        return tuple({record.command: record.capture() for record in records}.values())

    def session_log(self, name: str) -> SessionLogFile:
        """Open the log of a session of the device with that folder; see ``ports.SessionLog``."""
        return SessionLogFile(self.path / f"session-{name}.log", key=self.key, now=self._now)

    def masked(self, text: str) -> str:
        """Text that may quote a device, with its secrets masked as in this run's captures."""
        return redact(text, self.key)


class Run:
    """A run folder of ours. Leaving it as a context manager ends the run: interrupted on an exception.

    ``folders`` is each device's folder in the run, by its name. A run that ``is_resumed`` may have files
    already.
    """

    def __init__(
        self,
        path: Path,
        header: RunHeader,
        *,
        lock: int,
        key: bytes,
        now: Callable[[], datetime],
        results: Mapping[str, ResultRecord] | None = None,
    ) -> None:
        self.path = path
        self.evidence = RunEvidence(path, key=key, now=now)
        self._header = header
        self._lock: int | None = lock
        self._now = now
        self._abouts = {about.name: about for about in header.devices}
        self.folders: Mapping[str, str] = {about.name: about.folder for about in header.devices}
        self._folders: dict[str, DeviceFolder] = {}
        self._results = dict(results or {})
        self.is_resumed = results is not None
        self._guard = threading.Lock()
        self._packer = PackWriter(path, header.devices) if self.evidence.packs.exists else None

    @property
    def id(self) -> str:
        """Return the id of the run."""
        return self._header.id

    @property
    def lock(self) -> int:
        """Return the descriptor of the lock: a process that inherits it keeps the run locked."""
        if self._lock is None:
            raise ValueError("the run has ended")
        return self._lock

    @property
    def selection(self) -> Mapping[str, object]:
        """Return the options that the run records."""
        return self._header.selection

    def device(self, device: Device) -> DeviceFolder:
        """The folder of one of the run's devices, always the same one."""
        with self._guard:
            if device.name not in self._folders:
                self._folders[device.name] = self.evidence.folder(self._abouts[device.name].folder)
            return self._folders[device.name]

    def site_of(self, name: str) -> str | None:
        """Return the site of a device; None for one that the run does not have."""
        about = self._abouts.get(name)
        return None if about is None else about.site

    def put_archive(self, device: Device, manifest: int, data: bytes) -> bool:
        """Put the archive of a device's files into its site's pack as it is, and return True.

        ``manifest`` is the length of the manifest in it. Nothing is done, and False returned, in a run of
        folders, and where the run has files of the device already. Raises StoreError.
        """
        about = self._abouts[device.name]
        if self._packer is None:
            return False
        with self._guard, atomic_files.store_errors("write", self.path / about.folder):
            return self._packer.put(about, manifest, data)

    def sync_packs(self) -> None:
        """Have on the disk what ``put_archive`` has put. Raises StoreError."""
        if self._packer is not None:
            with atomic_files.store_errors("write", self.path):
                self._packer.sync()

    def session_log(self, device: Device) -> SessionLogFile:
        """Open the log of a session of one of the run's devices; see ``ports.SessionLog``."""
        return self.evidence.session_log(self._abouts[device.name].folder)

    def finish_device(self, result: DeviceResult) -> None:
        """Keep how a device ended, and pack its evidence in a packed run. Raises StoreError."""
        if (error := result.error) is not None:  # it may quote what the device sent
            error = replace(error, message=self.masked(error.message), hint=self.masked(error.hint))
            result = replace(result, error=error)
        record = ResultRecord.of(result)
        path = self.path / "devices.jsonl"
        with self._guard, atomic_files.store_errors("write", path):
            if self._packer is not None and result.name in self._abouts:
                with suppress(OSError):  # its folder is complete, and stays
                    self._packer.pack(self._abouts[result.name])
                self._folders.pop(result.name, None)
            atomic_files.append(path, line(record))
            self._results[result.name] = record

    def attach(self, name: str, text: str) -> Path:
        """Put another file into the run, whole or not at all. Raises StoreError.

        The text is kept as it is: masking it here would break a JSON line. See ``masked``.
        """
        path = self.path / name
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, text.encode("utf-8", "surrogateescape"))
        return path

    def masked(self, text: str) -> str:
        """Text that may quote a device, with its secrets masked as in this run's captures."""
        return self.evidence.masked(text)

    def finish(self, state: RunState = RunState.COMPLETE) -> None:
        """End the run: write how it ended, let go of it. Nothing happens the second time."""
        if self._lock is None:
            return
        path = self.path / "run.json"
        try:
            with self._guard, atomic_files.store_errors("write", path):
                header = replace(self._header, finished=self._now(), state=state)
                atomic_files.replace_in_pieces(path, run_file(header, self._results))
        finally:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.finish()
            return
        # Report the original error, not that a full disk is still full.
        with suppress(StoreError):
            self.finish(RunState.INTERRUPTED)


class DeviceFolder:
    """One device's evidence: see ``ports.EvidenceStore``. Its folder appears with its first capture."""

    def __init__(
        self, files: DeviceFiles, *, key: bytes, named: Callable[[str], str], now: Callable[[], datetime]
    ) -> None:
        self.path = files.folder
        self._files = files
        self._key = key
        self._named = named  # a command as it may be written down
        self._now = now
        self._manifest = self.path / MANIFEST
        self._taken: set[str] = set()
        self._made = False
        self._guard = threading.Lock()

    def open(self, command: str) -> CaptureFile:
        """Start a capture. Raises StoreError."""
        named = self._named(command)
        began = time.monotonic()
        with self._guard:
            self._make()
            name = unique(slug(named), self._taken)
        return self._file(name, named, lambda: time.monotonic() - began)

    def record(self, command: str, ending: CommandEnd) -> Capture:
        """Record a command without text, with the reason. Raises StoreError."""
        capture = Capture(
            command=self._named(command),
            status=ending.status,
            started=self._now(),
            reason=redact(ending.reason, self._key),
        )
        self._keep(capture)
        return capture

    def keep_traceback(self, text: str) -> Path:
        """Keep a traceback in the run, masked, and return its path. Raises StoreError."""
        path = self.path.with_name(f"defect-{self.path.name}.txt")
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, redact(text, self._key).encode("utf-8", "surrogateescape"))
        return path

    @property
    def exchanged(self) -> FolderFileStore:
        """Return the folder beside this one for files of the exchange with CSSM, which are not masked."""
        return FolderFileStore(self.path.with_name(f"files-{self.path.name}"))

    def file_names(self) -> list[str]:
        """Return the names of the captures' files. Raises StoreError."""
        with atomic_files.store_errors("read", self.path):
            return sorted(name for name in self._files.names() if name.endswith(".txt"))

    def archived(self) -> bytes:
        """Return an archive of the captures' files. Raises StoreError."""
        names = self.file_names()
        with atomic_files.store_errors("read", self.path):
            return archive({name: self._files.read_capture(name, 0) for name in names})

    def add_files(self, captures: Mapping[str, bytes], lines: bytes) -> None:
        """Add captures of another computer, and their lines of a manifest that are not there yet.

        Raises StoreError.
        """
        with self._guard, atomic_files.store_errors("write", self._manifest):
            self._make()
            for name, content in captures.items():
                atomic_files.replace(self.path / name, content)
                self._taken.add(name.removesuffix(".txt").lower())
            try:
                before = atomic_files.read(self._manifest, within=self.path)
            except FileNotFoundError:
                before = b""
            known = set(before.splitlines(keepends=True))
            added = b"".join(each for each in lines.splitlines(keepends=True) if each not in known)
            atomic_files.replace(self._manifest, before + added)

    def text(self, capture: Capture) -> str:
        """A capture's text as it was kept; empty when it has none. Raises StoreError."""
        if capture.file is None:
            return ""
        with atomic_files.store_errors("read", self.path / capture.file):
            return self._files.read_capture(capture.file, capture.bytes).decode("utf-8", "surrogateescape")

    def _file(self, name: str, command: str, elapsed: Callable[[], float]) -> CaptureFile:
        return self._capture_file(
            f"{self.path}/{name}.txt",
            command=command,
            key=self._key,
            started=self._now(),
            elapsed=elapsed,
            keep=self._keep,
        )

    @property
    def _capture_file(self) -> Callable[..., CaptureFile]:
        """Return what makes the file of a capture."""
        return CaptureFile

    def _keep(self, capture: Capture) -> None:
        with self._guard, atomic_files.store_errors("write", self._manifest):
            self._make()
            atomic_files.append(self._manifest, line(CaptureRecord.of(capture)))

    def _make(self) -> None:
        if self._made:
            return
        with atomic_files.store_errors("make", self.path):
            if self._files.is_packed:
                self._files.restore()
            try:
                self.path.mkdir(mode=0o700)
            except FileExistsError:
                if self.path.is_symlink() or not self.path.is_dir():
                    raise
                # The run was taken up again: what is there stays, under its own names.
                atomic_files.remove_partial_writes(self.path, self._manifest.name)
                self._taken = {path.stem.lower() for path in self.path.glob("*.txt")}
        self._made = True


class CaptureFile:
    """A Sink. ``commit`` keeps what was written; ``abort`` drops it.

    The text goes to a temporary name and gets its own only when it is whole. Whatever the disk refuses
    raises StoreError, leaves no half file, and ends the capture.
    """

    _LONGEST_WAITING: ClassVar = _BUFFER

    def __init__(
        self,
        path: str,
        *,
        command: str,
        key: bytes,
        started: datetime,
        elapsed: Callable[[], float],
        keep: Callable[[Capture], None],
    ) -> None:
        self._path = path
        folder, _, self._name = path.rpartition("/")
        self._temporary = f"{folder}/.{self._name}.part"
        self._command = command
        self._key = key
        self._redactor = Redactor(key)
        self._started = started
        self._elapsed = elapsed
        self._keep = keep
        self._buffer = bytearray()
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._fd: int | None = None
        self._failed: Exception | None = None

    def write(self, text: str) -> None:
        """Take the next piece; see ``ports.Sink``."""
        self._put(self._redactor.feed(text))

    def commit(self, ending: CommandEnd) -> Capture:
        """Keep the capture: its file, then its line in the manifest. Raises StoreError."""
        self._put(self._redactor.finish())
        file = None
        if self._bytes or ending.status is CaptureStatus.OK:
            file = self._name
            self._settle()
        capture = Capture(
            command=self._command,
            status=ending.status,
            started=self._started,
            seconds=self._elapsed(),
            bytes=self._bytes,
            file=file,
            sha256=None if file is None else self._digest.hexdigest(),
            reason=redact(ending.reason, self._key),
            masked=self._redactor.counts,
        )
        self._keep(capture)
        return capture

    def abort(self) -> None:
        """Drop what was written. Nothing happens to a capture that was kept."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
            atomic_files.drop(self._temporary)

    def _put(self, text: str) -> None:
        if self._failed is not None:
            raise self._failed
        if not text:
            return
        data = text.encode("utf-8", "surrogateescape")
        self._digest.update(data)
        self._bytes += len(data)
        self._buffer += data
        if len(self._buffer) >= self._LONGEST_WAITING:
            self._flush()

    def _flush(self) -> None:
        try:
            with atomic_files.store_errors("write", self._path):
                if self._fd is None:
                    self._fd = atomic_files.create(self._temporary)
                atomic_files.write_all(self._fd, self._buffer)
        except Exception as err:
            self._failed = err
            self.abort()
            raise
        self._buffer.clear()

    def _settle(self) -> None:
        self._flush()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        with atomic_files.store_errors("write", self._path):
            atomic_files.publish(self._temporary, self._path)
