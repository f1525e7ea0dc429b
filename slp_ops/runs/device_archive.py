"""The files of one device's evidence as compressed data: a record of a pack, and what a worker sends.

    {"schema":"slp-ops/device-archive/1","files":[{"name":"show-clock.txt","size":72,"sha256":"5f2c..."}]}
    the files, one behind the other

That is one zlib stream. It is untrusted input: names are those that a run gives, and sizes are limited before
anything is unpacked.
"""

from __future__ import annotations

import hashlib
import os
import re
import zlib
from typing import TYPE_CHECKING, Final, Literal, Protocol

from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json
from slp_ops.regular_files import open_regular, read_descriptor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

LARGEST: Final = 64 * 2**20  # bytes of all files; a device with more keeps its folder
_MOST_FILES: Final = 1000
_LARGEST_INDEX: Final = 2**18
_NAME: Final = re.compile(r"[a-z0-9_][a-z0-9._-]{0,120}\.txt|manifest\.jsonl", re.ASCII)
_LEVEL: Final = 1  # higher levels take twice the time for a tenth less
_PIECE: Final = 2**18


class InvalidArchive(ValueError):
    """Data that is no evidence of a device."""


class LargerArchive(InvalidArchive):
    """An archive whose files are larger than the caller accepts."""


@json_document
class ArchivedFile:
    """A file in an archive."""

    name: str
    size: int
    sha256: str


@json_document
class ArchiveIndex:
    """The first line of an archive."""

    schema: Literal["slp-ops/device-archive/1"] = "slp-ops/device-archive/1"
    files: tuple[ArchivedFile, ...]


class Compressor(Protocol):
    """Maker of a zlib stream."""

    def compress(self, data: bytes, /) -> bytes:
        """Take a piece, and return what can be written of all that was taken."""

    def flush(self) -> bytes:
        """Return the rest."""


def archive(
    files: Mapping[str, bytes],
    *,
    compressor: Callable[[int], Compressor] = zlib.compressobj,
    digests: Mapping[str, str] | None = None,
) -> bytes:
    """Return the files of a device as compressed data; ``compressor`` is made for a level of zlib.

    ``digests`` are the SHA-256 of files that have been computed already.
    """
    known = digests or {}
    stream = compressor(_LEVEL)
    index = ArchiveIndex(
        files=tuple(
            ArchivedFile(
                name=name, size=len(data), sha256=known.get(name) or hashlib.sha256(data).hexdigest()
            )
            for name, data in files.items()
        )
    )
    pieces = [stream.compress(f"{to_json(index)}\n".encode("ascii"))]
    pieces += [stream.compress(data) for data in files.values()]
    return b"".join((*pieces, stream.flush()))


def is_evidence(name: str) -> bool:
    """Return whether a run gives a file in a device's folder such a name."""
    return _NAME.fullmatch(name) is not None


def extract(
    data: bytes, *, largest: int = LARGEST, accepts: Callable[[str], bool] = is_evidence
) -> dict[str, bytes]:
    """Return the files of an archive, in their order. Raises InvalidArchive.

    ``largest`` is the accepted size of all files, ``accepts`` decides about their names.
    """
    reader = _Reader(data)
    try:
        index = decode(ArchiveIndex, parse_json(reader.line()))
    except (InvalidJson, ShapeError) as error:
        raise InvalidArchive(f"its index: {error}") from error
    names = {each.name for each in index.files}
    if len(index.files) > _MOST_FILES or len(names) != len(index.files):
        raise InvalidArchive("too many files, or a name twice")
    if not all(map(accepts, names)):
        raise InvalidArchive("it names a file that no run has")
    sizes = [each.size for each in index.files]
    if min(sizes, default=0) < 0 or sum(sizes) > largest:
        raise LargerArchive(f"it is larger than {largest // 2**20} MB")
    files: dict[str, bytes] = {}
    for each in index.files:
        files[each.name] = content = reader.take(each.size)
        if hashlib.sha256(content).hexdigest() != each.sha256:
            raise InvalidArchive(f"the SHA-256 of {each.name} differs")
    reader.end()
    return files


def read_folder(folder: Path) -> dict[str, bytes] | None:
    """Return the files of a device's folder by name; None where it has others, or is larger than an archive.

    Raises OSError.
    """
    left = LARGEST
    files: dict[str, bytes] = {}
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - a Path for each file costs more than reading it
        if not is_evidence(name) or len(files) == _MOST_FILES:
            return None
        fd = open_regular(f"{folder}/{name}", follow=False)
        try:
            if os.fstat(fd).st_size > left:
                return None
            files[name] = read_descriptor(fd, left)
        finally:
            os.close(fd)
        left -= len(files[name])
    return files


class _Reader:
    """Decompresses piece by piece, and keeps no more than is asked for and one piece."""

    def __init__(self, data: bytes) -> None:
        self._pieces = _decompressed(data)
        self._held = bytearray()
        self._at = 0  # what is before it was taken

    def line(self) -> bytes:
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) > _LARGEST_INDEX or not self._more():
                raise InvalidArchive("it has no index")
        return self.take(end + 1 - self._at)

    def take(self, size: int) -> bytes:
        while len(self._held) - self._at < size:
            if not self._more():
                raise InvalidArchive("it ends early")
        found = bytes(memoryview(self._held)[self._at : self._at + size])
        self._at += size
        return found

    def end(self) -> None:
        if len(self._held) > self._at or self._more():
            raise InvalidArchive("it has more than its index")

    def _more(self) -> bool:
        del self._held[: self._at]
        self._at = 0
        piece = next(self._pieces, b"")
        self._held += piece
        return bool(piece)


def _decompressed(data: bytes) -> Iterator[bytes]:
    decompressor = zlib.decompressobj()
    rest = data
    try:
        while not decompressor.eof:
            piece = decompressor.decompress(rest, _PIECE)
            rest = decompressor.unconsumed_tail
            if piece:
                yield piece
            elif not rest:
                break
    except zlib.error as error:
        raise InvalidArchive("it cannot be decompressed") from error
    if not decompressor.eof or decompressor.unused_data:
        raise InvalidArchive("it is cut, or goes on behind its end")
