"""The files of a run's devices, in folders or in packs: the one place that reads them.

    tyo-core-01/            the folder of a device, while it is read and in a run of folders for good
    packs/tokyo.pack        in a packed run: the devices of a site that have ended

A packed run writes each device into a folder, as any run does, so that a kill loses only the capture in
progress. When the device has ended, its files become a record of the site's pack, and the folder is removed.
A folder counts before a record: it is what the device was restored to, or what is not removed yet.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from slp_ops.model import EvidenceForm
from slp_ops.runs import atomic_files, pack
from slp_ops.runs.device_archive import InvalidArchive, archive, extract, read_folder
from slp_ops.runs.names import folder_name, is_plain, unique
from slp_ops.runs.pack import DamagedPack, PackContent, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from slp_ops.runs.serialization import DeviceHeader

MANIFEST: Final = "manifest.jsonl"
PACKS: Final = "packs"
_SUFFIX: Final = ".pack"
_LARGE: Final = 2000  # devices; so many folders are 26,000 files
# The folder of a device on its way into a pack, or out of one.
_MOVED: Final = re.compile(r"\..+\.[0-9a-f]{8}\.moved", re.ASCII)


def gets_packs(form: EvidenceForm, devices: int) -> bool:
    """Return whether a new run of so many devices is packed."""
    return form is EvidenceForm.PACKED or (form is EvidenceForm.AUTO and devices >= _LARGE)


class Packs:
    """The packs of a run. What other processes add is found when a device is missing."""

    def __init__(self, run: Path) -> None:
        self.folder = run / PACKS
        self._contents: dict[str, PackContent] = {}
        self._last: tuple[Record, dict[str, bytes]] | None = None

    @property
    def exists(self) -> bool:
        """Return whether the run is packed."""
        return self.folder.is_dir() and not self.folder.is_symlink()

    def names(self) -> tuple[str, ...]:
        """Return the file names of the packs. Raises OSError."""
        if not self.exists:
            return ()
        return tuple(
            sorted(
                path.name for path in self.folder.iterdir() if path.suffix == _SUFFIX and is_plain(path.name)
            )
        )

    def devices(self) -> Iterator[tuple[str, str]]:
        """Yield the folder name of each packed device, with the name of its site's pack. Raises OSError."""
        for name in self.names():
            with suppress(OSError):
                for device in self.content(name).records:
                    yield device, name.removesuffix(_SUFFIX)

    def content(self, name: str) -> PackContent:
        """Return what a pack has now. Raises OSError, DamagedPack."""
        path, known = self.folder / name, self._contents.get(name)
        if known is None or path.stat(follow_symlinks=False).st_size != known.end:
            self._contents[name] = pack.scan(path, known)
        return self._contents[name]

    def find(self, device: str) -> tuple[str, Record] | None:
        """Return the pack and the record of a device's folder. Raises OSError, DamagedPack.

        A pack that cannot be read is an error only where no other one has the device.
        """
        for name, content in self._contents.items():
            if device in content.records:
                return name, self.content(name).records[device]
        damaged: OSError | None = None
        for name in self.names():
            try:
                record = self.content(name).records.get(device)
            except OSError as error:
                damaged = error
                continue
            if record is not None:
                return name, record
        if damaged is not None:
            raise damaged
        return None

    def files(self, device: str) -> Mapping[str, bytes]:
        """Return the files of a device's folder by name. Raises FileNotFoundError, OSError, DamagedPack."""
        found = self.find(device)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        name, record = found
        if self._last is None or self._last[0] != record:
            data = pack.read(self.folder / name, record)
            try:
                self._last = record, extract(data)
            except InvalidArchive as error:
                raise DamagedPack(f"the record of {device} in {name} cannot be used: {error}") from error
        return self._last[1]


class DeviceFiles:
    """The files of a device, in its folder or in a pack. Each method raises OSError as a folder would."""

    def __init__(self, folder: Path, packs: Packs) -> None:
        self.folder = folder
        self._packs = packs

    @property
    def is_packed(self) -> bool:
        """Return whether a pack has the files."""
        return not os.path.lexists(self.folder) and self._packs.find(self.folder.name) is not None

    def names(self) -> tuple[str, ...]:
        """Return the names of the files; none when there is neither folder nor record."""
        try:
            return tuple(path.name for path in self.folder.iterdir())
        except FileNotFoundError:
            with suppress(FileNotFoundError):
                return tuple(self._packs.files(self.folder.name))
            return ()

    def size(self, name: str) -> int:
        """Return the size of a file in bytes."""
        try:
            return (self.folder / name).stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            if os.path.lexists(self.folder):
                raise
        found = self._packs.find(self.folder.name)
        if name == MANIFEST and found is not None:
            return found[1].manifest  # nothing is unpacked for it
        return len(self._packed(name))

    def read(self, name: str, *, largest: int = atomic_files.LARGEST_RECORDS) -> bytes:
        """Return the content of a file."""
        try:
            return atomic_files.read(self.folder / name, within=self.folder, largest=largest)
        except FileNotFoundError:
            if os.path.lexists(self.folder):
                raise
        return self._packed(name)

    def read_capture(self, name: str, size: int) -> bytes:
        """Return the content of a capture of a recorded size."""
        return self.read(name, largest=max(size, atomic_files.LARGEST))

    def digest(self, name: str, *, size: int) -> tuple[str, int]:
        """Return the SHA-256 and the size of a file; none for one of another size than the recorded one."""
        try:
            return atomic_files.digest(self.folder / name, within=self.folder, size=size)
        except FileNotFoundError:
            if os.path.lexists(self.folder):
                raise
        data = self._packed(name)
        return hashlib.sha256(data).hexdigest() if len(data) == size else "", len(data)

    def restore(self) -> None:
        """Make the folder of a packed device again, whole or not at all. Raises OSError."""
        try:
            files = self._packs.files(self.folder.name)
        except FileNotFoundError:
            return
        write_folder(self.folder, files)

    def _packed(self, name: str) -> bytes:
        try:
            return self._packs.files(self.folder.name)[name]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)) from None


class PackWriter:
    """Packs the devices of a run that is ours. One thread at a time."""

    def __init__(self, run: Path, devices: Iterable[DeviceHeader]) -> None:
        self._run = run
        self._files: dict[str, str] = {}
        taken: set[str] = set()
        for about in devices:
            if about.site not in self._files:
                self._files[about.site] = unique(folder_name(about.site), taken)
        self._packed = {device for device, _ in Packs(run).devices()}
        self._unsynced: set[Path] = set()

    def pack(self, about: DeviceHeader) -> None:
        """Move a device's folder into its site's pack; one that an archive cannot hold stays.

        Raises OSError; the folder is complete then.
        """
        folder = self._run / about.folder
        try:
            files = read_folder(folder)
        except FileNotFoundError:
            return
        if files is None:
            return
        self._append(about, len(files.get(MANIFEST, b"")), archive(files))
        # A folder that is removed in part must not count before the record.
        moved = _moved(folder)
        folder.rename(moved)
        shutil.rmtree(moved, ignore_errors=True)

    def put(self, about: DeviceHeader, manifest: int, files: bytes) -> bool:
        """Add the archive of a device of which the run has nothing; return False where it has.

        ``manifest`` is the length of the manifest in it. Raises OSError.
        """
        if about.folder in self._packed or os.path.lexists(f"{self._run}/{about.folder}"):
            return False
        self._unsynced.add(self._append(about, manifest, files))
        return True

    def sync(self) -> None:
        """Have on the disk what ``put`` has added. Raises OSError."""
        while self._unsynced:
            atomic_files.sync(self._unsynced.pop())

    def _append(self, about: DeviceHeader, manifest: int, files: bytes) -> Path:
        path = self._run / PACKS / (self._files[about.site] + _SUFFIX)
        pack.append(path, about.folder, manifest, files)
        self._packed.add(about.folder)
        return path


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a device's folder with these files, whole or not at all. Raises OSError."""
    making = _moved(folder)
    making.mkdir(mode=0o700)
    try:
        for name, data in files.items():
            fd = atomic_files.create(making / name)
            try:
                atomic_files.write_all(fd, data)
            finally:
                os.close(fd)
        making.rename(folder)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise


def tidy_packs(run: Path) -> None:
    """Remove what a killed process left of folders on their way, and of a record. The run is ours.

    Raises OSError.
    """
    packs = Packs(run)
    if not packs.exists:
        return
    for path in run.iterdir():
        if _MOVED.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
    for name in packs.names():
        with suppress(DamagedPack):  # verify names it
            pack.cut_torn(packs.folder / name)


def is_moved(name: str) -> bool:
    """Return whether this is the name of a device's folder on its way into or out of a pack."""
    return _MOVED.fullmatch(name) is not None


def _moved(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.moved")
