"""Worker, broker and the operator's process may be killed at any moment: nothing is lost or stored twice."""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml

from slp_ops.runs import Runs

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.cluster.conftest import Rig

pytestmark = pytest.mark.slow

MOMENTS = ("before the read", "in the read", "evidence sent", "answered", "stored")


class Fleet:
    """Switches that exist in an inventory alone, and the workers that visit them."""

    def __init__(self, rig: Rig, devices: int) -> None:
        self.rig = rig
        self.names = [f"sw{number:05}" for number in range(devices)]
        self.reads = rig.folder / "reads"
        self.inventory = rig.folder / "inventory.yaml"
        hosts = {name: {"host": f"switch-{name}.example.net"} for name in self.names}
        self.inventory.write_text(
            yaml.safe_dump(
                {"version": 1, "defaults": {"username": "netops"}, "sites": {"tokyo": {"devices": hosts}}}
            )
        )
        self._numbers = iter(range(1000))

    def access(self) -> Path:
        return self.rig.join("tokyo", self.rig.folder / f"key{next(self._numbers)}", max_sessions=200)

    def worker(
        self, name: str, access: Path, sessions: int, seconds: float, *kill: str, **environment: str
    ) -> None:
        words = [
            "tokyo",
            str(access),
            str(self.inventory),
            str(sessions),
            str(seconds),
            str(self.reads),
            *kill,
        ]
        before = self.rig._connections(name)
        self.rig.start_program(
            name, [sys.executable, "-m", "tests.cluster.stub_worker", *words], **environment
        )
        self.rig.wait_for(lambda: self.rig._connections(name) > before, name)

    def collect(self, *words: str) -> subprocess.Popen[bytes]:
        runs = str(self.rig.folder / "runs")
        where = ("--hub", str(self.rig.hub_folder), "--runs-dir", runs, "-i", str(self.inventory))
        return self.rig.start("collect", "collect", *where, *words)

    def finish(self, collecting: subprocess.Popen[bytes], patience: float) -> None:
        assert collecting.wait(patience) == 0, self.rig.log("collect")[-2000:]
        self.rig.processes.pop("collect")

    def check(self) -> Counter[str]:
        """Every device is in the run once and whole; return how often each was read."""
        stored = Runs(self.rig.folder / "runs").open("last")
        assert {result.name for result in stored.devices} == set(self.names)
        assert {result.status for result in stored.devices} == {"ok"}
        for result in stored.devices:
            commands = Counter(capture.command for capture in result.captures)
            assert set(commands.values()) == {1}
            texts = [capture for capture in result.captures if capture.file]
            assert len(texts) == 2
            assert f"{result.name} uptime" in stored.text(result.name, texts[0]) + stored.text(
                result.name, texts[1]
            )
        (site,) = self.rig.status()
        assert (site.waiting, site.running) == (0, 0)
        return Counter(self.reads.read_text().split())


def test_a_worker_killed_at_each_moment(rig: Rig) -> None:
    fleet = Fleet(rig, 60)
    for number, moment in enumerate(MOMENTS):
        # The first device that each worker gets is not known: it dies with whichever comes at that moment.
        target = rig.folder / f"{number}" / "self"
        target.parent.mkdir()
        fleet.worker(f"worker{number}", fleet.access(), 4, 0.05, moment, "*", str(target))
    fleet.worker("good", fleet.access(), 4, 0.05)
    collecting = fleet.collect()

    fleet.finish(collecting, 90)

    for number, _ in enumerate(MOMENTS):
        assert rig.processes.pop(f"worker{number}").wait(5) == -9
    reads = fleet.check()
    # Each worker had four visits at work; what was stored of them is not read again.
    assert sum(reads.values()) <= len(fleet.names) + 4 * len(MOMENTS)


@pytest.mark.parametrize("target", ["broker", "collect"])
def test_broker_and_operator_killed_at_each_moment(rig: Rig, target: str) -> None:
    fleet = Fleet(rig, 40)
    access = [fleet.access() for _ in MOMENTS]
    files = []
    for number, moment in enumerate(MOMENTS):
        folder = rig.folder / f"{number}"
        folder.mkdir()
        files.append(folder / "pid")
        fleet.worker(f"worker{number}", access[number], 2, 0.05, moment, "*", str(files[-1]))
    collecting = fleet.collect()
    for _ in range(400):
        pid = collecting.pid if target == "collect" else rig.broker_or_none()
        for file in files:
            file.write_text(str(pid or 2**22))  # an id that no process has
        if target == "collect" and collecting.poll() == -9:
            collecting = fleet.collect("--resume", "last")
        elif collecting.poll() is not None:
            break
        time.sleep(0.1)

    fleet.finish(collecting, 60)
    reads = fleet.check()
    assert sum(reads.values()) <= len(fleet.names) + 2 * len(MOMENTS)


def test_a_broker_whose_folder_is_deleted_gets_its_tasks_again(rig: Rig) -> None:
    fleet = Fleet(rig, 40)
    fleet.worker("one", fleet.access(), 2, 0.1)
    collecting = fleet.collect()
    rig.wait_for(lambda: fleet.reads.exists() and len(fleet.reads.read_text()) > 80, "collect")
    rig.kill_process(rig.broker())
    shutil.rmtree(rig.hub_folder / "store")

    fleet.finish(collecting, 90)
    reads = fleet.check()
    assert sum(reads.values()) <= len(fleet.names) + 4


def test_random_kills_on_two_thousand_devices(rig: Rig) -> None:
    fleet = Fleet(rig, 2000)
    keys = {"one": fleet.access(), "two": fleet.access()}
    for name, key in keys.items():
        fleet.worker(name, key, 40, 0.3)
    chance = random.Random(20261127)  # noqa: S311 - the same kills each time
    collecting = fleet.collect()
    targets = ["one", "two", "broker", "collect"] * 2 + ["broker", "collect"]
    chance.shuffle(targets)
    for victim in targets:
        time.sleep(chance.uniform(0.3, 1.5))
        if victim == "broker":
            pid = rig.broker_or_none()
            if pid is not None:
                rig.kill_process(pid)
        elif victim == "collect":
            if collecting.poll() is None and list(rig.folder.glob("runs/*-collect-*/run.json")):
                rig.kill("collect")
                collecting = fleet.collect("--resume", "last")
        else:
            rig.kill(victim)
            fleet.worker(victim, keys[victim], 40, 0.3)

    fleet.finish(collecting, 180)
    reads = fleet.check()
    # Only what was at work in a kill may be read again.
    assert sum(reads.values()) <= len(fleet.names) + len(targets) * 80
