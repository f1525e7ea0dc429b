"""TCP connections, opened here to distinguish refused, unreachable, unresolved and timed out.

The owner of the socket can also wake a blocked reader immediately by shutting it down.
"""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from slp_ops.errors import ConnectionRefused, ConnectTimeout, DeviceError, NameNotFound, Unreachable
from slp_ops.transport.login_stages import Stage, closed_connection_error
from slp_ops.transport.watched_socket import WatchedSocket

# A pool of its own: asyncio waits for its default pool when it ends, and a resolver may hang for long.
_RESOLVERS = ThreadPoolExecutor(8, thread_name_prefix="resolver")
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}


async def connect(host: str, port: int, timeout: float) -> WatchedSocket:
    """A connected, non-blocking socket. ``timeout`` in seconds bounds each address and the name's resolution.

    Raises NameNotFound, Unreachable, ConnectionRefused or ConnectTimeout.
    """
    failure: DeviceError | None = None
    for family, address in await _addresses(host, port, timeout):
        sock = WatchedSocket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(timeout):
                await asyncio.get_running_loop().sock_connect(sock, address)
        except OSError as err:
            sock.note_end(err)
            sock.close()
            failure = failure or _translate(err, sock, host, port, timeout)
        except BaseException:
            sock.close()
            raise
        else:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
    raise failure or NameNotFound(f"{host} has no address", hint="check the host in the inventory")


async def _addresses(host: str, port: int, timeout: float) -> list[tuple[int, tuple[str, int]]]:
    try:
        # A literal needs no resolver and so no thread of the small pool that resolvers share.
        literal = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return [(socket.AF_INET if literal.version == 4 else socket.AF_INET6, (host, port))]
    try:
        async with asyncio.timeout(timeout):
            found = await asyncio.get_running_loop().run_in_executor(
                _RESOLVERS, partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
            )
    except TimeoutError:
        raise NameNotFound(
            f"no name server answered for {host} within {timeout:g} s",
            hint="check this machine's name servers",
        ) from None
    except (socket.gaierror, UnicodeError) as err:
        raise NameNotFound(
            f"the name {host} does not resolve from here",
            hint="check the spelling in the inventory, or put the address there",
        ) from err
    return [(family, address) for family, _, _, _, address in found]  # type: ignore[misc]  # AF_INET6 adds two


def _translate(err: OSError, sock: WatchedSocket, host: str, port: int, timeout: float) -> DeviceError:
    place = f"{host} port {port}"
    if isinstance(err, ConnectionRefusedError):
        return ConnectionRefused(
            f"{place} refuses connections",
            hint="SSH may be off ('ip ssh version 2', 'transport input ssh'), on another port, or filtered",
        )
    if isinstance(err, TimeoutError) or err.errno == errno.ETIMEDOUT:
        return ConnectTimeout(
            f"{place} did not answer within {timeout:g} s",
            hint="the switch is down, or a firewall drops the packets",
        )
    if err.errno in _UNREACHABLE:
        return Unreachable(
            f"{place} is unreachable: {os.strerror(err.errno or 0)}",
            hint="check routing and VPN from here",
        )
    if err.errno == errno.ECONNRESET:
        # It was accepted, and reset before this process saw that it stands.
        stage = Stage.KEY_EXCHANGE if sock.identified else Stage.IDENTIFICATION
        return closed_connection_error(stage, reset=True)
    return Unreachable(
        f"connecting to {place} failed: {os.strerror(err.errno) if err.errno else err}",
        hint="check this machine's network",
    )
