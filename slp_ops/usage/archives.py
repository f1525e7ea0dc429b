"""Archives of licence files: read without trust, written the same each time.

CSSM takes and gives gzip-compressed tar files that contain further ones. An archive comes from outside:
nothing of it is unpacked to the disk, and one that is not what it should be is refused as a whole.
"""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_TAR: Final = (257, b"ustar")
_PIECE: Final = 2**20
_REGULAR: Final = (tarfile.REGTYPE, tarfile.AREGTYPE)
_KINDS: Final = {
    tarfile.SYMTYPE: "a link",
    tarfile.LNKTYPE: "a link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
}


class InvalidArchive(ValueError):
    """This archive is refused; the message gives the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Limits of one archive with everything in it. Those of CSSM are not published."""

    files: int = 1000
    bytes: int = 64 * 2**20
    depth: int = 3


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file in an archive. ``path`` has the names of the archives around it."""

    path: str
    data: bytes


def is_archive(data: bytes) -> bool:
    """Return whether these bytes begin as an archive does."""
    at, magic = _TAR
    return data.startswith((_GZIP, _ZIP)) or data[at : at + len(magic)] == magic


def read_archive(data: bytes, limits: ArchiveLimits | None = None) -> tuple[ArchivedFile, ...]:
    """Return every regular file of an archive and of the archives in it. Raises InvalidArchive."""
    return tuple(_Reader(limits or ArchiveLimits()).files(data, "", 1))


def write_archive(files: Mapping[str, bytes], made: datetime) -> bytes:
    """Return a gzip-compressed tar file, flat, in this order: the same input gives the same bytes."""
    out = io.BytesIO()
    seconds = int(made.timestamp())
    with (
        gzip.GzipFile(fileobj=out, mode="wb", filename="", mtime=seconds) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
    ):
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = len(data), seconds, 0o644
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


@dataclass(slots=True)
class _Reader:
    """Reading of one archive: the limits hold for everything in it together."""

    _limits: ArchiveLimits
    _count: int = field(default=0, init=False)
    _bytes: int = field(default=0, init=False)

    def files(self, data: bytes, place: str, depth: int) -> Iterator[ArchivedFile]:
        if depth > self._limits.depth:
            raise InvalidArchive(f"it nests archives deeper than {self._limits.depth}")
        if data.startswith(_ZIP):
            raise InvalidArchive("it is a zip archive, not tar.gz: unpack it, and name the folder")
        plain = self._decompressed(data) if data.startswith(_GZIP) else data
        if plain is not data and not is_archive(plain) and plain.strip(b"\0"):
            yield ArchivedFile(place, plain)  # a single file that was compressed
            return
        if plain.startswith((_GZIP, _ZIP)):
            yield from self.files(plain, place, depth + 1)
            return
        for name, content in self._members(plain):
            inner = f"{place}/{name}" if place else name
            if is_archive(content):
                yield from self.files(content, inner, depth + 1)
            else:
                yield ArchivedFile(inner, content)

    def _decompressed(self, data: bytes) -> bytes:
        out = bytearray()
        try:
            while data:
                stream = zlib.decompressobj(wbits=31)
                while not stream.eof:
                    piece = stream.decompress(data, _PIECE)
                    data = stream.unconsumed_tail
                    if not piece and not data and not stream.eof:
                        raise InvalidArchive("it is cut short")
                    self._take(len(piece))
                    out += piece
                data = stream.unused_data.lstrip(b"\0")
        except zlib.error as err:
            raise InvalidArchive(f"it is damaged: {err}") from None
        return bytes(out)

    def _members(self, data: bytes) -> Iterator[tuple[str, bytes]]:
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
                ended = 0
                while (member := tar.next()) is not None:
                    if tar.offset <= ended:
                        raise InvalidArchive("it is damaged: a member has no end")
                    ended = tar.offset
                    self._count += 1
                    if self._count > self._limits.files:
                        raise InvalidArchive(f"it has more than {self._limits.files} files")
                    _check(member)
                    if member.isdir():
                        continue
                    source = tar.extractfile(member)
                    content = b"" if source is None else source.read(member.size)
                    if len(content) != member.size:
                        raise InvalidArchive("it is cut short")
                    yield member.name, content
        except InvalidArchive:
            raise
        except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, RecursionError) as err:
            raise InvalidArchive(f"it is damaged: {err}") from None

    def _take(self, count: int) -> None:
        self._bytes += count
        if self._bytes > self._limits.bytes:
            size = self._limits.bytes // 2**20
            raise InvalidArchive(f"it unpacks to more than {size} MB")


def _check(member: tarfile.TarInfo) -> None:
    shown = member.name[:80]
    name = member.name.replace("\\", "/")
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or parts[0][1:2] == ":":
        raise InvalidArchive(f"its file {shown!r} would lie outside the archive's folder")
    if not name.isprintable():
        raise InvalidArchive(f"its file {shown!r} has a control character in its name")
    if member.isdir():
        return
    if member.type not in _REGULAR or member.sparse is not None:
        raise InvalidArchive(f"its file {shown!r} is {_KINDS.get(member.type, 'no regular file')}")
    if member.size < 0:
        raise InvalidArchive(f"its file {shown!r} has no size")
