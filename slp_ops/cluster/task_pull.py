"""Tasks of a site, asked for as there is room for them.

One request at a time is under way, for as many tasks as there is room for: what the broker delivers has its
place, and nothing waits in a buffer. The client's own ``fetch`` of one task costs a request for each.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError

from slp_ops.cluster.broker_config import TASKS_STREAM
from slp_ops.cluster.subjects import token

if TYPE_CHECKING:
    from collections.abc import Callable

    from nats.aio.client import Client
    from nats.aio.msg import Msg

_SECONDS: Final = 5.0  # how long the broker holds a request
_LATE: Final = 2.0  # how long its answer may take after that
_AT_ONCE: Final = 100
_PAUSE: Final = 0.5
_NO_MORE: Final = "408"  # the request has ended


class TaskPull:
    """Pulls tasks. ``room`` returns how many may be taken now, ``take`` takes one."""

    def __init__(
        self, client: Client, site: str, room: Callable[[], int], take: Callable[[Msg], None]
    ) -> None:
        self._client = client
        self._subject = f"$JS.API.CONSUMER.MSG.NEXT.{TASKS_STREAM}.{token(site)}"
        self._room = room
        self._take = take
        self._expected = 0
        self._is_refused = False
        self._changed = asyncio.Event()

    def look_again(self) -> None:
        """Note that there is room again."""
        self._changed.set()

    async def run(self) -> None:
        """Pull until the caller is cancelled."""
        inbox = self._client.new_inbox()
        await self._client.subscribe(inbox, cb=self._received)
        while True:
            self._changed.clear()
            if not self._client.is_connected:
                await asyncio.sleep(_PAUSE)
            elif not (room := min(self._room(), _AT_ONCE)):
                await self._changed.wait()
            else:
                await self._ask(inbox, room)

    async def _ask(self, inbox: str, room: int) -> None:
        """Ask for tasks, and wait until all have come, or the broker has no more of them."""
        wanted = json.dumps({"batch": room, "expires": int(_SECONDS * 1e9)}).encode()
        connection = self._client.stats["reconnects"]
        self._expected, self._is_refused = room, False
        try:
            with suppress(NatsError, OSError, TimeoutError):
                await self._client.publish(self._subject, wanted, reply=inbox)
                async with asyncio.timeout(_SECONDS + _LATE):
                    while self._expected and self._client.stats["reconnects"] == connection:
                        await self._changed.wait()
                        self._changed.clear()
        finally:
            self._expected = 0
        if self._is_refused:
            await asyncio.sleep(_PAUSE)

    async def _received(self, message: Msg) -> None:
        if message.headers is not None and "Status" in message.headers:
            self._is_refused = message.headers["Status"] != _NO_MORE
            self._expected = 0
            self._changed.set()
        elif self._expected:
            self._expected -= 1
            self._take(message)
            if not self._expected:
                self._changed.set()
        else:  # of a request whose answer came too late: another worker takes it
            with suppress(NatsError, OSError):
                await message.nak()
