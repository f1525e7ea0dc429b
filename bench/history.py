"""A year of daily runs of a thousand switches: how fast a run is indexed, how large the index gets, and how
long the questions take. The runs are generated with their summaries; nothing is read from a switch.

    python bench/history.py [--runs 365] [--devices 1000] [--sites 20]
    python bench/history.py --rollups --devices 100000 --sites 500

``--rollups`` generates the roll-ups of a year that is too large to generate run by run: a row for each site
and day, a line for each switch, and the samples of the last day.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.model import Device, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.history import History, mark
from slp_ops.runs.history_index import FILE as INDEX
from slp_ops.runs.summaries import load, save

START = datetime(2025, 11, 24, 2, 0, tzinfo=UTC)
RULES = [f"rule-{number}" for number in range(60)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=365)
    options.add_argument("--devices", type=int, default=1000)
    options.add_argument("--sites", type=int, default=20)
    options.add_argument("--rollups", action="store_true")
    chosen = options.parse_args()
    if chosen.rollups:
        with tempfile.TemporaryDirectory() as folder:
            show_rollups(Path(folder) / "runs", chosen.runs, chosen.devices, chosen.sites)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder) / "runs", chosen.runs, chosen.devices, chosen.sites)
    print(f"{chosen.runs} runs of {chosen.devices} switches, {os.cpu_count()} cores")
    print(f"one run indexed in {found.mean_run:.2f} s, at most {found.slowest_run:.2f} s")
    print(f"index {found.index / 1e6:.0f} MB, summaries in the run folders {found.summaries / 1e6:.0f} MB")
    for words, seconds in found.questions.items():
        print(f"slp-ops {words} --json: {seconds:.2f} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Measurements; times in seconds of wall clock, sizes in bytes."""

    slowest_run: float
    mean_run: float
    index: int
    summaries: int
    questions: dict[str, float]


def measure(root: Path, runs: int, devices: int, sites: int) -> Figures:
    for number in range(runs):
        generate(root, number, devices, sites)
    times = []
    for run in Runs(root).folders():
        began = time.perf_counter()
        at = mark(run)
        summaries = load(run).values()
        with History.open(root) as history:
            history.put(run, at, summaries)
        times.append(time.perf_counter() - began)
    questions = {}
    for words in ("history sw-0007", "trend", "trend --site site-03", "trend --days 365"):
        began = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "slp_ops", *words.split(), "--json", "--runs-dir", str(root)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        questions[words] = time.perf_counter() - began
    return Figures(
        slowest_run=max(times),
        mean_run=sum(times) / len(times),
        index=sum(path.stat().st_size for path in root.glob("history-*")),
        summaries=sum(path.stat().st_size for path in root.glob("*/summaries.jsonl")),
        questions=questions,
    )


PEAK = r"""
import atexit, re, sys
from slp_ops.__main__ import main
peak = re.compile(r"VmHWM:\s*(\d+)")
atexit.register(lambda: sys.stderr.write(peak.search(open("/proc/self/status").read())[1]))
main()
"""
QUESTIONS = ("trend --days 365", "trend --days 365 --json", "trend --site site-03", "history sw-0007")


def show_rollups(root: Path, days: int, devices: int, sites: int) -> None:
    began = time.perf_counter()
    generate_rollups(root, days, devices, sites)
    size = sum(path.stat().st_size for path in root.rglob("*") if path.is_file())
    print(f"{devices} switches of {sites} sites, {days} days, {os.cpu_count()} cores")
    print(f"generated in {time.perf_counter() - began:.0f} s, {size / 1e6:.0f} MB")
    for words in QUESTIONS:
        seconds, memory = ask(root, words)
        print(f"slp-ops {words}: {seconds:.2f} s, {memory / 2**20:.0f} MB")


def generate_rollups(root: Path, days: int, devices: int, sites: int) -> None:
    """The last run with its samples; the days before it as roll-ups of runs that have left no sample."""
    generate(root, days - 1, devices, sites)
    (run,) = Runs(root).folders()
    at = mark(run)
    with History.open(root) as history:
        history.put(run, at, load(run).values())
        (last,) = history.days(newest=0)[:1]
        lines = history.lines()
    assert len(lines) == devices
    with closing(sqlite3.connect(root / INDEX)) as db:
        ((number, day, position),) = db.execute("SELECT id, day, position FROM run")
        runs, rows = [], []
        of_a_day = db.execute("SELECT * FROM site_day").fetchall()
        for ago in range(1, days):
            began = START + timedelta(days=days - 1 - ago)
            folder = root / f"{began:%Y%m%dT%H%M%SZ}-audit-{ago:06x}"
            shutil.copytree(
                run.path, folder, ignore=shutil.ignore_patterns("summaries.jsonl", "devices.jsonl")
            )
            record = {"schema": 1, "id": f"{ago:06x}", "verb": "audit", "state": "complete", "devices": []}
            (folder / "run.json").write_text(json.dumps(record | {"started": began.isoformat()}))
            runs.append(
                (folder.name, f"{ago:06x}", "audit", 0, mark(StoredRun(folder)), day - ago, position - ago)
            )
            rows += [(day - ago, *row[1:]) for row in of_a_day]
        db.executemany(
            "INSERT INTO run (folder, ref, verb, started, mark, day, position, licensing) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 1)",
            runs,
        )
        marks = ", ".join("?" * 14)
        db.executemany(f"INSERT INTO site_day VALUES ({marks})", rows)  # noqa: S608 - only marks
        db.executemany("INSERT INTO rolled_day VALUES (?)", [(day - ago,) for ago in range(1, days)])
        # A line through four weeks of counts for each switch, as a year of samples would give.
        db.execute(
            "UPDATE line SET course = CASE device % 10 WHEN 0 THEN 4 WHEN 1 THEN 1 ELSE 3 END, points = 25, "
            "days = 59.5, slope = 2.0 + (device % 7) * 0.1, margin = 0.2, mean_x = 20000.0, mean_y = 300.0, "
            "variance = 1.5, fitted = 25, sum_sq_x = 7000.0"
        )
        db.commit()
    assert last.switches
    assert number


def ask(root: Path, words: str) -> tuple[float, int]:
    """Seconds and the largest resident memory in bytes of a command."""
    began = time.perf_counter()
    arguments = [sys.executable, "-c", PEAK, *words.split(), "--runs-dir", str(root)]
    done = subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return time.perf_counter() - began, int(done.stderr.split()[-1]) * 1024


def generate(root: Path, number: int, devices: int, sites: int) -> None:
    """One daily run: the folder as a run leaves it, but for the captures."""
    began = START + timedelta(days=number)
    fleet = [
        Device(name=f"sw-{each:04}", site=f"site-{each % sites:02}", host="192.0.2.1")
        for each in range(devices)
    ]
    store = Runs(root, key=b"k" * 32, now=lambda: began)
    dice = random.Random(number)  # noqa: S311 - no secret
    with store.start("audit", fleet) as run:
        for device in fleet:
            run.finish_device(
                DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK, release="17.9.4a")
            )
    save(StoredRun(run.path), [summary(device, each, number, dice) for each, device in enumerate(fleet)])


def summary(device: Device, each: int, number: int, dice: random.Random) -> Summary:
    clock = (START + timedelta(days=number, minutes=dice.randrange(30))).replace(tzinfo=None)
    is_ill = each % 10 == 0
    last_ack = START.replace(tzinfo=None) + timedelta(days=0 if is_ill else number - number % 30)
    failing = tuple(
        RuleRecord(rule=dice.choice(RULES), verdict=Verdict.FAIL, severity=Severity.WARNING)
        for _ in range(dice.randrange(6))
    )
    return Summary(
        device=device.name,
        site=device.site,
        status=DeviceStatus.OK,
        seen=clock.replace(tzinfo=UTC),
        clock=clock,
        clock_trusted=True,
        release=f"17.9.{each % 5}",
        transport="smart https://smartreceiver.cisco.com/licservice/license",
        units=2,
        trusted_units=2,
        last_ack=last_ack,
        ack_age=clock - last_ack,
        deadline=last_ack + timedelta(days=90),
        last_push=last_ack,
        backlog=2 * number if is_ill else 2 * (number % 30),
        unacknowledged=2 * number if is_ill else 0,
        late=is_ill and number > 32,
        failing=is_ill,
        licensing=True,
        found=failing,
        knowledge="2026.11.1",
    )


if __name__ == "__main__":
    main()
