"""Run a program of the operator's for each new finding, with the finding as JSON on its standard input.

No shell, and nothing of a finding ever becomes a part of the command: what a switch prints can be anything.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.operator import Operator

_PATIENCE: Final = 60.0  # seconds
# An allow-list: passwords, parameters of playbooks and tokens may have any name.
_PASSED_ON: Final = frozenset(
    {"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"}
    | {"SLP_OPS_RUNS_DIR", "SLP_OPS_INVENTORY", "SLP_OPS_LANG"}
)
_LOCALE: Final = "LC_"


def run_program(words: tuple[str, ...], record: Mapping[str, object], operator: Operator) -> None:
    """Run the program with the record on its standard input. A failure is a notice, and ends nothing.

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
        _note(operator, words, f"did not end within {_PATIENCE:.0f} s and was stopped")
    except OSError as err:
        _note(operator, words, f"could not be run: {err.strerror or err}")
    else:
        if done.returncode:
            _note(operator, words, f"ended with {done.returncode}")


def _environment() -> dict[str, str]:
    """Return what a program needs to run, and nothing that could be a secret."""
    return {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_LOCALE)
    }


def _stderr() -> int:
    try:
        return sys.stderr.fileno()
    except OSError:  # a test's or an embedder's stream without a file
        return subprocess.DEVNULL


def _note(operator: Operator, words: tuple[str, ...], what: str) -> None:
    operator.notice(f"note: {one_line(words[0])} {what}")
