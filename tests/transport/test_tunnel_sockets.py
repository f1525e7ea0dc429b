"""A connection through a jump host leaves no socket open, at whatever moment it is stopped."""

from __future__ import annotations

import asyncio
import gc
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock, Mock

import pytest

from slp_ops.model import JumpHost
from slp_ops.transport import jump_hosts
from slp_ops.transport.jump_hosts import JumpHosts

if TYPE_CHECKING:
    import socket

    from slp_ops.transport.watched_socket import WatchedSocket

CHAIN = (JumpHost(host="192.0.2.1", username="netops"),)


def through(writer: Mock) -> JumpHosts:
    """Return jump hosts whose hop is logged in to, and opens channels that end in ``writer``."""
    hops = JumpHosts(credentials=Mock(), host_keys=Mock(), timeout=30)
    connection = Mock(open_connection=AsyncMock(return_value=(asyncio.StreamReader(), writer)))
    hops._hop = AsyncMock(return_value=connection)  # type: ignore[method-assign]
    return hops


@pytest.mark.parametrize("turns", range(3))
def test_jump_hosts_that_are_closed_end_what_goes_through_them(turns: int) -> None:
    """Also before a byte was carried: the tasks that carry have not begun then."""

    async def run() -> tuple[bytes, bool]:
        writer = Mock()
        hops = through(writer)
        sock = await hops.connect(CHAIN, "192.0.2.9", 22)
        with sock:
            for _ in range(turns):
                await asyncio.sleep(0)
            await hops.close()
            async with asyncio.timeout(30):
                read = await asyncio.get_running_loop().sock_recv(sock, 1)
        return read, writer.close.called

    assert asyncio.run(run()) == (b"", True)
    gc.collect()  # a socket that was left is an error here


def test_a_connection_that_is_stopped_while_it_is_made_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs: list[tuple[WatchedSocket, socket.socket]] = []
    make = jump_hosts._tcp_pair

    def made() -> tuple[WatchedSocket, socket.socket]:
        pairs.append(make())
        return pairs[-1]

    async def stopped(*, sock: socket.socket, **_: Any) -> None:
        sock.close()
        raise asyncio.CancelledError

    monkeypatch.setattr(jump_hosts, "_tcp_pair", made)
    monkeypatch.setattr(asyncio, "open_connection", stopped)
    writer = Mock()

    async def run() -> None:
        with pytest.raises(asyncio.CancelledError):
            await through(writer).connect(CHAIN, "192.0.2.9", 22)

    asyncio.run(run())
    assert [end.fileno() for end in pairs[0]] == [-1, -1]
    assert writer.close.called
