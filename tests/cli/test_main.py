"""The entry point as a process."""

from __future__ import annotations

import subprocess
import sys


def test_a_reader_that_has_gone_is_no_defect() -> None:
    """``slp-ops rules | head``: no message, and not the exit code of a defect."""
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "rules"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=30)) == ("", 0)
