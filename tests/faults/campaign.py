"""The long campaign: ``make test-faults N=600``.

    python -m tests.faults.campaign [--trials 600] [--first 0] [--jobs 5] [--rounds 200] [--switches 1000]

Random trials with a table by verb, fault and outcome, a soak of ``watch``, and a large fleet of which a tenth
is sick. Exit code 1 when an invariant did not hold.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.faults import fleet, soak
from tests.faults.trial import TRANSPORTS, Outcome, Trial, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

JOBS = 5


def trials(seeds: Iterable[int], jobs: int = JOBS) -> Iterator[Outcome]:
    """The outcomes, in the order of their seeds; some trials wait while others work."""
    with ThreadPoolExecutor(jobs, thread_name_prefix="trial") as pool:
        yield from pool.map(lambda seed: run(Trial.of(seed)), seeds)


def table(outcomes: Iterable[Outcome]) -> str:
    """Return a table of verbs, faults and outcomes, with the number of trials that broke an invariant."""
    counts: Counter[tuple[str, str, str]] = Counter()
    broken: Counter[tuple[str, str, str]] = Counter()
    for each in outcomes:
        key = (each.trial.verb.name, each.trial.kind, each.result)
        counts[key] += 1
        broken[key] += bool(each.broken)
    rows = [("VERB", "FAULT", "OUTCOME", "TRIALS", "BROKEN")]
    rows += [(*key, str(counts[key]), str(broken[key] or "")) for key in sorted(counts)]
    rows.append(("all", "", "", str(counts.total()), str(broken.total())))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows
    )


def write_line(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the trials, the soak and the fleet."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--trials", type=int, default=600)
    options.add_argument("--first", type=int, default=0, help="the first seed")
    options.add_argument("--jobs", type=int, default=JOBS)
    options.add_argument(
        "--rounds", type=int, default=200, help="of watch, for each transport; 0 leaves it out"
    )
    options.add_argument("--switches", type=int, default=1000, help="of the large fleet; 0 leaves it out")
    chosen = options.parse_args()
    began = time.monotonic()
    failures = 0
    outcomes = []
    for outcome in trials(range(chosen.first, chosen.first + chosen.trials), chosen.jobs):
        outcomes.append(outcome)
        failures += bool(outcome.broken)
        if outcome.broken:
            write_line(str(outcome))
    if outcomes:
        write_line(table(outcomes))
    for transport in TRANSPORTS:
        for name, size, check in (("soak", chosen.rounds, soak.run), ("fleet", chosen.switches, fleet.run)):
            if size:
                broken = check(size, transport)
                failures += bool(broken)
                write_line(
                    "\n".join([f"{name} of {size}, {transport}: {'ok' if not broken else ''}", *broken])
                )
    write_line(f"{time.monotonic() - began:.0f} s, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
