"""The evidence of a device on its way into a run of another computer: an archive of its files.

The sender may be hostile: sizes are limited before anything is unpacked, names are those that a run gives,
and nothing is written outside of the device's folder but its traceback and its session log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import LARGEST, InvalidArchive, archive, extract, is_evidence
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.serialization import CaptureRecord, read_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from slp_ops.model import Device
    from slp_ops.runs import Run

# Files beside the folder: name in the archive -> name in the run.
_BESIDE: Final = {"@defect": "defect-{}.txt", "@session": "session-{}.log"}
_LARGEST: Final = 2**31  # bytes of all files: several outputs of a gigabyte are refused when they are read


def pack(folder: Path, *, held: Mapping[str, bytes], without: Collection[str] = ()) -> bytes:
    """Return the evidence of a device: in its folder, which need not exist, and in memory; empty without any.

    ``without`` are names of captures that are left out. Raises StoreError.
    """
    found = {
        path.name: path
        for path in sorted(folder.glob("*"))
        if is_evidence(path.name) and path.name not in without
    }
    for packed, beside in _BESIDE.items():
        if (path := folder.with_name(beside.format(folder.name))).exists():
            found[packed] = path
    files = dict(held)
    for name, path in found.items():
        with atomic_files.store_errors("read", path):
            files[name] = atomic_files.read(path, within=path.parent, largest=_LARGEST)
    return archive(files) if files else b""


def take(data: bytes, run: Run, device: Device) -> None:
    """Add the evidence of a device to a run. Nothing changes where it is there already.

    A packed run that has nothing of the device keeps the archive as it is. Raises InvalidArchive, StoreError.
    """
    if not data:
        return
    files = extract(data, largest=_LARGEST, accepts=lambda name: name in _BESIDE or is_evidence(name))
    beside = {name: files.pop(name) for name in _BESIDE if name in files}
    lines = files.pop(MANIFEST, b"")
    read = read_lines(CaptureRecord, lines)
    if read.damaged or read.misshapen or read.torn:
        raise InvalidArchive("its manifest is damaged")
    if any(record.file is not None and record.file not in files for record in read.records):
        raise InvalidArchive("its manifest names a file that is not there")
    is_small = sum(map(len, files.values())) + len(lines) <= LARGEST
    if is_small and not beside and run.put_archive(device, len(lines), data):
        return
    folder = run.device(device)
    for name, content in beside.items():
        path = folder.path.with_name(_BESIDE[name].format(folder.path.name))
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, content)
    if files or lines:
        folder.add_files(files, lines)
