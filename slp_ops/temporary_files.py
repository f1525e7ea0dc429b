"""Temporary files and folders that are removed even if the process that made them is killed.

The process that uses one holds a lock on it, which ends with the process. The next process removes those
without a lock, whatever their age.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILE: Final = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part", re.ASCII)
_FOLDER: Final = re.compile(r"slp-ops-[0-9a-f]{16}", re.ASCII)


@contextmanager
def replacing(target: Path, *, sync: bool = False, public: bool = False) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the name ``target`` at the end; removed on an exception.

    A reader sees the old file or the new one. Only its owner may read it, unless it is ``public``.
    Temporary files of ``target`` that killed processes left are removed.
    """
    remove_abandoned(target.parent, target.name)
    fd, temporary = _create(target)
    # The lock belongs to both descriptors, and must outlive the file's own until the rename.
    lock = os.dup(fd)
    try:
        with os.fdopen(fd, "w+b") as file:
            yield file
            file.flush()
            if sync:
                os.fsync(fd)
        if public:
            mask = os.umask(0)
            os.umask(mask)
            temporary.chmod(0o666 & ~mask)
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    finally:
        os.close(lock)


def create_once(target: Path, data: bytes) -> None:
    """Make a file with this content, on the disk before it has its name; one that exists is left alone."""
    fd, temporary = _create(target)
    with os.fdopen(fd, "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(fd)
            with suppress(FileExistsError):
                os.link(temporary, target)  # unlike a rename, it replaces nothing
        finally:
            with suppress(OSError):
                temporary.unlink()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder below TMPDIR for the duration of the block."""
    while True:
        path = Path(tempfile.gettempdir()) / f"slp-ops-{secrets.token_hex(8)}"
        path.mkdir(mode=0o700)
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # another process removed it before it was locked
        if _locked(lock, path):
            break
        os.close(lock)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def remove_abandoned(folder: Path, name: str | None = None) -> None:
    """Remove the temporary files of killed processes from a folder; only those of ``name``, if given."""
    for path in _entries(folder):
        found = _FILE.fullmatch(path.name)
        if found is not None and name in (None, found[1]):
            with suppress(OSError), _abandoned(path, os.O_NONBLOCK):
                path.unlink()


def remove_abandoned_folders() -> None:
    """Remove the temporary folders of this user's killed processes from TMPDIR."""
    for path in _entries(Path(tempfile.gettempdir())):
        if _FOLDER.fullmatch(path.name):
            with suppress(OSError), _abandoned(path, os.O_DIRECTORY):
                shutil.rmtree(path, ignore_errors=True)


def _create(target: Path) -> tuple[int, Path]:
    while True:
        path = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if _locked(fd, path):
            return fd, path
        os.close(fd)


def _locked(fd: int, path: Path) -> bool:
    """Lock what was just made; return False if another process removed it before that."""
    with suppress(OSError):  # a file system without locks: it is never removed either
        fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        return os.path.samestat(os.fstat(fd), path.stat(follow_symlinks=False))
    except FileNotFoundError:
        return False


@contextmanager
def _abandoned(path: Path, flags: int) -> Iterator[None]:
    """Lock a file or folder of ours that is not in use; raises OSError for any other."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags)
    try:
        if os.fstat(fd).st_uid != os.geteuid():
            raise PermissionError
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(fd)


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
