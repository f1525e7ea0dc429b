"""Sessions through netmiko: it builds, authenticates and opens the shell, and nothing more.

Reading is ours: netmiko polls the channel, waits a fixed 10 s for an echo and cuts prompts to 16
characters; a blocking ``recv`` costs no CPU while a switch thinks. Each session's blocking calls run
in a thread of this transport's own pool. This is the only file that knows netmiko and paramiko.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import cache, partial
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

from slp_ops.errors import (
    AuthenticationFailed,
    ClosedEarly,
    ConnectError,
    CredentialError,
    SlpOpsError,
    SshTimeout,
    no_common_algorithm,
)
from slp_ops.transport.configure import send
from slp_ops.transport.dialogue import Dialogue, Procedure, Send
from slp_ops.transport.hostkeys import LEGACY_KEY_TYPES, MODERN_KEY_TYPES, Key, known_as
from slp_ops.transport.telnet import probe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
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

_SHA1_KEX: Final = [
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
]
# hmac-sha1 stays: as a MAC it is not broken, and many switches have nothing else.
_WITHOUT_SHA1: Final = {"kex": _SHA1_KEX, "keys": ["ssh-rsa"], "pubkeys": ["ssh-rsa"]}
# A slow AAA server takes many seconds for one answer.
_BANNER_SECONDS: Final = 30.0
_AUTH_SECONDS: Final = 60.0
_CHUNK: Final = 1 << 16

T = TypeVar("T")
S = TypeVar("S", bound="_Session")


class NetmikoTransport:
    """Opens sessions with netmiko. ``workers`` is how many may be open at once."""

    def __init__(self, *, way: Way, credentials: Credentials, host_keys: HostKeys, workers: int) -> None:
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
        credential = self._credentials.get(device.credential, device.username)
        sock = await self._way.open(device)
        session = kind(sock, self._threads)
        try:
            await session.open(device, credential, self._host_keys)
            yield session
        finally:
            await session.close()

    async def close(self) -> None:
        """Let go of the threads; one that still hangs is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Session:
    """One vty, driven by a thread while a call lasts."""

    def __init__(self, sock: socket.socket, threads: ThreadPoolExecutor) -> None:
        self._sock = sock
        self._threads = threads
        self._dialogue = Dialogue()
        self._connection: Any = None

    @property
    def hostname(self) -> str:
        return self._dialogue.hostname

    @property
    def alive(self) -> bool:
        return self._dialogue.alive

    async def open(self, device: Device, credential: Credential, host_keys: HostKeys) -> None:
        await self._call(partial(self._open, device, credential, host_keys))

    async def show(self, command: ReadCommand, *, timeout: float, sink: Sink) -> Ending:
        return await self._call(partial(self._drive, self._dialogue.show(str(command), timeout, sink)))

    async def probe(self, step: ProbeStep, *, timeout: float, sink: Sink) -> ProbeEnding:
        procedure = probe(self._dialogue, str(step), timeout=timeout, sink=sink, clock=monotonic)
        return await self._call(partial(self._drive, procedure))

    async def close(self) -> None:
        """Cut the connection: nothing is sent any more, and whoever still reads wakes up."""
        self._dialogue.alive = False
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        if self._connection is not None:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._threads, self._clean_up))
        self._sock.close()

    def _clean_up(self) -> None:
        # Paramiko wants to say goodbye on a socket that is shut: EOFError, OSError or one of its own.
        with suppress(Exception):
            self._connection.paramiko_cleanup()

    async def _call(self, work: Callable[[], T]) -> T:
        """Run in a thread. Cancelling shuts the socket down, which ends a blocking read at once."""
        future = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            with suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)
            await asyncio.wait([future], timeout=3)
            if future.done() and not future.cancelled():
                future.exception()  # the cancellation is what counts, not what it broke
            raise

    def _open(self, device: Device, credential: Credential, host_keys: HostKeys) -> None:
        self._sock.setblocking(True)
        kinds = LEGACY_KEY_TYPES if device.legacy_ssh else MODERN_KEY_TYPES
        connection = self._connection = _connection_class()(
            device_type="cisco_xe",
            host=device.host,
            port=device.port,
            username=credential.username,
            password=None if credential.password is None else credential.password.reveal(),
            pkey=_private_key(credential),
            allow_agent=credential.agent,
            use_keys=False,
            sock=self._sock,
            disabled_algorithms=None if device.legacy_ssh else _WITHOUT_SHA1,
            conn_timeout=_BANNER_SECONDS,
            banner_timeout=_BANNER_SECONDS,
            auth_timeout=_AUTH_SECONDS,
            auto_connect=False,
        )
        connection.forget_secrets()
        connection.key_types = host_keys.preferred(known_as(device), device.port, kinds)
        connection.key_policy = _policy(
            lambda key: host_keys.check(device.name, known_as(device), device.port, key)
        )
        try:
            connection._open()  # netmiko's own seam for opening after the policy was set
        except SlpOpsError:
            raise
        except Exception as err:  # noqa: BLE001 - the library raises its own, paramiko's and bare types
            raise _translate(err, device, lost_in_key_exchange=connection.lost_in_key_exchange) from None
        self._drive(self._dialogue.log_in(credential.enable))

    def _drive(self, procedure: Procedure[T]) -> T:
        channel = self._connection.remote_conn
        answer: bytes | None = None
        broken = False
        try:
            while True:
                request = procedure.send(answer)
                answer = None
                if isinstance(request, Send):
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
        except StopIteration as done:
            result: T = done.value
            return result


class _WritingSession(_Session):
    """A vty on which a switch may be changed."""

    async def send(self, order: ConfigOrder | ExecOrder) -> Sent:
        return await self._call(partial(self._drive, send(self._dialogue, order)))


@cache
def _connection_class() -> Any:  # netmiko has no types
    """Netmiko's IOS-XE connection without what it does to a session; imported on first use."""
    import paramiko
    from netmiko.cisco.cisco_ios import CiscoIosSSH

    class Transport(paramiko.Transport):
        # Paramiko's thread wakes up so often, in seconds, to see whether it was closed; ten times a
        # second as it comes. We shut the socket down instead, which wakes it at once.
        _active_check_timeout = 5.0

    class Connection(CiscoIosSSH):
        key_types: tuple[str, ...] = ()
        _ssh: paramiko.Transport | None = None

        @property
        def lost_in_key_exchange(self) -> bool:
            """Whether the other side said which SSH it is, and then showed no key."""
            return self._ssh is not None and bool(self._ssh.remote_version) and self._ssh.host_key is None

        def session_preparation(self) -> None:
            """Ours: the dialogue finds the prompt and switches paging off."""

        def forget_secrets(self) -> None:
            """Take netmiko's log filter off again: one a connection is kept for ever, with its secrets."""
            logging.getLogger("netmiko").removeFilter(self._secrets_filter)

        def _connect_params_dict(self) -> dict[str, Any]:
            def transport(*args: Any, **kwargs: Any) -> paramiko.Transport:
                made = self._ssh = Transport(*args, **kwargs)
                made.get_security_options().key_types = self.key_types
                return made

            return {
                **super()._connect_params_dict(),
                "transport_factory": transport,
                "channel_timeout": _BANNER_SECONDS,
            }

    return Connection


def _policy(check: Callable[[Key], None]) -> Any:
    """Paramiko's hook for host keys; it runs before anything is authenticated."""
    import paramiko

    class Policy(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
            check(Key(key.get_name(), key.asbytes()))

    return Policy()


def _private_key(credential: Credential) -> Any:
    """The credential's key. Handed over as a value, so that no other key of this user is offered."""
    if credential.key is None:
        return None
    import paramiko

    phrase = credential.passphrase.reveal().encode() if credential.passphrase else None
    try:
        return paramiko.PKey.from_path(credential.key, phrase)  # type: ignore[arg-type]  # the stub wants str, the code bytes
    except (OSError, ValueError, TypeError, paramiko.SSHException) as err:
        raise CredentialError(
            f"cannot use the private key {credential.key}: {type(err).__name__}",
            hint="check the file's format and permissions, and its passphrase",
        ) from None


def _translate(err: Exception, device: Device, *, lost_in_key_exchange: bool) -> ConnectError:
    """Netmiko calls nearly everything a timeout; what paramiko meant stands in the context."""
    import paramiko
    from paramiko.ssh_exception import IncompatiblePeer

    cause = err
    while type(cause).__module__.startswith("netmiko") and isinstance(cause.__context__, Exception):
        cause = cause.__context__
    words = " ".join(str(cause).split())
    if isinstance(cause, IncompatiblePeer):
        return no_common_algorithm(words, legacy=device.legacy_ssh)
    if lost_in_key_exchange and isinstance(cause, EOFError | ConnectionError):
        return no_common_algorithm("the switch hung up on the key exchange", legacy=device.legacy_ssh)
    if isinstance(cause, paramiko.AuthenticationException):
        if "timeout" in words.lower():
            return SshTimeout(
                f"no answer to the login within {_AUTH_SECONDS:g} s",
                hint="the switch's AAA server may be unreachable from the switch",
            )
        if "EOF" not in words:
            return AuthenticationFailed(
                f"the switch refused the login of credential {device.credential!r}: {words.rstrip('.')}",
                hint="check user name and password; more refused logins may lock the account out",
            )
        return ClosedEarly(
            "the switch closed the connection during the login",
            hint="look at the switch's AAA configuration and its log",
        )
    if isinstance(cause, paramiko.SSHException) and "timeout" in words.lower():
        return SshTimeout(
            f"SSH was silent for {_BANNER_SECONDS:g} s after the TCP connection was open",
            hint="the switch is overloaded, or something else listens on that port",
        )
    return ClosedEarly(
        "the connection was closed before the login" + (f" ({words})" if words else ""),
        hint="often no vty line is free ('show users'), or an access-class forbids this address",
    )
