"""Many slow switches read side by side: slp-ops with either transport, and its peers, in one run.

    make bench-env
    .venv/bin/python -m bench.fleet --size 400
    .venv/bin/python -m bench.fleet --growth 100,1000,3000 --only "slp-ops asyncssh"

The switches are processes of their own on the loopback interface, and each contender is a process; wall time,
CPU time and peak memory are the operating system's own account; of several processes the CPU time is that of
all, the memory that of the largest. Every contender sends the same twelve commands; how many outputs it got,
and how many bytes, is printed, so that a failure does not count as speed. slp-ops is the whole program as an
operator starts it, with its evidence masked and written, once to memory and once to the disk. Its pacing is
off (no site limit, no login rate), as none of the others has any.

What the switches used is printed too: a contender that waits for them cannot be faster.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.parse import COMMANDS
from bench.peers import PEERS, Counts
from bench.switches import PASSWORD, REAL_KB, USER, Fleet, fleet

if TYPE_CHECKING:
    from collections.abc import Sequence

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder in memory, in which a folder of our own is made
OURS: Final = {
    "slp-ops netmiko": ("collect", "--transport", "netmiko"),
    "slp-ops asyncssh": ("collect", "--transport", "asyncssh"),
    "slp-ops asyncssh, 2 processes": ("collect", "--transport", "asyncssh", "--processes", "2"),
    "slp-ops netmiko, 2 processes": ("collect", "--transport", "netmiko", "--processes", "2"),
    "slp-ops audit": ("audit", "--transport", "asyncssh"),
    "slp-ops audit, 2 processes": ("audit", "--transport", "asyncssh", "--processes", "2"),
}
# The module of each verb that chooses the commands; worker processes get them in their tasks.
_CHOOSING: Final = {"collect": "slp_ops.app.collect", "audit": "slp_ops.app.live_audit"}


def run_ours(arguments: Sequence[str], folder: Path, ports: list[int], workers: int) -> None:
    """Run slp-ops as an operator starts it, with the commands of the bench."""
    from unittest import mock

    from slp_ops.__main__ import main
    from slp_ops.commands import find

    known = [find(text) for text in COMMANDS]
    devices = "".join(f"      sw-{n:04}: {{host: 127.0.0.1, port: {port}}}\n" for n, port in enumerate(ports))
    inventory = folder / "inventory.yaml"
    inventory.write_text(
        f"version: 1\ndefaults: {{username: {USER}}}\nsites:\n  bench:\n    devices:\n{devices}"
    )
    os.environ |= {
        "SLP_OPS_PASSWORD": PASSWORD,
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "SLP_OPS_SSH_CONFIG": "none",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    sys.argv = [
        "slp-ops", *arguments, "--inventory", str(inventory), "--runs-dir", str(folder / "runs"), "--quiet",
        "--workers", str(workers), "--login-rate", "0", "--connect-timeout", "120", "--login-timeout", "120",
    ]  # fmt: skip
    with mock.patch(f"{_CHOOSING[arguments[0]]}.choose_commands", return_value=tuple(known)):
        main()


def counted(folder: Path) -> Counts:
    """Return the outputs, bytes and errors of the run in a folder."""
    from slp_ops.model import CaptureStatus, DeviceStatus
    from slp_ops.runs import Runs

    run = Runs(folder / "runs").open("last")
    read = [
        each for device in run.devices for each in device.captures if each.status is CaptureStatus.OK
    ]  # fmt: skip
    errors = sum(1 for device in run.devices if device.status is not DeviceStatus.OK)
    return len(read), sum(each.bytes for each in read), errors


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One contender's account, times in seconds, and what the switches used meanwhile."""

    wall: float
    cpu: float
    peak: float  # MB
    counts: Counts
    switches: list[float]  # CPU of each of their processes

    @property
    def busiest(self) -> float:
        """Return the share of the time in which the busiest process of the switches had work."""
        return max(self.switches) / self.wall


def measure(name: str, simulated: Fleet, workers: int, within: Path | None, show_errors: bool) -> Measured:
    """Run one contender as a process, with a temporary folder of its own."""
    # Clearing the evidence away is no part of what is measured.
    with tempfile.TemporaryDirectory(dir=within) as given:
        folder = Path(given)
        (folder / "ports.json").write_text(json.dumps(simulated.ports))
        before = simulated.cpu()
        began = time.perf_counter()
        with subprocess.Popen(
            [
                *(sys.executable, "-W", "ignore", "-m", "bench.fleet", "--contender", name),
                *("--folder", given, "--workers", str(workers)),
            ],
            stdout=subprocess.PIPE,
            stderr=None if show_errors else subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            said = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            wall = time.perf_counter() - began
        used = [after - earlier for after, earlier in zip(simulated.cpu(), before, strict=True)]
        if name in OURS:
            counts = counted(folder)
        else:
            counts = tuple(json.loads(said)) if said else (0, 0, len(simulated.ports))
    return Measured(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss / 1024,
        counts=counts,
        switches=used,
    )


@dataclass(kw_only=True)
class Line:
    """A contender, where it keeps its evidence, and what was measured in each round."""

    name: str
    label: str
    within: Path | None = None
    rounds: list[Measured] = field(default_factory=list)

    def middle(self, what: str) -> float:
        """Return the median of one figure."""
        return float(statistics.median(getattr(each, what) for each in self.rounds))


def lines(names: Sequence[str], evidence: str) -> list[Line]:
    """Return the lines of the table; slp-ops has one for each place of its evidence."""
    found = []
    for name in names:
        if name not in OURS:
            found.append(Line(name=name, label=name))
            continue
        if evidence != "disk" and _MEMORY.is_dir():
            found.append(Line(name=name, label=f"{name}, in memory", within=_MEMORY))
        if evidence != "memory":
            found.append(Line(name=name, label=f"{name}, on disk"))
    return found


def compare(wanted: argparse.Namespace, size: int, names: Sequence[str]) -> list[Line]:
    """Start the switches, let each contender run in turn, print the medians, stop the switches."""
    workers = wanted.workers or size
    found = lines(names, wanted.evidence)
    with (
        tempfile.TemporaryDirectory() as folder,
        fleet(size, wanted.delay, wanted.kb, wanted.switch_processes, Path(folder)) as simulated,
    ):
        for _ in range(wanted.rounds):
            for line in found:
                line.rounds.append(measure(line.name, simulated, workers, line.within, wanted.show_errors))
    print(
        f"{size} switches in {wanted.switch_processes} process(es), {len(COMMANDS)} commands of "
        f"{wanted.delay:g} s and {wanted.kb} kB together, {workers} workers, {wanted.rounds} round(s); "
        f"Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    print(
        f"{'contender':<42}{'wall s':>8}{'CPU ms/device':>15}{'peak MB':>9}{'outputs':>9}{'MB':>7}"
        f"{'errors':>8}{'switches: CPU ms/device':>26}{'busiest':>9}"
    )
    for line in found:
        outputs, read, errors = line.rounds[-1].counts
        errors = max(each.counts[2] for each in line.rounds)
        theirs = statistics.median(sum(each.switches) for each in line.rounds) * 1000 / size
        print(
            f"{line.label:<42}{line.middle('wall'):>8.1f}{line.middle('cpu') * 1000 / size:>15.1f}"
            f"{line.middle('peak'):>9.0f}{outputs:>9}{read / 1e6:>7.1f}{errors:>8}"
            f"{theirs:>26.1f}{line.middle('busiest'):>9.0%}"
        )
    print(
        f"no contender can be faster than {len(COMMANDS) * wanted.delay:g} s: the commands take that long\n"
    )
    return found


def grow(wanted: argparse.Namespace, sizes: Sequence[int], names: Sequence[str]) -> None:
    """Compare at several sizes, and print what another switch costs."""
    table = {size: compare(wanted, size, names) for size in sizes}
    print(f"{'growth':<36}" + "".join(f"{f'ms at {size}':>13}" for size in sizes) + f"{'kB/device':>12}")
    first, last = sizes[0], sizes[-1]
    for number, line in enumerate(table[first]):
        cells = "".join(f"{table[size][number].middle('cpu') * 1000 / size:>13.1f}" for size in sizes)
        grown = table[last][number].middle("peak") - line.middle("peak")
        print(f"{line.label:<36}{cells}{grown * 1024 / max(1, last - first):>12.0f}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    every = [*OURS, *PEERS]
    parser.add_argument("--size", type=int, default=100, help="how many switches")
    parser.add_argument("--growth", help="several sizes, such as 100,1000,3000, instead of one")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds a switch takes for a command")
    parser.add_argument("--kb", type=int, default=REAL_KB, help="kB of output a switch; 0: as the lab draws")
    parser.add_argument("--workers", type=int, help="sessions at once (default: one a switch)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each contender runs, in turn")
    parser.add_argument("--only", action="append", choices=every, help="only these contenders")
    parser.add_argument("--evidence", choices=("memory", "disk", "both"), default="both")
    parser.add_argument("--switch-processes", type=int, default=2, help="processes of the switches")
    parser.add_argument("--show-errors", action="store_true", help="show what contenders print on stderr")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.contender:
        ports = json.loads((wanted.folder / "ports.json").read_text())
        if wanted.contender in OURS:
            run_ours(OURS[wanted.contender], wanted.folder, ports, wanted.workers)
        else:
            print(json.dumps(PEERS[wanted.contender](ports, wanted.workers)))
        return
    names = wanted.only or every
    if wanted.growth:
        grow(wanted, [int(each) for each in wanted.growth.split(",")], names)
    else:
        compare(wanted, wanted.size, names)


if __name__ == "__main__":
    main()
