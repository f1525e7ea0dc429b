"""Is a bundle what was written, and is nothing in it that should have been masked?"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from zipfile import BadZipFile, ZipFile

from slp_ops.json_documents import decode
from slp_ops.redact import redact
from slp_ops.report.bundle import BundleManifest

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST: Final = 512 * 1024 * 1024  # of one entry: a zip of zeros must not fill the memory
_MANIFEST: Final = "MANIFEST.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleProblem:
    """Problem with one entry of a bundle."""

    path: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """A bundle after the check."""

    files: int
    switches: int
    remarks: tuple[BundleProblem, ...]


def check(file: BinaryIO) -> BundleReport:
    """Look at every entry; nothing is unpacked."""
    try:
        with ZipFile(file) as archive:
            root, manifest, remarks = _manifest(archive)
            if manifest is None:
                return BundleReport(files=0, switches=0, remarks=tuple(remarks))
            remarks += _compare(archive, root, manifest)
    # What the library raises for a damaged archive, an unknown compression, an encrypted entry.
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as err:
        return BundleReport(
            files=0, switches=0, remarks=(BundleProblem(path="", what=f"cannot be read as a zip: {err}"),)
        )
    return BundleReport(
        files=len(manifest.files),
        switches=len({each.switch for each in manifest.files if each.switch is not None}),
        remarks=tuple(remarks),
    )


def _manifest(archive: ZipFile) -> tuple[str, BundleManifest | None, list[BundleProblem]]:
    found = [name for name in archive.namelist() if name.count("/") == 1 and name.endswith(f"/{_MANIFEST}")]
    if len(found) != 1:
        what = "is not there: this is no bundle of slp-ops, or not all of it"
        return "", None, [BundleProblem(path=_MANIFEST, what=what)]
    try:
        manifest = decode(BundleManifest, json.loads(_read(archive, found[0])))
    except ValueError:
        return "", None, [BundleProblem(path=found[0], what="is no manifest of the form slp-ops/bundle/1")]
    return found[0].partition("/")[0], manifest, []


def _compare(archive: ZipFile, root: str, manifest: BundleManifest) -> Iterator[BundleProblem]:
    listed = {f"{root}/{each.path}": each.sha256 for each in manifest.files}
    seen: set[str] = set()
    for info in archive.infolist():
        name = info.filename
        if name in seen:
            yield BundleProblem(path=name, what="is in the zip twice")
        seen.add(name)
        if name == f"{root}/{_MANIFEST}":
            continue
        if _leads_out(name):
            yield BundleProblem(path=name, what="would be unpacked outside of its folder")
        elif name not in listed:
            yield BundleProblem(path=name, what="is not in the manifest")
        else:
            yield from _content(archive, name, listed[name])
    for name in listed.keys() - seen:
        yield BundleProblem(path=name, what="is missing")


def _content(archive: ZipFile, name: str, sha256: str) -> Iterator[BundleProblem]:
    data = _read(archive, name)
    if hashlib.sha256(data).hexdigest() != sha256:
        yield BundleProblem(path=name, what="was changed")
    text = data.decode("utf-8", "surrogateescape")
    if "/captures/" in name and redact(text, secrets.token_bytes(32)) != text:
        yield BundleProblem(path=name, what="holds something that should have been masked")


def _read(archive: ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > _LARGEST:
        raise ValueError(f"{name} is larger than {_LARGEST} bytes")
    return archive.read(name)


def _leads_out(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or "\\" in name or ".." in name.split("/")
