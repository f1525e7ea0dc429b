"""Reader of a run. All of it is untrusted input: kills, disks and editors may have changed it."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from slp_ops.errors import StoreError
from slp_ops.json_documents import JsonLimits, decode, parse_json
from slp_ops.model import Capture, CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.runs import atomic_files
from slp_ops.runs.evidence_files import MANIFEST, DeviceFiles, Packs
from slp_ops.runs.names import folder_name, is_plain
from slp_ops.runs.serialization import (
    SCHEMA,
    CaptureRecord,
    DeviceHeader,
    ResultRecord,
    RunHeader,
    RunRecord,
    RunState,
    header_of,
    millis,
    read_lines,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NAME: Final = re.compile(r"(\d{8}T\d{6}Z)-([a-z]+(?:-[a-z]+)*)-([0-9a-f]{6})", re.ASCII)
CHANGED: Final = "is not what was written: its SHA-256 differs"
# A run of 100,000 devices with the intent, tags and failure of each is 60 MB, and 250 MB in memory.
_LIMITS: Final = JsonLimits(size=atomic_files.LARGEST_OF_FLEET, memory=640 * 2**20)
# What stands before the devices in the run file, where it is long enough for the largest selection.
_BEFORE_DEVICES: Final = b'\n "devices": ['
_LARGEST_HEAD: Final = 2**18
_NAMED: Final = 3  # damaged captures in one message


class StoredRun:
    """One run folder. What its name says is known even when its run file cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.packs = Packs(path)
        self._verified: dict[str, tuple[Capture, ...]] = {}

    @property
    def id(self) -> str:
        """Return the id of the run."""
        return self.header.id

    @cached_property
    def header(self) -> RunHeader:
        """Return verb, time and devices of the run. A run without a writing process is not running."""
        header, _ = self._run_file
        if header.state is RunState.RUNNING and not self.is_locked():
            return replace(header, state=RunState.INTERRUPTED)
        return header

    @cached_property
    def head(self) -> RunHeader:
        """Return the header without its devices, from the beginning of the run file where that is possible.

        The file of a large fleet takes seconds to read. The state is that of the file.
        """
        try:
            with atomic_files.opened(self.path / "run.json", within=self.path) as file:
                start, devices, _ = file.read(_LARGEST_HEAD).partition(_BEFORE_DEVICES)
            record = decode(RunRecord, parse_json(start.removesuffix(b",") + b"}")) if devices else None
        except (OSError, ValueError):
            record = None
        return header_of(record) if record is not None and record.schema <= SCHEMA else self.header

    @property
    def position(self) -> tuple[int, str]:
        """Return the position among the runs of a folder: a later run has a greater one."""
        head, sequence = self.head, self.head.sequence
        return (millis(head.started) if sequence is None else sequence, self.path.name)

    @property
    def has_records(self) -> bool:
        """Return whether the folder has a file of a run; otherwise only its name is that of one."""
        own = (self.path / name for name in ("run.json", "lock", "devices.jsonl"))
        return any(map(os.path.lexists, own)) or any(self.path.glob("*/manifest.jsonl")) or self.packs.exists

    @property
    def is_readable(self) -> bool:
        """Return whether there is a readable run file; without it only the captures are available."""
        return self._run_file[1] is not None

    @cached_property
    def about(self) -> Mapping[str, DeviceHeader]:
        """Return the inventory data of each device."""
        return {about.name: about for about in self.header.devices}

    def is_locked(self) -> bool:
        """Return whether a process is writing this run."""
        try:
            fd = os.open(self.path / "lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(fd)
        return False

    @cached_property
    def devices(self) -> tuple[DeviceResult, ...]:
        """Return the result of each device, with its captures. One that the run did not reach, or not
        complete,
        has the error ``interrupted``. Raises StoreError.
        """
        self._check_readable()
        return tuple(self._result(about) for about in self.header.devices)

    def count_files(self, device: str) -> tuple[int, int]:
        """Return how many captures of a device have their file, and how many lack it, or a part of it.

        Contents are not read, so that this is fast for thousands of devices: ``runs verify`` reads them.
        """
        record = self.results.get(device)
        recorded = 0 if record is None else record.captures
        try:
            files = self.files(self.about[device])
            if files.is_packed:
                return recorded, 0
            listed = self.manifest(device)
        except (StoreError, OSError):
            return 0, max(recorded, 1)
        named = [each for each in {each.command: each for each in listed}.values() if each.file is not None]
        found = sum(_has_size(files, each) for each in named)
        return found, len(named) - found + max(0, recorded - len(listed))

    def captures(self, device: str) -> tuple[Capture, ...]:
        """A device's captures, the last one of each command. Raises StoreError.

        A run that was taken up again has read some commands twice; the earlier files stay. Each file is
        verified: a damaged one costs its command, which then has the status ``damaged`` and no text.
        """
        if device not in self._verified:
            newest = {capture.command: capture for capture in self.manifest(device)}
            files = self.files(self.about[device])
            self._verified[device] = tuple(_verify_capture(files, capture) for capture in newest.values())
        return self._verified[device]

    def manifest(self, device: str) -> tuple[Capture, ...]:
        """Every capture of a device, in the order in which they ended. Raises StoreError."""
        self._check_readable()
        about = self.about.get(device)
        if about is None:
            raise StoreError(f"run {self.id} has no device {device}")
        # What is damaged in it, verify names.
        records = read_lines(CaptureRecord, self._manifest(about)).records
        return tuple(record.capture() for record in records)

    def text(self, device: str, capture: Capture) -> str:
        """A capture's text, as the switch sent it but for the masks. Raises StoreError."""
        about = self.about.get(device)
        if about is None or capture.file is None or not is_plain(capture.file):
            raise StoreError(f"run {self.id} has no output of {capture.command!r} from {device}")
        files = self.files(about)
        path = files.folder / capture.file
        with atomic_files.store_errors("read", path):
            data = files.read_capture(capture.file, capture.bytes)
        if hashlib.sha256(data).hexdigest() != capture.sha256:
            raise StoreError(f"{path} {CHANGED}", hint=f"see: slp-ops runs verify {self.id}")
        return data.decode("utf-8", "surrogateescape")

    def folder(self, about: DeviceHeader) -> Path:
        """A device's folder; raises StoreError for one that would lead out of the run."""
        if not is_plain(about.folder):
            raise StoreError(f"{self.path}/run.json names an invalid folder for {about.name}")
        return self.path / about.folder

    def files(self, about: DeviceHeader) -> DeviceFiles:
        """Return the files of a device's evidence. Raises StoreError as ``folder`` does."""
        return DeviceFiles(self.folder(about), self.packs)

    @property
    def totals(self) -> Counter[str]:
        """Count the devices by status; one without a result is ``unfinished``."""
        results = (self.results.get(about.name) for about in self.header.devices)
        return Counter("unfinished" if result is None else result.status.value for result in results)

    @cached_property
    def results(self) -> Mapping[str, ResultRecord]:
        """The devices' records by name. The appended ones count, the run file repeats them at its end."""
        _, run = self._run_file
        devices = () if run is None else run.devices
        found = {each.result.name: each.result for each in devices if each.result is not None}
        return found | {record.name: record for record in self._appended}

    @cached_property
    def _appended(self) -> tuple[ResultRecord, ...]:
        """Return the records of the devices that ended, the last one of a device counts."""
        try:
            appended = atomic_files.read(
                self.path / "devices.jsonl", within=self.path, largest=atomic_files.LARGEST_OF_FLEET
            )
        except OSError:
            return ()
        return read_lines(ResultRecord, appended).records

    def _check_readable(self) -> None:
        if self.header.state is RunState.UNREADABLE:
            raise StoreError(
                f"{self.path} was written by slp-ops {self.header.version}, which is newer than this one",
                hint="use that version, or a later one",
            )

    @cached_property
    def _run_file(self) -> tuple[RunHeader, RunRecord | None]:
        try:
            data = atomic_files.read(
                self.path / "run.json", within=self.path, largest=atomic_files.LARGEST_OF_FLEET
            )
            found = parse_json(data, _LIMITS)
            schema = found.get("schema") if isinstance(found, dict) else None
            if isinstance(schema, int) and schema > SCHEMA:
                version = str(found.get("slp_ops", "?"))
                return replace(
                    self._header_from_folder(), state=RunState.UNREADABLE, version=version, devices=()
                ), None
            record = decode(RunRecord, found)
            return header_of(record), record
        except (OSError, ValueError):
            return self._header_from_folder(), None

    def _header_from_folder(self) -> RunHeader:
        """Return the header that the folder alone provides."""
        name = self.path.resolve().name
        found = NAME.fullmatch(name)
        if found is None or not is_run_name(name):
            raise StoreError(f"{self.path} is not the folder of a run")
        sites = {
            path.parent.name: "" for path in self.path.glob("*/manifest.jsonl") if is_plain(path.parent.name)
        }
        with suppress(OSError):
            sites |= dict(self.packs.devices())
        known = {record.name: record.site for record in self._appended}
        by_name = tuple(
            DeviceHeader(name=name, site=site, folder=folder_name(name)) for name, site in known.items()
        )
        others = sorted(sites.keys() - {each.folder for each in by_name})
        return RunHeader(
            id=found[3],
            verb=found[2],
            started=started_of(found[0]),
            state=RunState.INTERRUPTED,
            devices=(*by_name, *(DeviceHeader(name=name, site=sites[name], folder=name) for name in others)),
        )

    def _manifest(self, about: DeviceHeader) -> bytes:
        files = self.files(about)
        with atomic_files.store_errors("read", files.folder / MANIFEST):
            try:
                return files.read(MANIFEST)
            except FileNotFoundError:
                return b""

    def _result(self, about: DeviceHeader) -> DeviceResult:
        recorded = self.results[about.name].captures if about.name in self.results else 0
        captures: tuple[Capture, ...] = ()
        try:
            missing = recorded - len(self.manifest(about.name))
            captures = self.captures(about.name)
        except StoreError as err:
            damage = [err.message]
        else:
            damage = [f"{each.command}: {each.reason}" for each in captures if _is_damaged(each)]
            if missing > 0:
                damage.append(f"{missing} of its captures are not in its manifest")
        if not self.is_readable:
            damage.append("run.json cannot be read: the intent of the inventory is unknown")
        result = self._device_result(about, captures)
        return _with_damage(result, damage, hint=f"see: slp-ops runs verify {self.id}") if damage else result

    def _device_result(self, about: DeviceHeader, captures: tuple[Capture, ...]) -> DeviceResult:
        """Return the recorded result of a device with its captures."""
        if about.name in self.results:
            return self.results[about.name].result(captures)
        return DeviceResult(
            name=about.name,
            site=about.site,
            status=DeviceStatus.PARTIAL if captures else DeviceStatus.SKIPPED,
            captures=captures,
            error=DeviceFailure(kind="interrupted", message="the run ended before this switch was done"),
        )


def is_run_name(name: str) -> bool:
    """Return whether a folder of this name may be a run: 30 February is no day of any."""
    if NAME.fullmatch(name) is None:
        return False
    try:
        started_of(name)
    except ValueError:
        return False
    return True


def started_of(name: str) -> datetime:
    """Return the time in the name of a run's folder. Raises ValueError for a time that there is not."""
    return datetime.strptime(name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def why_unreadable(err: OSError) -> str:
    """Return what is wrong with a file of a run, as the end of a sentence that begins with its name."""
    return "is a symbolic link" if err.errno == errno.ELOOP else f"cannot be read: {err.strerror or err}"


def _verify_capture(files: DeviceFiles, capture: Capture) -> Capture:
    """Return the capture, or a damaged one without a file when its file is not what was written."""
    if capture.file is None:
        return capture
    if not is_plain(capture.file):
        return _damaged(capture, "the manifest names an invalid file")
    try:
        sha256, _ = files.digest(capture.file, size=capture.bytes)
    except OSError as err:
        return _damaged(capture, f"{capture.file} {why_unreadable(err)}")
    return capture if sha256 == capture.sha256 else _damaged(capture, f"{capture.file} {CHANGED}")


def _has_size(files: DeviceFiles, capture: Capture) -> bool:
    """Return whether the file of a capture has its size."""
    if capture.file is None or not is_plain(capture.file):
        return False
    try:
        return files.size(capture.file) == capture.bytes
    except OSError:
        return False


def _damaged(capture: Capture, why: str) -> Capture:
    return replace(
        capture, status=CaptureStatus.DAMAGED, reason=why, file=None, sha256=None, bytes=0, masked={}
    )


def _is_damaged(capture: Capture) -> bool:
    return capture.status is CaptureStatus.DAMAGED


def _with_damage(result: DeviceResult, damage: Sequence[str], *, hint: str) -> DeviceResult:
    """Return the result of a device whose evidence is damaged: no longer complete, and it says why."""
    more = f"; and {len(damage) - _NAMED} more" if len(damage) > _NAMED else ""
    message = f"the evidence is damaged: {'; '.join(damage[:_NAMED])}{more}"
    usable = any(not _is_damaged(capture) for capture in result.captures)
    return replace(
        result,
        status=DeviceStatus.PARTIAL if usable else DeviceStatus.FAILED,
        error=DeviceFailure(kind="damaged", message=message, hint=hint),
    )
