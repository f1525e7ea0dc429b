"""Changes over a hub under random kills, by seed: ``python -m tests.cluster.campaign_changes SEED ...``.

The workers of a site, the broker, the hub and the process of ``remediate`` are killed (-9) at random while
switches get a change; a killed ``remediate`` is resumed, and so is one that has left switches open. A line
for each seed: kills, changes in which their worker was killed, changes applied once, twice (a line was typed
more than once), lost (not whole at the switch, or not done in the operator's journal), how many switches were
open after the last kill and after each resumption, calls that did not end, seconds. Exit code 1: a change was
applied twice or lost, or a call did not end.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from slp_ops.cluster.access_folder import read_address
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.runs.journal import read as read_journal
from tests.cluster.campaign_worker import typed_lines
from tests.cluster.conftest import Rig

if TYPE_CHECKING:
    from slp_ops.planning.journal_state import SwitchState

_SERVERS: Final = ("10.10.0.53", "10.10.1.53")
_LINES: Final = [f"ip name-server {address}" for address in _SERVERS]
_VICTIMS: Final = ("one", "two", "broker", "remediate", "hub")
_SESSIONS: Final = 40
# Else the first kills meet all: a call that is killed leaves all that it has submitted.
_BATCH: Final = "20%"
# Instead of 60 s each. They decide how long a worker waits, never what it sends.
_WAITS: Final = {"lease": 2.0, "approval": 2.0}
# Workers of each resumption after the last kill: a switch is settled by the worker with its journal.
_SETTLING: Final = (("one", "two"), ("one", "two"), ("one",), ("two",))
_PATIENCE: Final = 300.0  # for one call of remediate
_END_SECONDS: Final = 40.0
# Everything was done; findings remain, or something is open; a change failed or could not be verified.
_EXPECTED: Final = (0, 3, 5)
_NOT_REACHED: Final = "was not reached"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Changes as the switches and the journal of the operator have them.

    ``twice`` has what was typed on a switch, ``lost`` the reason, ``endless`` calls that did not end.
    """

    once: int
    twice: dict[str, list[str]]
    lost: dict[str, str]
    endless: int

    @property
    def is_good(self) -> bool:
        return not (self.twice or self.lost or self.endless)


class Changes:
    """A site of switches that are files, its two workers, and the change of all of them."""

    def __init__(self, rig: Rig, devices: int) -> None:
        self.rig = rig
        self.names = [f"sw{number:05}" for number in range(devices)]
        self.typed = rig.folder / "typed"
        self.typed.mkdir()
        self.endless = 0  # calls of remediate that did not end
        self.interrupted: set[str] = set()  # switches whose worker was killed in their change
        self.half: set[str] = set()  # of these, the ones with a part of the lines
        self.runs = rig.folder / "runs"
        self.inventory = rig.folder / "inventory.yaml"
        hosts = {name: {"host": f"{name}.example.net"} for name in self.names}
        document = {"version": 1, "defaults": {"username": "netops"}, "sites": {"tokyo": {"devices": hosts}}}
        self.inventory.write_text(yaml.safe_dump(document), encoding="utf-8")
        self.access = {
            name: rig.join("tokyo", rig.folder / name, max_sessions=2 * _SESSIONS) for name in ("one", "two")
        }

    def start_worker(self, name: str) -> None:
        """Start a worker."""
        words = ("--site", "tokyo", "--access", str(self.access[name]), "-i", str(self.inventory))
        program = [sys.executable, "-m", "tests.cluster.campaign_worker", str(self.typed)]
        sessions = ("--max-sessions", str(_SESSIONS), "--login-rate", "0")
        self.rig.start_program(name, [*program, *map(str, _WAITS.values()), "worker", *words, *sessions])

    def start_hub(self) -> None:
        """Start the hub again."""
        self.rig.start("hub", "hub", "up", "--folder", str(self.rig.hub_folder))

    @property
    def journal(self) -> Path | None:
        """Return the journal of the operator, once it is there."""
        return min(self.runs.glob("*/journal.jsonl"), default=None)

    def remediate(self) -> None:
        """Begin the change, or resume it where it was begun."""
        how = ["--playbook", "name-server", *(f"--param=name_servers={each}" for each in _SERVERS)]
        if self.journal is not None:
            how = ["--resume", str(self.journal)]
        where = ("--hub", str(self.rig.hub_folder), "--runs-dir", str(self.runs), "-i", str(self.inventory))
        pace = ("--batch", _BATCH, "--max-fail", str(len(self.names)))
        self.rig.start("remediate", "remediate", *where, *how, *pace, "--yes")

    def is_at_work(self) -> bool:
        """Return whether ``remediate`` runs; the hub is started again where it has ended, as by systemd.

        Raises AssertionError where ``remediate`` has ended with an error that the kills do not explain.
        """
        if self.rig.processes["hub"].poll() is not None:
            self.start_hub()
        code = self.rig.processes["remediate"].poll()
        log = self.rig.log("remediate")[-3000:]
        assert code is None or code in _EXPECTED or _NOT_REACHED in log, f"exit code {code}: {log}"
        return code is None

    def finish(self) -> None:
        """Wait for the end of the call at work; one that does not end in time is killed, and counted."""
        end = time.monotonic() + _PATIENCE
        while self.is_at_work():
            if time.monotonic() > end:
                self.rig.kill("remediate")
                self.endless += 1
                return
            time.sleep(0.1)

    def has_typed(self) -> bool:
        return any(self.typed.iterdir())

    def states(self) -> dict[str, SwitchState]:
        journal = self.journal
        return {} if journal is None else dict(read_journal(journal).states)

    def open(self) -> list[str]:
        """Return the switches that the operator's journal has not as done."""
        states = self.states()
        return [
            name for name in self.names if name not in states or states[name].end is not ChangeOutcome.DONE
        ]

    def settle(self) -> list[int]:
        """Resume what the kills have left open; return how many switches are open before, and after each."""
        left = [len(self.open())]
        for workers in _SETTLING:
            if not left[-1]:
                break
            for name in self.access:
                if name not in workers and name in self.rig.processes:
                    self.rig.kill(name)
                elif name in workers and name not in self.rig.processes:
                    self.start_worker(name)
            self.remediate()
            self.finish()
            left.append(len(self.open()))
        return left

    def note_interrupted(self, worker: str) -> None:
        """Note the switches in whose change this worker was killed just now."""
        holder = read_address(self.access[worker], hint="").holder
        for journal in self.rig.folder.glob(f"state/slp-ops/site-changes/{holder}/*/*/journal.jsonl"):
            name, data = journal.parent.name, journal.read_bytes()
            if b'"begun"' in data and b'"event":"end"' not in data:
                self.interrupted.add(name)
                if len(typed_lines(self.typed / name)) < len(_LINES):
                    self.half.add(name)

    def outcome(self) -> Outcome:
        """Count what the switches have."""
        still_open, states = set(self.open()), self.states()
        twice, lost, once = {}, {}, 0
        for name in self.names:
            typed = typed_lines(self.typed / name)
            if len(typed) != len(set(typed)):
                twice[name] = typed
            if set(typed) != set(_LINES):
                lost[name] = f"typed: {typed}"
            elif name in still_open:
                lost[name] = f"applied, and in the journal {states[name].end if name in states else None}"
            elif name not in twice:
                once += 1
        return Outcome(once=once, twice=twice, lost=lost, endless=self.endless)


def kill_at_random(changes: Changes, *, seed: int, kills: int) -> Counter[str]:
    """Change all switches, and kill -9 as often meanwhile; return how often each was killed."""
    rig, chance = changes.rig, random.Random(seed)  # noqa: S311 - the same kills each time
    for name in changes.access:
        changes.start_worker(name)
    rig.wait_for(lambda: sum(len(each.workers) for each in rig.status()) == len(changes.access), "one")
    changes.remediate()
    rig.wait_for(changes.has_typed, "remediate", _PATIENCE)
    order = [*_VICTIMS] * (kills // len(_VICTIMS) + 1)
    chance.shuffle(order)
    killed: Counter[str] = Counter()
    for victim in order:
        time.sleep(chance.uniform(2.0, 6.0))
        if killed.total() == kills:
            break
        if not changes.is_at_work():
            if not changes.open():
                break
            changes.remediate()
        if victim == "broker":
            pid = rig.broker_or_none()
            if pid is None:
                continue
            rig.kill_process(pid)
        elif victim == "remediate":
            rig.kill("remediate")
            changes.remediate()
        elif victim == "hub":
            rig.kill("hub")
            changes.start_hub()
        else:
            rig.kill(victim)
            changes.note_interrupted(victim)
            changes.start_worker(victim)
        killed[victim] += 1
    return killed


def run(seed: int, kills: int, devices: int) -> Outcome:
    """Run one seed in a folder of its own, and print its line. The folder stays where a change went wrong."""
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="slp-ops-changes-"))
    rig = Rig(folder / "rig")
    try:
        rig.up()
        changes = Changes(rig, devices)
        killed = kill_at_random(changes, seed=seed, kills=kills)
        changes.finish()
        left = changes.settle()
        found = changes.outcome()
    finally:
        end(rig)
    parts = ", ".join(f"{name} {number}" for name, number in sorted(killed.items()))
    say(
        f"seed {seed}: {killed.total()} kills ({parts}), {devices} changes, "
        f"in a kill of their worker {len(changes.interrupted)} ({len(changes.half)} half typed), "
        f"once {found.once}, twice {len(found.twice)}, lost {len(found.lost)}, "
        f"open after the last kill and each resumption {' '.join(map(str, left))}, "
        f"calls without an end {found.endless}, {time.monotonic() - began:.0f} s"
    )
    if found.is_good:
        shutil.rmtree(folder)
        return found
    for name, typed in found.twice.items():
        say(f"  {name} twice: {typed}")
    for name, why in found.lost.items():
        say(f"  {name} lost: {why}")
    say(f"  logs and journals: {rig.folder}")
    return found


def end(rig: Rig) -> None:
    """End what runs, also what does not end by itself."""
    broker = rig.broker_or_none()
    for name, process in reversed(list(rig.processes.items())):
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_END_SECONDS)
        if process.poll() is None:
            say(f"  {name} did not end")
            rig.kill(name)
    if broker is not None and broker == rig.broker_or_none():
        rig.kill_process(broker)


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - its output


def main() -> int:
    """Run the seeds of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", metavar="SEED", type=int, nargs="+")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--changes", type=int, default=500)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended
    found = [run(seed, options.kills, options.changes) for seed in options.seeds]
    return int(not all(each.is_good for each in found))


if __name__ == "__main__":
    sys.exit(main())
