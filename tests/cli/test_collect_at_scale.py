"""Whole fleets: a thousand switches, every kind of fault at once, megabytes from each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests import as_operator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

FAULTS = {
    "drop": "partial",
    "hang": "partial",
    "aaa-denied": "partial",
    "reset-at-auth": "closed_before_authentication",
    "no-free-vty": "closed_before_authentication",
    "sha1-only": "no_common_algorithm",
    "log-within-output": "ok",
    "long-name": "ok",
    "user-exec": "ok",
}


@pytest.fixture
def slp_ops(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    return partial(as_operator.slp_ops, tmp_path, timeout=400.0, SLP_OPS_ENABLE="netops")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """``fleet("--size", "50")`` starts a lab in a process of its own and gives its inventory."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> Path:
        path = tmp_path / f"inventory-{len(started)}.yaml"
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "slp_ops",
                "lab",
                "up",
                "--base-port",
                "0",
                "--inventory-out",
                str(path),
                *arguments,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        deadline = time.monotonic() + 300
        while not path.exists() and time.monotonic() < deadline:
            assert process.poll() is None, "the lab did not start"
            time.sleep(0.05)
        return path

    yield start
    for process in started:
        process.terminate()
        assert process.wait(timeout=60) == 0


def merged(tmp_path: Path, *paths: Path, legacy: bool) -> str:
    """One inventory of several labs' switches, their names made unique."""
    devices: dict[str, Any] = {}
    for number, path in enumerate(paths):
        (site,) = yaml.safe_load(path.read_text())["sites"].values()
        for name, device in site["devices"].items():
            if not legacy:
                device.pop("legacy_ssh", None)
            devices[f"{name}-{number}"] = device
    whole = {"version": 1, "defaults": {"username": "netops"}, "sites": {"tokyo": {"devices": devices}}}
    target = tmp_path / "inventory.yaml"
    target.write_text(yaml.safe_dump(whole))
    return str(target)


def test_a_thousand_switches_end_complete(fleet: Any, slp_ops: Any) -> None:
    path = fleet("--size", "1000")

    done = slp_ops(
        "collect",
        "-i",
        str(path),
        "--transport",
        "asyncssh",
        "--workers",
        "1000",
        "--login-rate",
        "0",
        "--json",
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout)["totals"]["ok"] == 1000


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_every_kind_of_fault_is_named_and_everything_else_complete(
    fleet: Any, slp_ops: Any, tmp_path: Path, transport: str
) -> None:
    healthy = fleet("--size", "180")
    broken = [fleet("--size", "2", "--scenario", name) for name in FAULTS]
    path = merged(tmp_path, healthy, *broken, legacy=False)

    done = slp_ops(
        "collect", "-i", path, "--transport", transport, "--workers", "100", "--login-rate", "0",
        "--command-timeout", "20", "--json",
    )  # fmt: skip

    devices = json.loads(done.stdout)["devices"]
    assert done.returncode == 4
    assert len(devices) == 180 + 2 * len(FAULTS)
    for number, (name, expected) in enumerate([("healthy", "ok"), *FAULTS.items()]):
        for device in devices:
            if device["name"].endswith(f"-{number}"):
                seen = (
                    device["error"]["kind"]
                    if not device["captures"] and device["error"]
                    else device["status"]
                )
                assert seen == expected, (name, device["error"])
                if device["status"] != "ok":
                    assert device["error"] or any(
                        capture["reason"] for capture in device["captures"] if capture["status"] != "ok"
                    )


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_memory_does_not_grow_with_what_switches_print(fleet: Any, tmp_path: Path, transport: str) -> None:
    path = fleet("--size", "20", "--scenario", "bulky")

    def peak(*arguments: str) -> float:
        """Peak memory in MB, as the operating system accounts it."""
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "slp_ops",
                "collect",
                "-i",
                str(path),
                "--transport",
                transport,
                *arguments,
            ],
            cwd=tmp_path,
            env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0
        return usage.ru_maxrss / 1024

    small = peak()
    large = peak("--set", "full", "--force-heavy")  # 50 MB from each of 20 switches at once

    written = sum(file.stat().st_size for file in tmp_path.rglob("show-tech-support.txt"))
    assert written >= 0.99 * 20 * 50_000_000  # what was masked has become shorter
    assert large - small < 60
