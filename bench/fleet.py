"""Many slow switches read side by side: slp-ops with either transport, and its peers, in one run.

    make bench-env
    .venv/bin/python bench/fleet.py --size 400 --delay 1.0

The simulated fleet runs in a process of its own. Each contender is a process too; its wall time, CPU
time and peak memory are the operating system's own account. Every contender sends the same twelve
commands; how many outputs it got, and how many bytes, is printed, so that a failure does not count as speed.
slp-ops writes and masks its evidence meanwhile, as it always does. Its pacing is off here (no site
limit, no login rate), as none of the others has any.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

COMMANDS = (
    "show clock", "show version", "show license summary", "show license status", "show license usage",
    "show license all", "show switch", "show hosts", "show ntp status", "show ip interface brief",
    "show call-home smart-licensing", "show license history message",
)  # fmt: skip
USER = PASSWORD = "netops"


# -- the fleet ------------------------------------------------------------------------------------------


def serve(size: int, delay: float, ready: Path) -> None:
    """Simulated switches until SIGTERM; their ports are written to a file once all listen."""
    from dataclasses import replace

    from slp_ops.lab.rack import Rack, healthy

    async def run() -> None:
        ended = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
        rack = Rack()
        rack.start(healthy(size), None)
        for each in rack.switches:
            switch = each.host.switch
            switch.faults = replace(switch.faults, command_delay=delay)
        temporary = ready.with_suffix(".part")
        temporary.write_text(json.dumps([each.port for each in rack.switches]))
        temporary.rename(ready)
        await ended.wait()
        rack.close()

    asyncio.run(run())


# -- the contenders: each gives the number of outputs, their bytes, and the errors ----------------------


def slp_ops(transport: str, ports: list[int], workers: int) -> tuple[int, int, int]:
    """Do what ``slp-ops collect`` does, with these twelve commands."""
    from slp_ops.app.read_device import collect
    from slp_ops.commands import find
    from slp_ops.credentials import ShellCredentials
    from slp_ops.engine.pacing import RateLimited
    from slp_ops.engine.worker_pool import each
    from slp_ops.model import CaptureStatus, Device
    from slp_ops.runs import Runs
    from slp_ops.transport.factory import TransportSelector
    from slp_ops.transport.hostkeys import HostKeyMode, HostKeys

    commands = []
    for text in COMMANDS:
        command = find(text)
        assert command is not None, text
        commands.append(command)
    devices = [
        Device(
            name=f"sw-{n:04}", site="bench", host="127.0.0.1", port=port, username=USER, transport=transport
        )
        for n, port in enumerate(ports)
    ]
    folder = Path(tempfile.mkdtemp())  # in the folder of this run, which clears it away
    opened = RateLimited(
        TransportSelector(
            credentials=ShellCredentials(
                {}, environ={"SLP_OPS_PASSWORD": PASSWORD}, keyring=lambda entry: None
            ),
            host_keys=HostKeys(folder / "known_hosts", HostKeyMode.TOFU),
            workers=workers,
            connect_timeout=60,
        ),
        rate=0,
    )
    outputs = size = errors = 0
    with Runs(folder / "runs").start("collect", devices) as run:

        async def everything() -> None:
            nonlocal outputs, size, errors

            async def one(device: Device) -> Any:
                return await collect(device, transport=opened, evidence=run.device(device), commands=commands)

            async for _, result in each(devices, one, workers=workers):
                run.finish_device(result)
                read = [c for c in result.captures if c.status is CaptureStatus.OK]
                outputs += len(read)
                size += sum(capture.bytes for capture in read)
                errors += len(read) < len(commands)
            await opened.close()

        asyncio.run(everything())
    return outputs, size, errors


def bare_asyncssh(ports: list[int], workers: int) -> tuple[int, int, int]:
    """The least that an asyncssh client can do: send, read until the prompt, keep nothing."""
    import asyncssh

    totals = [0, 0, 0]

    async def one(port: int, room: asyncio.Semaphore) -> None:
        async with room:
            try:
                async with asyncssh.connect(
                    "127.0.0.1", port, username=USER, password=PASSWORD, known_hosts=None, config=None,
                    client_keys=None, agent_path=None,
                ) as connection:  # fmt: skip
                    process = await connection.create_process(term_type="vt100", encoding=None)

                    async def until_prompt() -> bytes:
                        data = b""
                        while not data.rstrip().endswith(b"#"):
                            data += await process.stdout.read(65536)
                        return data

                    await until_prompt()
                    for command in ("terminal length 0", *COMMANDS):
                        process.stdin.write(command.encode() + b"\r")
                        data = b""
                        while command.encode() not in data or not data.rstrip().endswith(b"#"):
                            data += await process.stdout.read(65536)
                        if command in COMMANDS:
                            totals[0] += 1
                            totals[1] += len(data)
            except (OSError, asyncssh.Error):
                totals[2] += 1

    async def all_of_them() -> None:
        room = asyncio.Semaphore(workers)
        await asyncio.gather(*(one(port, room) for port in ports))

    asyncio.run(all_of_them())
    return totals[0], totals[1], totals[2]


def netmiko_pool(ports: list[int], workers: int) -> tuple[int, int, int]:
    """netmiko in a thread pool, as its documentation shows it."""
    from netmiko import ConnectHandler

    def one(port: int) -> tuple[int, int, int]:
        try:
            with ConnectHandler(
                device_type="cisco_xe", host="127.0.0.1", port=port, username=USER, password=PASSWORD,
                conn_timeout=120, banner_timeout=120, auth_timeout=120,
            ) as connection:  # fmt: skip
                texts = [connection.send_command(command, read_timeout=120) for command in COMMANDS]
            return len(texts), sum(map(len, texts)), 0
        except Exception:  # noqa: BLE001 - whatever it raises is counted
            return 0, 0, 1

    with ThreadPoolExecutor(workers) as pool:
        counts = list(pool.map(one, ports))
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def nornir(ports: list[int], workers: int) -> tuple[int, int, int]:
    """nornir with nornir-netmiko."""
    from nornir.core import Nornir
    from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts
    from nornir.core.inventory import Inventory as NornirInventory
    from nornir.core.plugins.connections import ConnectionPluginRegister
    from nornir.plugins.runners import ThreadedRunner
    from nornir_netmiko.tasks import netmiko_send_command

    ConnectionPluginRegister.auto_register()
    slow = {"conn_timeout": 120, "banner_timeout": 120, "auth_timeout": 120}
    hosts = Hosts(
        {
            f"sw-{n:04}": Host(
                f"sw-{n:04}", hostname="127.0.0.1", port=port, username=USER, password=PASSWORD,
                platform="cisco_xe", connection_options={"netmiko": ConnectionOptions(extras=slow)},
            )
            for n, port in enumerate(ports)
        }
    )  # fmt: skip
    fleet = Nornir(
        inventory=NornirInventory(hosts, Groups(), Defaults()), runner=ThreadedRunner(num_workers=workers)
    )
    counts = [0, 0, 0]

    def read(task: Any) -> None:
        for command in COMMANDS:
            text = task.run(netmiko_send_command, command_string=command, read_timeout=120)[0].result
            counts[0] += 1
            counts[1] += len(text)

    results = fleet.run(read)
    fleet.close_connections(on_good=True, on_failed=True)
    counts[2] = sum(1 for name in results if results[name].failed)
    return counts[0], counts[1], counts[2]


CONTENDERS = {
    "slp-ops netmiko": lambda ports, workers: slp_ops("netmiko", ports, workers),
    "slp-ops asyncssh": lambda ports, workers: slp_ops("asyncssh", ports, workers),
    "bare asyncssh": bare_asyncssh,
    "netmiko pool": netmiko_pool,
    "nornir-netmiko": nornir,
}


# -- the comparison -------------------------------------------------------------------------------------


def measure(name: str, ready: Path, workers: int) -> dict[str, float]:
    """Run one contender as a process; wall and CPU seconds, peak MB, and what it says it got."""
    began = time.perf_counter()
    with (
        # Clearing the evidence away is no part of what is measured.
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [
                sys.executable,
                "-W",
                "ignore",
                __file__,
                "--contender",
                name,
                "--ready",
                str(ready),
                "--workers",
                str(workers),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": folder},
        ) as process,
    ):
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - began
    outputs, size, errors = json.loads(said) if said else (0, 0, -1)
    return {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss / 1024,
        "outputs": outputs,
        "bytes": size,
        "errors": errors,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=100, help="how many switches")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds a switch takes for a command")
    parser.add_argument("--workers", type=int, help="sessions at once (default: one a switch)")
    parser.add_argument("--rounds", type=int, default=1, help="how often each contender runs, in turn")
    parser.add_argument("--only", action="append", choices=sorted(CONTENDERS), help="only these contenders")
    parser.add_argument("--contender", help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ready", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.serve:
        serve(wanted.size, wanted.delay, wanted.ready)
        return
    if wanted.contender:
        ports = json.loads(wanted.ready.read_text())
        print(json.dumps(CONTENDERS[wanted.contender](ports, wanted.workers)))
        return
    compare(wanted)


def compare(wanted: argparse.Namespace) -> None:
    """Start the fleet, let each contender run in turn, print the medians, stop the fleet."""
    workers = wanted.workers or wanted.size
    names = wanted.only or list(CONTENDERS)
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ports.json"
        fleet = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, "--serve", "--ready", str(ready),
             "--size", str(wanted.size), "--delay", str(wanted.delay)]
        )  # fmt: skip
        try:
            while not ready.exists():
                if fleet.poll() is not None:
                    sys.exit("the fleet did not start")
                time.sleep(0.05)
            taken: dict[str, list[dict[str, float]]] = {name: [] for name in names}
            for _ in range(wanted.rounds):
                for name in names:
                    taken[name].append(measure(name, ready, workers))
        finally:
            fleet.terminate()
            fleet.wait()
    print(
        f"{wanted.size} switches, {len(COMMANDS)} commands of {wanted.delay:g} s, {workers} workers, "
        f"{wanted.rounds} round(s); Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    heads = ("wall s", "CPU ms/device", "peak MB", "outputs", "MB", "errors")
    widths = (8, 15, 9, 9, 6, 8)
    print("contender".ljust(18) + "".join(h.rjust(w) for h, w in zip(heads, widths, strict=True)))
    for name in names:
        middle = {key: statistics.median(each[key] for each in taken[name]) for key in taken[name][0]}
        cpu = middle["cpu"] * 1000 / wanted.size
        print(
            f"{name:<18}{middle['wall']:>8.1f}{cpu:>15.1f}{middle['peak']:>9.0f}"
            f"{middle['outputs']:>9.0f}{middle['bytes'] / 1e6:>6.1f}{middle['errors']:>8.0f}"
        )


if __name__ == "__main__":
    main()
