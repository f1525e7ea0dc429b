"""Files that a command was asked for: whole or not at all, and said where they are."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from slp_ops.errors import InputError
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(path: str, data: bytes) -> None:
    """Put the bytes into a file, or on standard output for "-". Raises InputError.

    A browser or a metrics collector that watches the file never reads an incomplete one.
    """
    if path == "-":
        sys.stdout.buffer.write(data)
        return
    with replace_file(path, private=False) as file:
        file.write(data)
    click.echo(f"wrote {one_line(str(Path(path)))}", err=True)


@contextmanager
def replace_file(path: str, *, private: bool) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the name when it is complete. Raises InputError.

    A private file can be read by its owner alone.
    """
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w+b") as file:
                yield file
            if not private:
                mask = os.umask(0)
                os.umask(mask)
                Path(temporary).chmod(0o666 & ~mask)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as err:
        raise InputError(f"{path} cannot be written: {err.strerror}") from err
