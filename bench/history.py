"""A year of daily runs of a thousand switches: how fast a run is indexed, how large the index gets, and how
long the questions take. The runs are generated with their summaries; nothing is read from a switch.

    python bench/history.py [--runs 365] [--devices 1000] [--sites 20]
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.model import Device, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.history import History, mark
from slp_ops.runs.summaries import load, save

START = datetime(2025, 11, 24, 2, 0, tzinfo=UTC)
RULES = [f"rule-{number}" for number in range(60)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=365)
    options.add_argument("--devices", type=int, default=1000)
    options.add_argument("--sites", type=int, default=20)
    chosen = options.parse_args()
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
