"""Connections to the hub: with TLS alone, made again by themselves, refused with what to do."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nats.aio.client import Client, Srv
from nats.errors import Error as NatsError
from nats.errors import NoServersError

from slp_ops.cluster.access_folder import (
    CERTIFICATE_FILE,
    KEY_FILE,
    HubAddress,
    tls_context,
    validity_of_access,
)
from slp_ops.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


_REJOIN: Final = "join again, with a new code of 'slp-ops hub site add'"
RENEW: Final = (
    "'slp-ops hub up' renews that in the hub's folder; of a copy elsewhere, copy certificate.pem to the hub: "
    "slp-ops hub renew certificate.pem; then copy it back"
)
_COPY_AGAIN: Final = "copy the folder 'operator' of the hub again"
# What OpenSSL finds wrong in the certificate of the hub, by its number.
_OTHER_AUTHORITY: Final = (
    "it is of another authority",
    "the hub was created again, or the address is another hub's: join again, or copy its folder 'operator'",
)
_OTHER_ADDRESS: Final = ("it is for other addresses", "slp-ops hub init --address names those of the hub")
_OF_THE_HUB: Final = {
    9: (
        "it is not valid yet, by the clock of this computer",
        "compare the clocks of both computers (NTP)",
    ),
    10: (
        "it has expired, by the clock of this computer",
        "compare the clocks of both computers (NTP); 'slp-ops hub up' renews it",
    ),
    62: _OTHER_ADDRESS,
    64: _OTHER_ADDRESS,
}
_CONNECT_SECONDS: Final = 10
_CLOSE_SECONDS: Final = 3.0
_RESTART_SECONDS: Final = 5.0  # a broker with 3 GB of streams is back within it
_LOOK_AGAIN: Final = 0.2


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Leave out what asyncio says at the end of each TLS connection of the client."""
    return "eof_received() has no effect" not in record.getMessage()


logging.getLogger("asyncio").addFilter(_is_of_interest)


@asynccontextmanager
async def connected(folder: Path, address: HubAddress) -> AsyncIterator[Client]:
    """Connect as the holder of an access folder. Raises HubError, InputError.

    The first connection is tried for the time in which a killed broker is started again, and a refused
    certificate once: with reconnecting switched on, the client would try it for ever. After that it
    reconnects by itself for as long as it is used.
    """
    context = tls_context(folder)
    _check_validity(folder, address)
    url = f"tls://{address.host}:{address.port}"
    trial = await _first_connection(url, context, address)
    await _close(trial)
    client = await _connect(url, context, address, allow_reconnect=True)
    try:
        yield client
    finally:
        await _close(client)


def show_certificate(client: Client, folder: Path) -> None:
    """Have a client that connects again show the certificate which its access folder has now."""
    client.ssl_context.load_cert_chain(folder / CERTIFICATE_FILE, folder / KEY_FILE)


def _check_validity(folder: Path, address: HubAddress) -> None:
    """Raise HubError for a certificate that is not valid by the clock of this computer, InputError."""
    begins, ends = validity_of_access(folder)
    now = datetime.now(UTC)
    if now < begins:
        raise HubError(
            f"the certificate in {folder} is not valid before {begins:%Y-%m-%d %H:%M} UTC, "
            f"and the clock of this computer shows {now:%Y-%m-%d %H:%M} UTC",
            hint="set the clock of this computer (NTP)",
        )
    if ends < now:
        raise HubError(
            f"the certificate in {folder} has expired: {ends:%Y-%m-%d}",
            hint=_REJOIN if address.site else RENEW,
        )


async def check_access(folder: Path, address: HubAddress) -> None:
    """Raise HubError where the hub refuses an access; none where it is not reached."""
    _check_validity(folder, address)
    with suppress(_NotReached):
        trial = await _connect(
            f"tls://{address.host}:{address.port}", tls_context(folder), address, allow_reconnect=False
        )
        await _close(trial)


class _Connection(Client):
    """A client that connects with TLS alone, and again until it is closed, and not for ever.

    The client itself leaves it to the server if TLS is used: a computer on the way could be the hub. Its
    task of connecting again ends without a word at an answer that it cannot read; and it can miss that it is
    cancelled (Python's wait_for, while the cancelled wait ends by itself). Then it would connect for ever,
    and the process would never end.
    """

    is_ended = False

    async def _process_info(self, info: Any, initial_connection: bool = False) -> None:
        if initial_connection and "tls" in self.options and not info.get("tls_required"):
            raise _WithoutTls(1, "it answers without TLS")
        await super()._process_info(info, initial_connection=initial_connection)

    async def _process_connect_init(self) -> None:
        try:
            await super()._process_connect_init()
        except ConnectionError as error:
            # Refused before anything is sent, a connection is only lost: the reason is with what is read.
            transport: Any = self._transport
            raise transport._io_reader.exception() or error from None
        except (NatsError, OSError):
            raise
        except Exception as error:
            raise ConnectionError(f"its answer is not that of a hub: {type(error).__name__}") from error

    async def _attempt_reconnect(self) -> None:
        with suppress(asyncio.InvalidStateError):  # of two that end at once: one has missed its cancellation
            await super()._attempt_reconnect()

    async def _connect_to_server(self, s: Srv) -> None:
        before: Any = self._transport
        if before is not None:
            before.close()  # else the socket of the last attempt stays open
        if self.is_ended:
            raise asyncio.CancelledError
        await super()._connect_to_server(s)


class _WithoutTls(ssl.SSLError):
    """The program at the address of the hub does not ask for TLS."""


async def _close(client: _Connection) -> None:
    """Close a connection, in whatever state it is.

    A task of its own: while the client connects again, closing raises CancelledError, which would be taken
    for that of the caller, and AttributeError where the TLS transport is gone. The client leaves its socket
    open where anything before has failed.
    """
    client.is_ended = True
    transport: Any = client._transport  # there is no public way to its socket

    async def close() -> None:
        try:
            await client.close()
        finally:
            if (connecting := client._reconnection_task) is not None:
                await asyncio.wait([connecting])  # else it could leave a socket behind
            if transport is not None:
                transport.close()
                await transport.wait_closed()

    closing = asyncio.create_task(close())
    await asyncio.wait([closing], timeout=_CLOSE_SECONDS)
    if not closing.cancel() and not closing.cancelled():
        closing.exception()  # marks it as seen: there is nothing to be done about it


async def _first_connection(url: str, context: ssl.SSLContext, address: HubAddress) -> _Connection:
    loop = asyncio.get_running_loop()
    give_up = loop.time() + _RESTART_SECONDS
    while True:
        try:
            return await _connect(url, context, address, allow_reconnect=False)
        except _NotReached:
            if loop.time() >= give_up:
                raise
            await asyncio.sleep(_LOOK_AGAIN)


async def _connect(
    url: str, context: ssl.SSLContext, address: HubAddress, *, allow_reconnect: bool
) -> _Connection:
    async def silent(_: Exception) -> None:
        """Leave errors to the calls that meet them; the client would print each."""

    client = _Connection()
    is_made = False
    try:
        # The client's own limit does not hold while TLS and the first ping are under way.
        async with asyncio.timeout(_CONNECT_SECONDS + 1):
            await client.connect(
                url,
                tls=context,
                name=address.holder,
                allow_reconnect=allow_reconnect,
                max_reconnect_attempts=-1 if allow_reconnect else 1,
                reconnect_time_wait=0.5,  # type: ignore[arg-type]  # a part of a second works
                connect_timeout=_CONNECT_SECONDS,
                ping_interval=10,
                max_outstanding_pings=2,
                error_cb=silent,
            )
        if not (client.is_connected or allow_reconnect):
            # The client takes an end after TLS for an answer.
            raise ConnectionResetError("it closed the connection")
        is_made = True
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError) as error:
        raise _unreachable(address, error) from error  # it ended in the handshake, as a broker that is killed
    except ssl.SSLError as error:
        raise _mistrust(error, address) from error
    except NatsError as error:
        if "authorization" in str(error).lower():
            raise HubError(
                f"the hub at {address.host}:{address.port} does not know {address.holder}",
                hint="the site was revoked, or the hub was created again: join again",
            ) from error
        raise _unreachable(address, error) from error
    except (OSError, TimeoutError, NoServersError) as error:
        raise _unreachable(address, error) from error
    finally:
        if not is_made:
            await _close(client)
    return client


def _mistrust(error: ssl.SSLError, address: HubAddress) -> HubError:
    """Return which certificate is not accepted, by which side, and why."""
    where = f"{address.host}:{address.port}"
    if isinstance(error, ssl.SSLCertVerificationError):
        reason, hint = _OF_THE_HUB.get(error.verify_code, _OTHER_AUTHORITY)
        return HubError(f"the certificate of the hub at {where} is not accepted: {reason}", hint=hint)
    if isinstance(error, _WithoutTls):
        return HubError(
            f"what answers at {where} is not the hub: {error}",
            hint="nothing was sent to it; look at which program listens there, and who is on the way",
        )
    if "EXPIRED" in (error.reason or ""):
        return HubError(
            f"by the clock of the hub at {where} the certificate of {address.holder} is not valid",
            hint="compare the clocks of both computers (NTP)",
        )
    return HubError(
        f"the hub at {where} and this computer do not trust each other: {error.reason or error}",
        hint="the hub was created again, or the files of the access are mixed up: "
        + (_REJOIN if address.site else _COPY_AGAIN),
    )


class _NotReached(HubError):
    """No broker answers at the address."""


def _unreachable(address: HubAddress, error: Exception) -> _NotReached:
    return _NotReached(
        f"the hub at {address.host}:{address.port} was not reached: {error}",
        hint="is 'slp-ops hub up' running there, and does a firewall permit the connection? "
        "A hub that was created again closes it: join again",
    )
