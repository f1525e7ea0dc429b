"""Check of a bundle: it is what was written, and nothing in it should have been masked.

The archive may be hostile: nothing is unpacked, entries are read in pieces; size, number, overlap and
the time are bounded. The redactor looks for secrets again, and a scanner that shares nothing with it.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile
from zlib import error as zlib_error

from slp_ops.json_documents import decode, parse_json
from slp_ops.redact import Redactor
from slp_ops.report import secret_scan
from slp_ops.report.bundle import BundleManifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipInfo

MANIFEST: Final = "MANIFEST.json"
METHODS: Final = ("the redactor", *secret_scan.METHODS)
_SECONDS: Final = 3.5
_LARGEST_MANIFEST: Final = 16 * 2**20
_LARGEST_DIRECTORY: Final = 2 * 2**20  # of the zip: some 20,000 files
_PIECE: Final = 2**18
_MOST_NAMED: Final = 100
# The end of a zip without a comment, as slp-ops writes it: entries, and size and place of the directory.
_END: Final = struct.Struct("<4s4H2LH")
_END_SIGNATURE: Final = b"PK\x05\x06"
_LOCAL_HEADER: Final = 30
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800
_LARGEST_EXTRA: Final = 28  # the sizes of a file of 4 GB and more


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleProblem:
    """Problem with one entry of a bundle."""

    path: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """A bundle after the check. ``searched`` and ``bytes`` are the files and bytes searched for secrets."""

    files: int
    switches: int
    remarks: tuple[BundleProblem, ...]
    searched: int = 0
    bytes: int = 0


class _Refused(Exception):
    """An archive that is not read any further."""


def check(file: BinaryIO, *, seconds: float = _SECONDS) -> BundleReport:
    """Check every entry. What cannot be searched within ``seconds`` is a problem of its own."""
    checking = _Checking(until=time.monotonic() + seconds)
    try:
        _check_directory(file)
        with ZipFile(file) as archive:
            _check_entries(file, archive)
            checking.check(archive)
    except _Refused as err:
        checking.note("", str(err))
    # What the library raises for a damaged archive, an unknown compression, an encrypted entry.
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib_error) as err:
        checking.note("", f"cannot be read as a zip: {err}")
    files = () if checking.manifest is None else checking.manifest.files
    return BundleReport(
        files=len(files),
        switches=len({each.switch for each in files if each.switch is not None}),
        remarks=tuple(checking.remarks),
        searched=checking.searched,
        bytes=checking.size,
    )


def _check_directory(file: BinaryIO) -> None:
    """Refuse a directory that would exhaust the memory, before the library reads it."""
    size = file.seek(0, 2)
    if size < _END.size:
        raise BadZipFile("File is not a zip file")
    file.seek(size - _END.size)
    signature, *_, directory_size, _, comment = _END.unpack(file.read(_END.size))
    if signature != _END_SIGNATURE or comment:
        raise BadZipFile("it does not end as a zip of slp-ops does")
    if directory_size > _LARGEST_DIRECTORY:
        raise _Refused("has more files than a bundle has")
    file.seek(0)


@dataclass(slots=True, kw_only=True)
class _Checking:
    """A check in progress."""

    until: float
    manifest: BundleManifest | None = None
    remarks: list[BundleProblem] = field(default_factory=list)
    searched: int = 0
    size: int = 0

    def note(self, path: str, what: str) -> None:
        if len(self.remarks) < _MOST_NAMED:
            self.remarks.append(BundleProblem(path=path, what=what))

    def check(self, archive: ZipFile) -> None:
        infos = archive.infolist()
        found = [info for info in infos if info.filename.count("/") == 1 and _name_of(info) == MANIFEST]
        if len(found) != 1:
            self.note(MANIFEST, "is not there: this is no bundle of slp-ops, or not all of it")
            return
        name = found[0].filename
        try:
            data = b"".join(self._pieces(archive, found[0], largest=_LARGEST_MANIFEST))
            self.manifest = decode(BundleManifest, parse_json(data))
        except ValueError:
            self.note(name, "is no manifest of the form slp-ops/bundle/1")
            return
        if (suspicion := next(secret_scan.scan(data), None)) is not None:
            self._suspect(name, f"line {suspicion.line}, {suspicion.why}")
        self._compare(archive, infos, name, self.manifest)

    def _compare(
        self, archive: ZipFile, infos: list[ZipInfo], manifest_name: str, manifest: BundleManifest
    ) -> None:
        root = manifest_name.partition("/")[0]
        listed = {f"{root}/{each.path}": each for each in manifest.files}
        seen: set[str] = set()
        for number, info in enumerate(infos):
            name = info.filename
            if name in seen:
                self.note(name, "is in the zip twice")
            seen.add(name)
            if name == manifest_name:
                continue
            if _leads_out(name):
                self.note(name, "would be unpacked outside of its folder")
            elif name not in listed:
                self.note(name, "is not in the manifest")
            elif listed[name].bytes not in (0, info.file_size):  # 0: not noted
                self.note(name, "was changed")
            elif time.monotonic() > self.until:
                self.note(
                    name, f"was not checked, nor were {len(infos) - number - 1} others: the time is over"
                )
                return
            else:
                self._content(archive, info, listed[name].sha256, is_capture="/captures/" in name)
        for name in sorted(listed.keys() - seen):
            self.note(name, "is missing")

    def _content(self, archive: ZipFile, info: ZipInfo, sha256: str, *, is_capture: bool) -> None:
        """Compare one file with the manifest and search it, in pieces of whole lines."""
        digest = hashlib.sha256()
        again = Redactor(secrets.token_bytes(32)) if is_capture else None
        before, after = hashlib.sha256(), hashlib.sha256()
        suspicion, line, rest = "", 1, b""
        for piece in self._pieces(archive, info, largest=info.file_size):
            digest.update(piece)
            if time.monotonic() > self.until:
                self.note(info.filename, "was not searched to its end: time limit reached")
                return
            text, rest = _whole_lines(rest + piece)
            found = next(secret_scan.scan(text), None) if not suspicion else None
            if found is not None:
                suspicion = f"line {line + found.line - 1}, {found.why}"
            line += text.count(b"\n")
            if again is not None:
                _feed(again, text, before, after)
        if rest:
            found = next(secret_scan.scan(rest), None) if not suspicion else None
            if found is not None:
                suspicion = f"line {line + found.line - 1}, {found.why}"
        if again is not None:
            _feed(again, rest, before, after)
            after.update(again.finish().encode("utf-8", "surrogateescape"))
        self.searched += 1
        self.size += info.file_size
        if digest.hexdigest() != sha256:
            self.note(info.filename, "was changed")
        if before.digest() != after.digest():
            self.note(info.filename, "contains something that should have been masked")
        elif suspicion:
            self._suspect(info.filename, suspicion)

    def _suspect(self, path: str, suspicion: str) -> None:
        self.note(path, f"may contain something that should have been masked: {suspicion}")

    def _pieces(self, archive: ZipFile, info: ZipInfo, *, largest: int) -> Iterator[bytes]:
        """Yield the content; the size in the directory may be wrong, so that it is counted."""
        size = 0
        with archive.open(info) as file:
            while piece := file.read(_PIECE):
                size += len(piece)
                if size > largest:
                    raise _Refused(f"{info.filename} is larger than {largest} bytes")
                yield piece


def _check_entries(file: BinaryIO, archive: ZipFile) -> None:
    """Refuse what no bundle has.

    That is other compressions (which need more memory), encryption, shared data, and data that belongs to no
    file: nothing would search it for secrets.
    """
    end = 0
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if info.compress_type not in (ZIP_DEFLATED, ZIP_STORED) or info.flag_bits & _ENCRYPTED:
            raise _Refused(f"{info.filename} is packed in a way that slp-ops does not use")
        if info.header_offset < end:
            raise _Refused(f"{info.filename} overlaps another file")
        file.seek(info.header_offset + _LOCAL_HEADER - 4)
        name, extra = (int.from_bytes(file.read(2), "little") for _ in range(2))
        is_plain = name == len(_packed_name(info)) and max(extra, len(info.extra)) <= _LARGEST_EXTRA
        if info.header_offset > end or info.comment or not is_plain:
            raise _Refused("has data that belongs to no file of it")
        end = info.header_offset + _LOCAL_HEADER + name + extra + info.compress_size
    if archive.start_dir > end:
        raise _Refused("has data that belongs to no file of it")


def _packed_name(info: ZipInfo) -> bytes:
    """Return the name as the zip has it."""
    return info.orig_filename.encode("utf-8" if info.flag_bits & _UTF8 else "cp437")


def _name_of(info: ZipInfo) -> str:
    return info.filename.rpartition("/")[2]


def _whole_lines(data: bytes) -> tuple[bytes, bytes]:
    """Split behind the last newline; a line longer than a piece is split anywhere."""
    end = data.rfind(b"\n") + 1
    return (data[:end], data[end:]) if end or len(data) < 2 * _PIECE else (data, b"")


def _feed(redactor: Redactor, data: bytes, before: hashlib._Hash, after: hashlib._Hash) -> None:
    """Redact again, and note both texts."""
    before.update(data)
    after.update(redactor.feed(data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape"))


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in name.split("/")
