"""A device's evidence on its way into a run of another computer: its files in one compressed piece of data.

The first line is JSON with name, size and SHA-256 of each file; the files follow, one behind the other.
The sender may be hostile: names are those that a run gives, sizes are limited before anything is unpacked,
and nothing is written outside of the device's folder but its traceback and its session log.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json
from slp_ops.runs import atomic_files
from slp_ops.runs.run_writer import MANIFEST
from slp_ops.runs.serialization import CaptureRecord, read_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

_CAPTURE: Final = re.compile(r"[a-z0-9_][a-z0-9._-]{0,150}\.txt", re.ASCII)
# Files beside the folder: name in the pack -> name in the run.
_BESIDE: Final = {"@defect": "defect-{}.txt", "@session": "session-{}.log"}
_LARGEST_INDEX: Final = 2**20
_MOST_FILES: Final = 1000
_LEVEL: Final = 6
_PIECE: Final = 2**18
LARGEST_PACK: Final = 2**31  # bytes of all files


class InvalidPack(ValueError):
    """Data that is no evidence of a device."""


@json_document
class PackedFile:
    """A file in a pack."""

    name: str
    size: int
    sha256: str


@json_document
class PackIndex:
    """The first line of a pack."""

    schema: Literal["slp-ops/device-pack/1"] = "slp-ops/device-pack/1"
    files: tuple[PackedFile, ...]


def pack(run: Path, name: str, *, without: Collection[str] = ()) -> bytes:
    """Return the evidence of the device with that folder, which need not exist; empty where there is none.

    ``without`` are names of captures that are left out. Raises StoreError.
    """
    folder = run / name
    found = {
        path.name: path
        for path in sorted(folder.glob("*"))
        if path.name == MANIFEST or (_CAPTURE.fullmatch(path.name) and path.name not in without)
    }
    for packed, beside in _BESIDE.items():
        if (path := run / beside.format(name)).exists():
            found[packed] = path
    if not found:
        return b""
    contents = []
    for path in found.values():
        with atomic_files.store_errors("read", path):
            contents.append(atomic_files.read(path, within=path.parent, largest=LARGEST_PACK))
    files = zip(found, contents, strict=True)
    index = PackIndex(
        files=tuple(
            PackedFile(name=name, size=len(data), sha256=hashlib.sha256(data).hexdigest())
            for name, data in files
        )
    )
    compressor = zlib.compressobj(_LEVEL)
    pieces = [compressor.compress(to_json(index).encode() + b"\n")]
    pieces += [compressor.compress(data) for data in contents]
    return b"".join([*pieces, compressor.flush()])


def unpack(data: bytes, run: Path, name: str) -> None:
    """Add the files of a pack to the folder of a device in a run, the lines of its manifest last.

    Nothing changes where they are there already. Raises InvalidPack, StoreError.
    """
    if not data:
        return
    reader = _Reader(data)
    files = _index(reader).files
    folder = run / name
    with atomic_files.store_errors("make", folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_symlink() or not folder.is_dir():
            raise InvalidPack("its folder is none")
    lines = b""
    for each in files:
        content = reader.take(each.size)
        if hashlib.sha256(content).hexdigest() != each.sha256:
            raise InvalidPack(f"{each.name} is not what its SHA-256 says")
        if each.name == MANIFEST:
            lines = content
            continue
        path = run / _BESIDE[each.name].format(name) if each.name in _BESIDE else folder / each.name
        with atomic_files.store_errors("write", path):
            atomic_files.replace(path, content)
    reader.end()
    _add_lines(folder, lines, {each.name for each in files})


def _index(reader: _Reader) -> PackIndex:
    try:
        index = decode(PackIndex, parse_json(reader.line()))
    except (InvalidJson, ShapeError) as error:
        raise InvalidPack(f"its index: {error}") from error
    names = [each.name for each in index.files]
    if len(names) > _MOST_FILES or len(set(names)) != len(names):
        raise InvalidPack("too many files, or a name twice")
    if not all(each == MANIFEST or each in _BESIDE or _CAPTURE.fullmatch(each) for each in names):
        raise InvalidPack("a name that no run gives")
    sizes = [each.size for each in index.files]
    if min(sizes, default=0) < 0 or sum(sizes) > LARGEST_PACK:
        raise InvalidPack(f"larger than {LARGEST_PACK >> 20} MB")
    return index


def _add_lines(folder: Path, lines: bytes, packed: Collection[str]) -> None:
    """Add the lines of a manifest that are not there; each names a file of the pack, or none."""
    read = read_lines(CaptureRecord, lines)
    if read.damaged or read.misshapen or read.torn:
        raise InvalidPack("its manifest is damaged")
    if any(record.file is not None and record.file not in packed for record in read.records):
        raise InvalidPack("its manifest names a file that is not there")
    path = folder / MANIFEST
    with atomic_files.store_errors("write", path):
        atomic_files.remove_partial_writes(folder, MANIFEST)
        try:
            before = atomic_files.read(path, within=folder)
        except FileNotFoundError:
            before = b""
        known = set(before.splitlines(keepends=True))
        added = [line for line in lines.splitlines(keepends=True) if line not in known]
        if added:
            atomic_files.replace(path, before + b"".join(added))


class _Reader:
    """Reads compressed data piece by piece, and never holds more than is asked for and one piece."""

    def __init__(self, data: bytes) -> None:
        self._pieces = self._decompressed(data)
        self._held = bytearray()

    def line(self) -> bytes:
        while (end := self._held.find(b"\n")) < 0:
            if len(self._held) > _LARGEST_INDEX or not self._more():
                raise InvalidPack("it has no index")
        return self._cut(end + 1)

    def take(self, size: int) -> bytes:
        while len(self._held) < size:
            if not self._more():
                raise InvalidPack("it ends early")
        return self._cut(size)

    def end(self) -> None:
        if self._held or self._more():
            raise InvalidPack("there is more than its index says")

    def _cut(self, size: int) -> bytes:
        found = bytes(self._held[:size])
        del self._held[:size]
        return found

    def _more(self) -> bool:
        piece = next(self._pieces, b"")
        self._held += piece
        return bool(piece)

    @staticmethod
    def _decompressed(data: bytes) -> Iterator[bytes]:
        decompressor = zlib.decompressobj()
        rest = data
        try:
            while rest and not decompressor.eof:
                if piece := decompressor.decompress(rest, _PIECE):
                    yield piece
                rest = decompressor.unconsumed_tail
            if last := decompressor.flush(_PIECE):
                yield last
        except zlib.error as error:
            raise InvalidPack(f"it cannot be decompressed: {error}") from error
        if not decompressor.eof or decompressor.unused_data:
            raise InvalidPack("it is cut, or goes on behind its end")
