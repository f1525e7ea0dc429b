"""Connections of asyncssh: options are prepared once, and each connection has its own client."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import Any
from unittest import mock

import asyncssh
import pytest

from slp_ops.transport.async_connection import connect, key_types, options_with_password


class _Server(asyncssh.SSHServer):
    """Accepts the password that is the user's name."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == username


class _Client(asyncssh.SSHClient):
    def __init__(self, password: str) -> None:
        self.connection: asyncssh.SSHClientConnection | None = None
        self.given = 0
        self._password = password

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.connection = conn

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        return True

    def password_auth_requested(self) -> str | None:
        self.given += 1
        return self._password if self.given == 1 else None


async def _socket(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return sock


def test_connections_at_once_share_their_options_and_nothing_else() -> None:
    """Five right passwords and five wrong ones: each client is asked for its own, and gets its own end."""

    async def run() -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        async with asyncssh.listen("127.0.0.1", 0, server_factory=_Server, server_host_keys=[key]) as server:
            options = options_with_password("netops", key_types(False), legacy=False)
            clients = [_Client("netops" if number % 2 else "wrong") for number in range(10)]
            sockets = [await _socket(server.get_port()) for _ in clients]
            ended = await asyncio.gather(
                *(connect(sock, options, client) for sock, client in zip(sockets, clients, strict=True)),
                return_exceptions=True,
            )
            for number, (client, end) in enumerate(zip(clients, ended, strict=True)):
                assert client.given == (1 if number % 2 else 2)
                if number % 2:
                    assert isinstance(end, asyncssh.SSHClientConnection)
                    assert client.connection is end
                    end.abort()
                else:
                    assert isinstance(end, asyncssh.PermissionDenied)

    asyncio.run(asyncio.wait_for(run(), 60))


def test_connections_of_several_threads_get_their_own_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The public API may run in several threads of one program."""
    make = asyncssh.SSHClientConnection

    def slow(*given: Any, **named: Any) -> asyncssh.SSHClientConnection:
        time.sleep(0.05)  # meanwhile another thread may begin
        return make(*given, **named)

    monkeypatch.setattr(asyncssh, "SSHClientConnection", slow)
    options = options_with_password("netops", key_types(False), legacy=False)

    async def log_in(port: int) -> bool:
        client = _Client("netops")
        connection = await connect(await _socket(port), options, client)
        connection.abort()
        return client.connection is connection

    own: list[bool] = []

    async def run() -> None:
        key = asyncssh.generate_private_key("ssh-ed25519")
        async with asyncssh.listen("127.0.0.1", 0, server_factory=_Server, server_host_keys=[key]) as server:
            port = server.get_port()
            threads = [
                threading.Thread(target=lambda: own.append(asyncio.run(log_in(port))), daemon=True)
                for _ in range(4)
            ]
            for thread in threads:
                thread.start()
            while any(thread.is_alive() for thread in threads):
                await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(run(), 60))
    assert own == [True] * 4


def test_options_of_a_fleet_are_prepared_once() -> None:
    options_with_password.cache_clear()
    with mock.patch("asyncssh.SSHClientConnectionOptions", wraps=asyncssh.SSHClientConnectionOptions) as made:
        for _ in range(100):
            options_with_password("netops", key_types(False), legacy=False)
        options_with_password("netops", key_types(True), legacy=True)
    assert made.call_count == 2


def test_connection_that_is_cancelled_closes_its_socket() -> None:
    async def run() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            sock = await _socket(silent.getsockname()[1])
            options = options_with_password("netops", key_types(False), legacy=False)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await connect(sock, options, _Client("netops"))
            assert sock.fileno() == -1

    asyncio.run(asyncio.wait_for(run(), 60))
