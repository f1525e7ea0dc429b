"""The hub: its folder, its sites, and its broker."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError

from slp_ops.app.hub_broker import DiskWatch, KeptBroker, free_bytes
from slp_ops.app.hub_certificates import HubCertificates
from slp_ops.app.loop import run_to_end
from slp_ops.app.site_host_keys import key_subject
from slp_ops.cluster.access_folder import SIGNING_FILE, read_address
from slp_ops.cluster.broker import forget_sites, prepare_site, prepare_streams
from slp_ops.cluster.broker_config import HOST_KEYS_STREAM
from slp_ops.cluster.connection import connected, show_certificate
from slp_ops.cluster.hub_folder import OPERATOR, HubFolder, HubState
from slp_ops.cluster.joining import joining_tls, serve_joining
from slp_ops.cluster.ledger_store import prepare_ledger
from slp_ops.cluster.messages import HubNotice, to_message
from slp_ops.cluster.nats_server import NatsServer, find_binary
from slp_ops.cluster.once import last_of, remove
from slp_ops.cluster.subjects import HUB
from slp_ops.errors import HubError, InputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from slp_ops.cluster.join_code import JoinCode

# How soon a change of the sites takes effect, in seconds: two other programs make it.
_LOOK_SECONDS: Final = 0.5
_FULL_LOOKS: Final = 10  # so many looks apart, operators are sent that the disk is full
_FIRST_SECONDS: Final = 60.0
_CONNECTIONS: Final = 5
_FORGET_SECONDS: Final = 15.0
_RELOAD_SECONDS: Final = 0.3
INIT_HINT: Final = "slp-ops hub init makes a hub; --folder FOLDER names one"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHub:
    """Request for a hub. ``addresses`` are names and IP addresses at which workers reach it."""

    folder: Path
    addresses: tuple[str, ...]
    listen: str
    port: int
    disk_bytes: int


def init(wanted: NewHub) -> HubState:
    """Make a hub. Raises InputError where one exists."""
    return HubFolder(wanted.folder).create(
        addresses=wanted.addresses, listen=wanted.listen, port=wanted.port, disk_bytes=wanted.disk_bytes
    )


def add_site(folder: Path, site: str, max_sessions: int | None) -> tuple[HubState, JoinCode]:
    """Invite a worker of a site. Raises InputError."""
    return HubFolder(folder).invite(site, max_sessions=max_sessions)


def forget_key(folder: Path, site: str, host: str, port: int) -> None:
    """Remove the claim of a host's first key, so that the next key that a worker meets is the first one.

    Raises InputError, HubError.
    """

    async def in_time() -> None:
        address = read_address(folder / "hub", hint=INIT_HINT)
        name = key_subject(site, host, port)
        async with asyncio.timeout(_FORGET_SECONDS), connected(folder / "hub", address) as client:
            js = client.jetstream()
            if await last_of(js, HOST_KEYS_STREAM, name) is None:
                raise InputError(f"the hub has no host key of {host} port {port} at site {site}")
            await remove(js, HOST_KEYS_STREAM, name)

    try:
        run_to_end(in_time())
    except TimeoutError:
        raise HubError(f"the hub did not answer within {_FORGET_SECONDS:g} s") from None


def revoke_site(folder: Path, site: str) -> None:
    """Cut a site off. Raises InputError."""
    HubFolder(folder).revoke(site)


def renew_access(folder: Path, certificate: Path) -> datetime:
    """Renew the certificate of an operator's access; return its new end. Raises InputError."""
    return HubFolder(folder).renew_access(certificate, _utc_now())


def _utc_now() -> datetime:
    return datetime.now(UTC)


def run(folder: Path, nats_server: Path | None, say: Callable[[str], None]) -> None:
    """Run the broker until a stopping signal comes. Raises InputError, HubError.

    A broker that ends, also by kill -9 and while it starts, is started again; its streams are on the disk.
    """
    with suppress(KeyboardInterrupt):
        run_to_end(serve(folder, nats_server, say))


async def serve(
    folder: Path,
    nats_server: Path | None,
    say: Callable[[str], None],
    *,
    now: Callable[[], datetime] = _utc_now,
) -> None:
    """Run the broker until the task is cancelled; ``now`` is the clock by which certificates are renewed.

    Raises InputError, HubError.
    """
    binary = find_binary(nats_server)
    hub = HubFolder(folder)
    state = hub.read()
    hub.check()
    async with AsyncExitStack() as stack:
        stack.enter_context(hub.running())
        certificates = HubCertificates(hub, now, say)
        certificates.renew()
        if missing := _disk_missing(folder, state):
            say(
                f"the disk of {folder} has {missing // 2**20} MB less than the hub may use: a full disk "
                "stops the broker; free some space, or lower disk_bytes in hub.json"
            )
        server = NatsServer(binary, hub.write_broker_config(state), folder)
        broker = KeptBroker(server, state.broker_port, say)
        stack.push_async_callback(server.stop)
        await broker.start()
        await stack.enter_async_context(_kept(broker))
        client = await _own_connection(folder, broker, stack)
        sites = _Sites(hub, server, client.jetstream())
        await _apply_first(sites, folder)

        async def joined(site: str, holder: str) -> None:
            with suppress(NatsError, OSError):  # the broker is being started again, and asked again then
                await sites.apply()  # before the worker is answered: it connects at once
            say(f"site {site}: {holder} joined")

        if hub.can_approve:
            say(
                f"{hub.path / OPERATOR / SIGNING_FILE} approves changes: move it to the operator's computer; "
                "a hub that is taken over could send changes with it"
            )
        tls = joining_tls(hub)
        joining = await serve_joining(hub, state, tls, joined, say)
        stack.callback(joining.close)
        say(f"hub: broker on port {state.broker_port}, workers join on port {state.join_port}")
        disk = DiskWatch(folder, say)
        told, starts = "", broker.starts
        for look in itertools.count():
            if certificates.renew_daily():
                hub.show_certificate(tls)
                show_certificate(client, folder / "hub")
                server.reload()
            if broker.starts != starts:
                starts = broker.starts
                sites.forget()
            if disk.has_room_again():
                await server.stop()
            if disk.is_full and look % _FULL_LOOKS == 0:
                with suppress(NatsError, OSError):
                    await client.publish(HUB, to_message(HubNotice(disk_full=True)))
            try:
                await sites.apply()
                told = ""
            except (NatsError, OSError):
                pass  # the connection is being made again; tried at the next look
            except InputError as error:  # hub.json was edited: its last good content stays in force
                if str(error) != told:
                    say(told := str(error))
            await asyncio.sleep(_LOOK_SECONDS)


@asynccontextmanager
async def _kept(broker: KeptBroker) -> AsyncIterator[None]:
    keeping = asyncio.create_task(broker.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])


async def _own_connection(folder: Path, broker: KeptBroker, stack: AsyncExitStack) -> Client:
    """Connect to the own broker, which may be killed meanwhile. Raises HubError."""
    address = read_address(folder / "hub", hint=INIT_HINT)
    for _ in range(_CONNECTIONS - 1):
        starts = broker.starts
        try:
            return await stack.enter_async_context(connected(folder / "hub", address))
        except HubError:
            if broker.is_up and broker.starts == starts:
                raise
    return await stack.enter_async_context(connected(folder / "hub", address))


async def _apply_first(sites: _Sites, folder: Path) -> None:
    """Make the streams of a broker that has just been started. Raises HubError."""
    error: Exception | None = None
    try:
        async with asyncio.timeout(_FIRST_SECONDS):
            while True:
                try:
                    return await sites.apply()
                except (NatsError, OSError) as err:  # it was killed, and is started again
                    error = err
                await asyncio.sleep(_LOOK_SECONDS)
    except TimeoutError:
        raise HubError(
            f"the broker did not make its streams within {_FIRST_SECONDS:g} s: {error}",
            hint=f"is the disk of {folder} full? Its log: {folder / 'broker.log'}",
        ) from error


def _disk_missing(folder: Path, state: HubState) -> int:
    """Return how many bytes of what the broker may use are neither used by it nor free; 0 where all are."""
    store = folder / "store"
    used = sum(path.stat().st_blocks * 512 for path in store.rglob("*") if path.is_file())
    return max(0, state.disk_bytes - used - free_bytes(folder))


class _Sites:
    """The sites as the broker knows them, brought up to date with the hub's folder."""

    def __init__(self, hub: HubFolder, server: NatsServer, js: JetStreamContext) -> None:
        self._hub = hub
        self._server = server
        self._js = js
        self._known: HubState | None = None
        self._lock = asyncio.Lock()

    def forget(self) -> None:
        """Have everything made again: a broker whose folder was deleted has lost it."""
        self._known = None

    async def apply(self) -> None:
        """Bring streams, consumers and accounts up to date with the folder, which other programs change.

        Raises NatsError while the broker is not reached.
        """
        async with self._lock:
            state = await asyncio.to_thread(self._hub.read)
            if state == self._known:
                return
            if self._known is None:
                await prepare_streams(self._js, disk_bytes=state.disk_bytes)
            else:
                # Of an account that is new, the imports work from the second time on (nats-server#8560).
                for _ in range(2):
                    self._server.reload()
                    await asyncio.sleep(_RELOAD_SECONDS)
            for site in state.sites:
                await prepare_site(self._js, site.name, max_sessions=site.max_sessions)
                await prepare_ledger(self._js, site.name, site.max_sessions)
            await forget_sites(self._js, {site.name for site in state.sites})
            self._known = state
