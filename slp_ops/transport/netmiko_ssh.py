"""Sessions through netmiko: it builds, authenticates and opens the shell, and nothing more.

Reading is ours: netmiko polls the channel, waits a fixed 10 s for an echo and cuts prompts to 16
characters; a blocking ``recv`` costs no CPU while a switch thinks. Each session's blocking calls run
in a thread of this transport's own pool.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from slp_ops.ports import NO_SECRETS, USUAL_LIMITS, ReadLimits
from slp_ops.transport.config_mode import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send
from slp_ops.transport.hostkeys import check_of
from slp_ops.transport.login_stages import Stage, silent
from slp_ops.transport.netmiko_login import connection_to, log_in
from slp_ops.transport.probe_dialogue import probe
from slp_ops.transport.session_log import hide_credential, hide_secrets, recorded, session_log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from contextlib import AbstractAsyncContextManager

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
    from slp_ops.transport.known_hosts import Key
    from slp_ops.transport.watched_socket import WatchedSocket

# How long a switch may accept no input before it counts as hung.
_SEND_SECONDS: Final = 30.0
# How long a thread may take to notice that its socket was shut down.
_ENDING_SECONDS: Final = 3.0
_CHUNK: Final = 1 << 16

T = TypeVar("T")
S = TypeVar("S", bound="_Session")


class NetmikoTransport:
    """Opens sessions with netmiko. ``workers`` is how many may be open at once."""

    def __init__(
        self, *, way: Connector, credentials: Credentials, host_keys: HostKeys, workers: int
    ) -> None:
        self._way = way
        self._credentials = credentials
        self._host_keys = host_keys
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="netmiko")
        # Paramiko logs what it then also raises; without a handler Python would print it.
        logging.getLogger("paramiko").addHandler(logging.NullHandler())

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Open a session to read with; raises ConnectError or CredentialError."""
        return self._session(device, _Session)

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Open a session that may change the switch; raises as ``read``."""
        return self._session(device, _WritingSession)

    @asynccontextmanager
    async def _session(self, device: Device, kind: type[S]) -> AsyncIterator[S]:
        with session_log(device, "netmiko") as log:
            credential = self._credentials.get(device.credential, device.username)
            hide_credential(log, credential)
            sock = await self._way.open(device)
            session = kind(sock, self._threads, log)
            try:
                await session.open(device, credential, self._host_keys)
                yield session
            finally:
                await session.close()

    async def close(self) -> None:
        """Let go of the threads; one that still hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _mark_retrieved(future: asyncio.Future[Any]) -> None:
    """Mark the exception as retrieved: after a second cancellation asyncio would print its traceback."""
    if not future.cancelled():
        future.exception()


class _Session:
    """One vty, driven by a thread while a call lasts."""

    def __init__(self, sock: WatchedSocket, threads: ThreadPoolExecutor, log: SessionLog | None) -> None:
        self._sock = sock
        self._threads = threads
        self._dialogue = Dialogue()
        self._log = log
        self._connection: Any = None
        self._stopped_at = Stage.IDENTIFICATION  # where a login was when its time was over

    @property
    def hostname(self) -> str:
        return self._dialogue.hostname

    @property
    def alive(self) -> bool:
        return self._dialogue.alive

    async def open(self, device: Device, credential: Credential, host_keys: HostKeys) -> None:
        check = check_of(host_keys, device)
        # Shut down from outside: some of paramiko's waits have no timeout at all.
        try:
            async with asyncio.timeout(device.login_timeout):
                await self._call(partial(self._open, device, credential, host_keys, check))
        except TimeoutError:
            stage = Stage.IDENTIFICATION if self._connection is None else self._stopped_at
            if stage is not Stage.PROMPT:
                raise silent(stage, device.login_timeout) from None
            raise self._dialogue.no_prompt(device.login_timeout) from None

    async def show(
        self, command: ReadCommand, *, timeout: float, sink: Sink, limits: ReadLimits = USUAL_LIMITS
    ) -> CommandEnd:
        procedure = self._dialogue.show(str(command), timeout, sink, limits)
        return await self._call(partial(self._drive, procedure))

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnd:
        procedure = probe(self._dialogue, str(step), timeout=timeout, sink=sink, clock=monotonic)
        return await self._call(partial(self._drive, procedure))

    async def close(self) -> None:
        """Cut the connection: nothing is sent any more, and blocked readers wake up."""
        self._dialogue.alive = False
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        if self._connection is not None:
            cleaning = asyncio.get_running_loop().run_in_executor(self._threads, self._clean_up)
            await asyncio.wait([cleaning], timeout=_ENDING_SECONDS)
        self._sock.close()

    def _clean_up(self) -> None:
        # Paramiko wants to say goodbye on a socket that is shut: EOFError, OSError or one of its own.
        with suppress(Exception):
            self._connection.paramiko_cleanup()

    async def _call(self, work: Callable[[], T]) -> T:
        """Run in a thread. Cancelling shuts the socket down, which ends a blocking read at once."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        future.add_done_callback(_mark_retrieved)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if self._connection is not None:
                self._stopped_at = self._connection.stage
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            await asyncio.wait([future], timeout=_ENDING_SECONDS)
            if future.done() and not future.cancelled():
                future.exception()  # the cancellation is what counts, not what it broke
            raise

    def _open(
        self,
        device: Device,
        credential: Credential,
        host_keys: HostKeys,
        check: Callable[[Key], None],
    ) -> None:
        self._sock.setblocking(True)
        self._sock.reads_ahead = True  # paramiko takes the length of each packet first
        # Kept before it is opened: whatever becomes of the login, paramiko's thread has to end.
        self._connection = connection_to(device, credential, self._sock, host_keys, check)
        log_in(self._connection, device, credential)
        self._drive(self._dialogue.log_in(credential.enable))

    def _drive(self, procedure: Procedure[T]) -> T:
        channel = self._connection.remote_conn
        procedure = recorded(procedure, self._log)
        answer: bytes | None = None
        broken = False
        try:
            while True:
                request = procedure.send(answer)
                answer = None
                if isinstance(request, Send):
                    # A timeout of the channel holds for sending as well, and the last wait's may be 0.
                    channel.settimeout(_SEND_SECONDS)
                    try:
                        channel.sendall(request.data)
                    except OSError:
                        broken = True
                elif broken:
                    answer = b""
                else:
                    channel.settimeout(request.seconds)
                    with suppress(TimeoutError):
                        answer = channel.recv(_CHUNK)
                if answer == b"":
                    self._dialogue.reset = self._sock.was_reset
        except StopIteration as done:
            result: T = done.value
            return result


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
        return await self._call(partial(self._drive, send(self._dialogue, step, secrets=secrets, sink=sink)))
