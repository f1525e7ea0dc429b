"""The first host key that a worker meets is that of its site: another one is refused before the password."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from nats.js.errors import APIError

from slp_ops.app.site_host_keys import FirstKeys, WithFirstKeys, key_subject
from slp_ops.cli.main import cli
from slp_ops.cluster.messages import FirstKey, to_message
from slp_ops.cluster.subjects import name_of
from slp_ops.errors import HostKeyChanged, HostKeyUnknown, InputError
from slp_ops.lab.hardware import HostKey
from slp_ops.model import Device
from slp_ops.runs import Runs
from slp_ops.transport.hostkeys import HostKeyMode, HostKeys, check_of
from slp_ops.transport.known_hosts import Key
from tests.cluster.conftest import write_inventory
from tests.cluster.table_broker import Broker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.cluster.conftest import Rig

SWITCH = Device(name="sw", site="tokyo", host="192.0.2.11")


def key(number: int) -> Key:
    parts = (b"ssh-ed25519", bytes([number]) * 32)
    return Key("ssh-ed25519", b"".join(len(part).to_bytes(4, "big") + part for part in parts))


def record(host: str, encoded: str) -> bytes:
    return to_message(FirstKey(host=host, port=22, type="ssh-ed25519", key=encoded))


class Worker:
    """A worker whose switch shows a key, and then wants a password."""

    def __init__(self, broker: Any, folder: Path, shown: Key) -> None:
        claimed: dict[tuple[str, int], Key] = {}
        self.shown = shown
        self.keys = HostKeys(folder / f"known_hosts{id(self)}", HostKeyMode.TOFU, claimed=claimed)
        self.notices: list[str] = []
        self.connections = self.passwords = 0
        self.transport = WithFirstKeys(self, FirstKeys(broker, "tokyo", claimed, self.notices.append))
        self.claimed = claimed

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Any]:
        self.connections += 1
        await asyncio.sleep(0)
        check_of(self.keys, device)(self.shown)
        self.passwords += 1
        yield self

    async def close(self) -> None: ...

    async def visit(self) -> None:
        async with self.transport.read(SWITCH):
            pass
        assert not self.claimed


def test_the_first_of_many_wins_and_no_other_gets_a_password(tmp_path: Path) -> None:
    async def run() -> None:
        broker = Broker(loses=0.3)
        workers = [Worker(broker, tmp_path, key(number)) for number in (1, 2, 1, 2, 3)]
        ends = await asyncio.gather(*(each.visit() for each in workers), return_exceptions=True)
        first = next(each.shown for each in workers if each.passwords)
        for worker, end in zip(workers, ends, strict=True):
            assert worker.passwords == (worker.shown == first)
            assert (end is None) == (worker.shown == first)
            assert end is None or isinstance(end, HostKeyChanged)
            assert not worker.claimed
        # From then on a worker compares with its own file, without the broker.
        broker.is_down = True
        known = next(each for each in workers if each.passwords)
        async with asyncio.timeout(60):
            await known.visit()
        assert known.connections == 3
        # A late one waits for the broker.
        late = Worker(broker, tmp_path, first)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await late.visit()
        assert late.passwords == 0

    asyncio.run(run())


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"{}",
        b"x" * 20_000,
        record("192.0.2.99", "AAAA"),
        record("192.0.2.11", "no base64!"),
        record("192.0.2.11", b64encode(key(2).blob).decode()),
    ],
)
def test_a_record_of_a_hostile_hub_makes_no_key_trusted(tmp_path: Path, stored: bytes) -> None:
    async def run() -> None:
        broker = Broker()
        broker.stored[key_subject("tokyo", "192.0.2.11", 22)] = (stored, 1)
        worker = Worker(broker, tmp_path, key(1))
        with pytest.raises((HostKeyUnknown, HostKeyChanged)) as refused:
            await worker.visit()
        assert "forget-key SITE 192.0.2.11 --port 22" in refused.value.hint
        assert worker.passwords == 0

    asyncio.run(run())


def test_a_hub_without_room_is_named_and_costs_no_switch(tmp_path: Path) -> None:
    class Full(Broker):
        async def publish(self, *_: Any, **__: Any) -> Any:
            raise APIError(code=400, err_code=10077, description="maximum bytes exceeded")

    async def run() -> None:
        worker = Worker(Full(), tmp_path, key(1))
        await worker.visit()
        assert worker.notices == ["the hub has no room for host keys: first ones are not compared"]

    asyncio.run(run())


def test_a_host_is_one_token_of_the_subject() -> None:
    for host in ("fe80::1", "sw.example.net", "10.0.0.1@jump.example.net", "*", ">", "sw 1"):
        *_, token = key_subject("tokyo", host, 22).split(".")
        assert key_subject("tokyo", host, 22).count(".") == 3
        assert name_of(token) == f"{host} 22"


@pytest.mark.slow
def test_a_changed_key_over_ssh(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(one="healthy", two="healthy")
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": ["one", "two"]})
    inventory.write_text(inventory.read_text().replace("transport: asyncssh", "transport: netmiko", 1))
    for name in ("first", "second"):
        key_folder = rig.join("tokyo", rig.folder / name)
        worker = rig.worker(
            "tokyo", key_folder, inventory, "--known-hosts", str(rig.folder / name / "keys"), name=name
        )
        if name == "first":
            assert rig.collect(inventory).exit_code == 0
            worker.terminate()
            assert rig.processes.pop(name).wait(60) == 0
            running.fault("one", host_key=HostKey.CHANGED)
    logins = len(running.lines("one", "login"))

    done = rig.collect(inventory)

    assert done.exit_code == 4
    assert "differs from the key that another worker of the site has met" in done.output
    run = Runs(rig.folder / "runs").open("last").path
    found = {line["name"]: line for line in map(json.loads, (run / "devices.jsonl").read_text().splitlines())}
    assert found["one"]["error"]["kind"] == "host_key_changed"
    assert found["two"]["status"] == "ok"
    assert len(running.lines("one", "login")) == logins, "a password was sent"
    port = str(running.rack["one"].port)
    switch = ("tokyo", "127.0.0.1", "--port", port, "--folder", str(rig.hub_folder))
    forget = ("hub", "site", "forget-key", *switch)
    assert CliRunner().invoke(cli, forget).exit_code == 0
    assert rig.collect(inventory, "--resume", "last").exit_code == 0
    assert CliRunner().invoke(cli, forget).exit_code == 0, "the new key was claimed"
    assert isinstance(CliRunner().invoke(cli, forget).exception, InputError)
