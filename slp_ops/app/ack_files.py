"""Read the files that CSSM gave: single ones, archives of them, and folders."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.regular_files import read_input
from slp_ops.runs.file_store import fit_name
from slp_ops.usage.ackfile import InvalidAck, documents_in
from slp_ops.usage.archives import InvalidArchive, is_archive, read_archive
from slp_ops.usage.bundles import MANIFEST
from slp_ops.usage.matching import AckFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LARGEST: Final = 64 * 2**20
_MANY: Final = 10_000


@dataclass(slots=True)
class AckFiles:
    """The files that were named, those of the folders that were, and those in archives; each is read once."""

    files: list[AckFile] = field(default_factory=list)
    _names: dict[str, str] = field(default_factory=dict)  # the name of a file -> its SHA-256

    @classmethod
    def read(cls, paths: Sequence[Path], assigned: Iterable[str] = ()) -> AckFiles:
        """Read them. Raises InputError."""
        found = cls()
        for path in _paths(paths):
            for file in _files_in(str(path), _read_file(path)):
                found._add(file)
        known = {file.path for file in found.files}
        if unknown := [path for path in assigned if path not in known]:
            raise InputError(f"--for names files that are not to be imported: {', '.join(unknown)}")
        if not found.files:
            raise InputError("there is no file in these folders", hint="name the files from CSSM")
        return found

    def _add(self, file: AckFile) -> None:
        if self._names.setdefault(file.name, file.sha256) != file.sha256:
            file = AckFile.of(file.path, f"{file.sha256[:12]}-{file.name}", file.data, file.problem)
            self._names[file.name] = file.sha256
        self.files.append(file)


def _files_in(path: str, data: bytes) -> Iterator[AckFile]:
    """Yield what a file contains: itself, the files of an archive, several documents."""
    if not is_archive(data):
        yield from _documents(path, data)
        return
    try:
        inside = read_archive(data)
        places = [(Path(path, file.path), file.data) for file in inside]
        places = [each for each in places if each[0].name != MANIFEST and not each[0].name.startswith(".")]
        if not places:
            raise InvalidArchive("it has no file")
    except InvalidArchive as err:
        yield AckFile.of(path, fit_name(Path(path).name), data, problem=f"it is refused: {err}")
        return
    for place, content in places:
        yield from _documents(str(place), content)


def _documents(path: str, data: bytes) -> Iterator[AckFile]:
    name = fit_name(Path(path).name)
    try:
        documents = documents_in(data)
    except InvalidAck as err:
        yield AckFile.of(path, name, data, problem=f"it is refused: {err}")
        return
    for number, document in enumerate(documents, 1):
        part = f"{number}-" if len(documents) > 1 else ""
        yield AckFile.of(path, f"{part}{name}", document)


def _paths(paths: Sequence[Path]) -> list[Path]:
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.iterdir() if each.is_file())
            found.update(dict.fromkeys(each for each in inside if not each.name.startswith(".")))
        else:
            found[path] = None
    if not found:
        raise InputError("there is no file in these folders", hint="name the files from CSSM")
    if len(found) > _MANY:
        raise InputError(f"{len(found)} files are more than {_MANY}", hint="is it the right folder?")
    return list(found)


def _read_file(path: Path) -> bytes:
    return read_input(path, _LARGEST, hint="nothing was sent to any switch")
