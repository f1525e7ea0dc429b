"""The masking key is the user's, is made once, and is never anybody else's to read."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import StoreError
from slp_ops.model import Device
from slp_ops.runs import Runs
from slp_ops.runs.mask_key import mask_key

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_in_the_state_directory(tmp_path: Path) -> None:
    key = mask_key()

    path = tmp_path / "state" / "slp-ops" / "mask.key"
    assert len(key) == 32
    assert path.read_bytes() == key == mask_key()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["mask.key"]


def test_what_a_killed_process_left_of_a_key_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".mask.key.0123abcd.part"
    left.write_bytes(b"half")
    key = mask_key(tmp_path)
    left.write_bytes(key)
    assert mask_key(tmp_path) == key
    assert [each.name for each in tmp_path.iterdir()] == ["mask.key"]


def test_a_key_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    mask_key(tmp_path)
    (tmp_path / "mask.key").chmod(0o644)

    mask_key(tmp_path)

    assert stat.S_IMODE((tmp_path / "mask.key").stat().st_mode) == 0o600


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    script = "from slp_ops.runs.mask_key import mask_key; print(mask_key().hex())"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "XDG_STATE_HOME": str(tmp_path / "fresh")},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]

    assert len({process.communicate(timeout=60)[0] for process in processes}) == 1


def test_a_spoilt_key_is_named_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "mask.key").write_bytes(b"short")

    with pytest.raises(StoreError, match="is not the masking key: it has 5 bytes"):
        mask_key(tmp_path)


def test_a_link_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"x" * 32)
    (tmp_path / "mask.key").symlink_to(tmp_path / "other")

    with pytest.raises(StoreError):
        mask_key(tmp_path)


def test_it_is_in_no_run(tmp_path: Path) -> None:
    switch = Device(name="sw1", site="tokyo", host="192.0.2.11")
    with Runs(tmp_path / "runs").start("collect", [switch]) as run:
        run.device(switch).open("show clock")

    key = mask_key()
    for path in run.path.rglob("*"):
        if path.is_file():
            assert key not in path.read_bytes()
            assert key.hex() not in path.read_text()
