"""Command lines of a demo: children of this process, with files below the demo's folder alone."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from slp_ops.lab.rack import ENABLE, PASSWORD, USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE: Final = 240  # seconds: a demo as a whole ends within five minutes
_END_SECONDS: Final = 10


class DemoCalls:
    """Runs ``slp-ops`` without settings of the user, and without his state."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def run(self, *arguments: str, quiet: bool = False, piped: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command line to its end; ``quiet`` keeps its output, ``piped`` is its standard input."""
        if not quiet:
            print(f"   $ slp-ops {shlex.join(arguments)}", flush=True)  # noqa: T201
        return subprocess.run(  # noqa: S603 - our own command line
            _words(*arguments),
            input=piped,
            stdout=subprocess.PIPE if quiet else None,
            text=True,
            env=self._environment(),
            timeout=_PATIENCE,
            check=False,
        )

    @contextmanager
    def running(
        self, *arguments: str, until: str = "", shown: bool = True
    ) -> Iterator[subprocess.Popen[str]]:
        """Run a command line meanwhile; enter when it prints a line that begins with ``until``."""
        with subprocess.Popen(  # noqa: S603 - our own command line
            _words(*arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if until else None,
            text=True,
            env=self._environment(),
        ) as process:
            try:
                assert process.stdout is not None  # noqa: S101 - a pipe was asked for
                for line in process.stdout if until else ():
                    if shown:
                        print(f"   {line}", end="", flush=True)  # noqa: T201
                    if line.startswith(until):
                        break
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(timeout=_END_SECONDS)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _environment(self) -> dict[str, str]:
        """Return the user's environment without settings of slp-ops, with the lab's credential."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SLP_OPS_")}
        return kept | {
            "SLP_OPS_USERNAME": USERNAME,
            "SLP_OPS_PASSWORD": PASSWORD,
            "SLP_OPS_ENABLE": ENABLE,
            "XDG_STATE_HOME": str((self._folder / "state").resolve()),
            "XDG_CONFIG_HOME": str((self._folder / "config").resolve()),
        }


def say(text: str) -> None:
    """Print a sentence of the demo."""
    print(f"\n{text}", flush=True)  # noqa: T201


def _words(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from slp_ops.cli.main import main; main()", *arguments]
