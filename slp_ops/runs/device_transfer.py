"""The evidence of a device on its way into a run of another computer: an archive of its files.

The sender may be hostile: sizes are limited before anything is unpacked, names are those that a run gives,
and nothing is written outside of the device's folder but its traceback and its session log.
"""

from __future__ import annotations

import threading
import zlib
from typing import TYPE_CHECKING, Final

from slp_ops.errors import EvidenceTooLarge
from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import InvalidArchive, LargerArchive, archive, extract, is_evidence
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.file_store import is_exchanged
from slp_ops.runs.serialization import CaptureRecord, read_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from slp_ops.model import Device
    from slp_ops.runs import Run
    from slp_ops.runs.device_archive import Compressor
    from slp_ops.runs.file_store import FolderFileStore
    from slp_ops.runs.run_writer import DeviceFolder

# Files beside the folder: name in the archive -> name in the run.
_BESIDE: Final = {"@defect": "defect-{}.txt", "@session": "session-{}.log"}
_EXCHANGED: Final = "@file-"  # before the names of files of the exchange with CSSM
LARGEST_EXCHANGED: Final = 64 * 2**20  # bytes of a device's files of the exchange: more than 30,000 reports
_LARGEST: Final = 2**29  # bytes of all files: they are in memory together
_USUAL: Final = 2**24  # of larger ones, one at a time is unpacked
_ONE: Final = threading.Lock()


def pack(
    folder: Path | None,
    *,
    held: Mapping[str, bytes],
    without: Collection[str] = (),
    exchanged: FolderFileStore | None = None,
    compressor: Callable[[int], Compressor] = zlib.compressobj,
    digests: Mapping[str, str] | None = None,
) -> bytes:
    """Return the evidence of a device: in its folder, and in memory; empty without any.

    The folder need not exist; it is None where nothing was written in it or beside it.
    ``without`` are names of captures that are left out, ``exchanged`` are files of the exchange to be added.
    ``compressor`` and ``digests`` are those of ``archive``. Raises StoreError, EvidenceTooLarge.
    """
    found = {} if folder is None else _written(folder, without)
    files = dict(held)
    size = sum(map(len, held.values()))
    for name, path in found.items():
        with atomic_files.store_errors("read", path):
            size += path.stat(follow_symlinks=False).st_size
            if size > _LARGEST:
                raise EvidenceTooLarge(
                    f"the evidence of this switch is larger than {_LARGEST // 2**20} MB: it is not sent",
                    hint="limit each output with --max-output, or read this switch without --hub",
                )
            files[name] = atomic_files.read(path, within=path.parent, largest=_LARGEST)
    if exchanged is not None:
        files |= {f"{_EXCHANGED}{name}": exchanged.load(name) for name in exchanged.names()}
    return archive(files, compressor=compressor, digests=digests) if files else b""


def _written(folder: Path, without: Collection[str]) -> dict[str, Path]:
    """Return the files of a device on the disk by their names in the archive."""
    found = {
        path.name: path
        for path in sorted(folder.glob("*"))
        if is_evidence(path.name) and path.name not in without
    }
    for packed, beside in _BESIDE.items():
        if (path := folder.with_name(beside.format(folder.name))).exists():
            found[packed] = path
    return found


def take(data: bytes, run: Run, device: Device, *, gives_files: bool = False) -> None:
    """Add the evidence of a device to a run. Nothing changes where it is there already.

    A packed run without evidence of the device keeps the archive as it is.

    Files of the exchange are accepted only of a work that ``gives_files``. Raises InvalidArchive, StoreError.
    """
    if not data:
        return
    accepts = _accepts_files if gives_files else _accepts
    try:
        files = extract(data, largest=_USUAL, accepts=accepts)
    except LargerArchive:
        with _ONE:
            return _add(extract(data, largest=_LARGEST, accepts=accepts), run.device(device))
    if all(map(is_evidence, files)):
        _check(files)
        if run.put_archive(device, len(files.get(MANIFEST, b"")), data):
            return
    _add(files, run.device(device))


def _accepts(name: str) -> bool:
    return name in _BESIDE or is_evidence(name)


def _accepts_files(name: str) -> bool:
    if name.startswith(_EXCHANGED):
        return is_exchanged(name.removeprefix(_EXCHANGED))
    return _accepts(name)


def _check(files: Mapping[str, bytes]) -> None:
    """Raise InvalidArchive for a manifest that is damaged, or names a file that is not there."""
    read = read_lines(CaptureRecord, files.get(MANIFEST, b""))
    if read.damaged or read.misshapen or read.torn:
        raise InvalidArchive("its manifest is damaged")
    captures = {name for name in files if is_evidence(name)} - {MANIFEST}
    if any(record.file is not None and record.file not in captures for record in read.records):
        raise InvalidArchive("its manifest names a file that is not there")


def _add(files: dict[str, bytes], folder: DeviceFolder) -> None:
    _check(files)
    exchanged = {name: files.pop(name) for name in list(files) if name.startswith(_EXCHANGED)}
    if sum(map(len, exchanged.values())) > LARGEST_EXCHANGED:
        raise InvalidArchive(f"its usage files are larger than {LARGEST_EXCHANGED // 2**20} MB")
    beside = {name: files.pop(name) for name in _BESIDE if name in files}
    lines = files.pop(MANIFEST, b"")
    for name, content in beside.items():
        path = folder.path.with_name(_BESIDE[name].format(folder.path.name))
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, content)
    for name, content in exchanged.items():
        folder.exchanged.write(name.removeprefix(_EXCHANGED), content)
    if files or lines:
        folder.add_files(files, lines)
