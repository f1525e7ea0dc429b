"""Temporary files and folders of processes that were killed, and of those that still run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from slp_ops.temporary_files import (
    remove_abandoned,
    remove_abandoned_folders,
    replacing,
    temporary_folder,
)

WORKING = """
import sys, time
from pathlib import Path
from slp_ops.temporary_files import replacing, temporary_folder
with replacing(Path(sys.argv[1])) as file, temporary_folder() as folder:
    file.write(b"half"); file.flush()
    (folder / "fetched").write_bytes(b"half")
    print(folder, flush=True)
    time.sleep(60)
"""


def test_a_reader_sees_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"old")
    with replacing(path, public=True) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    with pytest.raises(TypeError), replacing(path) as file:
        file.write("no bytes")  # type: ignore[call-overload]  # the point of the test
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_owner_reads_a_file_that_is_not_public(tmp_path: Path) -> None:
    with replacing(tmp_path / "bundle.zip"):
        pass
    assert (tmp_path / "bundle.zip").stat().st_mode & 0o777 == 0o600


def test_what_a_killed_process_left_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    target = tmp_path / "b.zip"
    others = [
        tmp_path / ".b.zip.swp",
        tmp_path / ".other.zip.00aa11bb.part",
        tmp_path / "b.zip.00aa11bb.part",
        tmp_path / "slp-ops-mine",
    ]
    for each in others:
        each.write_bytes(b"")
    process = subprocess.Popen(
        [sys.executable, "-c", WORKING, str(target)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        folder = Path(process.stdout.readline().strip())
        (left,) = tmp_path.glob(".b.zip.*.part")
        remove_abandoned(tmp_path)
        remove_abandoned_folders()
        assert left.exists()
        assert (folder / "fetched").exists()
        others[1].write_bytes(b"")
    finally:
        process.kill()
        process.communicate(timeout=60)

    assert left.exists()
    with replacing(target) as file:
        file.write(b"whole")
    remove_abandoned_folders()
    assert sorted(tmp_path.iterdir()) == sorted([*others, target])


def test_a_temporary_folder_ends_with_its_block() -> None:
    with temporary_folder() as folder:
        (folder / "fetched").write_bytes(b"")
    assert not folder.exists()
