"""The environment of the operator's program, and the traceback file: no secret reaches either."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.notify import run_program
from slp_ops.app.operator import NonInteractive
from slp_ops.app.traceback_file import save_traceback

if TYPE_CHECKING:
    from pathlib import Path

SECRETS = (
    "SLP_OPS_PASSWORD",
    "SLP_OPS_TOKYO_RO_ENABLE",
    "SLP_OPS_PARAM_TOKEN",
    "SLP_OPS_PARAM_ID_TOKEN",
    "SLP_OPS_SECRET_FILE",
    "SSH_AUTH_SOCK",
    "AWS_SECRET_ACCESS_KEY",
    "WEBHOOK_TOKEN",
    "PYTHONPATH",
    "LD_PRELOAD_NOTE",
)


def test_a_program_gets_the_variables_of_the_allow_list_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "canary-5e1f")
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", "runs")
    monkeypatch.setenv("LC_TIME", "C")
    out = tmp_path / "environment.json"
    program = "import json, os, sys; open(sys.argv[1], 'w').write(json.dumps(dict(os.environ)))"

    run_program((sys.executable, "-c", program, str(out)), {"device": "sw1"}, NonInteractive())

    found = json.loads(out.read_text())
    assert "canary-5e1f" not in found.values()
    assert found["SLP_OPS_RUNS_DIR"] == "runs"
    assert found["LC_TIME"] == "C"
    assert "PATH" in found
    # Python itself may set LC_CTYPE.
    assert set(found) - {"LC_CTYPE", "LC_TIME"} <= {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
        *("SLP_OPS_RUNS_DIR", "SLP_OPS_INVENTORY", "SLP_OPS_LANG"),
    }


@pytest.mark.parametrize(
    "text",
    [
        "ValueError: username bob password 0 canary-5e1f",
        "InputError: ftp://bob:canary-5e1f@192.0.2.1/x",
        'KeyError: "snmp-server community canary-5e1f RO"',
    ],
)
def test_a_traceback_is_masked_and_private(text: str) -> None:
    path = save_traceback("old")
    path.chmod(0o666)

    path = save_traceback(f'Traceback (most recent call last):\n  File "x.py", line 1, in f\n{text}\n')

    assert "canary-5e1f" not in path.read_text()
    assert 'File "x.py", line 1, in f' in path.read_text()
    assert path.stat().st_mode & 0o077 == 0
