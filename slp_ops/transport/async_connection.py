"""Connections of asyncssh from options that a run prepares once.

``asyncssh.connect`` prepares them anew for each connection, in a thread, and looks up the local user, which
took a tenth of the CPU of a switch.
"""

from __future__ import annotations

import asyncio
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import asyncssh

from slp_ops.transport.algorithms import ciphers, key_exchanges, macs
from slp_ops.transport.hostkeys import LEGACY_KEY_TYPES, MODERN_KEY_TYPES

if TYPE_CHECKING:
    import socket

# Users, orders of host keys and kinds of credentials of one run; more only cost their preparation again.
_MOST_OPTIONS: Final = 64
# Held while a connection is made: a program that uses the API may have runs in several threads.
_MAKING: Final = threading.Lock()


def key_types(legacy: bool) -> tuple[str, ...]:
    """Return the offered algorithms: SHA-1 only where the inventory allows it."""
    return LEGACY_KEY_TYPES if legacy else MODERN_KEY_TYPES


def options_with_keys(
    username: str, keys: Any, host_keys: tuple[str, ...], *, legacy: bool
) -> asyncssh.SSHClientConnectionOptions:
    """Return options of a login with keys, as asyncssh loads them, and nothing else."""
    return _options(username, ("publickey",), keys, host_keys, legacy=legacy)


@lru_cache(_MOST_OPTIONS)
def options_with_password(
    username: str, host_keys: tuple[str, ...], *, legacy: bool
) -> asyncssh.SSHClientConnectionOptions:
    """Return options of a login with a password, which is not in them. Logins share them."""
    return _options(username, ("password", "keyboard-interactive"), None, host_keys, legacy=legacy)


def _options(
    username: str, methods: tuple[str, ...], keys: Any, host_keys: tuple[str, ...], *, legacy: bool
) -> asyncssh.SSHClientConnectionOptions:
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        host="",
        # A callable that knows no host: then every key comes to our own check. None would switch
        # the check off, and an empty file name would read the user's own known_hosts.
        known_hosts=lambda host, addr, port: ([], [], [], [], [], [], []),
        server_host_key_algs=list(host_keys),
        encryption_algs=list(ciphers(legacy=legacy)),
        mac_algs=list(macs(legacy=legacy)),
        kex_algs=list(key_exchanges(legacy=legacy)),
        signature_algs=list(key_types(legacy)),
        username=username,
        client_keys=keys,
        agent_path=None,
        preferred_auth=methods,
        gss_auth=False,
        gss_kex=False,
        host_based_auth=False,
        login_timeout=0,  # ours says in which stage it was
        compression_algs=["none"],
    )


async def connect(
    sock: socket.socket, options: asyncssh.SSHClientConnectionOptions, client: asyncssh.SSHClient
) -> asyncssh.SSHClientConnection:
    """Authenticate on a connected socket, as ``asyncssh.connect`` does. Raises OSError or asyncssh.Error."""
    loop = asyncio.get_running_loop()
    authenticated = loop.create_future()
    with _MAKING:
        # A connection takes these two from its options when it is made, and only then.
        options.protocol_factory = lambda: client
        options.waiter = authenticated
        connection = asyncssh.SSHClientConnection(loop, options, wait="auth")
    try:
        await loop.create_connection(lambda: connection, sock=sock)
    except BaseException:
        authenticated.cancel()
        raise
    try:
        await authenticated
    except BaseException:
        connection.abort()
        await connection.wait_closed()
        raise
    return connection
