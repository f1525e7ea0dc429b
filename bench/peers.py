"""The peers of slp-ops: bare clients of the two SSH libraries, and nornir.

Each sends the commands to every port and returns the number of outputs, their bytes, and the errors.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from bench.parse import COMMANDS
from bench.switches import PASSWORD, USER
from slp_ops.transport import algorithms

if TYPE_CHECKING:
    from collections.abc import Callable

Counts = tuple[int, int, int]


def bare_asyncssh(ports: list[int], workers: int, *, as_ours: bool) -> Counts:
    """The least that an asyncssh client can do: send, read until the prompt, keep nothing.

    ``as_ours`` offers the algorithms of slp-ops, otherwise those of the library.
    """
    import asyncssh

    totals = [0, 0, 0]
    offered: dict[str, Any] = {}
    if as_ours:
        offered = {
            "encryption_algs": list(algorithms.ciphers(legacy=False)),
            "mac_algs": list(algorithms.macs(legacy=False)),
            "kex_algs": list(algorithms.key_exchanges(legacy=False)),
        }

    async def one(port: int, room: asyncio.Semaphore) -> None:
        async with room:
            try:
                async with asyncssh.connect(
                    "127.0.0.1", port, username=USER, password=PASSWORD, known_hosts=None, config=None,
                    client_keys=None, agent_path=None, login_timeout=120, **offered,
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


def netmiko_pool(ports: list[int], workers: int, *, as_ours: bool) -> Counts:
    """netmiko in a thread pool, as its documentation shows it.

    ``as_ours`` leaves it the ciphers that slp-ops prefers, otherwise it has its own order.
    """
    from netmiko import ConnectHandler

    slow: dict[str, Any] = {"conn_timeout": 120, "banner_timeout": 120, "auth_timeout": 120}
    if as_ours:
        slow["disabled_algorithms"] = {"ciphers": _ciphers_but_the_preferred()}

    def one(port: int) -> Counts:
        try:
            with ConnectHandler(
                device_type="cisco_xe", host="127.0.0.1", port=port, username=USER, password=PASSWORD, **slow
            ) as connection:
                texts = [connection.send_command(command, read_timeout=120) for command in COMMANDS]
            return len(texts), sum(map(len, texts)), 0
        except Exception:  # noqa: BLE001 - whatever it raises is counted
            return 0, 0, 1

    with ThreadPoolExecutor(workers) as pool:
        counts = list(pool.map(one, ports))
    return sum(c[0] for c in counts), sum(c[1] for c in counts), sum(c[2] for c in counts)


def _ciphers_but_the_preferred() -> list[str]:
    """Return paramiko's ciphers without the one on which slp-ops and a switch of today agree."""
    import paramiko

    known: Any = paramiko.Transport  # the stub lacks its table
    preferred = next(name for name in algorithms.ciphers(legacy=False) if name in known._cipher_info)
    return [name for name in known._cipher_info if name != preferred]


def nornir(ports: list[int], workers: int) -> Counts:
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


PEERS: Final[dict[str, Callable[[list[int], int], Counts]]] = {
    "bare asyncssh": lambda ports, workers: bare_asyncssh(ports, workers, as_ours=True),
    "bare asyncssh, its own algorithms": lambda ports, workers: bare_asyncssh(ports, workers, as_ours=False),
    "netmiko pool": lambda ports, workers: netmiko_pool(ports, workers, as_ours=True),
    "netmiko pool, its own algorithms": lambda ports, workers: netmiko_pool(ports, workers, as_ours=False),
    "nornir-netmiko": nornir,
}
