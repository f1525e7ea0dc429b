"""Packets of a session in the event loop: those that one read of the connection takes are one piece."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, cast
from unittest.mock import Mock

import pytest

from slp_ops.transport.async_ssh import _Vty
from slp_ops.transport.dialogue import Dialogue, Wait
from slp_ops.transport.watched_socket import WatchedSocket

if TYPE_CHECKING:
    import asyncssh

    from slp_ops.transport.dialogue import Procedure

A_CONFIGURATION = 100_000  # bytes


class Connection:
    """Connection that hands each byte of what it receives to a channel as a packet, and may end it."""

    def __init__(self, vty: _Vty) -> None:
        self._vty = vty

    def data_received(self, data: bytes, datatype: asyncssh.DataType = None) -> None:
        for at in range(len(data)):
            if data[at : at + 1] == b"!":
                self._vty.connection_lost(None)
            else:
                self._vty.data_received(data[at : at + 1], None)


def listening(waits: int) -> Procedure[list[bytes | None]]:
    heard: list[bytes | None] = []
    for _ in range(waits):
        heard.append((yield Wait(5.0)))
    return heard


async def heard_of(received: list[bytes], later: list[bytes], waits: int) -> list[bytes | None]:
    """Return the pieces of what a connection reads, and of packets that it delivers afterwards."""
    vty = _Vty(Mock(was_reset=False))
    connection = Connection(vty)
    channel = Mock()
    channel.get_connection.return_value = connection
    vty.connection_made(cast("asyncssh.SSHClientChannel[bytes]", channel))
    task = asyncio.create_task(vty.drive(listening(waits), Dialogue()))
    await asyncio.sleep(0)
    for data in received:
        connection.data_received(data)
    for packet in later:
        vty.data_received(packet, None)
    return await task


@pytest.mark.parametrize(
    ("received", "later", "pieces"),
    [
        pytest.param([b"abc"], [], [b"abc"], id="packets of one read"),
        pytest.param([b"abc", b"de"], [], [b"abc", b"de"], id="two reads"),
        pytest.param([b"ab"], [b"c", b"d"], [b"ab", b"c", b"d"], id="packets that are delivered later"),
        pytest.param([b"ab!"], [], [b"ab", b""], id="the end of the channel behind them"),
    ],
)
def test_packets_of_one_read_are_one_piece(
    received: list[bytes], later: list[bytes], pieces: list[bytes]
) -> None:
    assert asyncio.run(heard_of(received, later, len(pieces))) == pieces


def test_a_configuration_is_read_at_once() -> None:
    ours, theirs = (WatchedSocket(fileno=each.detach()) for each in socket.socketpair())
    with ours, theirs:
        ours.is_logged_in = True
        for each in (ours, theirs):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * A_CONFIGURATION)
            each.settimeout(5)
        theirs.sendall(bytes(A_CONFIGURATION))

        assert len(ours.recv(1 << 18)) == A_CONFIGURATION
