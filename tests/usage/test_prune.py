"""What a prune keeps of an exchange: the signed files that CSSM has not acknowledged yet."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.irreplaceable import irreplaceable
from slp_ops.runs.prune import LossKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.runs import Run, Runs


def _prune(folder: Path, *arguments: str) -> dict[str, str | None]:
    """Prune with --keep 0; return why the runs of each verb are kept."""
    done = subprocess.run(
        [sys.executable, "-m", "slp_ops", "runs", "prune", "--keep", "0", "--json", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {each["verb"]: each["kept_because"] for each in json.loads(done.stdout)["runs"]}


@pytest.mark.parametrize("more", [pytest.param((), marks=pytest.mark.slow), ("--to", "out")])
def test_usage_files_stay_until_they_are_acknowledged(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path, more: tuple[str, ...]
) -> None:
    running = lab(scale=600.0, sw1="offline-overdue")
    running.change("sw1", lambda switch: switch.configure("ip scp server enable"))
    inventory(running, "sw1")
    saved = usage("save", "--yes", "--json", *more)
    (file,) = saved.json["files"]

    kept = _prune(tmp_path, "--yes")
    assert kept == {
        "usage-save": "the usage file of sw1, which waits for its ACK",
        "usage-save-plan": None,
    }
    assert Path(file["path"]).exists()
    # A flag names what will be lost.
    assert _prune(tmp_path, "--dry-run", "--lose", "usage-files") == {"usage-save": None}
    assert _prune(tmp_path, "--dry-run", "--lose", "evidence")["usage-save"] is not None

    (tmp_path / "ack.txt").write_bytes(cssm.upload(Path(file["path"]).read_bytes()))
    assert usage("import", "ack.txt", "--yes", "--json", "--wait", "30").code == 0
    assert set(_prune(tmp_path, "--yes").values()) == {None}
    assert not list((tmp_path / "runs").glob("*-usage-*"))


def test_the_only_audit_stays_after_a_status(
    lab: Any, inventory: Any, usage: Any, environment: Any, tmp_path: Path
) -> None:
    running = lab(sw1="offline-overdue")
    inventory(running, "sw1")
    audit = [sys.executable, "-m", "slp_ops", "audit", "-i", "inventory.yaml"]
    assert subprocess.run(audit, cwd=tmp_path, env=environment, timeout=300, check=False).returncode == 3
    assert usage("status").code == 0

    assert _prune(tmp_path, "--yes") == {
        "usage-status": None,
        "audit": "the newest good evidence of sw1",
    }


@pytest.mark.parametrize("journal", ["missing", "garbled", "folder", "queue"])
def test_usage_files_without_a_journal_that_can_be_read_stay(
    runs: Runs, good_run: Callable[..., Run], journal: str
) -> None:
    run = good_run("sw1", verb="usage-save")
    (run.path / "upload").mkdir()
    (run.path / "upload" / "RUM.txt").write_text("signed")
    path = run.path / "journal.jsonl"
    match journal:
        case "garbled":
            path.write_text("{\n")
        case "folder":
            path.mkdir()
        case "queue":
            os.mkfifo(path)

    losses = irreplaceable(runs.root, runs.all(), ())[run.path]

    assert LossKind.USAGE_FILES in {each.kind for each in losses}
    assert ({LossKind.UNFINISHED, LossKind.ROLLBACK} <= {each.kind for each in losses}) == (
        journal != "missing"
    )
