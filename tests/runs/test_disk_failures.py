"""A disk that is full, folders that may not be written, processes that are killed, and several at once.

Each is done to a real process of ours, since a limit or a signal is for a process as a whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from slp_ops.errors import StoreError
from slp_ops.model import CaptureStatus, Device
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs, RunState, StoredRun, atomic_files
from slp_ops.runs.prune import remove
from slp_ops.runs.verify import verify

KEY = b"k" * 32
SWITCH = Device(name="sw1", site="tokyo", host="192.0.2.11")
PRELUDE = """
import resource, sys
from pathlib import Path
from slp_ops.errors import StoreError
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs
runs = Runs(Path(sys.argv[1]), key=b"k" * 32)
switch = Device(name="sw1", site="tokyo", host="192.0.2.11")
ok = CommandEnd(status=CaptureStatus.OK)
"""


def child(script: str, root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + script, str(root), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(script: str, root: Path, *arguments: str) -> str:
    process = child(script, root, *arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out


WRITING = """
with runs.start("collect", [switch]) as run:
    number = 0
    while True:
        writer = run.device(switch).open(f"show thing {number}")
        for line in range(3000):
            writer.write(f"{number} {line} and some more words to make the file grow\\n")
        writer.commit(ok)
        print(number, flush=True)
        number += 1
"""


@pytest.mark.parametrize("captures", [1, 2, 5, 17])
def test_a_kill_loses_at_most_the_capture_in_flight(tmp_path: Path, captures: int) -> None:
    process = child(WRITING, tmp_path / "runs")
    assert process.stdout is not None
    for _ in range(captures):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)

    run = Runs(tmp_path / "runs", key=KEY).open("last")
    verified = verify(run)
    assert run.header.state is RunState.INTERRUPTED
    assert not verified.damaged
    assert verified.captures >= captures
    for kept in run.captures("sw1"):
        assert run.text("sw1", kept).count("\n") == 3000
    assert run.devices[0].error is not None
    assert run.devices[0].error.kind == "interrupted"


FILLING = """
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
import json
try:
    with runs.start("collect", [switch]) as run:
        for number in range(int(sys.argv[3])):
            writer = run.device(switch).open(f"show thing {number}")
            writer.write("x" * int(sys.argv[4]) + "\\n")
            writer.commit(ok)
except StoreError as err:
    print(json.dumps([err.message, err.hint, number]))
"""


def test_a_full_disk_is_one_clear_error_and_what_was_saved_is_intact(tmp_path: Path) -> None:
    """The second capture does not fit: no half file stays, and the first one is whole."""
    script = FILLING.replace('"x" * int(sys.argv[4])', '"x" * (900 if number == 0 else 100_000)')
    message, hint, number = json.loads(finished(script, tmp_path / "runs", "20000", "2", "0"))

    assert number == 1
    assert message.startswith("cannot write ")
    assert message.endswith("show-thing-1.txt: File too large")
    assert "free some space" in hint
    run = Runs(tmp_path / "runs", key=KEY).open("last")
    verified = verify(run)
    assert (verified.captures, verified.remarks) == (1, ())
    assert sorted(path.name for path in (run.path / "sw1").iterdir()) == [
        "manifest.jsonl",
        "show-thing-0.txt",
    ]


def test_a_device_without_space_left() -> None:
    full = Path("/dev/full")
    said = "cannot write /dev/full: No space left on device"
    with pytest.raises(StoreError, match=said) as caught, atomic_files.store_errors("write", full):
        atomic_files.append(full, b"x\n")

    assert "free some space" in caught.value.hint


def test_no_half_line_stays_in_a_manifest(tmp_path: Path) -> None:
    """The manifest itself outgrows the limit: its last whole line stays its last line."""
    message, _, number = json.loads(finished(FILLING, tmp_path / "runs", "1000", "50", "10"))

    assert "manifest.jsonl" in message
    run = Runs(tmp_path / "runs", key=KEY).open("last")
    manifest = (run.path / "sw1" / "manifest.jsonl").read_bytes()
    assert manifest.endswith(b"}\n")
    assert len(run.captures("sw1")) == number
    assert not verify(run).damaged


def test_a_writer_that_failed_stays_failed(tmp_path: Path) -> None:
    script = """
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
with runs.start("collect", [switch]) as run:
    writer = run.device(switch).open("show tech-support")
    for _ in range(3):
        try:
            writer.write("x" * 100_000 + "\\n")
        except StoreError:
            print("refused")
    try:
        writer.commit(ok)
    except StoreError:
        print("refused")
"""
    assert finished(script, tmp_path / "runs").split() == ["refused"] * 4
    (run,) = (tmp_path / "runs").glob("*-collect-*")
    assert not list(run.glob("sw1/*"))


UNPRIVILEGED = """
import os
if os.geteuid() == 0:
    os.setuid(65534)
try:
    runs.start("collect", [switch])
except StoreError as err:
    print(err.message, err.hint, sep="|")
"""


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    message, hint = finished(UNPRIVILEGED, Path("/")).strip().split("|")

    assert message.startswith("cannot lock /")
    assert message.endswith("Permission denied")
    assert "--runs-dir" in hint


MANY = """
from datetime import UTC, datetime
same = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
runs = Runs(Path(sys.argv[1]), key=b"k" * 32, now=lambda: same)
for _ in range(40):
    with runs.start("collect", [switch]) as run:
        run.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK,
                          captures=(run.device(switch).open("show clock").commit(ok),)))
    print(run.path.name)
"""


def test_processes_that_start_at_once_never_share_a_folder(tmp_path: Path) -> None:
    processes = [child(MANY, tmp_path / "runs") for _ in range(3)]
    outs = [process.communicate(timeout=60) for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], outs
    names = [name for out, _ in outs for name in out.split()]
    assert len(set(names)) == 120
    found = Runs(tmp_path / "runs", key=KEY).all()
    assert {run.path.name for run in found} == set(names)
    assert not [run.id for run in found if verify(run).remarks]


def test_pruning_beside_a_writer_removes_nothing_of_its_run(tmp_path: Path) -> None:
    process = child(WRITING, tmp_path / "runs")
    assert process.stdout is not None
    try:
        process.stdout.readline()
        runs = Runs(tmp_path / "runs", key=KEY)
        run = runs.open("last")
        assert run.header.state is RunState.RUNNING
        assert not remove(run)
        assert run.path.is_dir()
        process.stdout.readline()
    finally:
        process.kill()
        process.communicate(timeout=60)

    dead = runs.open("last")
    assert not verify(dead).damaged
    assert remove(dead)
    assert runs.all() == []


def test_the_next_run_removes_what_killed_processes_left(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs", key=KEY)
    with runs.start("collect", [SWITCH]) as run:
        run.device(SWITCH).open("show clock").commit(CommandEnd(status=CaptureStatus.OK))
    hidden = run.path.with_name(f".{run.path.name}.00aa11bb")
    run.path.rename(hidden)
    foreign = tmp_path / "runs" / ".git"
    foreign.mkdir()
    lock = os.open(hidden / "lock", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)

    with runs.start("collect", []):
        assert hidden.is_dir()  # another process makes or removes it
    os.close(lock)
    with runs.start("collect", []):
        assert not hidden.exists()
    assert foreign.is_dir()


def test_the_next_run_removes_captures_that_were_in_flight(tmp_path: Path) -> None:
    process = child(WRITING, tmp_path / "runs")
    assert process.stdout is not None
    runs = Runs(tmp_path / "runs", key=KEY)
    try:
        process.stdout.readline()
        run = runs.open("last")
        torn = [run.path / ".run.json.00aa11bb.part", run.path / "sw1" / ".show-version.txt.part"]
        torn[1].parent.mkdir(exist_ok=True)
        for path in torn:
            path.write_text("half a li")
        with runs.start("collect", []):
            assert all(path.exists() for path in torn)  # it is still being written
    finally:
        process.kill()
        process.communicate(timeout=60)

    with runs.start("collect", []):
        assert not any(path.exists() for path in torn)
    assert not verify(StoredRun(run.path)).remarks
