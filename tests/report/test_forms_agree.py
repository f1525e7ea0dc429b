"""Damaged, interrupted and edited runs: each form of the report counts the same switches and findings."""

from __future__ import annotations

import json
import random
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from tests.night.forms import assert_forms_agree, of_audit
from tests.report.conftest import SMALL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from click.testing import Result

    from slp_ops.runs import StoredRun

TOPOLOGIES = ("offline", "cslu", "smart", "on-prem", "cslu-offline", "controller")


def _lose_captures(folder: Path, device: dict[str, Any], rng: random.Random) -> None:
    for path in rng.sample(sorted(folder.glob("show*.txt")), 6):
        path.unlink()


def _edit_captures(folder: Path, device: dict[str, Any], rng: random.Random) -> None:
    for path in rng.sample(sorted(folder.glob("show*.txt")), 3):
        path.write_text("edited\n")


def _empty_captures(folder: Path, device: dict[str, Any], rng: random.Random) -> None:
    for path in folder.glob("show*.txt"):
        path.write_text("")


def _other_intent(folder: Path, device: dict[str, Any], rng: random.Random) -> None:
    device["intent"] = {"topology": rng.choice(TOPOLOGIES)}


DAMAGE: tuple[Callable[[Path, dict[str, Any], random.Random], object], ...] = (
    _lose_captures,
    _edit_captures,
    _empty_captures,
    _other_intent,
    lambda folder, device, rng: shutil.rmtree(folder),
    lambda folder, device, rng: (folder / "manifest.jsonl").unlink(),
)
RECORDS: tuple[Callable[[dict[str, Any], random.Random], dict[str, Any] | None], ...] = (
    lambda record, rng: record,
    lambda record, rng: None,
    lambda record, rng: {**record, "status": "partial"},
    lambda record, rng: {
        **record,
        "status": rng.choice(("failed", "skipped")),
        "error": {"kind": rng.choice(("timed_out", "other-platform", "unheard")), "message": "m", "hint": ""},
    },
)


def _change(run: Path, rng: random.Random) -> None:
    """Damage half of the switches of a run, and change or lose half of the records."""
    document = json.loads((run / "run.json").read_text())
    document["state"] = rng.choice(("complete", "running", "interrupted"))
    records = {
        each["name"]: each for each in map(json.loads, (run / "devices.jsonl").read_text().splitlines())
    }
    changed = []
    for device in document["devices"]:
        for key in ("status", "release", "captures", "error"):
            device.pop(key, None)
        folder = run / device["folder"]
        if folder.is_dir() and rng.random() < 0.5:
            rng.choice(DAMAGE)(folder, device, rng)
        record = records[device["name"]]
        changed.append(rng.choice(RECORDS)(record, rng) if rng.random() < 0.5 else record)
    document["devices"].append(document["devices"][0])  # a switch twice
    (run / "run.json").write_text(json.dumps(document))
    (run / "devices.jsonl").write_text("".join(f"{json.dumps(each)}\n" for each in changed if each))


@pytest.mark.parametrize("seed", range(6))
def test_every_form_counts_the_same(make_run: Callable[..., StoredRun], tmp_path: Path, seed: int) -> None:
    run = make_run(SMALL)
    _change(run.path, random.Random(seed))  # noqa: S311 - reproducible

    def slp(*words: str) -> Result:
        variables = {"SLP_OPS_RUNS_DIR": str(run.path.parent), "COLUMNS": "200"}
        return CliRunner().invoke(cli, [*words], env=variables)

    audit = slp("audit", "--run", run.id, "--json")

    assert audit.exit_code in (3, 4), audit.output
    assert_forms_agree(
        slp,
        tmp_path,
        run.id,
        of_audit(json.loads(audit.stdout)),
        switches=len(SMALL),
        langs=("ja" if seed % 2 else "en",),
    )
