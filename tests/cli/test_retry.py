"""Retrying: ``--resume`` reads only what is missing, ``--failed`` selects what failed, and hints work."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.as_operator import slp_ops, write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def call(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return partial(slp_ops, tmp_path)


@pytest.fixture
def fleet(lab: Any, tmp_path: Path) -> Callable[..., Any]:
    def start(**scenarios: str) -> Any:
        running = lab(**scenarios)
        write_inventory(tmp_path / "inventory.yaml", running, *scenarios)
        return running

    return start


def _sent(running: Any, name: str) -> list[str]:
    reading = ("show ", "telnet ", "ping ")
    return [line for line in running.lines(name, "exec") if line.startswith(reading)]


def _runs(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "runs").iterdir() if re.match(r"\d{8}T", path.name))


def _verdicts(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    return {each["name"]: each.get("verdict") for each in json.loads(done.stdout)["devices"]}


def test_an_audit_is_resumed(call: Any, fleet: Any, tmp_path: Path) -> None:
    running = fleet(sw1="healthy", sw2="lookup-disabled", sw3="healthy")
    running.access("sw2", denied=("show running-config",))
    running.access("sw3", denied=("show version",))
    first = call("audit", "--json")
    assert first.returncode == 4, first.stderr
    before = {name: len(_sent(running, name)) for name in ("sw1", "sw2", "sw3")}
    runs = _runs(tmp_path)

    running.access("sw2", denied=())
    running.access("sw3", denied=())
    done = call("audit", "--resume", "last", "--json")

    assert _sent(running, "sw1")[before["sw1"] :] == []
    assert _sent(running, "sw2")[before["sw2"] :] == ["show running-config"]
    assert done.returncode == 3, done.stderr
    assert _runs(tmp_path) == runs
    # The run is as one that was read at once, and a saved audit of it gives the same.
    saved = call("audit", "--run", "last", "--json")
    assert saved.returncode == 3
    assert json.loads(saved.stdout)["devices"] == json.loads(done.stdout)["devices"]
    # Nothing is missing any more.
    count = {name: len(_sent(running, name)) for name in before}
    assert call("audit", "--resume", "last").returncode == 3
    assert {name: len(_sent(running, name)) for name in before} == count


@pytest.mark.slow
def test_a_reachability_test_is_resumed(call: Any, fleet: Any, tmp_path: Path) -> None:
    running = fleet(sw1="healthy", sw2="healthy", sw3="lookup-disabled")
    running.access("sw2", denied=("telnet",))
    running.access("sw3", denied=("show running-config",))
    first = call("check-reachability", "--json")
    assert first.returncode == 4, first.stderr
    before = {name: len(_sent(running, name)) for name in ("sw1", "sw2", "sw3")}
    runs = _runs(tmp_path)

    running.access("sw2", denied=())
    running.access("sw3", denied=())
    done = call("check-reachability", "--resume", "last", "--json")

    assert _sent(running, "sw1")[before["sw1"] :] == []
    read = [line for line in _sent(running, "sw2")[before["sw2"] :] if line.startswith("show ")]
    assert set(read) <= {"show sessions"}  # it belongs to the probe
    assert any(line.startswith("telnet ") for line in _sent(running, "sw2")[before["sw2"] :])
    assert "show running-config" in _sent(running, "sw3")[before["sw3"] :]
    assert "show version" not in _sent(running, "sw3")[before["sw3"] :]
    assert _runs(tmp_path) == runs
    # The verdicts are those of a test at once.
    again = call("check-reachability", "--json")
    assert _verdicts(done) == _verdicts(again)
    assert done.returncode == again.returncode == 3


@pytest.mark.parametrize("verb", ["collect", "audit", "check-reachability"])
@pytest.mark.slow
def test_the_hint_of_an_interrupted_run_reads_the_rest(
    call: Any, fleet: Any, tmp_path: Path, verb: str
) -> None:
    running = fleet(sw1="healthy", sw2="hang")
    (tmp_path / "inventory.yaml").rename(tmp_path / "two switches.yaml")
    options = ("-i", "two switches.yaml", "--runs-dir", "kept", "--known-hosts", "keys")
    child = subprocess.Popen(
        [sys.executable, "-m", "slp_ops", verb, *options],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops", "SLP_OPS_LOGIN_RATE": "0"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stderr is not None
    said = ""
    while "sw1: ok" not in said:
        line = child.stderr.readline()
        assert line, said
        said += line
    child.send_signal(signal.SIGINT)
    said += child.communicate(timeout=60)[1]
    assert child.returncode == 130, said

    (hint,) = re.findall(r"hint: (slp-ops .*?) (?:reads|tests) the rest", said)
    count = len(_sent(running, "sw1"))
    done = call(*shlex.split(hint)[1:], "--command-timeout", "2")
    assert done.returncode == 4, done.stderr  # sw2 hangs
    assert len(_sent(running, "sw1")) == count
    for more in re.findall(r"; (slp-ops .*?) judges what was read", said):
        assert call(*shlex.split(more)[1:]).returncode == 4


@pytest.mark.parametrize("verb", ["audit", "collect", "check-reachability"])
def test_only_a_run_of_the_same_verb_is_resumed(call: Any, fleet: Any, verb: str) -> None:
    fleet(sw1="healthy")
    other = "collect" if verb != "collect" else "audit"
    run = json.loads(call(other, "--json").stdout)["run"]
    done = call(verb, "--resume", run if isinstance(run, str) else run["id"])
    assert done.returncode == 2
    assert f"is of {other}, not of {verb}" in done.stderr
    assert call(verb, "--resume", "").returncode == 2


def test_a_run_of_another_folder_names_the_option(call: Any, fleet: Any, tmp_path: Path) -> None:
    fleet(sw1="healthy")
    run = json.loads(call("collect", "--json", "--runs-dir", "kept").stdout)["run"]["path"]
    refused = call("collect", "--resume", run)
    assert refused.returncode == 2
    (option,) = re.findall("hint: add (.*)", refused.stderr)
    assert call("collect", "--resume", run, *shlex.split(option)).returncode == 0


@pytest.mark.slow
def test_what_failed_is_selected(call: Any, fleet: Any, tmp_path: Path) -> None:
    running = fleet(sw1="healthy", sw2="healthy", sw3="healthy")
    running.access("sw2", denied=("show version",))
    running.call(running.rack["sw3"].host.close)
    assert call("audit", "--connect-timeout", "2").returncode == 4
    count = len(_sent(running, "sw1"))

    for verb in (("collect",), ("check-version",), ("remediate", "--dry-run")):
        done = call(*verb, "--failed", "last" if verb[0] == "collect" else _audit(tmp_path), "--json")
        assert done.returncode == 4, done.stderr
        assert "2 devices" in done.stderr, done.stderr
    assert len(_sent(running, "sw1")) == count
    narrowed = call("collect", "--failed", _audit(tmp_path), "--limit", "sw2")
    assert "1 device," in narrowed.stderr

    assert call("collect", "--limit", "sw1").returncode == 0
    none = call("collect", "--failed", "last")
    assert (none.returncode, "no device failed in run" in none.stderr) == (2, True)
    for value in ("", "nothing"):
        assert call("collect", "--failed", value).returncode == 2


def _audit(folder: Path) -> str:
    return next(path.name for path in (folder / "runs").glob("*-audit-*"))
