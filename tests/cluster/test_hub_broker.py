"""A hub whose broker is killed while it starts, or whose disk is full below the broker's streams."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slp_ops.app import hub as service
from slp_ops.app import hub_broker, hub_status
from slp_ops.app.hub_broker import KeptBroker
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import HubNotice, from_message
from slp_ops.cluster.nats_server import BrokerKilled
from slp_ops.cluster.subjects import HUB
from slp_ops.errors import HubError
from tests.cluster.conftest import free_pair

if TYPE_CHECKING:
    from collections.abc import Callable

_PATIENCE = 120.0


class Server:
    """A nats-server whose starts end as the script says, and whose processes end at once."""

    def __init__(self, *script: HubError | None) -> None:
        self.script = list(script)
        self.starts = 0

    async def start(self, port: int) -> None:
        self.starts += 1
        if (error := self.script.pop(0) if self.script else None) is not None:
            raise error

    async def wait(self) -> int:
        if not self.script:
            await asyncio.Event().wait()
        return -9


KILLED = BrokerKilled("killed", hint="")
PORT = HubError("port 4222 is used by another program", hint="end it")


@pytest.mark.parametrize(
    ("script", "starts", "raised"),
    [
        ([None], 1, None),
        ([KILLED, None], 2, None),
        ([KILLED, KILLED, None], 3, None),
        ([KILLED, KILLED, KILLED], 3, KILLED),
        ([PORT], 1, PORT),
        ([KILLED, PORT], 2, PORT),
    ],
)
def test_a_broker_that_is_killed_while_it_starts_is_started_again(
    script: list[HubError | None], starts: int, raised: HubError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_broker, "_RESTART_SECONDS", 0)
    server, said = Server(*script), list[str]()
    broker = KeptBroker(server, 4222, said.append)  # type: ignore[arg-type]
    if raised is None:
        asyncio.run(broker.start())
    else:
        with pytest.raises(HubError) as err:
            asyncio.run(broker.start())
        assert err.value is raised
    assert (server.starts, broker.is_up, broker.starts) == (starts, raised is None, int(raised is None))
    assert said == ["the broker was killed while it was starting, and is started again"] * (
        script[:2].count(KILLED)
    )


def test_a_hub_that_was_up_does_not_give_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_broker, "_RESTART_SECONDS", 0)
    monkeypatch.setattr(hub_broker, "_TRY_AGAIN", 0)
    said = list[str]()

    async def scenario() -> None:
        broker = KeptBroker(Server(PORT, PORT, KILLED, PORT, None), 4222, said.append)  # type: ignore[arg-type]
        keeping = asyncio.create_task(broker.keep())
        async with asyncio.timeout(_PATIENCE):
            while not broker.is_up:
                await asyncio.sleep(0)
        keeping.cancel()
        await asyncio.wait([keeping])

    asyncio.run(scenario())
    assert said[0] == "the broker ended with exit code -9 and is started again"
    assert [text.rpartition(": ")[2] for text in said[1:]] == [PORT.message, "killed", PORT.message]


def test_a_hub_whose_broker_is_killed_at_its_start_and_whose_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, once, folder = tmp_path / "nats-server", tmp_path / "once", tmp_path / "hub"
    real = Path(sys.executable).with_name("nats-server")
    killed = f'[ "$1" = --version ] || [ -e {once} ] || {{ touch {once}; kill -9 $$; }}'
    program.write_text(f'#!/bin/sh\n{killed}\nexec {real} "$@"\n')
    program.chmod(0o755)
    wanted = service.NewHub(
        folder=folder, addresses=("127.0.0.1",), listen="127.0.0.1", port=free_pair(), disk_bytes=2**28
    )
    service.init(wanted)
    free = [2**40]
    monkeypatch.setattr(hub_broker, "free_bytes", lambda _: free[0])
    monkeypatch.setattr(hub_status, "free_bytes", lambda _: free[0])
    said, heard = list[str](), list[HubNotice]()

    def is_said(text: str) -> Callable[[], bool]:
        return lambda: any(text in each for each in said)

    async def until(condition: Callable[[], bool]) -> None:
        while not condition():
            await asyncio.sleep(0.05)

    async def scenario() -> None:
        hub = asyncio.create_task(service.serve(folder, program, said.append))
        try:
            await until(is_said("workers join on port"))
            assert said[0] == "the broker was killed while it was starting, and is started again"

            access = folder / "operator"
            async with connected(access, read_address(access, hint="")) as operator:

                async def listen(message: object) -> None:
                    heard.append(from_message(HubNotice, message.data))  # type: ignore[attr-defined]

                await operator.subscribe(HUB, cb=listen)
                await operator.flush()
                free[0] = 2**20
                await until(lambda: bool(heard))
                assert heard[0].disk_full
                assert any("is full: the broker stores nothing" in each for each in said)
                state = await hub_status._status(folder)
                assert "disk" in {each.kind for each in state.remarks}

                free[0] = 2**26 - 1  # not yet enough
                await asyncio.sleep(1.2)
                assert not is_said("has room again")()
                free[0] = 2**26
                await until(is_said("is started again"))
                await until(lambda: operator.stats["reconnects"] > 0)
                assert (await operator.jetstream().stream_info("EVIDENCE")).state.messages == 0
        finally:
            hub.cancel()
            await asyncio.wait([hub])

    async def in_time() -> None:
        async with asyncio.timeout(_PATIENCE):
            await scenario()

    asyncio.run(in_time())
    assert [text.split(":")[0] for text in said if "disk" in text] == [
        f"the disk of {folder} is full",
        f"the disk of {folder} has room again",
    ]
