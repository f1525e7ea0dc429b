"""Connections to the broker, and the streams that it keeps for the hub."""

from __future__ import annotations

import asyncio
import logging
import ssl
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from nats.aio.client import Client, Srv
from nats.errors import Error as NatsError
from nats.errors import NoServersError
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DiscardPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import NotFoundError

from slp_ops.cluster.access_folder import (
    CERTIFICATE_FILE,
    KEY_FILE,
    HubAddress,
    tls_context,
    validity_of_access,
)
from slp_ops.cluster.broker_config import (
    CONTROL_STREAM,
    EVIDENCE_STREAM,
    FENCE_STREAM,
    HEARTBEAT_STREAM,
    HOST_KEYS_STREAM,
    LEASE_STREAM,
    LIMITS_STREAM,
    TASKS_STREAM,
)
from slp_ops.cluster.messages import Heartbeat, InvalidMessage, from_message
from slp_ops.cluster.site_ledger import LARGEST_LEDGER
from slp_ops.cluster.subjects import (
    APPROVAL,
    CONTROL,
    EVIDENCE,
    FENCE,
    HEARTBEAT,
    HOST_KEY,
    LEASE,
    LIMITS,
    TASK,
    names_in,
    subject,
    token,
)
from slp_ops.errors import HubError
from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path

    from nats.js import JetStreamContext

# Shorter waits for an acknowledgement make double reads after a restart of the broker likelier: 122 against
# 12 of 20 restarts at 10 s.
ACK_WAIT: Final = 30.0
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
_LONGEST_RELEASE: Final = 40
WRONG_CLOCK: Final = 30.0  # seconds: a capture with a time that is further off is misread beside a log
_MOST_EVIDENCE: Final = (
    4_000_000  # messages: a hostile site must not fill the broker's memory with small ones
)
# What a run leaves at the broker when its operator's computer is lost.
_LONGEST_LIFE: Final = 30 * 86400.0
_HEARTBEAT_LIFE: Final = 20.0  # without one for so long, a worker counts as gone
_HEARTBEAT_SHARE: Final = 0.01
# Shares of the disk that the hub may use. What a worker read is by far the largest.
_SHARES: Final = {
    TASKS_STREAM: ((TASK,), 0.08),
    EVIDENCE_STREAM: ((EVIDENCE,), 0.85),
    CONTROL_STREAM: ((CONTROL, APPROVAL), 0.01),
    FENCE_STREAM: ((FENCE,), 0.01),
    LEASE_STREAM: ((LEASE,), 0.01),
    LIMITS_STREAM: ((LIMITS,), 0.01),
    HOST_KEYS_STREAM: ((HOST_KEY,), 0.01),
}
# Streams whose messages are not of a run.
_LASTING: Final = frozenset({LIMITS_STREAM, HOST_KEYS_STREAM})
# Streams in which a message is replaced by the next one of its subject.
_REPLACED: Final = frozenset({CONTROL_STREAM, LEASE_STREAM, LIMITS_STREAM})


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


async def prepare_streams(js: JetStreamContext, *, disk_bytes: int) -> None:
    """Make the streams, or bring their limits up to date."""
    for name, (families, share) in _SHARES.items():
        await _make_stream(
            js,
            StreamConfig(
                name=name,
                subjects=[f"{family}.>" for family in families],
                storage=StorageType.FILE,
                # One message a subject, and a second one is refused: nothing is submitted or stored twice.
                max_msgs_per_subject=1,
                discard=DiscardPolicy.NEW,
                discard_new_per_subject=name not in _REPLACED,
                # Below the disk's size: a full stream refuses cleanly, a full disk breaks it.
                max_bytes=int(disk_bytes * share),
                max_age=None if name in _LASTING else _LONGEST_LIFE,
                max_msgs=_MOST_EVIDENCE,
                max_msg_size=LARGEST_LEDGER if name == LIMITS_STREAM else -1,
                allow_direct=True,
            ),
        )
    await _make_stream(
        js,
        StreamConfig(
            name=HEARTBEAT_STREAM,
            subjects=[f"{HEARTBEAT}.>"],
            storage=StorageType.FILE,
            max_msgs_per_subject=1,
            discard=DiscardPolicy.OLD,
            max_age=_HEARTBEAT_LIFE,
            max_bytes=int(disk_bytes * _HEARTBEAT_SHARE),
            allow_direct=True,
        ),
    )


async def prepare_site(js: JetStreamContext, site: str, *, max_sessions: int) -> None:
    """Make the consumer of a site's tasks. Its limit holds for all workers of the site together."""
    await js.add_consumer(
        TASKS_STREAM,
        ConsumerConfig(
            durable_name=token(site),
            filter_subject=f"{subject(TASK, site)}.>",
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT,
            max_ack_pending=max_sessions,
            max_deliver=-1,
        ),
    )


async def _make_stream(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.update_stream(config)
    except NotFoundError:
        await js.add_stream(config)


@dataclass(frozen=True, slots=True)
class LiveWorker:
    """A worker whose last heartbeat is not old. ``clock_offset``: seconds by which its clock is fast."""

    site: str
    holder: str
    beat: Heartbeat
    clock_offset: float

    @property
    def is_clock_wrong(self) -> bool:
        """Return whether the clock is so far away that times of captures do not fit."""
        return abs(self.clock_offset) >= WRONG_CLOCK


async def live_workers(js: JetStreamContext) -> list[LiveWorker]:
    """Return the workers that are alive. Raises NATS errors.

    A heartbeat that this release does not understand is that of a worker which knows no work.
    """
    try:
        info = await js.stream_info(HEARTBEAT_STREAM, subjects_filter=">")
    except NotFoundError:
        return []
    subjects: dict[str, Any] = info.state.subjects or {}
    found = []
    for name in sorted(subjects):
        with suppress(NotFoundError, ValueError):
            message = await js.get_msg(HEARTBEAT_STREAM, subject=name, direct=True)
            site, holder = names_in(HEARTBEAT, name)
            received = message.time or datetime.now(UTC)
            beat = _heartbeat(message.data or b"", received)
            if not beat.leaving:
                offset = (_with_zone(beat.clock) - received).total_seconds()
                found.append(LiveWorker(site, holder, beat, offset))
    return found


def _heartbeat(data: bytes, received: datetime) -> Heartbeat:
    """Return a heartbeat whose release is fit to be shown, whatever a worker has sent."""
    try:
        beat = from_message(Heartbeat, data)
    except InvalidMessage:
        version = _release_in(data)
        return Heartbeat(version=version, works=(), clock=received, max_sessions=0, sessions=0)
    return replace(beat, version=one_line(beat.version)[:_LONGEST_RELEASE])


def _release_in(data: bytes) -> str:
    """Return the release that a heartbeat of another schema names; most of them have one."""
    with suppress(InvalidJson):
        value = parse_json(data)
        if isinstance(value, dict) and isinstance(version := value.get("version"), str) and version:
            return one_line(version)[:_LONGEST_RELEASE]
    return "of an unknown release"


def _with_zone(moment: datetime) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


async def is_known(js: JetStreamContext, site: str) -> bool:
    """Return whether the hub has a site: it was not revoked. Raises NATS errors."""
    try:
        await js.consumer_info(TASKS_STREAM, token(site))
    except NotFoundError:
        return False
    return True


async def forget_sites(js: JetStreamContext, known: Collection[str]) -> None:
    """Remove what sites have at the broker that are not ``known`` any more. Raises NATS errors.

    Fences stay: they show to a worker that joins later that a change was begun.
    """
    for consumer in await js.consumers_info(TASKS_STREAM):
        try:
            (site,) = names_in(TASK, (consumer.config.filter_subject or "").removesuffix(".>"))
        except ValueError:
            continue
        if site not in known:
            removed = {
                stream: families for stream, (families, _) in _SHARES.items() if stream != FENCE_STREAM
            }
            for stream, families in (*removed.items(), (HEARTBEAT_STREAM, (HEARTBEAT,))):
                for family in families:
                    await js.purge_stream(stream, subject=f"{subject(family, site)}.>")
            await js.delete_consumer(TASKS_STREAM, consumer.name)


async def task_counts(js: JetStreamContext, site: str) -> tuple[int, int]:
    """Return how many tasks of a site wait, and how many its workers hold."""
    try:
        info = await js.consumer_info(TASKS_STREAM, token(site))
    except NotFoundError:
        return 0, 0
    return info.num_pending or 0, info.num_ack_pending or 0


async def disk_used(js: JetStreamContext) -> int:
    """Return the bytes that the streams use."""
    return (await js.account_info()).storage
