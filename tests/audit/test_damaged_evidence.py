"""Damaged evidence costs the command that it belongs to, and no other device of the run."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.model import CaptureStatus, DeviceStatus
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "show-license-all.txt"


def _missing(path: Path) -> None:
    path.unlink()


def _link(path: Path) -> None:
    path.rename(path.with_suffix(".moved"))
    path.symlink_to(path.with_suffix(".moved"))


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"License", b"Licence", 1))


def _fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGE = {"missing": _missing, "link": _link, "changed": _changed, "fifo": _fifo, "folder": _folder}


@pytest.fixture(params=DAMAGE)
def damaged(request: pytest.FixtureRequest, saved: Callable[..., str], tmp_path: Path) -> str:
    """Make a run of three switches; the file of one command of the second one is damaged."""
    run = saved(sw1="healthy", sw2="dns-failure", sw3="healthy")
    DAMAGE[request.param](Runs(tmp_path / "runs").open(run).path / "sw2" / FILE)
    return run


def _slp(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_every_verb_names_the_damage_and_reads_the_rest(damaged: str, tmp_path: Path) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))

    code, text = _slp("audit", "--run", damaged, *runs)
    assert code == 4
    assert "the evidence is damaged: show license all: " in " ".join(text.split())
    assert all(name in text for name in ("sw1", "sw2", "sw3"))

    code, text = _slp("report", damaged, *runs, "--md", "-")
    assert code == 0
    assert "damaged" in text

    code, text = _slp("bundle", damaged, *runs, "--no-ask", "-o", str(tmp_path / "b.zip"))
    assert code == 0
    assert _slp("bundle", "--check", str(tmp_path / "b.zip"))[0] == 0

    assert _slp("facts", damaged, *runs)[0] == 0
    assert _slp("diff", damaged, damaged, *runs)[0] in (0, 3)
    code, text = _slp("runs", "verify", damaged, *runs)
    assert code == 3
    assert f"sw2/{FILE}" in text


def test_only_the_damaged_command_is_not_read(damaged: str, tmp_path: Path) -> None:
    first, second, third = Runs(tmp_path / "runs").open(damaged).devices

    assert (first.status, third.status) == (DeviceStatus.OK, DeviceStatus.OK)
    assert second.status is DeviceStatus.PARTIAL
    assert second.error is not None
    assert second.error.kind == "damaged"
    assert [each.command for each in second.captures if each.status is CaptureStatus.DAMAGED] == [
        "show license all"
    ]


def test_an_unknown_rule_names_the_damaged_command(damaged: str, tmp_path: Path) -> None:
    _, text = _slp("audit", "--run", damaged, "--runs-dir", str(tmp_path / "runs"), "--json")
    found = json.loads(text)

    whys = [each["summary"] for each in found["outcomes"] if each["device"] == "sw2"]
    assert any("its file in the run is damaged" in json.dumps(each) for each in found["outcomes"]), whys


@pytest.mark.parametrize("damage", [_missing, _link, _fifo])
def test_a_damaged_manifest_costs_its_device_only(
    damage: Callable[[Path], None], saved: Callable[..., str], tmp_path: Path
) -> None:
    run = saved(sw1="healthy", sw2="dns-failure")
    damage(Runs(tmp_path / "runs").open(run).path / "sw2" / "manifest.jsonl")
    runs = ("--runs-dir", str(tmp_path / "runs"))

    code, text = _slp("audit", "--run", run, *runs)
    assert code in (3, 4)
    assert "the evidence is damaged" in " ".join(text.split())
    assert _slp("report", run, *runs, "--md", "-")[0] == 0
    assert _slp("bundle", run, *runs, "--no-ask", "-o", str(tmp_path / "b.zip"))[0] == 0
    assert _slp("facts", run, *runs)[0] == 0
    assert _slp("runs", "verify", run, *runs)[0] == 3
