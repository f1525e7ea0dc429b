"""Logging in with asyncssh on a connected socket: for switches and for jump hosts alike."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import asyncssh
from asyncssh.constants import MSG_IGNORE

from slp_ops.errors import CredentialError, SlpOpsError, no_common_algorithm
from slp_ops.transport.async_connection import connect, options_with_keys, options_with_password
from slp_ops.transport.auth_errors import (
    asks_for_more,
    authentication_failed,
    no_such_method,
    password_expired,
    tried_too_often,
)
from slp_ops.transport.known_hosts import Key
from slp_ops.transport.login_stages import Stage, closed_connection_error, flooded_error, silent
from slp_ops.transport.watched_socket import BEFORE_LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slp_ops.ports import Credential, Secret
    from slp_ops.transport.watched_socket import WatchedSocket

# How long what came before the end of a connection may take to be understood, in seconds.
_LAST_WORDS: Final = 0.2


class _Client(asyncssh.SSHClient):
    """The hooks of one login: the host key's check, and one method with one answer."""

    def __init__(
        self,
        sock: WatchedSocket,
        check: Callable[[Key], None],
        name: str,
        password: str | None,
        *,
        legacy: bool,
    ) -> None:
        self._sock = sock
        self._legacy = legacy
        self._check = check
        self._name = name
        self._password = password
        self.refusal: SlpOpsError | None = None
        self._saw_key = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        def at_end() -> bool:
            # asyncssh drops what came just before the end, such as why a server hangs up.
            asyncio.get_running_loop().call_later(_LAST_WORDS, conn.connection_lost, None)
            return True

        conn.eof_received = at_end  # type: ignore[method-assign,assignment]  # as asyncio's own protocols have it
        describe_no_packets(conn)
        if not self._legacy:
            _send_no_ignored_packets(conn)

    @property
    def stage(self) -> Stage:
        """Return how far the login came."""
        if self._saw_key:
            return Stage.AUTHENTICATION
        return Stage.KEY_EXCHANGE if self._sock.identified else Stage.IDENTIFICATION

    @property
    def password_unused(self) -> bool:
        """Return whether the switch never asked for the available password."""
        return self._password is not None

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self._saw_key = True
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

    def password_change_requested(self, prompt: str, lang: str) -> tuple[str, str]:
        self.refusal = password_expired(self._name)
        return NotImplemented  # type: ignore[no-any-return]  # what asyncssh wants for no

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password is not None else None

    def kbdint_challenge_received(
        self, name: str, instructions: str, lang: str, prompts: Sequence[tuple[str, bool]]
    ) -> list[str] | None:
        if not prompts:
            return []
        # What is echoed is no question for a password.
        if (
            len(prompts) == 1
            and not prompts[0][1]
            and (password := self.password_auth_requested()) is not None
        ):
            return [password]
        self.refusal = asks_for_more(self._name, prompts[-1][0], answered=self._password is None)
        return None


def describe_no_packets(packets: Any) -> None:
    """Keep asyncssh from describing each packet of a connection or channel in words, which nothing logs."""
    packets.log_sent_packet = packets.log_received_packet = _ignore


def _ignore(*args: Any, **kwargs: Any) -> None:
    """Do nothing."""


def _send_no_ignored_packets(conn: asyncssh.SSHClientConnection) -> None:
    """Keep asyncssh from sending an empty packet ahead of each one: it doubles what is encrypted and sent.

    That protects CBC ciphers (RFC 4251, section 9.3.1), which are offered to legacy switches only.
    """
    send = conn.send_packet

    def send_packet(pkttype: int, *args: bytes, handler: Any = None) -> None:
        if pkttype != MSG_IGNORE:
            send(pkttype, *args, handler=handler)

    conn.send_packet = send_packet  # type: ignore[method-assign]  # it has no option for this


async def login(
    sock: WatchedSocket,
    credential: Credential,
    *,
    legacy: bool,
    credential_name: str,
    host_keys: tuple[str, ...],
    check: Callable[[Key], None],
    seconds: float,
) -> asyncssh.SSHClientConnection:
    """Authenticate on a connected socket within ``seconds``. Raises DeviceError or CredentialError."""
    password = None if credential.password is None else credential.password.reveal()
    client = _Client(sock, check, credential_name, password, legacy=legacy)
    try:
        options = await _options(credential, host_keys, legacy=legacy)
        async with asyncio.timeout(seconds):
            connection = await connect(sock, options, client)
            sock.is_logged_in = True
            return connection
    except TimeoutError:
        sock.close()
        raise silent(client.stage, seconds) from None
    except (OSError, asyncssh.Error, TypeError) as err:
        sock.close()
        if sock.is_flooded:
            raise flooded_error(client.stage, BEFORE_LOGIN) from None
        if isinstance(err, TypeError) and not sock.is_ended:
            raise  # asyncssh raises it where a connection was reset at once, and has no peer
        if client.refusal is not None:
            raise client.refusal from None
        words = " ".join(str(err).split())
        if isinstance(err, asyncssh.KeyExchangeFailed) or "No matching" in words:
            raise no_common_algorithm(words, legacy=legacy) from None
        if isinstance(err, asyncssh.PermissionDenied) and client.password_unused:
            raise no_such_method(credential_name, credential) from None
        if isinstance(err, asyncssh.PermissionDenied) or tried_too_often(words):
            raise authentication_failed(credential_name, credential) from None
        # What the other side said, if it did; a bare end of the connection has only asyncssh's words.
        said = "" if isinstance(err, asyncssh.ConnectionLost | OSError | TypeError) else words
        raise closed_connection_error(client.stage, reset=sock.was_reset, goodbye=said) from None
    except BaseException:
        sock.close()
        raise


async def _options(
    credential: Credential, host_keys: tuple[str, ...], *, legacy: bool
) -> asyncssh.SSHClientConnectionOptions:
    """Return the options of a login with this credential. Raises CredentialError."""
    if credential.agent:
        keys = await _agent_keys()
    elif credential.key is not None:
        keys = [_private_key(credential.key, credential.passphrase)]
    else:
        return options_with_password(credential.username, host_keys, legacy=legacy)
    return options_with_keys(credential.username, keys, host_keys, legacy=legacy)


async def _agent_keys() -> list[Any]:
    try:
        agent = await asyncssh.connect_agent()
        keys = list(await agent.get_keys())
    except (OSError, asyncssh.Error) as err:
        raise CredentialError(
            f"the SSH agent cannot be asked: {err}", hint="start it, and see that SSH_AUTH_SOCK is set"
        ) from None
    if not keys:
        raise CredentialError("the SSH agent has no key", hint="add one with ssh-add")
    return keys


def _private_key(path: str, passphrase: Secret | None) -> asyncssh.SSHKey:
    try:
        return asyncssh.read_private_key(path, passphrase.reveal() if passphrase else None)
    except (OSError, asyncssh.KeyImportError) as err:
        raise CredentialError(
            f"cannot use the private key {path}: {type(err).__name__}",
            hint="check the file's format and permissions, and its passphrase",
        ) from None
