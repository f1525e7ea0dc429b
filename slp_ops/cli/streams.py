"""Standard streams that are closed, or refuse what is printed."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

import click

from slp_ops.regular_files import read_stream

if TYPE_CHECKING:
    from collections.abc import Iterator


def prepare_streams() -> None:
    """Make the standard streams usable, whatever the caller did with them."""
    _open_closed_streams()
    if isinstance(sys.stderr, io.TextIOWrapper) and sys.stderr is sys.__stderr__:
        sys.stderr = _BestEffort(
            sys.stderr.buffer, encoding=sys.stderr.encoding, errors=sys.stderr.errors, line_buffering=True
        )


def read_standard_input(largest: int) -> bytes:
    """Return what is piped into standard input. Raises InputError, UsageError where it is closed."""
    if sys.stdin is None:
        raise click.UsageError("standard input is closed")
    return read_stream(sys.stdin.buffer, largest)


def is_unanswered(aborted: click.Abort) -> bool:
    """Return whether a question had no answer as the input is at its end, not by Ctrl-C or Ctrl-D."""
    return isinstance(aborted.__context__, EOFError) and not sys.stdin.isatty()


def _open_closed_streams() -> None:
    """Read and write nothing where the caller closed a standard stream (``<&-``, ``>&-``).

    A file or socket that is opened later must not get its number: what is printed would go into it.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free is this one
        if getattr(sys, name) is None:
            setattr(sys, name, _opened(number, "r" if name == "stdin" else "w"))


def _opened(number: int, mode: str) -> IO[str]:
    return os.fdopen(number, mode, encoding="utf-8", closefd=False)


class _BestEffort(io.TextIOWrapper):
    """Standard error: messages that a full disk or a closed pipe refuses are lost, and the work goes on."""

    def write(self, text: str, /) -> int:
        """Write, or discard."""
        with _discarding():
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Write what is buffered, or discard it."""
        with _discarding():
            super().flush()


@contextmanager
def _discarding() -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        pass  # a terminal that is too slow: the next message may get through
    except OSError:
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 2)
            os.close(nowhere)
