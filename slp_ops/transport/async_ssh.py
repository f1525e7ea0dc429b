"""Sessions through asyncssh: no thread per switch, for very large fleets.

The same dialogue as with netmiko, driven by asyncio.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

import asyncssh

from slp_ops.ports import NO_SECRETS, USUAL_LIMITS, ReadLimits
from slp_ops.transport.async_connection import key_types
from slp_ops.transport.async_login import describe_no_packets, login
from slp_ops.transport.config_mode import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send
from slp_ops.transport.hostkeys import check_of, known_as
from slp_ops.transport.login_stages import Stage, closed_connection_error
from slp_ops.transport.probe_dialogue import probe
from slp_ops.transport.session_log import hide_credential, hide_secrets, recorded, session_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from contextlib import AbstractAsyncContextManager

    from slp_ops.errors import ConnectError
    from slp_ops.model import Device
    from slp_ops.ports import (
        CommandEnd,
        CommandResult,
        Credential,
        Credentials,
        ProbeEnd,
        Reader,
        Secret,
        SessionLog,
        Sink,
        Writer,
    )
    from slp_ops.readonly import ProbeStep, ReadCommand
    from slp_ops.steps import ConfigStep, ExecStep
    from slp_ops.transport.connector import Connector
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.watched_socket import WatchedSocket

# What may lie unread before the switch is asked to wait; memory stays bounded by it.
_UNREAD: Final = 1 << 20

T = TypeVar("T")
S = TypeVar("S", bound="_Session")


async def log_in_to(
    device: Device,
    *,
    way: Connector,
    credentials: Credentials,
    host_keys: HostKeys,
    log: SessionLog | None = None,
) -> tuple[WatchedSocket, asyncssh.SSHClientConnection, Credential, float]:
    """Connect to a switch and authenticate; the last value is when a prompt must be there.

    Raises DeviceError or CredentialError.
    """
    credential = credentials.get(device.credential, device.username)
    hide_credential(log, credential)
    sock = await way.open(device)
    until = asyncio.get_running_loop().time() + device.login_timeout
    connection = await login(
        sock,
        credential,
        legacy=device.legacy_ssh,
        credential_name=device.credential,
        host_keys=host_keys.preferred(known_as(device), device.port, key_types(device.legacy_ssh)),
        check=check_of(host_keys, device),
        seconds=device.login_timeout,
    )
    return sock, connection, credential, until


class AsyncsshTransport:
    """Opens sessions with asyncssh."""

    def __init__(self, *, way: Connector, credentials: Credentials, host_keys: HostKeys) -> None:
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
        with session_log(device, "asyncssh") as log:
            sock, connection, credential, until = await log_in_to(
                device, way=self._way, credentials=self._credentials, host_keys=self._host_keys, log=log
            )
            try:
                session = kind(_Vty(sock), log)
                try:
                    async with asyncio.timeout_at(until):
                        await session.log_in(connection, credential)
                except TimeoutError:
                    raise session.no_prompt(device.login_timeout) from None
                yield session
            finally:
                connection.abort()

    async def close(self) -> None:
        """Nothing is shared: each session has its own connection."""


class _Session:
    """One vty, driven in the event loop."""

    def __init__(self, vty: _Vty, log: SessionLog | None) -> None:
        self._vty = vty
        self._log = log
        self._dialogue = Dialogue()

    @property
    def hostname(self) -> str:
        return self._dialogue.hostname

    @property
    def alive(self) -> bool:
        return self._dialogue.alive

    async def log_in(self, connection: asyncssh.SSHClientConnection, credential: Credential) -> None:
        try:
            await connection.create_session(
                lambda: self._vty, term_type="vt100", term_size=(511, 1000), encoding=None
            )
        except (OSError, asyncssh.Error):
            raise closed_connection_error(Stage.PROMPT, reset=self._vty.was_reset) from None
        await self._drive(self._dialogue.log_in(credential.enable))

    def no_prompt(self, seconds: float) -> ConnectError:
        return self._dialogue.no_prompt(seconds)

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        return await self._drive(self._dialogue.show(str(command), timeout, sink, limits))

    async def _drive(self, procedure: Procedure[T]) -> T:
        return await self._vty.drive(recorded(procedure, self._log), self._dialogue)

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        procedure = probe(self._dialogue, str(step), timeout=timeout, sink=sink, clock=monotonic)
        return await self._drive(procedure)


class _WritingSession(_Session):
    """A vty on which a switch may be changed."""

    async def send(
        self,
        step: ConfigStep | ExecStep,
        *,
        secrets: Mapping[str, Secret] = NO_SECRETS,
        sink: Sink | None = None,
    ) -> CommandResult:
        hide_secrets(self._log, secrets.values())
        return await self._drive(send(self._dialogue, step, secrets=secrets, sink=sink))


class _Vty(asyncssh.SSHClientSession[bytes]):
    """The channel's bytes, and the procedure that they are for.

    What comes goes to the procedure at once, without waking the task that waits for its end: a fleet of
    thousands receives many times what it requests once. The packets of one read of the connection are one
    piece.
    """

    def __init__(self, sock: WatchedSocket) -> None:
        self._sock = sock
        self._unread = bytearray()
        self._closed = False
        self._paused = False
        self._receiving = False  # more packets may follow in this call
        self._procedure: Procedure[Any] | None = None
        self._ended: asyncio.Future[Any]
        self._until: float | None = None  # when the procedure has waited long enough, while it waits
        self._alarms: list[asyncio.TimerHandle] = []  # the earliest last

    @property
    def was_reset(self) -> bool:
        """Return whether the switch reset the connection."""
        return self._sock.was_reset

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        self._channel = chan
        describe_no_packets(chan)
        connection = chan.get_connection()
        receive = connection.data_received

        def data_received(data: bytes, datatype: asyncssh.DataType = None) -> None:
            self._receiving = True
            try:
                receive(data, datatype)
            finally:
                self._receiving = False
            if self._unread:
                self._deliver()

        connection.data_received = data_received  # type: ignore[method-assign]  # it has no hook for this

    def data_received(self, data: bytes, datatype: asyncssh.DataType) -> None:
        self._unread += data
        if not self._receiving:  # asyncssh delivers some packets later
            self._deliver()

    def _deliver(self) -> None:
        """Give the procedure what is unread, or ask the switch to wait."""
        if self._until is not None:
            self._go_on()
        elif len(self._unread) > _UNREAD and not self._paused:
            self._paused = True
            self._channel.pause_reading()

    def eof_received(self) -> bool:
        self._close()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._close()

    async def drive(self, procedure: Procedure[T], dialogue: Dialogue) -> T:
        """Carry a procedure of this dialogue out. Cancelled, it is left where it stands."""
        self._procedure = procedure
        self._dialogue = dialogue
        self._ended = asyncio.get_running_loop().create_future()
        self._step(None)
        try:
            result: T = await self._ended
        finally:
            self._procedure = None
            self._until = None
        return result

    def _step(self, answer: bytes | None) -> None:
        """Give the procedure an answer, and whatever else is there, until it has to wait."""
        procedure = self._procedure
        assert procedure is not None  # noqa: S101 - only who drives one steps
        try:
            while True:
                request = procedure.send(answer)
                answer = None
                if isinstance(request, Send):
                    self._send(request.data)
                elif self._unread:
                    answer = self._take()
                elif self._closed:
                    answer = self._end()
                elif request.seconds > 0:
                    loop = self._ended.get_loop()
                    self._until = loop.time() + request.seconds
                    self._set_alarm(loop, self._until)
                    return
        except StopIteration as done:
            if not self._ended.done():
                self._ended.set_result(done.value)
        except Exception as err:  # noqa: BLE001 - passed to the waiter of the procedure
            if not self._ended.done():
                self._ended.set_exception(err)

    def _go_on(self) -> None:
        """The wait has ended: something came, the channel closed, or the time was over."""
        self._until = None
        self._step(self._take() if self._unread else self._end() if self._closed else None)

    def _set_alarm(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        """See to it that the loop calls back at a time, or before.

        Most waits end because something came. Their alarms stay set and serve the waits to come.
        """
        if not self._alarms or at < self._alarms[-1].when():
            self._alarms.append(loop.call_at(at, self._wake, loop))

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        alarm = self._alarms.pop()
        if self._until is None:
            return
        if self._until <= alarm.when():
            self._go_on()
        else:
            self._set_alarm(loop, self._until)

    def _close(self) -> None:
        self._closed = True
        if self._until is not None:
            self._go_on()
        while self._alarms:  # else they keep a session that has ended
            self._alarms.pop().cancel()

    def _end(self) -> bytes:
        self._dialogue.reset = self.was_reset
        return b""

    def _send(self, data: bytes) -> None:
        """Send, unless the channel has gone, which the next wait tells."""
        if not self._closed and not self._channel.is_closing():
            self._channel.write(data)

    def _take(self) -> bytes:
        data = bytes(self._unread)
        self._unread.clear()
        if self._paused:
            self._paused = False
            self._channel.resume_reading()
        return data
