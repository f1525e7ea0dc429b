"""Switches that exist in an inventory alone, workers whose sessions open nothing, and random kills."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from slp_ops.runs import Runs

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.cluster.conftest import Rig

_SESSIONS: Final = 40
_VICTIMS: Final = ("one", "two", "broker", "collect", "hub")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A run compared with what its workers did; ``read_after_stored`` are reads of what the broker had."""

    devices: int
    lost: int
    stored_twice: int
    reads: int
    read_after_stored: int


class Fleet:
    """Switches that exist in an inventory alone, and the workers that visit them."""

    def __init__(self, rig: Rig, devices: int) -> None:
        self.rig = rig
        self.reads = rig.folder / "reads"
        self.inventory = rig.folder / "inventory.yaml"
        self.write_inventory([f"sw{number:05}" for number in range(devices)])
        self._numbers = iter(range(1000))

    def write_inventory(self, names: list[str]) -> None:
        """Write the inventory of these switches of the site tokyo."""
        self.names = names
        hosts = {name: {"host": f"switch-{name}.example.net"} for name in names}
        self.inventory.write_text(
            yaml.safe_dump(
                {"version": 1, "defaults": {"username": "netops"}, "sites": {"tokyo": {"devices": hosts}}}
            )
        )

    def access(self) -> Path:
        return self.rig.join("tokyo", self.rig.folder / f"key{next(self._numbers)}", max_sessions=200)

    def worker(
        self, name: str, access: Path, sessions: int, seconds: float, *kill: str, **environment: str
    ) -> None:
        """Start a worker, and wait until it is connected."""
        before = self.rig._connections(name)
        self.start_worker(name, access, sessions, seconds, *kill, **environment)
        self.rig.wait_for(lambda: self.rig._connections(name) > before, name)

    def start_worker(
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
        self.rig.start_program(
            name, [sys.executable, "-m", "tests.cluster.stub_worker", *words], **environment
        )

    def collect(self, *words: str) -> subprocess.Popen[bytes]:
        runs = str(self.rig.folder / "runs")
        where = ("--hub", str(self.rig.hub_folder), "--runs-dir", runs, "-i", str(self.inventory))
        return self.rig.start("collect", "collect", *where, *words)

    def finish(self, collecting: subprocess.Popen[bytes], patience: float = 240.0) -> None:
        deadline = time.monotonic() + patience
        while collecting.wait(deadline - time.monotonic()) != 0:
            # On a busy machine what was killed can take longer to come back than a run waits at its start.
            assert self.lacks_worker_or_hub(), self.rig.log("collect")[-2000:]
            time.sleep(1)
            collecting = self.collect("--resume", "last")
        self.rig.processes.pop("collect")

    def lacks_worker_or_hub(self) -> bool:
        """Return whether the last call of ``collect`` ended because no worker was alive, or no broker."""
        printed = self.rig.log("collect")[-400:]
        return "site tokyo has no worker: " in printed or " was not reached: " in printed

    def check(self) -> Outcome:
        """Every device is in the run once and whole; return how often each was read."""
        found = self.outcome()
        assert (found.lost, found.stored_twice) == (0, 0), found
        (site,) = self.rig.status()
        assert (site.waiting, site.running) == (0, 0)
        return found

    def outcome(self) -> Outcome:
        """Compare the run with what its workers did."""
        stored = Runs(self.rig.folder / "runs").open("last")
        results = Counter(result.name for result in stored.devices)
        whole, twice = set(), {name for name, number in results.items() if number > 1}
        for result in stored.devices:
            commands = Counter(capture.command for capture in result.captures)
            if max(commands.values(), default=0) > 1:
                twice.add(result.name)
            texts = [stored.text(result.name, capture) for capture in result.captures if capture.file]
            if result.status == "ok" and len(texts) == 2 and f"{result.name} uptime" in "".join(texts):
                whole.add(result.name)
        reads, again = 0, 0
        stored_at: dict[str, float] = {}
        for what, name, moment in self.lines():
            if what == "stored":
                stored_at.setdefault(name, moment)
                continue
            reads += 1
            again += stored_at.get(name, moment) < moment
        return Outcome(
            devices=len(self.names),
            lost=len(set(self.names) - whole),
            stored_twice=len(twice),
            reads=reads,
            read_after_stored=again,
        )

    def lines(self) -> list[tuple[str, str, float]]:
        """What the workers noted so far, in the order of time."""
        with suppress(FileNotFoundError):
            words = [line.split() for line in self.reads.read_text().splitlines()]
            return sorted(((what, name, float(at)) for what, name, at in words), key=lambda each: each[2])
        return []


def kill_at_random(
    rig: Rig, fleet: Fleet, *, seed: int, kills: int, seconds: float, patience: float
) -> Counter[str]:
    """Read the fleet with two workers, and kill -9 as often meanwhile; return how often each was killed.

    ``seconds`` is what a command takes. Victims are both workers, the broker, the hub, and the process of the
    verb, which is coordinator and store. The run ends within ``patience`` seconds after the last kill.
    """
    chance = random.Random(seed)  # noqa: S311 - the same kills each time
    keys = {"one": fleet.access(), "two": fleet.access()}
    for name, key in keys.items():
        fleet.worker(name, key, _SESSIONS, seconds)
    collecting = fleet.collect()
    rig.wait_for(lambda: bool(fleet.lines()), "collect")
    order = [*_VICTIMS] * (kills // len(_VICTIMS) + 1)
    chance.shuffle(order)
    killed: Counter[str] = Counter()
    for victim in order:
        time.sleep(chance.uniform(0.2, 1.0))
        if killed.total() == kills:
            break
        if collecting.poll() is not None:
            if not fleet.lacks_worker_or_hub():
                break
            collecting = fleet.collect("--resume", "last")
        if victim == "broker":
            pid = rig.broker_or_none()
            if pid is None:
                continue
            rig.kill_process(pid)
        elif victim == "collect":
            rig.kill("collect")
            collecting = fleet.collect("--resume", "last")
        elif victim == "hub":
            rig.kill("hub")
            rig.start("hub", "hub", "up", "--folder", str(rig.hub_folder))
        else:
            rig.kill(victim)
            fleet.start_worker(victim, keys[victim], _SESSIONS, seconds)
        killed[victim] += 1
    fleet.finish(collecting, patience)
    return killed
