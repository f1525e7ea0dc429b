"""A pack: the evidence of many devices in one file, to which only its end is added.

    slp-ops/pack/1 LF, marker                                   31 bytes
    marker, lengths, CRC-32, SHA-256, device, compressed files  a record for each device

The compressed files are those of ``device_archive``. The marker is 16 random bytes, which no device can
know: where the head of a record is damaged, reading continues at the next marker. The CRC covers the head up
to itself and the device's name, the SHA-256 the name and the files. A record that was being written when its
process was killed is incomplete at the end of the file: it is recognised, and cut before the next one is
written. Of two records of one device the later counts.
"""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.regular_files import open_regular
from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import LARGEST
from slp_ops.runs.names import is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORM: Final = b"slp-ops/pack/1\n"
_MARKER: Final = 16
_START: Final = len(_FORM) + _MARKER
_HEAD: Final = struct.Struct(f">{_MARKER}sHIII32s")  # see _Head
_CHECKED: Final = struct.Struct(f">{_MARKER}sHII")  # what the CRC covers, with the name
_LONGEST_NAME: Final = 128
_LARGEST_BODY: Final = LARGEST + LARGEST // 8  # text that cannot be compressed
_MOST_RECORDS: Final = 1_000_000
_MOST_GAPS: Final = 100
_PIECE: Final = 2**20


class DamagedPack(OSError):
    """A pack, or the record of a device in it, that cannot be used."""

    def __init__(self, why: str) -> None:
        super().__init__(errno.EBADMSG, why)


class _Head(NamedTuple):
    """Head of a record: the lengths of name, manifest and compressed files, and the checksums."""

    marker: bytes
    name: int
    manifest: int
    files: int
    crc: int
    sha256: bytes

    @classmethod
    def of(cls, data: bytes) -> tuple[_Head, bytes]:
        """Return the head and the name that follows, which may be cut."""
        head = cls(*_HEAD.unpack_from(data))
        return head, data[_HEAD.size : _HEAD.size + head.name]

    def is_intact(self, name: bytes) -> bool:
        """Return whether the CRC is right."""
        checked = _CHECKED.pack(self.marker, self.name, self.manifest, self.files)
        return len(name) == self.name and zlib.crc32(name, zlib.crc32(checked)) == self.crc


class Record(NamedTuple):
    """Place of a device's record. ``start`` is the offset of its compressed files, ``size`` their length.

    ``manifest`` is the length of the device's manifest.
    """

    device: str
    start: int
    size: int
    manifest: int
    sha256: bytes


class Gap(NamedTuple):
    """Bytes of a pack that are no record. ``torn`` is what a killed process leaves at the end."""

    start: int
    end: int
    torn: bool


@dataclass(slots=True)
class PackContent:
    """Records of a pack by device, the last one of each; those they replace; and what is no record."""

    records: dict[str, Record] = field(default_factory=dict)
    replaced: list[Record] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    has_damaged_start: bool = False
    end: int = _START

    @property
    def torn(self) -> Gap | None:
        """Return the incomplete record at the end."""
        return self.gaps[-1] if self.gaps and self.gaps[-1].torn else None


def append(path: Path, device: str, manifest: int, files: bytes) -> None:
    """Add the record of a device, whole or not at all; make the pack if it is missing.

    ``files`` is an archive, ``manifest`` the length of the manifest in it. Raises OSError.
    """
    try:
        fd = open_regular(path, follow=False)
    except FileNotFoundError:
        marker = secrets.token_bytes(_MARKER)
        atomic_files.replace(path, _FORM + marker)
    else:
        try:
            marker = _marker(fd)
        finally:
            os.close(fd)
    name = device.encode("ascii")
    lengths = (len(name), manifest, len(files))
    crc = zlib.crc32(name, zlib.crc32(_CHECKED.pack(marker, *lengths)))
    head = _HEAD.pack(marker, *lengths, crc, _digest(device, files))
    atomic_files.append(path, b"".join((head, name, files)))


def read(path: Path, record: Record) -> bytes:
    """Return the compressed files of a record. Raises OSError, DamagedPack."""
    with atomic_files.opened(path, within=path.parent) as file:
        files = os.pread(file.fileno(), record.size, record.start)
    if len(files) != record.size or _digest(record.device, files) != record.sha256:
        raise DamagedPack(f"the record of {record.device} in {path.name} is damaged")
    return files


def scan(path: Path, known: PackContent | None = None) -> PackContent:
    """Return the records of a pack, without reading the files in them; add to what is ``known`` of it.

    Raises OSError, and DamagedPack for a file that is no pack.
    """
    found = known or PackContent()
    if found.torn is not None:
        found.end = found.gaps.pop().start
    with atomic_files.opened(path, within=path.parent) as file:
        fd = file.fileno()
        marker = _marker(fd)
        found.has_damaged_start = os.pread(fd, _START, 0) != _FORM + marker
        size = os.fstat(fd).st_size
        while found.end < size and len(found.gaps) < _MOST_GAPS:
            record = _record(fd, found.end, marker, size)
            if record is None:
                following = _find(fd, marker, found.end + 1, size)
                torn = following == size and _is_torn(fd, found.end, marker, size)
                found.gaps.append(Gap(found.end, following, torn))
                found.end = following
                continue
            if len(found.records) + len(found.replaced) == _MOST_RECORDS:
                raise DamagedPack(f"{path.name} has more than {_MOST_RECORDS} records")
            if (earlier := found.records.get(record.device)) is not None:
                found.replaced.append(earlier)
            found.records[record.device] = record
            found.end = record.start + record.size
        if found.end < size:
            found.gaps.append(Gap(found.end, size, torn=False))  # the rest is not read
            found.end = size
    return found


def cut_torn(path: Path) -> None:
    """Cut the record that a killed process left incomplete. The pack is ours. Raises OSError."""
    torn = scan(path).torn
    if torn is not None:
        os.truncate(path, torn.start)


def damaged_replaced_records(path: Path, content: PackContent) -> Iterator[Record]:
    """Yield the replaced records whose SHA-256 differs. Raises OSError."""
    for record in content.replaced:
        try:
            read(path, record)
        except DamagedPack:
            yield record


def _marker(fd: int) -> bytes:
    """Return the marker: that of the first record, or of the start of the file if the record is damaged."""
    size = os.fstat(fd).st_size
    start = os.pread(fd, _START + _MARKER, 0)
    first = start[_START:]
    if len(first) == _MARKER and _record(fd, _START, first, size) is not None:
        return first
    if len(start) < _START or not start.startswith(_FORM):
        raise DamagedPack("it is no pack of slp-ops, or its start is damaged")
    return start[len(_FORM) : _START]


def _record(fd: int, start: int, marker: bytes, size: int) -> Record | None:
    """Return the record that begins there and is complete."""
    data = os.pread(fd, _HEAD.size + _LONGEST_NAME, start)
    if len(data) < _HEAD.size or not data.startswith(marker):
        return None
    head, name = _Head.of(data)
    device, at = name.decode("ascii", "replace"), start + _HEAD.size + head.name
    if not head.is_intact(name) or not is_plain(device):
        return None
    if head.files > _LARGEST_BODY or at + head.files > size:
        return None
    return Record(device, at, head.files, head.manifest, head.sha256)


def _is_torn(fd: int, start: int, marker: bytes, size: int) -> bool:
    """Return whether the bytes from there to the end begin a record, which only lacks its end."""
    data = os.pread(fd, _HEAD.size + _LONGEST_NAME, start)
    if len(data) < _HEAD.size:
        return marker.startswith(data[:_MARKER])
    if not data.startswith(marker):
        return False
    head, name = _Head.of(data)
    if len(name) < head.name:
        return head.name <= _LONGEST_NAME
    end = start + _HEAD.size + head.name + head.files
    return head.is_intact(name) and head.files <= _LARGEST_BODY and end > size


def _find(fd: int, marker: bytes, start: int, size: int) -> int:
    """Return the offset of the next marker; ``size`` when there is none."""
    while start < size:
        piece = os.pread(fd, _PIECE + _MARKER, start)
        if (at := piece.find(marker)) >= 0:
            return start + at
        start += _PIECE
    return size


def _digest(device: str, files: bytes) -> bytes:
    digest = hashlib.sha256(device.encode("ascii") + b"\n")
    digest.update(files)
    return digest.digest()
