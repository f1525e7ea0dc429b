"""Bounded reads of files that others may have written: regular files only, up to a size.

A device file, a named pipe or a socket is refused before it is opened: opening it may act or wait, and
reading it may never end. Errors are OSError with the reason in ``strerror``, or InputError for a file that an
operator named, as for one that cannot be written.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO, Final

from slp_ops.errors import InputError, Problem

_FLAGS: Final = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device file"),
    (stat.S_ISBLK, "a device file"),
    (stat.S_ISSOCK, "a socket"),
)
LARGEST_TEXT: Final = 256 * 2**20  # of a terminal log or show tech
_PIECE: Final = 2**20
_SAVE_AS_UTF_8: Final = "save it as UTF-8; Windows often writes UTF-16 or Shift_JIS"


def open_regular(
    path: Path | str, *, follow: bool = True, dir_fd: int | None = None, access: int = os.O_RDONLY
) -> int:
    """Open a regular file and return its descriptor. Raises OSError, also for any other kind of file."""
    _check_kind(os.stat(path, dir_fd=dir_fd, follow_symlinks=follow))
    fd = os.open(path, access | _FLAGS | (0 if follow else os.O_NOFOLLOW), dir_fd=dir_fd)
    try:
        _check_kind(os.fstat(fd))  # another file may have taken the name
    except BaseException:
        os.close(fd)
        raise
    return fd


def read_descriptor(fd: int, largest: int) -> bytes:
    """Return the content of an open regular file. Raises OSError for one that is larger."""
    size = os.fstat(fd).st_size
    pieces: list[bytes] = []
    # The file may grow, and files of /proc have no size.
    while size <= largest and (piece := os.read(fd, max(size + 1, _PIECE) if not pieces else _PIECE)):
        pieces.append(piece)
        size = max(size, sum(map(len, pieces)))
    if size > largest:
        raise OSError(errno.EINVAL, f"it is larger than {_size(largest)}")
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def read_regular(path: Path | str, largest: int) -> bytes:
    """Return the content of a regular file. Raises OSError; ValueError for an unusable name."""
    fd = open_regular(path)
    try:
        return read_descriptor(fd, largest)
    finally:
        os.close(fd)


def read_input(path: Path, largest: int, *, hint: str = "") -> bytes:
    """Return the content of a file that the operator named. Raises InputError."""
    try:
        return read_regular(path.expanduser(), largest)
    except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: there is no home folder
        gone = isinstance(error, FileNotFoundError)
        message = "there is no such file" if gone else f"cannot be read: {reason_of(error)}"
        raise InputError((Problem(path=str(path), message=message),), hint=hint) from error


def read_text_input(path: Path, largest: int, *, hint: str = "") -> str:
    """Return the text of a file that the operator named, in UTF-8. Raises InputError."""
    data = read_input(path, largest, hint=hint)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(path=str(path), line=line, message="is not text in UTF-8")
        raise InputError((problem,), hint=_SAVE_AS_UTF_8) from error


def read_stream(stream: BinaryIO, largest: int, *, name: str = "standard input") -> bytes:
    """Return the content of a stream that is no file: a pipe, a terminal. Raises InputError."""
    pieces: list[bytes] = []
    size = 0
    try:
        _check_stream(stream)
        while size <= largest and (piece := stream.read(_PIECE)):
            pieces.append(piece)
            size += len(piece)
        if size > largest:
            raise OSError(errno.EINVAL, f"it is larger than {_size(largest)}")
    except (OSError, ValueError) as error:
        message = f"cannot be read: {reason_of(error)}"
        raise InputError((Problem(path=name, message=message),)) from error
    return b"".join(pieces)


def unwritable(path: Path | str, error: OSError) -> InputError:
    """Return the error for a file that the operator named and that cannot be written."""
    folder = Path(path).parent
    missing = isinstance(error, FileNotFoundError) and not folder.exists()
    hint = f"there is no folder {folder}; make it first, or write to another one" if missing else ""
    return InputError(f"{path} cannot be written: {error.strerror}", hint=hint)


def reason_of(error: Exception) -> str:
    """Return why a file could not be read, as the end of a sentence."""
    return getattr(error, "strerror", None) or "the name is not usable"


def _check_kind(info: os.stat_result) -> None:
    for is_kind, words in _KINDS:
        if is_kind(info.st_mode):
            code = errno.EISDIR if is_kind is stat.S_ISDIR else errno.EINVAL
            raise OSError(code, f"it is {words}, not a regular file")


def _check_stream(stream: BinaryIO) -> None:
    """Refuse a device other than a terminal: ``- < /dev/zero`` never ends."""
    try:
        fd = stream.fileno()
    except OSError:
        return  # in memory
    mode = os.fstat(fd).st_mode
    if stat.S_ISDIR(mode) or (stat.S_ISCHR(mode) and not os.isatty(fd)) or stat.S_ISBLK(mode):
        _check_kind(os.fstat(fd))


def _size(number: int) -> str:
    return f"{number // 2**20} MB" if number >= 2**20 else f"{number // 2**10} KB"
