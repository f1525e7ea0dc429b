"""Atomic file operations of the run store, and the StoreError of each failure of the disk.

Nothing here follows a symbolic link at the end of a path, and a file is either whole or not there.
Captures and records are not fsynced: a killed process loses nothing that the kernel has taken, and
an fsync a capture would make a fleet wait for the disk. What must outlive a power failure, a journal of
changes, asks for ``sync``.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO, Final

from slp_ops.errors import StoreError
from slp_ops.paths import make_private
from slp_ops.regular_files import open_regular, read_descriptor
from slp_ops.temporary_files import replacing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_FULL: Final = "free some space and run it again; what was saved before is intact, see: slp-ops runs verify"
_HINTS: Final = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
    errno.EACCES: "use a folder that you may write to: --runs-dir or SLP_OPS_RUNS_DIR",
    errno.EPERM: "use a folder that you may write to: --runs-dir or SLP_OPS_RUNS_DIR",
    errno.EROFS: "the file system is read-only: use another folder with --runs-dir or SLP_OPS_RUNS_DIR",
    errno.ENOTDIR: "a part of the path is a file: use another folder with --runs-dir or SLP_OPS_RUNS_DIR",
    errno.EEXIST: "something else has that name: move it, or use another folder with --runs-dir",
    errno.EINVAL: "another file has its name: move it away",
    errno.ELOOP: "a symbolic link has the name of a file of the store: remove it",
    errno.EBADMSG: "see: slp-ops runs verify",
    errno.EMFILE: "too many open files: raise the limit with ulimit -n, or use fewer --workers",
}
LARGEST_RECORDS: Final = 64 * 2**20
LARGEST_OF_FLEET: Final = 192 * 2**20  # of a file with a record for each of 100,000 devices
LARGEST: Final = 2**30  # of a capture that is read whole, and of a file of an exchange
_WRITE: Final = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def store_errors(doing: str, path: Path | str) -> Iterator[None]:
    """Convert an OSError into a StoreError: cannot DOING PATH: REASON."""
    try:
        yield
    except OSError as err:
        raise store_error(doing, path, err) from err


def store_error(doing: str, path: Path | str, err: OSError) -> StoreError:
    """Return the StoreError for an OSError."""
    hint = _HINTS.get(err.errno or 0, "")
    return StoreError(f"cannot {doing} {path}: {err.strerror or err}", hint=hint)


def write_all(fd: int, data: bytes | bytearray) -> None:
    """Write all bytes; the kernel may accept fewer per call."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def create(path: Path | str) -> int:
    """Create a file for writing; fail if the name exists, also as a dangling link."""
    return os.open(path, _WRITE | os.O_CREAT | os.O_EXCL, 0o600)


def publish(temporary: str, path: str) -> None:
    """Rename a complete temporary file into place."""
    os.rename(temporary, path)  # noqa: PTH104 - a Path costs more than the call, for each capture of a fleet


def drop(path: str) -> None:
    """Remove a temporary file; ignore failures."""
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - as above


def replace(path: Path, data: bytes, *, sync: bool = False) -> None:
    """Replace a file atomically; a reader sees the old one or the new one."""
    with replacing(path, sync=sync) as file:
        file.write(data)


def replace_in_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """Replace a file as ``replace`` does, with content that is never in memory as a whole."""
    with replacing(path) as file:
        file.writelines(pieces)


def open_for_appending(path: Path) -> int:
    """Open a file to add to its end; create it if it is missing."""
    return os.open(path, _WRITE | os.O_CREAT | os.O_APPEND | os.O_NONBLOCK, 0o600)


def append(path: Path, line: bytes, *, sync: bool = False) -> None:
    """Add a line, or nothing: when it cannot be written whole, the file gets its old length back."""
    fd = open_for_appending(path)
    try:
        size = os.fstat(fd).st_size
        try:
            write_all(fd, line)
            if sync:
                os.fsync(fd)
        except BaseException:
            with suppress(OSError):  # the operator needs the reason why it could not be written
                os.ftruncate(fd, size)
            raise
    finally:
        os.close(fd)


def sync(path: Path) -> None:
    """Have on the disk what was added to a file."""
    fd = open_regular(path, follow=False)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def remove_partial_writes(folder: Path, lines: str) -> None:
    """Clear away what a killed writer left in a folder that is ours again: files that were being written,
    and in the file ``lines`` a last line without its newline, onto which the next one would grow.
    """
    for path in folder.glob(".*.part"):
        path.unlink()
    try:
        fd = open_regular(folder / lines, follow=False, access=os.O_RDWR)
    except FileNotFoundError:
        return
    with os.fdopen(fd, "r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)


def opened(path: Path, *, within: Path) -> BinaryIO:
    """A regular file to read; neither it nor its folder ``within`` may be a symbolic link."""
    folder = os.open(within, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fd = open_regular(path.name, follow=False, dir_fd=folder)
    finally:
        os.close(folder)
    return os.fdopen(fd, "rb")


def read(path: Path, *, within: Path, largest: int = LARGEST_RECORDS) -> bytes:
    """The content of a file, opened with the same care."""
    with opened(path, within=within) as file:
        return read_descriptor(file.fileno(), largest)


def digest(path: Path, *, within: Path, size: int) -> tuple[str, int]:
    """Return the SHA-256 and the size of a file, in bounded memory.

    A file of another size than the recorded one is not read, and has no SHA-256.
    """
    sha256 = hashlib.sha256()
    with opened(path, within=within) as file:
        found = os.fstat(file.fileno()).st_size
        if found != size:
            return "", found
        while piece := file.read(1024 * 1024):
            sha256.update(piece)
    return sha256.hexdigest(), found


@contextmanager
def locked(root: Path, name: str, *, busy: Callable[[], bool]) -> Iterator[bool]:
    """Hold the lock ``name`` of a folder, which ends with the process; return whether it is held.

    When another process holds it, ``busy`` decides whether to wait. Raises StoreError.
    """
    path = root / name
    with store_errors("lock", path):
        make_private(root)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not busy():
                yield False
                return
            fcntl.flock(fd, fcntl.LOCK_EX)
        yield True
    finally:
        os.close(fd)
