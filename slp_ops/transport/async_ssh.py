"""Sessions through asyncssh: no thread per switch, for very large fleets.

The same dialogue as with netmiko, driven by asyncio. This and ``hops`` are the only files that know
asyncssh.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar

import asyncssh

from slp_ops.errors import (
    AuthenticationFailed,
    ClosedEarly,
    ConnectError,
    ConnectTimeout,
    CredentialError,
    NoCommonAlgorithm,
    SlpOpsError,
)
from slp_ops.transport.dialogue import Dialogue, Procedure, Send
from slp_ops.transport.hostkeys import LEGACY_KEY_TYPES, MODERN_KEY_TYPES, Key, known_as
from slp_ops.transport.telnet import probe

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator, Callable, Sequence

    from slp_ops.model import Device
    from slp_ops.ports import Credential, Credentials, Ending, ProbeEnding, Reader, Sink
    from slp_ops.probestep import ProbeStep
    from slp_ops.readonly import ReadCommand
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.way import Way

# Explicit lists: what a library adds or drops in its defaults must not decide what is offered.
MODERN_KEX: Final = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha256",
)
LEGACY_KEX: Final = (*MODERN_KEX, "diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1")
LOGIN_SECONDS: Final = 60.0
_CHUNK: Final = 1 << 16

T = TypeVar("T")


class AsyncsshTransport:
    """Opens sessions with asyncssh."""

    def __init__(self, *, way: Way, credentials: Credentials, host_keys: HostKeys) -> None:
        self._way = way
        self._credentials = credentials
        self._host_keys = host_keys

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Reader]:
        """Open a session to read with; raises ConnectError or CredentialError."""
        # A credential may be asked for on the terminal, which must not hold up the others.
        credential = await asyncio.to_thread(self._credentials.get, device.credential, device.username)
        sock = await self._way.open(device)
        connection = await login(
            sock,
            credential,
            legacy=device.legacy_ssh,
            credential_name=device.credential,
            key_types=self._host_keys.preferred(known_as(device), device.port, _key_types(device.legacy_ssh)),
            check=lambda key: self._host_keys.check(device.name, known_as(device), device.port, key),
        )
        try:
            session = _Session(await _shell(connection))
            await session.log_in(credential)
            yield session
        finally:
            connection.abort()

    async def close(self) -> None:
        """Nothing is shared: each session has its own connection."""


class _Session:
    """One vty, driven in the event loop."""

    def __init__(self, process: asyncssh.SSHClientProcess[bytes]) -> None:
        self._process = process
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
                    if not self._process.is_closing():
                        self._process.stdin.write(request.data)
                else:
                    answer = await self._listen(request.seconds)
        except StopIteration as done:
            result: T = done.value
            return result

    async def _listen(self, seconds: float) -> bytes | None:
        try:
            async with asyncio.timeout(seconds):
                return await self._process.stdout.read(_CHUNK)
        except TimeoutError:
            return None
        except (OSError, asyncssh.Error):
            return b""


class _Client(asyncssh.SSHClient):
    """The hooks of one login: the host key's check, and one method with one answer."""

    def __init__(self, check: Callable[[Key], None], password: str | None) -> None:
        self._check = check
        self._password = password
        self.refusal: SlpOpsError | None = None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        try:
            self._check(Key(key.get_algorithm(), key.public_data))
        except SlpOpsError as err:
            # Raised here it would surface as a bare protocol error.
            self.refusal = err
            return False
        return True

    def password_auth_requested(self) -> str | None:
        # Given out once, whichever method asks first: each refused offer counts towards a lock-out.
        password, self._password = self._password, None
        return password

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password is not None else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        if not prompts:
            return []
        password = self.password_auth_requested()
        return None if password is None or len(prompts) > 1 else [password]


def _key_types(legacy: bool) -> tuple[str, ...]:
    return LEGACY_KEY_TYPES if legacy else MODERN_KEY_TYPES


async def login(
    sock: socket.socket,
    credential: Credential,
    *,
    legacy: bool,
    credential_name: str,
    key_types: tuple[str, ...],
    check: Callable[[Key], None],
) -> asyncssh.SSHClientConnection:
    """Authenticate on a connected socket. Raises ConnectError or CredentialError."""
    client = _Client(check, None if credential.password is None else credential.password.reveal())
    try:
        client_keys = await _client_keys(credential)
        return await asyncssh.connect(
            sock=sock,
            config=None,
            client_factory=lambda: client,
            # A callable that knows no host: then every key comes to our own check. None would switch
            # the check off, and an empty file name would read the user's own known_hosts.
            known_hosts=lambda host, addr, port: ([], [], [], [], [], [], []),
            server_host_key_algs=list(key_types),
            kex_algs=list(LEGACY_KEX if legacy else MODERN_KEX),
            signature_algs=list(_key_types(legacy)),
            username=credential.username,
            client_keys=client_keys,
            agent_path=None,
            preferred_auth=("publickey",)
            if credential.key or credential.agent
            else ("password", "keyboard-interactive"),
            gss_auth=False,
            gss_kex=False,
            host_based_auth=False,
            login_timeout=LOGIN_SECONDS,
            compression_algs=["none"],
        )
    except (OSError, asyncssh.Error) as err:
        sock.close()
        if client.refusal is not None:
            raise client.refusal from None
        raise _translate(err, credential_name, legacy) from None
    except BaseException:
        sock.close()
        raise


async def _shell(connection: asyncssh.SSHClientConnection) -> asyncssh.SSHClientProcess[bytes]:
    try:
        async with asyncio.timeout(LOGIN_SECONDS):
            return await connection.create_process(
                term_type="vt100", term_size=(511, 1000), encoding=None, stderr=asyncssh.STDOUT
            )
    except TimeoutError:
        raise ConnectTimeout(
            f"logged in, but no terminal was given within {LOGIN_SECONDS:g} s", hint="look at the vty lines"
        ) from None
    except (OSError, asyncssh.Error) as err:
        raise ClosedEarly(
            f"logged in, but the switch gave no terminal: {err}",
            hint="often no vty line is free ('show users')",
        ) from None


async def _client_keys(credential: Credential) -> Any:
    """The keys to offer; None (no key at all) keeps asyncssh from trying those in the user's home."""
    if credential.agent:
        try:
            agent = await asyncssh.connect_agent()
            keys = list(await agent.get_keys())
        except (OSError, asyncssh.Error) as err:
            raise CredentialError(
                f"the SSH agent cannot be asked: {err}", hint="start it, and see that SSH_AUTH_SOCK is set"
            ) from None
        if not keys:
            raise CredentialError("the SSH agent holds no key", hint="add one with ssh-add")
        return keys
    if credential.key is None:
        return None
    phrase = credential.passphrase.reveal() if credential.passphrase else None
    try:
        return [asyncssh.read_private_key(credential.key, phrase)]
    except (OSError, asyncssh.KeyImportError) as err:
        raise CredentialError(
            f"cannot use the private key {credential.key}: {type(err).__name__}",
            hint="check the file's format and permissions, and its passphrase",
        ) from None


def _translate(err: OSError | asyncssh.Error, credential_name: str, legacy: bool) -> ConnectError:
    words = " ".join(str(err).split())
    if isinstance(err, asyncssh.PermissionDenied):
        return AuthenticationFailed(
            f"the switch refused the login of credential {credential_name!r}",
            hint="check user name and password; more refused logins may lock the account out",
        )
    if isinstance(err, asyncssh.KeyExchangeFailed) or "No matching" in words:
        return NoCommonAlgorithm(
            f"SSH found no algorithm that both sides accept: {words}",
            hint="look at 'show ip ssh' on the switch"
            if legacy
            else "an old switch offers SHA-1 only: set legacy_ssh: true for it in the inventory",
        )
    if "timeout" in words.lower():
        return ConnectTimeout(
            f"SSH was silent for {LOGIN_SECONDS:g} s after the TCP connection was open",
            hint="the switch or its AAA server is overloaded, or something else listens on that port",
        )
    return ClosedEarly(
        "the connection was closed before the login" + (f" ({words})" if words else ""),
        hint="often no vty line is free ('show users'), or an access-class forbids this address",
    )
