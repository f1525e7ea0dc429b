"""``slp-ops collect`` as an operator runs it: a process of its own, real SSH, real signals."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests import as_operator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def slp_ops(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return partial(as_operator.slp_ops, tmp_path)


def inventory(path: Path, running: Any, *names: str, **settings: dict[str, Any]) -> str:
    return as_operator.write_inventory(path, running, *names, settings=settings)


def test_a_site_is_read_and_what_is_missing_is_named(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(sw1="healthy-stack", sw2="aaa-denied", sw3="drop")
    path = inventory(tmp_path / "inv.yaml", running, "sw1", "sw2", "sw3")

    done = slp_ops("collect", "--site", "tokyo", "-i", path, "--json")

    report = json.loads(done.stdout)
    devices = {device["name"]: device for device in report["devices"]}
    assert done.returncode == 4, done.stderr
    assert [device["status"] for device in report["devices"]] == ["ok", "partial", "partial"]
    denied = {c["command"]: c for c in devices["sw2"]["captures"]}["show running-config"]
    assert (denied["status"], denied["reason"]) == ("denied", "Command authorization failed.")
    lost = [c for c in devices["sw3"]["captures"] if c["status"] == "lost"]
    assert [c["command"] for c in lost] == ["show logging"]
    # Opened once more, and everything behind the broken command was read.
    assert len(running.lines("sw3", "login")) == 2
    assert devices["sw3"]["captures"][-1]["status"] == "ok"
    skipped = [c for c in devices["sw1"]["captures"] if c["status"] == "skipped"]
    assert all("17.6" in c["reason"] or "service internal" in c["reason"] for c in skipped)
    for device in report["devices"]:
        for capture in device["captures"]:
            if capture["file"]:
                file = tmp_path / report["run"]["path"] / device["name"] / capture["file"]
                assert file.stat().st_size == capture["bytes"]


def test_four_kinds_of_trouble_cost_only_themselves(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(
        good1="healthy", stopped="healthy", hung="hang", refused="healthy", changed="healthy", good2="healthy"
    )
    names = ("good1", "stopped", "hung", "refused", "changed", "good2")
    path = inventory(tmp_path / "inv.yaml", running, *names, refused={"credential": "other"})
    assert slp_ops("collect", "-i", path, "--limit", "changed").returncode == 0
    from slp_ops.lab.hardware import HostKey

    running.fault("changed", host_key=HostKey.CHANGED)
    running.call(running.rack["stopped"].host.close)

    done = slp_ops("collect", "-i", path, "--json", "--command-timeout", "1", SLP_OPS_OTHER_PASSWORD="wrong")

    devices = {device["name"]: device for device in json.loads(done.stdout)["devices"]}
    assert done.returncode == 4
    assert devices["good1"]["status"] == devices["good2"]["status"] == "ok"
    assert devices["stopped"]["error"]["kind"] == "refused"
    assert devices["refused"]["error"]["kind"] == "authentication_failed"
    assert devices["changed"]["error"]["kind"] == "host_key_changed"
    assert devices["hung"]["status"] == "partial"
    assert {c["status"] for c in devices["hung"]["captures"]} >= {"timeout", "ok"}
    for name in ("stopped", "refused", "changed"):
        assert devices[name]["error"]["hint"]
        assert name in done.stderr


def test_a_run_that_is_killed_keeps_what_it_had(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(sw1="healthy", sw2="hang")
    path = inventory(tmp_path / "inv.yaml", running, "sw1", "sw2")
    runs = tmp_path / "runs"
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "collect", "-i", path],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 60
        while not list(runs.glob("*/devices.jsonl")) and time.monotonic() < deadline:
            time.sleep(0.05)  # sw1 ends, sw2 hangs: the run is half-way
        process.kill()
        process.wait()

    verified = slp_ops("runs", "verify", "last")

    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "interrupted" in verified.stdout
    assert len(list(runs.glob("*/sw1/*.txt"))) >= 15


def test_resuming_reads_only_what_is_missing(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(fine="healthy", broken="drop", away="healthy", denied="aaa-denied")
    path = inventory(tmp_path / "inv.yaml", running, "fine", "broken", "away", "denied")
    running.fault("away", no_free_vty=True)
    first = slp_ops("collect", "-i", path, "--json")
    assert first.returncode == 4
    before = {name: list(running.lines(name)) for name in ("fine", "broken", "denied")}
    running.fault("broken", drop_command=None)
    running.fault("away", no_free_vty=False)
    running.access("denied", denied=())

    done = slp_ops("collect", "-i", path, "--json", "--resume", "last")

    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert [device["status"] for device in report["devices"]] == ["ok"] * 4
    assert report["run"] == json.loads(first.stdout)["run"]
    assert running.lines("fine") == before["fine"]
    shown = [line for line in running.lines("broken")[len(before["broken"]) :] if line.startswith("show")]
    assert shown == ["show logging"]
    shown = [line for line in running.lines("denied")[len(before["denied"]) :] if line.startswith("show")]
    assert shown == ["show running-config"]
    verified = slp_ops("runs", "verify", "last")
    assert (verified.returncode, "complete" in verified.stdout) == (0, True)
    assert slp_ops("collect", "-i", path, "--resume", "last").returncode == 0


def test_a_killed_run_is_completed_by_resuming(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(sw1="healthy", sw2="hang")
    path = inventory(tmp_path / "inv.yaml", running, "sw1", "sw2")
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "collect", "-i", path],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 60
        while "show version" not in running.lines("sw2") and time.monotonic() < deadline:
            time.sleep(0.05)
        process.kill()
        process.wait()
    running.fault("sw2", hang_command=None)
    clocks = running.lines("sw2").count("show clock")

    done = slp_ops("collect", "-i", path, "--json", "--resume", "last")

    assert done.returncode == 0, done.stderr
    assert [device["release"] for device in json.loads(done.stdout)["devices"]] == ["17.9.4a"] * 2
    assert running.lines("sw2").count("show clock") == clocks == 1


def test_a_busy_switch_is_spared_the_heavy_set(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(busy="rum-backlog", calm="healthy")
    path = inventory(tmp_path / "inv.yaml", running, "busy", "calm")

    done = slp_ops("collect", "-i", path, "--json", "--set", "support")

    devices = json.loads(done.stdout)["devices"]
    tech = {d["name"]: d["captures"][-1] for d in devices}
    assert [d["captures"][-1]["command"] for d in devices] == ["show license tech support"] * 2
    assert tech["busy"]["status"] == "skipped"
    assert "--max-cpu" in tech["busy"]["reason"]
    assert tech["calm"]["status"] == "ok"
    assert "show license tech support" not in running.lines("busy")
    forced = slp_ops("collect", "-i", path, "--limit", "busy", "--set", "support", "--force-heavy")
    assert forced.returncode == 0
    assert "show license tech support" in running.lines("busy")


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_a_run_while_a_switch_hangs(
    lab: Any, tmp_path: Path, transport: str, ending: signal.Signals
) -> None:
    running = lab(sw="hang")
    path = inventory(tmp_path / "inv.yaml", running, "sw")
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "collect", "-i", path, "--transport", transport],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while "show version" not in running.lines("sw") and time.monotonic() < deadline:
            time.sleep(0.05)
        began = time.monotonic()
        process.send_signal(ending)
        _, said = process.communicate(timeout=60)
        took = time.monotonic() - began

    assert process.returncode == 130, said
    assert took < 25  # without the interrupt it is a silence of 60 s
    (manifest,) = (tmp_path / "runs").glob("*/sw/manifest.jsonl")
    captures = [json.loads(line) for line in manifest.read_text().splitlines()]
    assert [(c["command"], c["status"]) for c in captures] == [("show clock", "ok"), ("show version", "lost")]
    assert captures[-1]["reason"] == "interrupted"


@pytest.mark.slow
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
@pytest.mark.parametrize("fault", ["no TCP answer", "silent_port", "silent_shell", "echo_delay"])
def test_an_interrupt_ends_a_run_in_every_state(lab: Any, tmp_path: Path, transport: str, fault: str) -> None:
    running = lab(sw="healthy")
    settings: dict[str, Any] = {}
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        if fault == "no TCP answer":  # a listener whose queue is full answers no further connection
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            settings["port"] = full.getsockname()[1]
            held = [stack.enter_context(socket.socket()) for _ in range(3)]
            for each in held:
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", settings["port"]))
        else:
            running.fault("sw", **{fault: 30.0 if fault == "echo_delay" else True})
        path = inventory(tmp_path / "inv.yaml", running, "sw", sw=settings)
        with subprocess.Popen(
            [sys.executable, "-m", "slp_ops", "collect", "-i", path, "--transport", transport],
            cwd=tmp_path,
            env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            runs = tmp_path / "runs"
            deadline = time.monotonic() + 60
            while not list(runs.glob("*/run.json")) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(2)  # the session is in the state that never ends
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
            took = time.monotonic() - began

    assert process.returncode == 130, said
    assert took < 25  # without the interrupt it is a silence of 60 s
    assert json.loads(next(runs.glob("*/run.json")).read_text())["state"] == "interrupted"
    (run,) = runs.glob("*-collect-*")
    assert f"what was read is in runs/{run.name}" in said
    assert f"--resume {run.name.rsplit('-', 1)[1]}" in said


def test_a_secret_of_the_configuration_is_found_nowhere(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    canary = "Can4ry-S3cret"
    running = lab(sw="healthy")

    def plant(switch: Any) -> None:
        for line in (
            f"snmp-server community {canary} RO",
            f"enable secret 9 $9${canary}",
            f"username admin privilege 15 password 0 {canary}",
            f"tacacs-server host 192.0.2.5 key {canary}",
        ):
            switch.config.apply(line)

    running.change("sw", plant)
    path = inventory(tmp_path / "inv.yaml", running, "sw")

    done = slp_ops("collect", "-i", path)

    assert done.returncode == 0, done.stderr
    texts = {
        file: file.read_text(errors="replace") for file in (tmp_path / "runs").rglob("*") if file.is_file()
    }
    assert any("snmp-server community" in text for text in texts.values())
    assert not [file for file, text in texts.items() if canary in text]
    assert canary not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "bad",
    [
        "reload",
        "show run | redirect flash:x",
        "show clock\nreload",
        "s ver",
        "show version ; reload",
        "show ?",
    ],
)
def test_what_is_not_read_only_opens_no_session(lab: Any, slp_ops: Any, tmp_path: Path, bad: str) -> None:
    running = lab(sw="healthy")
    path = inventory(tmp_path / "inv.yaml", running, "sw")

    done = slp_ops("collect", "-i", path, "--command", bad)

    assert done.returncode == 2
    assert "refused" in done.stderr
    assert running.lines("sw") == []
    assert not (tmp_path / "runs").exists()


def test_an_ad_hoc_command_is_read_too(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(sw="healthy")
    path = inventory(tmp_path / "inv.yaml", running, "sw")

    done = slp_ops("collect", "-i", path, "--command", "sh ver | inc uptime", "--json")

    (device,) = json.loads(done.stdout)["devices"]
    assert device["captures"][-1]["command"] == "sh ver | inc uptime"
    assert device["captures"][-1]["status"] == "ok"
    assert device["captures"][-1]["bytes"] > 10


def test_a_selection_that_matches_nothing_says_what_there_is(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    running = lab(sw="healthy")
    path = inventory(tmp_path / "inv.yaml", running, "sw")

    done = slp_ops("collect", "-i", path, "--site", "kyoto")

    assert done.returncode == 2
    assert "kyoto" in done.stderr
    assert "tokyo" in done.stderr


def test_help_loads_no_transport() -> None:
    code = (
        "import sys\nfrom slp_ops.cli import main\n"
        "try:\n main.cli.main(['--help'], standalone_mode=False)\nfinally:\n"
        " heavy = {'netmiko', 'asyncssh', 'paramiko', 'rich', 'yaml'} & set(sys.modules)\n"
        " assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "collect" in done.stdout


def test_audit_loads_no_planning() -> None:
    code = (
        "import sys\nimport slp_ops.cli.audit, slp_ops.app.audit\n"
        "sys.exit(str([name for name in sys.modules if name.startswith('slp_ops.planning')] or ''))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr.strip() == ""


@pytest.mark.slow
def test_weak_protection_and_new_keys_are_named(lab: Any, slp_ops: Any, tmp_path: Path) -> None:
    names = [f"sw{number}" for number in range(1, 8)]
    running = lab(**dict.fromkeys(names, "healthy"))
    path = inventory(tmp_path / "inv.yaml", running, *names, sw2={"transport": "asyncssh"})
    keys = tmp_path / "keys"
    keys.touch(mode=0o644)
    arguments = ("collect", "-i", path, "--known-hosts", str(keys), "--command", "show clock")

    one, other, all_of_them = (
        slp_ops(*arguments, *more) for more in (("--limit", "sw1"), ("--limit", "sw2"), ())
    )
    unchecked = slp_ops(*arguments, "--host-key", "off", "--limit", "sw1")

    for name, done in (("sw1", one), ("sw2", other)):
        assert done.returncode == 0, done.stderr
        assert f"new host key, trusted on first use: {name} (127.0.0.1 port" in done.stderr
        assert f"{keys} has mode 0644: other users may use it; chmod 600 {keys}" in done.stderr
    assert all_of_them.stderr.count("new host key, trusted on first use: sw") == 5
    assert "host keys are not checked (--host-key off)" in unchecked.stderr
    assert "new host key" not in unchecked.stderr
    assert len(keys.read_text().splitlines()) == 7
