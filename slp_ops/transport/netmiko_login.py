"""Logging in to a switch with netmiko: the connection it builds, the host key's check, what went wrong.

This is the only file that knows netmiko and paramiko. Everything here blocks.
"""

from __future__ import annotations

import logging
from functools import cache
from time import monotonic, sleep
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import CredentialError, SlpOpsError, no_common_algorithm
from slp_ops.transport.algorithms import ciphers, key_exchanges, macs
from slp_ops.transport.auth_errors import (
    asks_for_more,
    authentication_failed,
    no_such_method,
    password_expired,
    tried_too_often,
)
from slp_ops.transport.hostkeys import LEGACY_KEY_TYPES, MODERN_KEY_TYPES, known_as
from slp_ops.transport.known_hosts import Key
from slp_ops.transport.login_stages import Stage, closed_connection_error, flooded_error
from slp_ops.transport.watched_socket import BEFORE_LOGIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.model import Device
    from slp_ops.ports import Credential
    from slp_ops.transport.hostkeys import HostKeys
    from slp_ops.transport.watched_socket import WatchedSocket

# With it a key of the user's would sign by SHA-1.
_WITHOUT_SHA1: Final = {"pubkeys": ["ssh-rsa"]}
# The login's own timeout comes first: the caller shuts the socket down. Paramiko's must only be later.
_LATER: Final = 30.0
# The reason of SSH's disconnect message for a key exchange that found no algorithm.
_KEY_EXCHANGE_FAILED: Final = 3
# Paramiko's words for SSH's request for a new password, which has the number of another message.
_CHANGE_REQUESTED: Final = "Illegal info request"


def connection_to(
    device: Device,
    credential: Credential,
    sock: WatchedSocket,
    host_keys: HostKeys,
    check: Callable[[Key], None],
) -> Any:
    """A connection that is ready to be opened; raises CredentialError. ``Any``: netmiko has no types."""
    kinds = LEGACY_KEY_TYPES if device.legacy_ssh else MODERN_KEY_TYPES
    connection = _connection_class()(
        device_type="cisco_xe",
        host=device.host,
        port=device.port,
        username=credential.username,
        password=None if credential.password is None else credential.password.reveal(),
        pkey=_private_key(credential),
        allow_agent=credential.agent,
        use_keys=False,
        sock=sock,
        disabled_algorithms=None if device.legacy_ssh else _WITHOUT_SHA1,
        conn_timeout=device.login_timeout + _LATER,
        banner_timeout=device.login_timeout + _LATER,
        auth_timeout=device.login_timeout + _LATER,
        auto_connect=False,
    )
    connection.forget_secrets()
    connection.credential_name = device.credential
    connection.legacy = device.legacy_ssh
    connection.longest = device.login_timeout + _LATER
    connection.key_types = host_keys.preferred(known_as(device), device.port, kinds)
    connection.key_policy = _policy(check)
    return connection


def log_in(connection: Any, device: Device, credential: Credential) -> None:
    """Authenticate and open the shell; raises DeviceError or StoreError."""
    try:
        connection._open()  # netmiko's own seam for opening after the policy was set
        connection.sock.is_logged_in = True
    except SlpOpsError:
        raise
    except Exception as err:  # noqa: BLE001 - the library raises its own, paramiko's and bare types
        raise _translate(err, device, credential, connection) from None


def _count_by_monotonic_time() -> None:
    """Let paramiko's timeouts count by monotonic time: it uses the wall clock for all of them."""
    from paramiko import auth_handler, buffered_pipe, channel, packet, transport

    clock = SimpleNamespace(time=monotonic, sleep=sleep)
    for module in (auth_handler, buffered_pipe, channel, packet, transport):
        module.time = clock  # type: ignore[attr-defined]  # a module that it imports


@cache
def _connection_class() -> Any:  # netmiko has no types
    """Netmiko's IOS-XE connection without what it does to a session; imported on first use."""
    import paramiko
    from netmiko.cisco.cisco_ios import CiscoIosSSH

    _count_by_monotonic_time()

    class Transport(paramiko.Transport):
        # Paramiko's thread wakes up so often, in seconds, to see whether it was closed; ten times a
        # second as it comes. We shut the socket down instead, which wakes it at once.
        _active_check_timeout = 5.0
        credential_name = ""
        refusal: SlpOpsError | None = None
        goodbye = ""  # why the other side hung up, if it said so
        goodbye_reason = 0

        def auth_password(
            self, username: str, password: str, event: Any = None, fallback: bool = True
        ) -> list[str]:
            """Authenticate like paramiko, except that the password answers one question of
            keyboard-interactive.

            Paramiko answers every question with it, including those for a one-time code or a new password,
            and
            hides a refused password behind the first method's "not allowed".
            """
            try:
                return super().auth_password(username, password, event, fallback=False)
            except paramiko.BadAuthenticationType as err:
                if "keyboard-interactive" not in err.allowed_types:
                    raise
            left = [password]

            def answer(title: str, instructions: str, questions: list[tuple[str, bool]]) -> list[str]:
                if not questions:
                    return []
                # What is echoed is no question for a password.
                if len(questions) > 1 or questions[0][1] or not left:
                    self.refusal = asks_for_more(self.credential_name, questions[-1][0], answered=not left)
                    raise paramiko.AuthenticationException("asked for more than the password")
                return [left.pop()]

            return self.auth_interactive(username, answer)

        def _parse_disconnect(self, m: paramiko.Message) -> None:
            self.goodbye_reason = m.get_int()
            self.goodbye = " ".join(m.get_text().split())

    class Connection(CiscoIosSSH):
        key_types: tuple[str, ...] = ()
        credential_name = ""
        longest = _LATER
        legacy = False
        _ssh: Transport | None = None
        sock: WatchedSocket

        @property
        def refusal(self) -> SlpOpsError | None:
            """Return why this side ended the login."""
            return None if self._ssh is None else self._ssh.refusal

        @property
        def goodbye(self) -> str:
            """Return why the server closed the connection, if known."""
            return "" if self._ssh is None else self._ssh.goodbye

        @property
        def no_common_algorithm(self) -> bool:
            """Return whether the server said that the key exchange failed."""
            return self._ssh is not None and self._ssh.goodbye_reason == _KEY_EXCHANGE_FAILED

        @property
        def stage(self) -> Stage:
            """Return how far the login came."""
            if not self.sock.identified:
                return Stage.IDENTIFICATION
            if self._ssh is None or self._ssh.host_key is None:
                return Stage.KEY_EXCHANGE
            logins = self._ssh.auth_handler
            return Stage.PROMPT if logins is not None and logins.is_authenticated() else Stage.AUTHENTICATION

        def _try_session_preparation(self, force_data: bool = True) -> None:
            """Nothing: netmiko would type an empty line and wait; the dialogue finds the prompt itself."""

        def forget_secrets(self) -> None:
            """Take netmiko's log filter off again: one a connection is kept for ever, with its secrets."""
            logging.getLogger("netmiko").removeFilter(self._secrets_filter)

        def _connect_params_dict(self) -> dict[str, Any]:
            def transport(*args: Any, **kwargs: Any) -> paramiko.Transport:
                made = self._ssh = Transport(*args, **kwargs)
                made.credential_name = self.credential_name
                made.handshake_timeout = self.longest
                known: Any = made  # the stub lacks its tables
                offered = made.get_security_options()
                offered.key_types = self.key_types
                # Paramiko refuses names that it does not know, such as ChaCha20.
                exchanges = key_exchanges(legacy=self.legacy)
                offered.kex = [name for name in exchanges if name in known._kex_info]
                offered.ciphers = [name for name in ciphers(legacy=self.legacy) if name in known._cipher_info]
                offered.digests = [name for name in macs(legacy=self.legacy) if name in known._mac_info]
                return made

            return {
                **super()._connect_params_dict(),
                "transport_factory": transport,
                "channel_timeout": self.longest,
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


def _translate(err: Exception, device: Device, credential: Credential, connection: Any) -> SlpOpsError:
    """Unwrap netmiko's timeout: paramiko's original error is in its context."""
    import paramiko
    from paramiko.ssh_exception import IncompatiblePeer

    if connection.refusal is not None:
        refusal: SlpOpsError = connection.refusal
        return refusal
    cause = err
    while type(cause).__module__.startswith("netmiko") and isinstance(cause.__context__, Exception):
        cause = cause.__context__
    words = " ".join(str(cause).split())
    if words.startswith(_CHANGE_REQUESTED):
        return password_expired(device.credential)
    if isinstance(cause, IncompatiblePeer):
        return no_common_algorithm(words, legacy=device.legacy_ssh)
    if connection.no_common_algorithm:
        return no_common_algorithm(connection.goodbye, legacy=device.legacy_ssh)
    if isinstance(cause, paramiko.BadAuthenticationType):
        return no_such_method(device.credential, credential)
    if tried_too_often(connection.goodbye) or (
        isinstance(cause, paramiko.AuthenticationException) and "EOF" not in words
    ):
        return authentication_failed(device.credential, credential)
    sock: WatchedSocket = connection.sock
    if sock.is_flooded:
        return flooded_error(connection.stage, BEFORE_LOGIN)
    # Paramiko's own text for a connection that ended adds nothing.
    bare = sock.is_ended or isinstance(cause, paramiko.ChannelException | OSError) or "EOF" in words
    return closed_connection_error(
        connection.stage, reset=sock.was_reset, goodbye=connection.goodbye or ("" if bare else words)
    )
