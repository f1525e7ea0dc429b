"""Random kills of a hub at work, for some seeds: ``python -m tests.cluster.campaign SEED ...``.

A line for each seed has the kills, devices lost or stored twice, reads beyond one for each device, those of
them that began when the broker had the evidence, seconds. Exit code 1: a device was lost or stored twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.cluster.conftest import Rig
from tests.cluster.fleet import Fleet, Outcome, kill_at_random


def run(seed: int, kills: int, devices: int) -> Outcome:
    """Run one seed in a folder of its own, and print its line."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="slp-ops-kills-") as folder:
        rig = Rig(Path(folder) / "rig")
        try:
            rig.up()
            fleet = Fleet(rig, devices)
            killed = kill_at_random(rig, fleet, seed=seed, kills=kills, seconds=0.8, patience=300)
            found = fleet.outcome()
        finally:
            rig.close()
    parts = ", ".join(f"{name} {number}" for name, number in sorted(killed.items()))
    print(  # noqa: T201 - its output
        f"seed {seed}: {killed.total()} kills ({parts}), {found.devices} devices, lost {found.lost}, "
        f"stored twice {found.stored_twice}, read again {found.reads - found.devices}, of these after stored "
        f"{found.read_after_stored}, {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return found


def main() -> int:
    """Run the seeds of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", metavar="SEED", type=int, nargs="+")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--devices", type=int, default=2000)
    options = parser.parse_args()
    found = [run(seed, options.kills, options.devices) for seed in options.seeds]
    return int(any(each.lost or each.stored_twice for each in found))


if __name__ == "__main__":
    sys.exit(main())
