"""Switches that never end cost themselves, not the run: each ends at its bound, and the others complete."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from tests.faults.bench import Bench
from tests.security.hostile_servers import BEFORE_PROMPT, NAMES, HostileServers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

_HEALTHY: Final = [f"healthy{number:02}" for number in range(20)]
_BOUNDS: Final = {"max_output": 1, "max_time": 10, "login_timeout": 15}
_TRANSPORTS: Final = ("netmiko", "asyncssh")
# Both bounds, the start and the end of the process, and a machine that is busy.
_WITHIN: Final = 150.0


@pytest.fixture
def hostile() -> Iterator[HostileServers]:
    with HostileServers() as servers:
        yield servers


def _inventory(bench: Bench, servers: HostileServers, names: tuple[str, ...], **defaults: Any) -> None:
    path = bench.write_inventory(**defaults)
    inventory = yaml.safe_load(path.read_text())
    devices = inventory["sites"]["tokyo"]["devices"]
    hostile = {name: {"host": "127.0.0.1", "port": servers.ports[name]} for name in names}
    # A sound one first: until a password has been accepted once, switches are tried one after another.
    inventory["sites"]["tokyo"]["devices"] = {**devices, **hostile}
    path.write_text(yaml.safe_dump(inventory, sort_keys=False))


@pytest.mark.parametrize("transport", _TRANSPORTS)
@pytest.mark.parametrize("source", ["options", "inventory"])
def test_hostile_switches_beside_healthy_ones(
    tmp_path: Path, hostile: HostileServers, transport: str, source: str
) -> None:
    options = [f"--{name.replace('_', '-')}={value}" for name, value in _BOUNDS.items()]
    with Bench(
        tmp_path, dict.fromkeys(_HEALTHY, "healthy"), transport=transport, proxied=frozenset()
    ) as bench:
        _inventory(bench, hostile, NAMES, **(_BOUNDS if source == "inventory" else {}))
        ended = bench.run(
            "collect", "-i", "inventory.yaml", "--connect-timeout", "8", "--command-timeout", "6", "--json",
            *(options if source == "options" else ()), within=300,
        )  # fmt: skip

    assert not ended.hung
    assert ended.code == 4, ended.err
    devices = {device["name"]: device for device in ended.json["devices"]}
    assert {name: devices[name]["status"] for name in _HEALTHY} == dict.fromkeys(_HEALTHY, "ok")
    for name in NAMES:
        assert devices[name]["status"] in ("failed", "partial"), name
        assert "defect" not in str(devices[name]["error"]), devices[name]["error"]
        assert bool(devices[name]["captures"]) is (name not in BEFORE_PROMPT), devices[name]["error"]
    assert ended.seconds < _WITHIN
    assert ended.peak < 600_000


@pytest.mark.parametrize("transport", _TRANSPORTS)
@pytest.mark.parametrize("name", ["lines", "silence", "drip", "drip-before-prompt", "silent-after-accept"])
def test_a_signal_ends_a_hanging_step(
    tmp_path: Path, hostile: HostileServers, transport: str, name: str
) -> None:
    with Bench(tmp_path, {"healthy": "healthy"}, transport=transport, proxied=frozenset()) as bench:
        _inventory(bench, hostile, (name,), max_output=100_000)
        child = subprocess.Popen(
            [sys.executable, "-m", "slp_ops", "collect", "-i", "inventory.yaml"],
            cwd=bench.folder,
            env=bench.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 60
            while not _is_read(bench.folder, "healthy") and time.monotonic() < deadline:
                time.sleep(0.1)
            time.sleep(1.5)
            assert child.poll() is None
            child.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert child.wait(timeout=60) == 130
            assert time.monotonic() - began < 25  # the step may take --max-time, 30 minutes
        finally:
            child.kill()
            child.wait()
        assert _is_read(bench.folder, "healthy")


def _is_read(folder: Path, name: str) -> bool:
    records = (
        json.loads(line)
        for path in folder.glob("runs/*/devices.jsonl")
        for line in path.read_text().splitlines()
    )
    return any(record["name"] == name and record["status"] == "ok" for record in records)
