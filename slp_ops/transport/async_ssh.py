"""Sessions through asyncssh: no thread per switch, for very large fleets.

The same dialogue as with netmiko, driven by asyncio.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

import asyncssh

from slp_ops.errors import ClosedEarly, SshTimeout
from slp_ops.transport.async_login import LOGIN_SECONDS, log_in_to
from slp_ops.transport.configure import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send
from slp_ops.transport.telnet import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from slp_ops.model import Device
    from slp_ops.ports import (
        ConfigOrder,
        Credential,
        Credentials,
        Ending,
        ExecOrder,
        ProbeEnding,
        Reader,
        Sent,
        Sink,
        Writer,
    )
    from slp_ops.probestep import ProbeStep
    from slp_ops.readonly import ReadCommand
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.way import Way

# What may lie unread before the switch is asked to wait; memory stays bounded by it.
_UNREAD: Final = 1 << 20

T = TypeVar("T")
S = TypeVar("S", bound="_Session")


class AsyncsshTransport:
    """Opens sessions with asyncssh."""

    def __init__(self, *, way: Way, credentials: Credentials, host_keys: HostKeys) -> None:
        self._way = way
        self._credentials = credentials
        self._host_keys = host_keys

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Open a session to read with; raises ConnectError or CredentialError."""
        return self._session(device, _Session)

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Open a session that may change the switch; raises as ``read``."""
        return self._session(device, _WritingSession)

    @asynccontextmanager
    async def _session(self, device: Device, kind: type[S]) -> AsyncIterator[S]:
        connection, credential = await log_in_to(
            device, way=self._way, credentials=self._credentials, host_keys=self._host_keys
        )
        try:
            session = kind(await _open_vty(connection))
            await session.log_in(credential)
            yield session
        finally:
            connection.abort()

    async def close(self) -> None:
        """Nothing is shared: each session has its own connection."""


class _Session:
    """One vty, driven in the event loop."""

    def __init__(self, vty: _Vty) -> None:
        self._vty = vty
        self._dialogue = Dialogue()

    @property
    def hostname(self) -> str:
        return self._dialogue.hostname

    @property
    def alive(self) -> bool:
        return self._dialogue.alive

    async def log_in(self, credential: Credential) -> None:
        await self._drive(self._dialogue.log_in(credential.enable))

    async def show(self, command: ReadCommand, *, timeout: float, sink: Sink) -> Ending:
        return await self._drive(self._dialogue.show(str(command), timeout, sink))

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnding:
        procedure = probe(self._dialogue, str(step), timeout=timeout, sink=sink, clock=monotonic)
        return await self._drive(procedure)

    async def _drive(self, procedure: Procedure[T]) -> T:
        answer: bytes | None = None
        try:
            while True:
                request = procedure.send(answer)
                if isinstance(request, Send):
                    answer = None
                    self._vty.send(request.data)
                else:
                    answer = await self._vty.receive(request.seconds)
        except StopIteration as done:
            result: T = done.value
            return result


class _WritingSession(_Session):
    """A vty on which a switch may be changed."""

    async def send(self, order: ConfigOrder | ExecOrder) -> Sent:
        return await self._drive(send(self._dialogue, order))


class _Vty(asyncssh.SSHClientSession[bytes]):
    """The channel's bytes, without the cost of a stream: a fleet waits here thousands of times."""

    def __init__(self) -> None:
        self._unread = bytearray()
        self._closed = False
        self._waiting: asyncio.Future[None] | None = None
        self._paused = False

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._unread += data
        if len(self._unread) > _UNREAD and not self._paused:
            self._paused = True
            self._channel.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        self._closed = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self._wake()

    def send(self, data: bytes) -> None:
        """Send, unless the channel has gone, which the next ``receive`` tells."""
        if not self._closed and not self._channel.is_closing():
            self._channel.write(data)

    async def receive(self, seconds: float) -> bytes | None:
        """What has come; None after so many seconds of silence, ``b""`` when the channel is closed."""
        if not self._unread and not self._closed and seconds > 0:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            timer = loop.call_later(seconds, self._wake)
            try:
                await self._waiting
            finally:
                timer.cancel()
                self._waiting = None
        if self._unread:
            data = bytes(self._unread)
            self._unread.clear()
            if self._paused:
                self._paused = False
                self._channel.resume_reading()
            return data
        return b"" if self._closed else None

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


async def _open_vty(connection: asyncssh.SSHClientConnection) -> _Vty:
    vty = _Vty()
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            await connection.create_session(
                lambda: vty, term_type="vt100", term_size=(511, 1000), encoding=None
            )
    except TimeoutError:
        raise SshTimeout(
            f"logged in, but no terminal was given within {LOGIN_SECONDS:g} s", hint="look at the vty lines"
        ) from None
    except (OSError, asyncssh.Error) as err:
        raise ClosedEarly(
            f"logged in, but the switch gave no terminal: {err}",
            hint="often no vty line is free ('show users')",
        ) from None
    return vty
