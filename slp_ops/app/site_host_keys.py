"""First host keys of a site: the first worker that meets one claims it at the broker for all of them.

A claim only refuses. A worker learns a key that the switch has shown to it; where another worker of the site
has met a different one there, it does not, and sends no secret. Its own ``known_hosts`` comes first: a key in
it is neither claimed nor compared.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.cluster.broker_config import HOST_KEYS_STREAM
from slp_ops.cluster.messages import FirstKey, InvalidMessage, from_message, to_message
from slp_ops.cluster.once import last_of, publish_once
from slp_ops.cluster.subjects import HOST_KEY, subject
from slp_ops.errors import HostKeyUnknown
from slp_ops.ports import StandingNotice
from slp_ops.transport.hostkeys import HostKeyUnclaimed
from slp_ops.transport.known_hosts import Key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, MutableMapping
    from contextlib import AbstractAsyncContextManager

    from nats.js import JetStreamContext

    from slp_ops.model import Device
    from slp_ops.ports import CopyingTransport, FileTransfer, Reader, Transport, Writer

S = TypeVar("S")

_TRIES: Final = 3  # of an opening: another one may have the same host and port
_LARGEST: Final = 2**14


class _NoRoom(Exception):
    """The broker has no room for another key."""


class FirstKeys:
    """The claims of a site. ``claimed`` are those of hosts that are being opened, for ``HostKeys``."""

    def __init__(
        self,
        js: JetStreamContext,
        site: str,
        claimed: MutableMapping[tuple[str, int], Key],
        notice: Callable[[str], None],
    ) -> None:
        self._js = js
        self._site = site
        self._claimed = claimed
        self._notice = notice

    async def claim(self, met: HostKeyUnclaimed) -> None:
        """Claim a key unless another worker has claimed one, and note which it is. Waits for the broker.

        Raises HostKeyUnknown where the hub has a claim that no worker makes.
        """
        self._claimed[met.host, met.port] = await self._first(met.host, met.port, met.key)

    def forget(self, met: HostKeyUnclaimed) -> None:
        """Have the next opening ask again: a claim may be removed at the hub."""
        self._claimed.pop((met.host, met.port), None)

    async def _first(self, host: str, port: int, key: Key) -> Key:
        name = key_subject(self._site, host, port)
        own = FirstKey(host=host, port=port, type=key.type, key=b64encode(key.blob).decode())
        while True:
            try:
                stored = await publish_once(self._js, name, to_message(own), full=_raise_no_room)
            except _NoRoom:
                self._notice(StandingNotice("the hub has no room for host keys: first ones are not compared"))
                return key
            # Without an answer to the first try, the second one is refused although the claim is its own.
            data = to_message(own) if stored is not None else await last_of(self._js, HOST_KEYS_STREAM, name)
            if data is not None:
                return _key_in(data, host, port)


class WithFirstKeys:
    """A transport around a transport whose first host keys are claimed."""

    def __init__(self, transport: Transport, keys: FirstKeys) -> None:
        self._transport = transport
        self._keys = keys

    def read(self, device: Device) -> AbstractAsyncContextManager[Reader]:
        """Delegate to the inner transport; at the first contact with a switch twice, around the claim."""
        return self._open(device, self._transport.read)

    @asynccontextmanager
    async def _open(
        self, device: Device, opening: Callable[[Device], AbstractAsyncContextManager[S]]
    ) -> AsyncIterator[S]:
        async with AsyncExitStack() as stack:
            yield await self._opened(stack, device, opening)

    async def _opened(
        self,
        stack: AsyncExitStack,
        device: Device,
        opening: Callable[[Device], AbstractAsyncContextManager[S]],
    ) -> S:
        met: HostKeyUnclaimed | None = None
        try:
            for _ in range(_TRIES):
                try:
                    return await stack.enter_async_context(opening(device))
                except HostKeyUnclaimed as error:
                    met = error
                await self._keys.claim(met)
            return await stack.enter_async_context(opening(device))
        finally:
            if met is not None:
                self._keys.forget(met)

    async def close(self) -> None:
        """Close the inner transport."""
        await self._transport.close()


class CopiesWithFirstKeys(WithFirstKeys):
    """A transport that may change switches and copy files, whose first host keys are claimed."""

    def __init__(self, transport: CopyingTransport, keys: FirstKeys) -> None:
        super().__init__(transport, keys)
        self._copying = transport

    def write(self, device: Device) -> AbstractAsyncContextManager[Writer]:
        """Delegate to the inner transport; see ``read``."""
        return self._open(device, self._copying.write)

    def files(self, device: Device) -> AbstractAsyncContextManager[FileTransfer]:
        """Delegate to the inner transport; see ``read``."""
        return self._open(device, self._copying.files)


def key_subject(site: str, host: str, port: int) -> str:
    """Return the subject of the claim of a host and port."""
    return subject(HOST_KEY, site, f"{host} {port}")


def _raise_no_room() -> None:
    raise _NoRoom


def _key_in(data: bytes, host: str, port: int) -> Key:
    try:
        if len(data) > _LARGEST:
            raise InvalidMessage(f"{len(data)} bytes")
        first = from_message(FirstKey, data)
        if (first.host, first.port) != (host, port):
            raise InvalidMessage("it is of another host")
        return Key(first.type, b64decode(first.key, validate=True))
    except (InvalidMessage, binascii.Error, ValueError) as error:
        raise HostKeyUnknown(
            f"the hub has no valid key as the first one of {host} port {port}: {error}",
            hint=f"on the hub: slp-ops hub site forget-key SITE {host} --port {port}",
        ) from None
