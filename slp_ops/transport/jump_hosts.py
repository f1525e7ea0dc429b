"""Jump hosts: logged in to once a process, shared by every switch behind them.

The connection to a hop is asyncssh's, whichever transport the switch itself is read with: what comes
out is a connected socket, as from a direct connection. Each hop has its own credential and its own
host-key check.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import asyncssh

from slp_ops.errors import (
    ConnectError,
    ConnectionRefused,
    ConnectTimeout,
    CredentialError,
    DeviceError,
    HopFailed,
    NameNotFound,
    Unreachable,
)
from slp_ops.transport import tcp
from slp_ops.transport.async_login import login
from slp_ops.transport.hostkeys import MODERN_KEY_TYPES
from slp_ops.transport.watched_socket import WatchedSocket

if TYPE_CHECKING:
    from typing import TypeAlias

    from slp_ops.model import JumpHost
    from slp_ops.ports import Credentials, HopGate
    from slp_ops.transport.hostkeys import HostKeys

    _Source: TypeAlias = asyncssh.SSHReader[bytes] | asyncio.StreamReader
    _Target: TypeAlias = asyncssh.SSHWriter[bytes] | asyncio.StreamWriter

_CHUNK: Final = 1 << 16
# How long the login to a hop may take.
_LOGIN_SECONDS: Final = 60.0


class JumpHosts:
    """The jump hosts of one process. ``timeout`` in seconds bounds each TCP connection.

    ``gate`` admits each login where other processes of the run log in to the same hosts.
    """

    def __init__(
        self, *, credentials: Credentials, host_keys: HostKeys, timeout: float, gate: HopGate | None = None
    ) -> None:
        self._credentials = credentials
        self._host_keys = host_keys
        self._timeout = timeout
        self._gate = gate
        self._logins: dict[tuple[JumpHost, ...], asyncio.Task[asyncssh.SSHClientConnection]] = {}
        self._pumps: set[asyncio.Task[None]] = set()

    async def connect(self, chain: tuple[JumpHost, ...], host: str, port: int) -> WatchedSocket:
        """A socket connected to host and port, seen from the last hop. Raises ConnectError."""
        if not chain:
            return await tcp.connect(host, port, self._timeout)
        connection = await self._hop(chain)
        try:
            async with asyncio.timeout(self._timeout):
                reader, writer = await connection.open_connection(host, port, encoding=None)
        except TimeoutError:
            raise ConnectTimeout(
                f"{host} port {port} did not answer within {self._timeout:g} s through {chain[-1].host}",
                hint="the switch is down, or a firewall behind the jump host drops the packets",
            ) from None
        except asyncssh.ChannelOpenError as err:
            raise _translate(err, chain[-1], host, port) from None
        except (OSError, asyncssh.Error) as err:
            raise HopFailed(
                f"the connection to jump host {chain[-1].host} broke: {err}",
                hint="run the same command again",
            ) from None
        ours, theirs = _tcp_pair()
        try:
            local_reader, local_writer = await asyncio.open_connection(sock=theirs)
        except BaseException:  # stopped: the other end is closed with its transport
            ours.close()
            writer.close()
            raise
        self._carry(reader, local_writer)
        self._carry(local_reader, writer)
        return ours

    async def close(self) -> None:
        """Log out of every hop, the furthest first."""
        pumps = tuple(self._pumps)
        for task in pumps:
            task.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
        for chain in sorted(self._logins, key=len, reverse=True):
            attempt = self._logins[chain]
            attempt.cancel()
            if attempt.done() and not attempt.cancelled() and attempt.exception() is None:
                attempt.result().abort()
        self._logins.clear()

    async def _hop(self, chain: tuple[JumpHost, ...]) -> asyncssh.SSHClientConnection:
        """The connection to the last hop of a chain: one login, however many ask for it.

        A login that failed is not tried again in this run, so that fifty switches behind a hop do not
        lock its account out. Where there is a gate, it decides.
        """
        attempt = self._logins.get(chain)
        if attempt is not None and attempt.done():
            has_failed = attempt.cancelled() or attempt.exception() is not None
            if (self._gate is not None) if has_failed else attempt.result().is_closed():
                attempt = None
        if attempt is None:
            attempt = self._logins[chain] = asyncio.create_task(self._admitted(chain))
        # Shielded: one switch's end must not take the hop from the others.
        return await asyncio.shield(attempt)

    async def _admitted(self, chain: tuple[JumpHost, ...]) -> asyncssh.SSHClientConnection:
        if self._gate is None:
            return await self._log_in(chain)
        async with self._gate.hop_login(_described(chain)):
            return await self._log_in(chain)

    async def _log_in(self, chain: tuple[JumpHost, ...]) -> asyncssh.SSHClientConnection:
        hop = chain[-1]
        try:
            credential = self._credentials.get(hop.credential, hop.username)
            sock = await self.connect(chain[:-1], hop.host, hop.port)
            return await login(
                sock,
                credential,
                legacy=False,
                credential_name=hop.credential,
                host_keys=self._host_keys.preferred(hop.host, hop.port, MODERN_KEY_TYPES),
                check=lambda key: self._host_keys.check(f"jump host {hop.host}", hop.host, hop.port, key),
                seconds=_LOGIN_SECONDS,
            )
        except HopFailed:
            raise
        except (DeviceError, CredentialError) as err:
            raise HopFailed(f"jump host {hop.host}: {err.message}", hint=err.hint) from err

    def _carry(self, source: _Source, target: _Target) -> None:
        """Carry bytes one way until either end closes; the target is closed then, also when cancelled."""

        def ended(task: asyncio.Task[None]) -> None:
            self._pumps.discard(task)
            with suppress(OSError, asyncssh.Error):
                target.close()

        task = asyncio.create_task(_pump(source, target))
        self._pumps.add(task)
        task.add_done_callback(ended)


def _described(chain: tuple[JumpHost, ...]) -> str:
    return " ".join(f"{hop.username or ''}@{hop.host}:{hop.port}:{hop.credential}" for hop in chain)


def _tcp_pair() -> tuple[WatchedSocket, socket.socket]:
    """Two ends of a TCP connection on loopback; asyncssh wants a peer with an address.

    Another process could connect to the listener first: only our own end is taken.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        ours = WatchedSocket(socket.AF_INET, socket.SOCK_STREAM)
        ours.connect(listener.getsockname())
        theirs, peer = listener.accept()
        while peer != ours.getsockname():
            theirs.close()
            theirs, peer = listener.accept()
    for end in (ours, theirs):
        end.setblocking(False)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ours, theirs


async def _pump(source: _Source, target: _Target) -> None:
    with suppress(OSError, asyncssh.Error):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()


def _translate(err: asyncssh.ChannelOpenError, hop: JumpHost, host: str, port: int) -> ConnectError:
    """Translate the jump host's error for an unreachable target; sshd passes the system's message."""
    place = f"{host} port {port}, seen from jump host {hop.host}"
    words = err.reason.lower()
    if "refused" in words:
        return ConnectionRefused(f"{place}, refuses connections", hint="check the port in the inventory")
    if "timed out" in words or "timeout" in words:
        return ConnectTimeout(f"{place}, does not answer", hint="the switch is down, or packets are dropped")
    if "resolve" in words or "not known" in words or "name" in words:
        return NameNotFound(
            f"{place}, does not resolve",
            hint="the jump host resolves the name: put the address in the inventory",
        )
    if err.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
        return Unreachable(
            f"jump host {hop.host} forbids forwarding to {host} port {port}",
            hint="permit it there (AllowTcpForwarding, PermitOpen)",
        )
    return Unreachable(f"{place}: {err.reason}", hint="look from the jump host itself")
