"""Files that a command was asked for: whole or not at all, and said where they are."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from slp_ops.errors import InputError
from slp_ops.sanitize import one_line
from slp_ops.temporary_files import replacing

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
    try:
        with replacing(Path(path), public=not private) as file:
            yield file
    except OSError as err:
        raise InputError(f"{path} cannot be written: {err.strerror}") from err
