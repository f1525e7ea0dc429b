"""The evidence of a device on its way into a run of another computer: an archive of its files.

The sender may be hostile: sizes are limited before anything is unpacked, names are those that a run gives,
and nothing is written outside of the device's folder but its traceback and its session log.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from slp_ops.errors import EvidenceTooLarge
from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import InvalidArchive, LargerArchive, archive, extract, is_evidence
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.file_store import is_exchanged
from slp_ops.runs.serialization import CaptureRecord, read_lines

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from slp_ops.runs.file_store import FolderFileStore
    from slp_ops.runs.run_writer import DeviceFolder

# Files beside the folder: name in the archive -> name in the run.
_BESIDE: Final = {"@defect": "defect-{}.txt", "@session": "session-{}.log"}
_EXCHANGED: Final = "@file-"  # before the names of files of the exchange with CSSM
LARGEST_EXCHANGED: Final = 64 * 2**20  # bytes of a device's files of the exchange: more than 30,000 reports
_LARGEST: Final = 2**29  # bytes of all files: they are in memory together
_USUAL: Final = 2**24  # of larger ones, one at a time is unpacked
_ONE: Final = threading.Lock()


def pack(folder: Path, *, without: Collection[str] = (), exchanged: FolderFileStore | None = None) -> bytes:
    """Return the evidence in a device's folder, which need not exist; empty where there is none.

    ``without`` are names of captures that are left out, ``exchanged`` are files of the exchange to be added.
    Raises StoreError, EvidenceTooLarge.
    """
    found = {
        path.name: path
        for path in sorted(folder.glob("*"))
        if is_evidence(path.name) and path.name not in without
    }
    for packed, beside in _BESIDE.items():
        if (path := folder.with_name(beside.format(folder.name))).exists():
            found[packed] = path
    files = {}
    size = 0
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
    return archive(files) if files else b""


def unpack(data: bytes, folder: DeviceFolder, *, gives_files: bool = False) -> None:
    """Add the files of an archive to a device's folder. Nothing changes where they are there already.

    Files of the exchange are accepted only of a work that ``gives_files``. Raises InvalidArchive, StoreError.
    """
    if not data:
        return
    accepts = _accepts_files if gives_files else _accepts
    try:
        files = extract(data, largest=_USUAL, accepts=accepts)
    except LargerArchive:
        with _ONE:
            return _add(extract(data, largest=_LARGEST, accepts=accepts), folder)
    _add(files, folder)


def _accepts(name: str) -> bool:
    return name in _BESIDE or is_evidence(name)


def _accepts_files(name: str) -> bool:
    if name.startswith(_EXCHANGED):
        return is_exchanged(name.removeprefix(_EXCHANGED))
    return _accepts(name)


def _add(files: dict[str, bytes], folder: DeviceFolder) -> None:
    exchanged = {name: files.pop(name) for name in list(files) if name.startswith(_EXCHANGED)}
    if sum(map(len, exchanged.values())) > LARGEST_EXCHANGED:
        raise InvalidArchive(f"its usage files are larger than {LARGEST_EXCHANGED // 2**20} MB")
    beside = {name: files.pop(name) for name in _BESIDE if name in files}
    lines = files.pop(MANIFEST, b"")
    read = read_lines(CaptureRecord, lines)
    if read.damaged or read.misshapen or read.torn:
        raise InvalidArchive("its manifest is damaged")
    if any(record.file is not None and record.file not in files for record in read.records):
        raise InvalidArchive("its manifest names a file that is not there")
    for name, content in beside.items():
        path = folder.path.with_name(_BESIDE[name].format(folder.path.name))
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, content)
    for name, content in exchanged.items():
        folder.exchanged.write(name.removeprefix(_EXCHANGED), content)
    if files or lines:
        folder.add_files(files, lines)
