"""Write results: files, whole or not at all, and standard output, whose reader may be gone."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from slp_ops.cli.next_command import with_options
from slp_ops.cli.verbosity import status
from slp_ops.regular_files import unwritable
from slp_ops.sanitize import one_line
from slp_ops.temporary_files import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator


def write(path: str, data: bytes, *, public: bool) -> None:
    """Put the bytes into a file, or on standard output for "-". Raises InputError.

    A browser or a metrics collector that watches the file never reads an incomplete one. Only its owner may
    read it; the umask decides for a ``public`` file, which other programs read.
    """
    if path == "-":
        with _surviving_closed_pipe():
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        return
    with replace_file(path, public=public) as file:
        file.write(data)
    status(f"wrote {one_line(str(Path(path)))}")


def print_result(text: str) -> None:
    """Print a result on standard output. A closed pipe (``| head``) loses the rest, and no exit code."""
    with _surviving_closed_pipe():
        click.echo(text)


def print_text(text: str) -> None:
    """Print a result for the terminal; the commands in it get the options of this call."""
    print_result(with_options(text))


@contextmanager
def _surviving_closed_pipe() -> Iterator[None]:
    """Discard the output from where its reader is gone: what else the call makes is made."""
    try:
        yield
    except BrokenPipeError:
        discard_output()


def discard_output() -> None:
    """Write what follows on standard output to nothing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def replace_file(path: str, *, public: bool = False) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the name when it is complete. Raises InputError.

    Only its owner may read it, unless it is ``public``: then the umask decides.
    """
    try:
        with replacing(Path(path), public=public) as file:
            yield file
    except OSError as err:
        raise unwritable(path, err) from err
