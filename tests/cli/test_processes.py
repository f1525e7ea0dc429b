"""``--processes``: several processes read, and everything is as with one."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.export import export
from slp_ops.runs.verify import verify
from tests.as_operator import command_line, environment, slp_ops, write_inventory

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


VERBS: tuple[tuple[str, ...], ...] = (
    ("audit", "--details"),
    ("audit", "--json", "--fail-on", "critical"),  # with the history of the first one
    ("check-version", "--json"),
    ("check-reachability", "--json", "--all"),
)
MIXED = (
    "healthy",
    "polling-id-invalid",
    "rum-backlog",
    "refused-password",
    "pre-slp-registered",
    "dns-failure",
)


def without_times(output: str) -> str:
    """Replace what differs from call to call: the run, options of its commands, seconds, ports of the lab."""
    output = re.sub(r"\d{8}T\d{6}Z-([a-z-]+)-[0-9a-f]{6}", r"RUN-\1", output)
    output = re.sub(r'("(?:run|id)": )"[0-9a-f]{6}"', r"\1RUN", output)
    output = re.sub(r'("(?:seconds|elapsed|port)": )[\d.]+', r"\1N", output)
    output = re.sub(r"--processes \d+ |(?<=--resume )[0-9a-f]{6}\b", "", output)
    return re.sub(r"127\.0\.0\.1[: ](port )?\d+|\b\d+(\.\d+)? s\b", "N", output)


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_each_verb_prints_and_keeps_what_it_does_with_one_process(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path, transport: str
) -> None:
    seen = []
    for processes in ("1", "2"):  # each with switches of its own: some change when they are read
        running = lab(scale=20.0, clock=CLOCK, **{f"sw-{name}": name for name in MIXED})
        found: list[object] = []
        for verb in VERBS:
            done = slp(running, *verb, "--processes", processes, transport=transport)
            run = newest(tmp_path)
            kept = {
                name: {key: value for key, value in line.items() if key != "seconds"}
                for name, line in results(run).items()
            }
            found.append((verb, done.exit_code, without_times(done.stdout), evidence(run), kept))
        seen.append(found)
        (tmp_path / "runs").rename(tmp_path / f"runs-{processes}")
        (tmp_path / "known_hosts").unlink()
    one, two = seen
    for with_one, with_two in zip(one, two, strict=True):
        assert with_one == with_two
    assert not workers()


OWN_RULE = """
id: own-version
severity: critical
title: {en: Own rule, ja: 独自ルール}
cause: {en: A version, ja: バージョン}
remedy: [{en: Look, ja: 確認}]
command: show version
parser: textfsm:own.textfsm
expect:
  no row: {version: {matches: "^17"}}
"""
OWN_TEMPLATE = r"""Value VERSION (\S+)

Start
  ^.*Version ${VERSION} -> Record
"""


def others_with(text: str) -> list[int]:
    """Processes with a text in their environment that are neither this one nor its children."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            parent = int((path.with_name("stat")).read_text().rpartition(")")[2].split()[1])
            if text.encode() in path.read_bytes() and os.getpid() not in (parent, int(path.parent.name)):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_rules_of_the_operator_are_applied_in_every_process_and_leave_none_behind(
    lab: Callable[..., Any], slp: Slp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:{tmp_path}")  # every child has it
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.yaml").write_text(OWN_RULE)
    (rules / "own.textfsm").write_text(OWN_TEMPLATE)
    running = lab(**{f"sw{number}": "healthy" for number in range(2)})

    audited = slp(running, "audit", "--json", "--rules", str(rules), "--processes", "2", transport="asyncssh")

    assert audited.exit_code == 3, audited.output
    outcomes = json.loads(audited.stdout)["outcomes"]
    failed = [
        each["device"] for each in outcomes if each["rule"] == "own-version" and each["verdict"] == "fail"
    ]
    assert failed == list(running.names)
    assert not workers()
    # A child that reads tables ends by itself, at the end of its input.
    wait_until(lambda: not others_with(str(tmp_path)))


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


@pytest.mark.parametrize(("accepted", "tries"), [(False, 1), (True, 2)])
def test_a_jump_host_is_logged_in_to_once_a_process_and_tried_once_where_it_refuses(
    lab: Callable[..., Any], tmp_path: Path, accepted: bool, tries: int
) -> None:
    running = lab(**{f"sw{number}": "healthy" for number in range(4)})
    asyncio.run_coroutine_threadsafe(running.rack.put_behind(1, None), running._loop).result(timeout=60)
    hop = {"host": "127.0.0.1", "port": running.rack.bastions[0].port, "username": "netops"}
    if not accepted:
        hop["credential"] = "wrong"
    write_inventory(tmp_path / "inventory.yaml", running, *running.names, jump=[hop], transport="asyncssh")

    done = slp_ops(
        tmp_path,
        *("collect", "-i", "inventory.yaml", "--processes", "2", "--known-hosts", "known_hosts"),
        SLP_OPS_WRONG_PASSWORD="not-it",
    )

    logins = [line for line in running.lines("bastion-1") if line.endswith("netops")]
    assert logins == ["accepted netops" if accepted else "refused netops"] * tries, done.stderr
    assert done.returncode == (0 if accepted else 4), done.stderr
    if not accepted:
        assert "4 failed" in done.stdout
        reasons = {line["error"]["message"] for line in results(newest(tmp_path)).values()}
        assert len(reasons) == 1
        assert min(reasons).startswith("jump host 127.0.0.1: ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stop", "times", "code"),
    [
        (signal.SIGKILL, 1, -signal.SIGKILL),  # of the parent alone
        (signal.SIGINT, 2, 130),
        (signal.SIGTERM, 1, 130),
    ],
)
def test_no_process_outlives_a_stopped_parent_and_the_rest_is_read(
    lab: Callable[..., Any], tmp_path: Path, stop: signal.Signals, times: int, code: int
) -> None:
    running = lab(**{f"sw{number}": "healthy" for number in range(4)})
    for name in running.names:
        running.fault(name, command_delay=1.0)
    write_inventory(tmp_path / "inventory.yaml", running, *running.names, transport="asyncssh")
    words = ("audit", "-i", "inventory.yaml", "--processes", "2", "--known-hosts", "known_hosts")
    marked = f"{os.environ['PATH']}:{tmp_path}"
    with subprocess.Popen(
        command_line(*words),
        cwd=tmp_path,
        env=environment(PATH=marked),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a terminal sends its signals to the whole group
    ) as parent:
        wait_until(lambda: len(list(tmp_path.glob("runs/*/sw*/*.txt"))) > 8)
        assert len(others_with(str(tmp_path))) == 2
        for _ in range(times):
            if stop is signal.SIGKILL:
                parent.kill()
            else:
                os.killpg(parent.pid, stop)
        assert parent.wait(timeout=60) == code
        assert parent.stderr is not None
        said = parent.stderr.read()

    wait_until(lambda: not others_with(str(tmp_path)))
    if stop is not signal.SIGKILL:
        (hint,) = re.findall(r"slp-ops (audit .*--resume \S+)", said)
        assert "--processes 2" in hint
        assert "interrupted: 0 of 4 devices done" in said
    for name in running.names:
        running.fault(name, command_delay=0.0)
    done = slp_ops(tmp_path, *words, "--resume", "last", "--json")
    assert done.returncode == 0, done.stderr
    assert {each["status"] for each in json.loads(done.stdout)["devices"]} == {"ok"}
    assert not verify(Runs(tmp_path / "runs").open("last")).remarks


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, for five minutes at most."""
    deadline = time.monotonic() + 300
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


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
