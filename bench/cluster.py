"""Reading over a hub: tasks a second, CPU of a switch in each program, peak memory, disk, cancel, restart.

    make bench-env
    .venv/bin/python -m bench.cluster
    .venv/bin/python -m bench.cluster --tasks 100000 --ssh 0 --cancel 0
    .venv/bin/python -m bench.cluster --tasks 0 --ssh 10000 --workers 4

The hub, its broker, the workers and ``slp-ops collect`` are processes, with TLS, an account a site and
``sync_interval: always``, all of them on this computer. The figures are the operating system's own account.

``--tasks``: the sessions of the workers open nothing. With ``--evidence prepared`` a visit puts twelve
captures of a real size into its folder, which were drawn and masked beforehand: what is left is the engine.
With ``read`` they pass masking like those of a switch. ``--ssh``: the workers are those of an operator, and
read simulated switches. Figures of ``--tasks`` are taken between the first result and the last, so that
starting the program is no part of them; those of ``--ssh`` from the start.

Where other programs share the cores, wall times say little: compare CPU.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import yaml

from bench.parse import COMMANDS
from bench.parse import drawn as drawn_by_lab
from bench.switches import PASSWORD, REAL_KB, USER, fleet
from slp_ops.app import hub as service
from slp_ops.app import hub_status
from slp_ops.app.operator import NonInteractive
from slp_ops.app.site_hops import SiteHops
from slp_ops.garbage import collect_rarely
from slp_ops.model import Capture, CaptureStatus, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.runs.evidence_files import MANIFEST
from slp_ops.runs.held_folder import HeldFolder
from slp_ops.runs.serialization import CaptureRecord, line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from slp_ops.app.device_work import AnyWork, DeviceTools
    from slp_ops.model import Device

_PATIENCE: Final = 300.0  # an inventory of 100,000 switches is read first
_LOOK: Final = 0.1
_DRAWN: Final = 16  # different devices
_STARTED: Final = time.monotonic()
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SLP_OPS: Final = (sys.executable, "-m", "slp_ops")


# The hub and its processes


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process; 0 of one that has ended."""
    try:
        values = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(values[11]) + int(values[12])) / _TICKS


def peak_of(pid: int) -> float:
    """Return the largest resident memory of a process in MB; 0 of one that has ended."""
    with suppress(OSError):
        for each in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
            if each.startswith("VmHWM:"):
                return int(each.split()[1]) / 1024
    return 0.0


def size_of(folder: Path) -> int:
    """Return the bytes of the files in a folder that may change meanwhile."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                size += (Path(parent) / name).stat().st_size
    return size


class Hub:
    """A hub in a folder, its sites, and the processes that belong to it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.hub_folder = folder / "hub"
        self._port = _free_pair()
        self._stack = stack
        self._environment = {
            **os.environ,
            "SLP_OPS_PASSWORD": PASSWORD,
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "SLP_OPS_SSH_CONFIG": "none",
            "SLP_OPS_LOGIN_RATE": "0",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        service.init(
            service.NewHub(
                folder=self.hub_folder,
                addresses=("127.0.0.1",),
                listen="127.0.0.1",
                port=self._port,
                disk_bytes=20 * 2**30,
            )
        )
        self.process = self.start("hub", *_SLP_OPS, "hub", "up", "--folder", str(self.hub_folder))
        self.wait(lambda: "workers join on port" in self.log("hub"))

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a program that ends with the hub; its output is in a log."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment
            )
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        return process

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8")

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait for a program; end with the logs where it does not do what it should."""
        end = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > end:
                logs = sorted(self.folder.glob("*.log"))
                sys.exit("\n".join(f"{path.name}: {path.read_text()[-1000:]}" for path in logs))
            time.sleep(0.02)

    @property
    def broker(self) -> int:
        """Return the process id of nats-server."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text(encoding="ascii").split()[0])

    def programs(
        self, workers: Sequence[subprocess.Popen[bytes]], collecting: subprocess.Popen[bytes]
    ) -> dict[str, list[int]]:
        """Return the process ids of each program of a run."""
        return {
            "worker": [each.pid for each in workers],
            "broker": [self.broker],
            "operator": [collecting.pid],
            "hub": [self.process.pid],
        }

    def join(self, number: int, site: str, sessions: int) -> Path:
        """Make a worker known to the hub; return the folder of its key."""
        _, code = service.add_site(self.hub_folder, site, sessions)
        state = self.folder / f"worker-{number}"
        subprocess.run(
            [*_SLP_OPS, "worker", "join", f"127.0.0.1:{self._port + 1}"],
            input=f"{code}\n".encode(),
            env=self._environment | {"XDG_STATE_HOME": str(state)},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return state / "slp-ops" / "workers" / site

    def serve(self, number: int, *words: str) -> subprocess.Popen[bytes]:
        """Start a worker, and wait until it is connected."""
        name = f"worker-{number}"
        process = self.start(name, *words)
        self.wait(lambda: "connected to" in self.log(name))
        return process

    def collect(self, inventory: Path, runs: Path, *words: str) -> subprocess.Popen[bytes]:
        """Start ``slp-ops collect`` over the hub."""
        return self.start(
            "collect", *_SLP_OPS, "collect", *words, "--hub", str(self.hub_folder), "--quiet",
            "-i", str(inventory), "--runs-dir", str(runs), "--evidence", "packed",
        )  # fmt: skip


def _free_pair() -> int:
    """Return a port that is free together with the next one."""
    for port in range(12000 + os.getpid() % 1000 * 4, 20000, 2):
        with socket.socket() as one, socket.socket() as other, suppress(OSError):
            one.bind(("127.0.0.1", port))
            other.bind(("127.0.0.1", port + 1))
            return port
    sys.exit("no free port")


@contextmanager
def hub_with_sites(workers: int, sessions: int) -> Iterator[tuple[Hub, list[tuple[str, Path]]]]:
    """Start a hub with as many sites as workers; yield it with site and key folder of each worker."""
    with tempfile.TemporaryDirectory() as given, ExitStack() as stack:
        hub = Hub(Path(given), stack)
        keys = [(f"site-{n}", hub.join(n, f"site-{n}", sessions)) for n in range(workers)]
        yield hub, keys


def write_inventory(hub: Hub, hosts: Sequence[Mapping[str, object]], sites: Sequence[str]) -> Path:
    """Write an inventory of devices that are shared out among the sites."""
    shares: dict[str, dict[str, Any]] = {site: {"devices": {}} for site in sites}
    for number, (host, site) in enumerate(zip(hosts, itertools.cycle(sites), strict=False)):
        shares[site]["devices"][f"sw-{number:06}"] = dict(host)
    path = hub.folder / "inventory.yaml"
    document = {"version": 1, "defaults": {"username": USER}, "sites": shares}
    path.write_text(yaml.dump(document, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)))
    return path


def _nowhere(number: int) -> list[dict[str, object]]:
    """Return so many devices that no session is opened to."""
    return [{"host": f"sw-{each}.example.net"} for each in range(number)]


# Workers whose sessions open nothing


def drawn(kilobytes: int, seed: int) -> dict[str, str]:
    """Return the outputs of a device, together so long, which compress to a fifth as those of real ones."""
    texts = drawn_by_lab()
    dice = random.Random(seed)  # noqa: S311 - no secret
    missing = kilobytes * 1000 - sum(map(len, texts.values()))
    lines = []

    def digits(number: int) -> str:
        return f"{dice.randrange(16**number):0{number}x}"

    while missing > 0:
        lines.append(
            f"*Jun 11 03:{dice.randrange(60):02}:{dice.randrange(60):02}.{dice.randrange(1000):03}: "
            f"%DOT1X-5-FAIL: Switch {dice.randrange(1, 4)} R0/0: Authentication failed for client "
            f"(00{digits(2)}.{digits(4)}.{digits(4)}) on Interface Gi1/0/{dice.randrange(1, 49)} "
            f"AuditSessionID 0000000000{digits(2).upper()}000A0000000000\n"
        )
        missing -= len(lines[-1])
    texts["show logging"] += "".join(lines)
    return texts


def _prepared(texts: Mapping[str, str]) -> tuple[dict[str, bytes], tuple[Capture, ...]]:
    """Return the files of a device as reading it leaves them, and its captures."""
    files, found = {}, []
    for command, text in texts.items():
        name = command.replace(" ", "-") + ".txt"
        files[name] = content = text.encode()
        found.append(
            Capture(
                command=command,
                status=CaptureStatus.OK,
                started=datetime(2026, 11, 27, 12, tzinfo=UTC),
                seconds=1.0,
                bytes=len(content),
                file=name,
                sha256=hashlib.sha256(content).hexdigest(),
            )
        )
    files[MANIFEST] = b"".join(line(CaptureRecord.of(each)) for each in found)
    return files, tuple(found)


class _Reader:
    """A session that prints what was drawn."""

    hostname = "bench"
    alive = True

    def __init__(self, texts: Mapping[str, str], seconds: float) -> None:
        self._texts, self._seconds = texts, seconds

    async def show(self, command: Any, *, sink: Any, **_: Any) -> CommandEnd:
        text = self._texts.get(str(command))
        if text is None:
            return CommandEnd(status=CaptureStatus.UNSUPPORTED, reason="unknown")
        for start in range(0, len(text), 2**15):
            sink.write(text[start : start + 2**15])
        await asyncio.sleep(self._seconds / len(self._texts))
        return CommandEnd(status=CaptureStatus.OK)

    async def probe(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError  # collect probes nothing


class _Transport:
    """Opens sessions that are none."""

    def __init__(self, fleet: Sequence[Mapping[str, str]], seconds: float) -> None:
        self._fleet = itertools.cycle(fleet)
        self._seconds = seconds

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[_Reader]:
        yield _Reader(next(self._fleet), self._seconds)

    async def close(self) -> None:
        pass


def serve_stub(site: str, access: Path, inventory: Path, wanted: argparse.Namespace) -> None:
    """Serve a site with sessions that are none, until this process is ended."""
    from slp_ops.app import site_worker
    from slp_ops.app.selection import read_inventory
    from slp_ops.app.works import work_of
    from slp_ops.cluster.access_folder import read_address
    from slp_ops.runs.mask_key import mask_key

    class Silent(NonInteractive):
        def notice(self, text: str) -> None:
            pass

    collect_rarely()  # as the program does
    fleet = [drawn(wanted.kb, seed) for seed in range(_DRAWN)]
    prepared = itertools.cycle([_prepared(texts) for texts in fleet])

    async def visit(task: Any, tools: DeviceTools) -> DeviceResult:
        files, captures = next(prepared)
        digests = {each.file: each.sha256 for each in captures if each.file and each.sha256}
        await asyncio.sleep(wanted.seconds)
        for name, data in files.items():
            assert isinstance(tools.evidence, HeldFolder)
            assert tools.evidence.hold(name, data, digests.get(name, ""))
        device = task.device
        return DeviceResult(
            name=device.name, site=device.site, status=DeviceStatus.OK, captures=captures, release="17.9.4a"
        )

    def prepared_work(name: str) -> AnyWork:
        return replace(work_of(name), visit=visit)

    every = read_inventory(inventory, Path("none"), Silent()).devices
    settings = site_worker.WorkerSettings(
        claimed_keys={},
        hops=SiteHops(),
        login_rate=0,
        secret_ids={},
        site=site,
        devices={device.name: device for device in every if device.site == site},
        transport=_Transport(fleet, wanted.seconds),
        mask_key=mask_key(),
        max_sessions=wanted.sessions,
        notice=lambda text: print(text, flush=True),
    )
    del every
    serving = site_worker.serve(access, read_address(access, hint=""), settings)
    chosen = prepared_work if wanted.evidence == "prepared" else work_of
    with mock.patch("slp_ops.app.site_worker.work_of", chosen):
        asyncio.run(serving)


# Measurement


@dataclass(kw_only=True)
class Account:
    """Seconds of a run, and of each program the CPU seconds and the peak memory in MB."""

    tasks: int
    seconds: float
    cpu: dict[str, float]
    peak: dict[str, float]
    disk: int = 0
    evidence: int = 0
    left: int = 0
    failed: int = 0


@dataclass
class Watch:
    """Processes that are watched while a run is written, by the name of their program.

    Longer than ``limit`` seconds after the start of the bench, a run is ended and counts as far as it came.
    """

    hub: Hub
    programs: Mapping[str, Sequence[int]]
    limit: float
    disk: int = 0
    peaks: dict[str, float] = field(default_factory=dict)

    def cpu(self) -> dict[str, float]:
        return {name: sum(map(cpu_of, pids)) for name, pids in self.programs.items()}

    def look(self) -> None:
        """Note the largest memory of each program, and of several processes of a program the largest."""
        for name, pids in self.programs.items():
            self.peaks[name] = max(self.peaks.get(name, 0.0), *map(peak_of, pids))

    def measure(self, collecting: subprocess.Popen[bytes], runs: Path, *, whole: bool = False) -> Account:
        """Watch until the run has ended; account for what is between its first result and its last.

        A ``whole`` run is accounted for from its start, with that of the operator's program.
        """
        last = (time.perf_counter(), self.cpu(), 0)
        first = last if whole else None
        looked = 0.0
        give_up = _STARTED + self.limit
        while collecting.poll() is None and time.monotonic() < give_up:
            time.sleep(_LOOK)
            done = _results(runs)
            if done > last[2]:
                last = (time.perf_counter(), self.cpu(), done)
                first = first or last
            if time.monotonic() - looked > 1:
                looked = time.monotonic()
                self.look()
                self.disk = max(self.disk, size_of(self.hub.hub_folder / "store"))
        if first is None or last[2] <= first[2]:
            sys.exit(f"too few tasks to measure, or nothing was read:\n{self.hub.log('collect')}")
        collecting.terminate()
        collecting.wait()
        tasks = last[2] - first[2]
        return Account(
            tasks=tasks,
            seconds=last[0] - first[0],
            cpu={name: (last[1][name] - first[1][name]) for name in self.programs},
            peak=self.peaks,
            disk=self.disk,
            evidence=sum(size_of(path) for path in runs.glob("*/packs")),
            left=size_of(self.hub.hub_folder / "store"),
            failed=collecting.returncode,
        )


_COUNTED: dict[Path, tuple[int, int]] = {}


def _results(runs: Path) -> int:
    """Return how many results the run in a folder has; only what was added is read."""
    for path in runs.glob("*/devices.jsonl"):
        at, number = _COUNTED.get(path, (0, 0))
        with path.open("rb") as file:
            file.seek(at)
            while piece := file.read(2**20):
                at += len(piece)
                number += piece.count(b"\n")
        _COUNTED[path] = (at, number)
        return number
    return 0


def show(title: str, account: Account) -> None:
    print(title)
    rate = account.tasks / account.seconds
    print(
        f"  {account.tasks} switches in {account.seconds:.1f} s: {rate:.0f} a second, exit {account.failed}"
    )
    every = sum(account.cpu.values())
    for name, cpu in account.cpu.items():
        each = cpu * 1000 / account.tasks
        print(f"  {name:<10}{each:>7.2f} ms of CPU a switch, {account.peak[name]:>5.0f} MB at most")
    print(f"  {'together':<10}{every * 1000 / account.tasks:>7.2f} ms")
    print(
        f"  disk of the broker at most {account.disk / 1e6:.0f} MB, afterwards {account.left / 1e6:.1f} MB; "
        f"evidence in the run {account.evidence / 1e6:.0f} MB"
    )


def measure_tasks(wanted: argparse.Namespace) -> None:
    """Tasks whose sessions are none."""
    with hub_with_sites(wanted.workers, wanted.sessions) as (hub, keys):
        inventory = write_inventory(hub, _nowhere(wanted.tasks), [site for site, _ in keys])
        workers = [
            hub.serve(number, *_stub(site, access, inventory, wanted, wanted.sessions, wanted.seconds))
            for number, (site, access) in enumerate(keys)
        ]
        runs = hub.folder / "runs"
        collecting = hub.collect(inventory, runs)
        account = Watch(hub, hub.programs(workers, collecting), wanted.limit).measure(collecting, runs)
        show(
            f"{wanted.tasks} tasks, {wanted.kb} kB of {wanted.evidence} evidence each, "
            f"{wanted.workers} workers of {wanted.sessions} sessions",
            account,
        )


def _stub(
    site: str, access: Path, inventory: Path, wanted: argparse.Namespace, sessions: int, seconds: float
) -> list[str]:
    return [
        sys.executable, "-m", "bench.cluster", "--serve", site, str(access), str(inventory),
        "--sessions", str(sessions), "--seconds", str(seconds), "--kb", str(wanted.kb),
        "--evidence", wanted.evidence,
    ]  # fmt: skip


def measure_cancel(wanted: argparse.Namespace) -> None:
    """Cancel a run with so many visits under way and three times as many that wait."""
    sessions = -(-wanted.cancel // wanted.workers)
    with hub_with_sites(wanted.workers, sessions) as (hub, keys):
        inventory = write_inventory(hub, _nowhere(wanted.cancel * 4), [site for site, _ in keys])
        for number, (site, access) in enumerate(keys):
            hub.serve(number, *_stub(site, access, inventory, wanted, sessions, 600.0))
        collecting = hub.collect(inventory, hub.folder / "runs")
        hub.wait(
            lambda: sum(each.running for each in hub_status.status(hub.hub_folder).sites) >= wanted.cancel
        )
        began = time.perf_counter()
        collecting.send_signal(signal.SIGINT)
        collecting.wait()
        ended = time.perf_counter() - began
        hub.wait(lambda: not any(s.running or s.waiting for s in hub_status.status(hub.hub_folder).sites))
        idle = time.perf_counter() - began
    print(
        f"cancelled with {wanted.cancel} visits under way: ended after {ended:.1f} s, "
        f"workers free after {idle:.1f} s"
    )


def measure_restart(wanted: argparse.Namespace) -> None:
    """Kill the broker when it has so much evidence, and wait until it answers again."""
    from slp_ops.cluster.access_folder import read_address
    from slp_ops.cluster.broker import disk_used
    from slp_ops.cluster.connection import connected
    from slp_ops.cluster.subjects import EVIDENCE, subject

    async def fill(hub: Hub) -> None:
        folder = hub.hub_folder / "hub"
        data = random.Random(1).randbytes(2**19)  # noqa: S311 - no secret
        async with connected(folder, read_address(folder, hint="")) as client:
            js = client.jetstream()
            for number in range(wanted.restart * 2**20 // len(data)):
                name = subject(EVIDENCE, "site-0", "filling", f"sw-{number}", "attempt", "0")
                await js.publish(name, data, timeout=30)

    async def used(hub: Hub) -> int:
        folder = hub.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            return await disk_used(client.jetstream())

    with hub_with_sites(0, 1) as (hub, _):
        asyncio.run(fill(hub))
        os.kill(hub.broker, signal.SIGKILL)
        began = time.perf_counter()
        while True:
            with suppress(Exception):  # whatever a client meets while the broker starts
                held = asyncio.run(used(hub))
                break
        ended = time.perf_counter() - began
        print(f"broker killed with {held / 1e6:.0f} MB of evidence: it answers after {ended:.1f} s")


def measure_ssh(wanted: argparse.Namespace) -> None:
    """Workers as an operator starts them, which read simulated switches."""
    sessions = min(wanted.sessions, -(-wanted.ssh // wanted.workers))
    with (
        hub_with_sites(wanted.workers, sessions) as (hub, keys),
        fleet(wanted.ssh, wanted.delay, wanted.kb, 2, hub.folder) as simulated,
    ):
        hosts = [{"host": "127.0.0.1", "port": port} for port in simulated.ports]
        inventory = write_inventory(hub, hosts, [site for site, _ in keys])
        workers = [
            hub.serve(
                number, *_SLP_OPS, "worker", "--site", site, "--access", str(access), "-i", str(inventory),
                "--max-sessions", str(sessions),
                "--connect-timeout", "120",
            )
            for number, (site, access) in enumerate(keys)
        ]  # fmt: skip
        runs = hub.folder / "runs"
        # The worker's own session options hold; those of the task are the operator's.
        collecting = hub.collect(inventory, runs, "--transport", "asyncssh")
        programs = hub.programs(workers, collecting) | {
            "switches": [each.pid for each in simulated.processes]
        }
        account = Watch(hub, programs, wanted.limit).measure(collecting, runs, whole=True)
        show(
            f"{wanted.ssh} simulated switches over SSH, {len(COMMANDS)} commands of {wanted.delay:g} s and "
            f"{wanted.kb} kB, {wanted.workers} workers of {sessions} sessions",
            account,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=int, default=3000, help="switches that are none; 0 leaves this out")
    parser.add_argument("--evidence", choices=("prepared", "read"), default="prepared")
    parser.add_argument("--seconds", type=float, default=0.2, help="of a visit of such a switch")
    parser.add_argument("--ssh", type=int, default=200, help="simulated switches; 0 leaves this out")
    parser.add_argument("--delay", type=float, default=0.2, help="seconds such a switch takes for a command")
    parser.add_argument(
        "--cancel", type=int, default=1000, help="visits under way when a run is cancelled; 0: none"
    )
    parser.add_argument("--restart", type=int, default=300, help="MB of a broker that is killed; 0: none")
    parser.add_argument(
        "--limit", type=float, default=3600.0, help="seconds after which a run is ended and counted"
    )
    parser.add_argument("--workers", type=int, help="default: 2, over SSH 4")
    parser.add_argument("--sessions", type=int, default=200, help="sessions of a worker")
    parser.add_argument("--kb", type=int, default=REAL_KB, help="kB of text a switch")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        site, access, inventory = wanted.serve
        serve_stub(site, Path(access), Path(inventory), wanted)
        return
    given = wanted.workers
    wanted.workers = given or 2
    if wanted.tasks:
        measure_tasks(wanted)
    if wanted.cancel:
        measure_cancel(wanted)
    if wanted.restart:
        measure_restart(wanted)
    if wanted.ssh:
        wanted.workers = given or 4
        measure_ssh(wanted)


if __name__ == "__main__":
    main()
