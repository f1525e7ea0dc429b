"""Evidence of a worker in memory: the same files as in a folder, which appears with large ones only."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from slp_ops.model import CaptureStatus, Device, EvidenceForm
from slp_ops.ports import CommandEnd
from slp_ops.runs import DeviceFolder, Runs
from slp_ops.runs.device_archive import InvalidArchive, archive, extract
from slp_ops.runs.device_transfer import pack, take
from slp_ops.runs.held_folder import HeldFolder
from slp_ops.runs.run_writer import RunEvidence

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.runs import Run

KEY = b"k" * 32
OK = CommandEnd(status=CaptureStatus.OK)
LOST = CommandEnd(status=CaptureStatus.LOST, reason="the session ended")
NOW = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
SWITCH = Device(name="sw1", site="tokyo", host="192.0.2.1")
LARGE = "a line of a log that is long\n" * 40_000


def read(folder: DeviceFolder, size: str) -> None:
    """Read a device as a visit does."""
    for command, text in (
        ("show clock", "04:11\n"),
        ("show version", "enable secret 9 canary\n"),
        ("show log", size),
    ):
        writer = folder.open(command)
        for start in range(0, len(text), 10_000):
            writer.write(text[start : start + 10_000])
        capture = writer.commit(OK)
        assert "canary" not in folder.text(capture)
        assert len(folder.text(capture)) == capture.bytes
    dropped = folder.open("show boot")
    dropped.write(size)
    dropped.abort()
    writer = folder.open("show boot")
    writer.write("cut")
    writer.commit(LOST)
    folder.record("show tech", LOST)


@pytest.fixture(autouse=True)
def _frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("slp_ops.runs.run_writer.time.monotonic", lambda: 1.0)


@pytest.mark.parametrize(("size", "on_disk"), [("short\n", []), (LARGE, ["show-log.txt"])])
def test_the_files_are_those_of_a_folder(tmp_path: Path, size: str, on_disk: list[str]) -> None:
    (tmp_path / "a").mkdir()
    here = RunEvidence(tmp_path / "a", key=KEY, now=lambda: NOW)
    read(here.folder("sw1"), size)
    there = RunEvidence(tmp_path / "b", key=KEY, now=lambda: NOW)
    held = there.folder_as(HeldFolder, "sw1")
    read(held, size)

    wanted = pack(tmp_path / "a" / "sw1", held={})
    packed = partial(pack, tmp_path / "b" / "sw1", held=held.files())
    assert packed(digests=held.digests()) == packed()
    assert set(held.digests()) == set(held.files()) - {"manifest.jsonl"}
    assert extract(packed()) == extract(wanted)
    with pytest.raises(InvalidArchive, match="SHA-256"):  # they are not computed twice
        extract(packed(digests=dict.fromkeys(held.digests(), "0" * 64)))
    assert sorted(path.name for path in tmp_path.glob("b/sw1/*")) == on_disk
    assert (tmp_path / "b").exists() == bool(on_disk)


def test_many_captures_together_are_not_kept_in_memory(tmp_path: Path) -> None:
    held = RunEvidence(tmp_path / "b", key=KEY).folder_as(HeldFolder, "sw1")
    text = "x" * 79 + "\n"
    for number in range(12):
        writer = held.open(f"show {number}")
        writer.write(text * 5000)
        writer.commit(OK)
    assert sum(map(len, held.files().values())) < 2**21 + 2**13
    assert len(list(tmp_path.glob("b/sw1/*"))) == 7
    assert len(extract(pack(tmp_path / "b" / "sw1", held=held.files()))) == 13


def test_a_traceback_finds_its_place(tmp_path: Path) -> None:
    held = RunEvidence(tmp_path / "b", key=KEY).folder_as(HeldFolder, "sw1")
    path = held.keep_traceback("Traceback\n")
    assert path == tmp_path / "b" / "defect-sw1.txt"
    assert extract(pack(tmp_path / "b" / "sw1", held=held.files()), accepts=lambda _: True) == {
        "@defect": b"Traceback\n"
    }


def sent(tmp_path: Path) -> bytes:
    held = RunEvidence(tmp_path / "worker", key=KEY, now=lambda: NOW).folder_as(HeldFolder, "sw1")
    read(held, "short\n")
    return pack(tmp_path / "worker" / "sw1", held=held.files())


def start(tmp_path: Path, form: EvidenceForm) -> Run:
    return Runs(tmp_path / "runs", key=KEY, now=lambda: NOW).start("collect", [SWITCH], evidence=form)


def test_a_packed_run_keeps_what_a_worker_sent_as_it_is(tmp_path: Path) -> None:
    data = sent(tmp_path)
    with start(tmp_path, EvidenceForm.PACKED) as run:
        take(data, run, SWITCH)
        run.sync_packs()
        assert not (run.path / "sw1").exists()
        (path,) = (run.path / "packs").iterdir()
        assert data in path.read_bytes()
        size = path.stat().st_size

        take(data, run, SWITCH)  # taken twice, it adds nothing
        names = ["show-boot-2.txt", "show-clock.txt", "show-log.txt", "show-version.txt"]
        assert run.device(SWITCH).file_names() == names
        assert len(run.evidence.recover("sw1")) == 5
        assert path.stat().st_size == size


def test_a_run_of_folders_gets_the_files(tmp_path: Path) -> None:
    data = sent(tmp_path)
    with start(tmp_path, EvidenceForm.FILES) as run:
        take(data, run, SWITCH)
        found = {path.name: path.read_bytes() for path in (run.path / "sw1").iterdir()}
    assert found == extract(data)


@pytest.mark.parametrize(
    "files",
    [
        {"manifest.jsonl": b"{"},
        {"manifest.jsonl": b'{"command": "show clock", "status": "ok", "file": "show-clock.txt"}\n'},
        {"manifest.jsonl": b'{"command": "show clock", "status": "ok", "file": "manifest.jsonl"}\n'},
        {"../sw2": b""},
    ],
)
@pytest.mark.parametrize("form", [EvidenceForm.PACKED, EvidenceForm.FILES])
def test_what_no_worker_sends_is_not_taken(
    tmp_path: Path, form: EvidenceForm, files: dict[str, bytes]
) -> None:
    with start(tmp_path, form) as run:
        with pytest.raises(InvalidArchive):
            take(archive(files), run, SWITCH)
        assert not (run.path / "sw1").exists()
        assert not list(run.path.glob("packs/*"))


def test_the_folders_of_a_large_run_are_looked_up_once(tmp_path: Path) -> None:
    with start(tmp_path, EvidenceForm.PACKED) as run:
        assert run.folders is run.folders
