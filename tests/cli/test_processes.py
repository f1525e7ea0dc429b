"""``--processes``: several processes read, and everything is as with one."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.lab.scenarios import names
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.export import export
from slp_ops.runs.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Slp

CLOCK = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)


def newest(tmp_path: Path) -> Path:
    return Runs(tmp_path / "runs").open("last").path


def evidence(run: Path) -> dict[str, bytes]:
    """Every capture of a run, byte for byte."""
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.glob("*/*.txt"))}


def results(run: Path) -> dict[str, Any]:
    lines = map(json.loads, (run / "devices.jsonl").read_text().splitlines())
    return {line["name"]: line for line in lines}


def workers() -> list[int]:
    """The worker processes of this test."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, parent = path.read_text().rpartition(")")[2].split()[:2]
            command = path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if int(parent) == os.getpid() and b"slp_ops.app.worker" in command:
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_the_evidence_of_every_scenario_is_that_of_one_process(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path, transport: str
) -> None:
    runs = []
    for processes in ("1", "2"):  # each with switches of its own: some change when they are read
        running = lab(scale=20.0, clock=CLOCK, **{f"sw-{name}": name for name in names()})
        done = slp(
            running,
            "collect",
            "--command-timeout",
            "5",
            "--login-timeout",
            "8",
            "--processes",
            processes,
            transport=transport,
        )
        assert done.exit_code in (0, 4), done.output
        runs.append(newest(tmp_path))
    one, two = runs

    assert evidence(one) == evidence(two)
    assert results(one) == results(two)
    assert one != two
    assert not workers()


def test_several_processes_read_with_one_known_hosts_and_one_summary(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path
) -> None:
    running = lab(**{f"sw{number}": "healthy" for number in range(4)})

    done = slp(running, "collect", "--processes", "2", "--debug", transport="asyncssh")

    assert done.exit_code == 0, done.output
    assert "4 devices: 4 ok" in done.output
    assert done.output.count("new host key, trusted on first use: sw") == 4
    assert len((tmp_path / "known_hosts").read_text().splitlines()) == 4
    assert len(list(newest(tmp_path).glob("session-sw*.log"))) == 4

    (tmp_path / "known_hosts").write_text(
        (tmp_path / "known_hosts").read_text().replace(f":{running.rack['sw0'].port} ", ":1 ")
    )
    strict = slp(running, "collect", "--processes", "2", "--host-key", "strict", transport="asyncssh")
    assert strict.exit_code == 4
    assert "no host key is on file for sw0" in strict.output
    assert "3 ok" in strict.output


def test_three_refusals_stop_a_credential_in_all_processes(lab: Callable[..., Any], slp: Slp) -> None:
    running = lab(**{f"sw{number}": "healthy" for number in range(8)})

    done = slp(running, "collect", "--processes", "3", SLP_OPS_PASSWORD="wrong", transport="asyncssh")

    assert done.exit_code == 4
    assert "not tried: credential 'default' was not accepted 3 times in a row" in done.output
    assert "3 failed" in done.output
    assert "5 skipped" in done.output


@pytest.fixture
def killer() -> Iterator[Callable[[Callable[[], bool]], None]]:
    """``killer(when)`` kills a worker process as soon as ``when`` is true."""
    threads: list[threading.Thread] = []
    over = threading.Event()

    def start(when: Callable[[], bool]) -> None:
        def kill() -> None:
            while not over.is_set():
                if when() and (found := workers()):
                    os.kill(found[0], signal.SIGKILL)
                    return
                time.sleep(0.005)

        threads.append(threading.Thread(target=kill))
        threads[-1].start()

    yield start
    over.set()
    for each in threads:
        each.join()


def test_what_a_killed_process_was_reading_is_read_by_another_and_stored_once(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path, killer: Any
) -> None:
    running = lab(clock=CLOCK, **{f"sw{number}": "healthy" for number in range(4)})
    for name in running.names:
        running.fault(name, command_delay=0.05)
    killer(lambda: len(list(tmp_path.glob("runs/*/sw*/show-*.txt"))) > 8)

    done = slp(running, "collect", "--processes", "2", transport="asyncssh")

    assert done.exit_code == 0, done.output
    assert "4 devices: 4 ok" in done.output
    run = newest(tmp_path)
    for name in running.names:
        listed = [json.loads(line) for line in (run / name / "manifest.jsonl").read_text().splitlines()]
        commands = [each["command"] for each in listed]
        assert len(commands) == len(set(commands))
        files = sorted(path.name for path in (run / name).glob("*.txt"))
        assert files == sorted(each["file"] for each in listed if each["file"])
    assert len({len(list((run / name).iterdir())) for name in running.names}) == 1


@pytest.mark.slow
def test_packed_evidence_of_two_processes_is_resumed(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path
) -> None:
    """A switch that breaks the session in the first pass is read into its run in the second."""
    running = lab(clock=CLOCK, sw0="healthy", sw1="healthy", sw2="healthy")
    running.fault("sw2", drop_command="show license all")
    first = slp(running, "collect", "--evidence", "packed", "--processes", "2", transport="asyncssh")
    assert first.exit_code == 4, first.output
    run = newest(tmp_path)
    assert sorted(path.name for path in run.iterdir() if path.is_dir()) == ["packs"]

    running.fault("sw2", drop_command=None)
    resumed = slp(running, "collect", "--resume", "last", "--processes", "2", transport="asyncssh")
    assert resumed.exit_code == 0, resumed.output
    assert newest(tmp_path) == run
    assert not list(run.glob("*/*.txt"))
    stored = Runs(tmp_path / "runs").open("last")
    assert [result.status for result in stored.devices] == ["ok"] * 3
    exported = export(stored, tmp_path / "out").path
    assert len(evidence(exported)) > 3 * 10
    assert not verify(StoredRun(exported)).remarks
