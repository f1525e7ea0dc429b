"""``--exec CMD``: a program of the operator's is told of each new finding, as JSON on its standard input.

No shell, and nothing of a finding ever becomes a part of the command: what a switch prints can be anything.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

_PATIENCE: Final = 60.0  # seconds
_SECRET: Final = ("PASSWORD", "ENABLE", "PASSPHRASE")


def program(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """The program and its arguments; none is an empty tuple."""
    if value is None:
        return ()
    try:
        words = shlex.split(value)
    except ValueError as err:
        raise click.BadParameter(f"{value!r}: {err}") from None
    if not words or shutil.which(words[0]) is None:
        raise click.BadParameter(f"{words[0] if words else value!r} is no program that can be run")
    return tuple(words)


def tell(words: tuple[str, ...], record: Mapping[str, Any]) -> None:
    """Run the program with the record on its standard input. What goes wrong is said, and ends nothing.

    What it prints goes to our stderr, since our stdout is for changes alone.
    """
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own program, without a shell
            words,
            input=(json.dumps(record, ensure_ascii=True) + "\n").encode("ascii"),
            stdout=_stderr(),
            timeout=_PATIENCE,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        _note(words, f"gave no end within {_PATIENCE:.0f} s and was stopped")
    except OSError as err:
        _note(words, f"could not be run: {err.strerror or err}")
    else:
        if done.returncode:
            _note(words, f"ended with {done.returncode}")


def _environment() -> dict[str, str]:
    """Ours without the secrets: it has no business with the passwords of the switches."""
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("SLP_OPS_") and name.endswith(_SECRET))
    }


def _stderr() -> int:
    try:
        return sys.stderr.fileno()
    except OSError:  # a test's or an embedder's stream without a file
        return subprocess.DEVNULL


def _note(words: tuple[str, ...], what: str) -> None:
    click.echo(f"note: {one_line(words[0])} {what}", err=True)
