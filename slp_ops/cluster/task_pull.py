"""Tasks of a site, asked for as there is room for them.

One request at a time is under way, for as many tasks as there are free sessions: what the broker delivers
has its place, and nothing waits in a buffer. The client's own ``fetch`` of one task costs a request for each.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from nats.errors import Error as NatsError

from slp_ops.cluster.broker_config import TASKS_STREAM
from slp_ops.cluster.subjects import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription

_SECONDS: Final = 5.0  # how long the broker holds a request
_LATE: Final = 2.0  # how long its answer may take after that
_AT_ONCE: Final = 32
_PAUSE: Final = 0.5
_NO_MORE: Final = "408"  # the request has ended


class Slots(Protocol):
    """Sessions that a worker may have open."""

    async def acquire(self) -> None:
        """Wait for a free one, and take it."""

    def take_free(self, most: int) -> int:
        """Take what is free, at most so many; return how many."""

    def release(self, number: int = 1) -> None:
        """Give so many back."""


class TaskPull:
    """Pulls tasks. ``take`` gets each, with one of the slots, which it releases when the task is done."""

    def __init__(self, client: Client, site: str, slots: Slots, take: Callable[[Msg], None]) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{TASKS_STREAM}.{token(site)}"
        self._slots = slots
        self._take = take
        self._expected = 0
        self._is_ended = False
        self._is_refused = False
        self._is_cut_off = False
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Pull until the caller is cancelled."""
        subscription = await self._subscribed()
        while True:
            if self._is_cut_off:
                with suppress(NatsError, OSError):
                    await subscription.unsubscribe()
                subscription = await self._subscribed()
            await self._slots.acquire()
            self._expected = 1 + self._slots.take_free(_AT_ONCE - 1)
            try:
                await self._ask(subscription.subject)
            finally:
                unused, self._expected = self._expected, 0
                self._slots.release(unused)
            if self._is_refused or not self._client.is_connected:
                await asyncio.sleep(_PAUSE)

    async def _subscribed(self) -> Subscription:
        self._is_cut_off = False
        return await self._client.subscribe(self._client.new_inbox(), cb=self._received)

    async def _ask(self, inbox: str) -> None:
        """Ask for tasks, and wait until all have come, or the broker has ended the request."""
        self._is_ended = self._is_refused = False
        self._changed.clear()
        wanted = json.dumps({"batch": self._expected, "expires": int(_SECONDS * 1e9)}).encode()
        with suppress(NatsError, OSError, TimeoutError):
            await self._client.publish(self._subject, wanted, reply=inbox)
            async with asyncio.timeout(_SECONDS + _LATE):
                while self._expected and not self._is_ended:
                    await self._changed.wait()
                    self._changed.clear()

    async def _received(self, message: Msg) -> None:
        if message.headers is not None and "Status" in message.headers:
            self._is_ended = True
            self._is_refused = message.headers["Status"] != _NO_MORE
            self._changed.set()
        elif self._expected:
            self._expected -= 1
            self._take(message)
            if not message.data:
                # No slp-ops sends an empty task. Between accounts an empty answer ends the request: what the
                # broker delivers to it after that is lost until ack_wait is over. To an inbox that is gone it
                # delivers nothing more.
                self._is_ended = self._is_cut_off = True
            if self._is_ended or not self._expected:
                self._changed.set()
        else:  # of a request whose answer came too late: another worker takes it
            with suppress(NatsError, OSError):
                await message.nak()
