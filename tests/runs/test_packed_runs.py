"""Packed runs as the store writes and reads them: killed, resumed, damaged, exported."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import InputError, StoreError
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus, EvidenceForm
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs, RunState, StoredRun
from slp_ops.runs.evidence_files import gets_packs
from slp_ops.runs.export import export
from slp_ops.runs.run_writer import RunEvidence
from slp_ops.runs.summaries import load, save
from slp_ops.runs.verify import verify
from tests.runs.test_disk_failures import PRELUDE
from tests.runs.test_history_index import summary_of

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.runs import Run

KEY = b"k" * 32
OK = CommandEnd(status=CaptureStatus.OK)
NOW = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
FLEET = [
    Device(name=name, site=site, host="192.0.2.1")
    for name, site in (("tyo-1", "tokyo"), ("tyo-2", "tokyo"), ("osa-1", "Osaka / 2"), ("packs", "tokyo"))
]


def read_device(run: Run, device: Device, *commands: str) -> None:
    folder = run.device(device)
    kept = []
    for command in commands or ("show clock", "show version"):
        writer = folder.open(command)
        writer.write(f"{device.name} {command}\nenable secret 9 canary\n" * 40)
        kept.append(writer.commit(OK))
    run.finish_device(
        DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK, captures=tuple(kept))
    )


def make(root: Path, form: EvidenceForm, monkeypatch: pytest.MonkeyPatch) -> StoredRun:
    """A run whose every byte depends on its devices alone."""
    monkeypatch.setattr("slp_ops.runs.run_writer.time.monotonic", lambda: 1.0)
    monkeypatch.setattr("slp_ops.runs.runs._free_id", lambda names: "abc123")
    with Runs(root, key=KEY, now=lambda: NOW).start("collect", FLEET, evidence=form) as run:
        for device in FLEET[:3]:
            read_device(run, device)
        silent = CommandEnd(status=CaptureStatus.TIMEOUT, reason="silent")
        kept = run.device(FLEET[3]).record("show clock", silent)
        run.finish_device(
            DeviceResult(name="packs", site="tokyo", status=DeviceStatus.FAILED, captures=(kept,))
        )
        run.attach("note.txt", "beside the evidence\n")
    return StoredRun(run.path)


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredRun:
    return make(tmp_path / "packed", EvidenceForm.PACKED, monkeypatch)


def tree(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def test_a_packed_run_has_a_file_a_site_and_is_exported_to_what_a_plain_run_would_be(
    packed: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make(tmp_path / "plain", EvidenceForm.FILES, monkeypatch)
    assert sorted(tree(packed.path)) == [
        "devices.jsonl", "lock", "note.txt", "packs/osaka-2-83bf9c18.pack", "packs/tokyo.pack", "run.json"
    ]  # fmt: skip

    done = export(packed, tmp_path / "out")
    assert done.problems == ()
    assert tree(done.path) == tree(plain.path)
    assert tree(export(plain, tmp_path / "again").path) == tree(plain.path)
    assert all(each.stat().st_mode & 0o077 == 0 for each in done.path.rglob("*"))
    assert packed.devices == plain.devices == StoredRun(done.path).devices
    assert not verify(StoredRun(done.path)).damaged
    with pytest.raises(InputError, match="exists already"):
        export(packed, tmp_path / "out")


def test_it_reads_like_a_plain_run(
    packed: StoredRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make(tmp_path / "plain", EvidenceForm.FILES, monkeypatch)

    assert verify(packed) == verify(plain)
    assert packed.totals == plain.totals
    for result in plain.devices:
        assert packed.manifest(result.name) == plain.manifest(result.name)
        for capture in result.captures:
            if capture.file is not None:
                assert packed.text(result.name, capture) == plain.text(result.name, capture)
    for run in (packed, plain):
        (run.path / "run.json").unlink()
    assert [device.name for device in StoredRun(packed.path).devices] == [
        device.name for device in StoredRun(plain.path).devices
    ]


def test_what_is_resumed_is_added_to_the_evidence_of_the_device(packed: StoredRun) -> None:
    runs = Runs(packed.path.parent, key=KEY, now=lambda: NOW)
    before = packed.manifest("tyo-1")
    with runs.resume("last") as run:
        kept = [capture for capture in before if capture.file is not None]
        assert run.device(FLEET[0]).text(kept[0]).startswith("tyo-1 show clock")
        read_device(run, FLEET[0], "show clock", "show license all")
        assert not (run.path / "tyo-1").exists()
        assert run.device(FLEET[0]).text(kept[0]).startswith("tyo-1 show clock")

    again = StoredRun(packed.path)
    assert again.manifest("tyo-1")[: len(before)] == before
    assert [each.file for each in again.manifest("tyo-1")[len(before) :]] == [
        "show-clock-2.txt",
        "show-license-all.txt",
    ]
    assert not verify(again).remarks
    assert again.header.state is RunState.COMPLETE


def test_a_worker_process_resumes_and_recovers_what_is_packed(packed: StoredRun) -> None:
    evidence = RunEvidence(packed.path, key=KEY)
    assert [each.command for each in evidence.recover("tyo-1")] == ["show clock", "show version"]
    assert not (packed.path / "tyo-1").exists()

    evidence.folder("tyo-1").open("show license all").commit(OK)
    assert [each.command for each in evidence.recover("tyo-1")] == [
        "show clock", "show version", "show license all"
    ]  # fmt: skip
    assert [each.command for each in StoredRun(packed.path).captures("tyo-1")] == [
        "show clock", "show version", "show license all"
    ]  # fmt: skip


def test_a_reader_sees_what_is_packed_while_it_reads(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", key=KEY, now=lambda: NOW)
    with runs.start("collect", FLEET, evidence=EvidenceForm.PACKED) as run:
        read_device(run, FLEET[0])
        run.device(FLEET[1]).open("show clock").commit(OK)
        reader = StoredRun(run.path)
        assert [len(reader.manifest(device.name)) for device in FLEET] == [2, 1, 0, 0]
        read_device(run, FLEET[1], "show version")
        read_device(run, FLEET[2])
        assert [len(reader.manifest(device.name)) for device in FLEET] == [2, 2, 2, 0]
        with pytest.raises(InputError, match="still being written"):
            export(reader, tmp_path / "out")


def test_summaries_count_as_long_as_the_packed_manifest_is_as_long(packed: StoredRun) -> None:
    save(packed, [summary_of(FLEET[0], packed.header.started, 1)])
    assert set(load(StoredRun(packed.path))) == {"tyo-1"}
    with Runs(packed.path.parent, key=KEY).resume("last") as run:
        read_device(run, FLEET[0], "show license all")
    assert load(StoredRun(packed.path)) == {}


def test_a_flipped_byte_of_a_pack_is_found(packed: StoredRun) -> None:
    """Bytes all over one pack, also of a record that a later one replaced."""
    with Runs(packed.path.parent, key=KEY, now=lambda: NOW).resume("last") as run:
        read_device(run, FLEET[2], "show license all")
    (path,) = packed.path.glob("packs/osaka*.pack")
    whole = path.read_bytes()
    assert not verify(StoredRun(packed.path)).damaged
    for place in range(0, len(whole), 13):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        assert verify(StoredRun(packed.path)).damaged, place


def test_a_damaged_record_costs_its_device_and_names_it(packed: StoredRun, tmp_path: Path) -> None:
    path = packed.path / "packs" / "tokyo.pack"
    data = bytearray(path.read_bytes())
    data[data.index(b"tyo-1") + 40] ^= 1
    path.write_bytes(data)
    run = StoredRun(packed.path)

    found = {result.name: result for result in run.devices}
    assert found["tyo-1"].error is not None
    assert found["tyo-1"].error.kind == "damaged"
    assert "the record of tyo-1 in tokyo.pack is damaged" in found["tyo-1"].error.message
    assert found["tyo-2"] == {result.name: result for result in packed.devices}["tyo-2"]
    with pytest.raises(
        StoreError, match=r"tyo-1/manifest.jsonl: the record of tyo-1 in tokyo.pack is damaged"
    ):
        run.manifest("tyo-1")
    assert [(each.file, each.damage) for each in verify(run).remarks] == [("tyo-1/manifest.jsonl", True)]
    done = export(run, tmp_path / "out")
    assert [each.file for each in done.problems] == ["tyo-1"]
    assert sorted(each.parent.name for each in done.path.glob("*/manifest.jsonl")) == [
        "osa-1", packed.about["packs"].folder, "tyo-2"
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"slp-ops/pack/1\n" + b"m" * 16])
def test_another_file_in_place_of_a_pack_is_one_message(packed: StoredRun, content: bytes) -> None:
    (packed.path / "packs" / "tokyo.pack").write_bytes(content)
    run = StoredRun(packed.path)

    damaged = [each for each in verify(run).remarks if each.damage]
    assert damaged
    assert {result.name for result in run.devices if result.error is not None} == {"tyo-1", "tyo-2", "packs"}


def test_a_pack_that_is_a_link_is_not_followed(packed: StoredRun, tmp_path: Path) -> None:
    path = packed.path / "packs" / "tokyo.pack"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert verify(StoredRun(packed.path)).damaged
    shutil.rmtree(packed.path / "packs")
    (packed.path / "packs").symlink_to(tmp_path)
    assert verify(StoredRun(packed.path)).damaged


def test_a_disk_that_takes_no_pack_leaves_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    runs = Runs(tmp_path / "runs", key=KEY)
    with runs.start("collect", FLEET, evidence=EvidenceForm.PACKED) as run:
        with monkeypatch.context() as patched:
            patched.setattr("slp_ops.runs.pack.append", full)
            read_device(run, FLEET[0])
        read_device(run, FLEET[1])

    assert sorted(each.name for each in run.path.iterdir() if each.is_dir()) == ["packs", "tyo-1"]
    stored = StoredRun(run.path)
    assert [len(stored.captures(device.name)) for device in FLEET[:2]] == [2, 2]
    assert not verify(stored).damaged


def test_a_device_with_more_than_an_archive_takes_keeps_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slp_ops.runs.device_archive.LARGEST", 1000)
    with Runs(tmp_path / "runs", key=KEY).start("collect", FLEET, evidence=EvidenceForm.PACKED) as run:
        read_device(run, FLEET[0])

    assert (run.path / "tyo-1" / "show-clock.txt").is_file()
    assert not verify(StoredRun(run.path)).damaged


WRITING = """
from slp_ops.model import EvidenceForm
fleet = [Device(name=f"sw{number}", site=f"site{number % 2}", host="192.0.2.1") for number in range(300)]
with runs.start("collect", fleet, evidence=EvidenceForm.PACKED) as run:
    for device in fleet:
        kept = []
        for command in ("show clock", "show version", "show inventory"):
            writer = run.device(device).open(command)
            for line in range(200):
                writer.write(f"{device.name} {command} {line * 7919 % 1009} and more words\\n")
            kept.append(writer.commit(ok))
        run.finish_device(DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK,
                          captures=tuple(kept)))
        print(device.name, flush=True)
"""


@pytest.mark.parametrize("devices", [1, 8, 41])
def test_a_kill_loses_at_most_the_capture_in_flight(tmp_path: Path, devices: int) -> None:
    arguments = [sys.executable, "-c", PRELUDE + WRITING, str(tmp_path / "runs")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        done = [process.stdout.readline().strip() for _ in range(devices)]
        process.send_signal(signal.SIGKILL)
        done += process.stdout.read().split()

    runs = Runs(tmp_path / "runs", key=KEY)
    run = runs.open("last")
    assert not verify(run).damaged
    for name in done:
        assert [run.text(name, each).count("\n") for each in run.captures(name)] == [200, 200, 200]

    with runs.resume("last") as again:
        assert not list(again.path.glob(".*"))
        for number in range(len(done), len(done) + 3):
            read_device(again, Device(name=f"sw{number}", site=f"site{number % 2}", host="192.0.2.1"))
    stored = runs.open("last")
    assert not [each for each in verify(stored).remarks if "record" in each.what]
    assert len(stored.captures(f"sw{len(done) + 2}")) == 2


@pytest.mark.parametrize("moment", ["append", "rename", "rmtree", "restore"])
def test_a_kill_between_two_steps_of_packing(tmp_path: Path, moment: str) -> None:
    """The process is killed right after a step; the evidence is there once, and the run can be resumed."""
    script = f"""
import os, signal, shutil
from slp_ops.model import EvidenceForm
from slp_ops.runs import evidence_files, pack
moment = {moment!r}
def dies(step):
    def call(*args, **kwargs):
        done = step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)
        return done
    return call
with runs.start("collect", [switch], evidence=EvidenceForm.PACKED) as run:
    def read():
        kept = run.device(switch).open("show clock").commit(ok)
        run.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK, captures=(kept,)))
    if moment == "append":
        pack.append = dies(pack.append)
    elif moment == "rename":
        Path.rename = dies(Path.rename)
    elif moment == "rmtree":
        shutil.rmtree = dies(shutil.rmtree)
    else:
        read()
        evidence_files.write_folder = dies(evidence_files.write_folder)
    read()
"""
    process = subprocess.run(
        [sys.executable, "-c", PRELUDE + script, str(tmp_path / "runs")], capture_output=True, text=True
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    runs = Runs(tmp_path / "runs", key=KEY)
    run = runs.open("last")
    assert not verify(run).damaged
    assert [each.command for each in run.captures("sw1")] == ["show clock"]

    with runs.resume("last") as again:
        read_device(again, Device(name="sw1", site="tokyo", host="192.0.2.11"), "show version")
    stored = runs.open("last")
    assert [each.command for each in stored.captures("sw1")] == ["show clock", "show version"]
    assert not verify(stored).remarks
    assert sorted(json.dumps(each.name) for each in stored.path.iterdir() if each.is_dir()) == ['"packs"']


def test_large_runs_are_packed_unless_the_operator_wants_otherwise() -> None:
    assert [gets_packs(EvidenceForm.AUTO, devices) for devices in (1, 1999, 2000, 100_000)] == [
        False, False, True, True
    ]  # fmt: skip
    assert not gets_packs(EvidenceForm.FILES, 100_000)
    assert gets_packs(EvidenceForm.PACKED, 1)
