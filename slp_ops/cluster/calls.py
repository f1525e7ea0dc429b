"""Calls to processes that may have ended: another worker of the site, the process of an operator's run.

An answer shows that the process lives. Silence counts where it lasts from call to call, and while this
process has a connection itself.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nats.errors import Error as NatsError

from slp_ops.cluster.messages import CallAnswer, InvalidMessage, from_message
from slp_ops.cluster.subjects import ANSWER, subject

if TYPE_CHECKING:
    from nats.aio.client import Client

_ANSWER_SECONDS: Final = 2.0
_AGAIN: Final = 1.0
LONGEST_GAP: Final = 5.0  # between two calls; after a longer one the silence begins anew


@dataclass(slots=True)
class _Silence:
    """Time of the first call without an answer, and of the last one."""

    since: float
    asked: float


class Calls:
    """Calls of one worker. The answers come on subjects of its own."""

    def __init__(self, client: Client, site: str, holder: str) -> None:
        self._client = client
        self._names = site, holder
        self._silent: dict[str, _Silence] = {}
        self._asked: dict[str, float] = {}

    async def ask(self, where: str, data: bytes = b"") -> CallAnswer | None:
        """Return what the process at a subject answers; None without an answer."""
        answer = await self._ask(where, data)
        now = asyncio.get_running_loop().time()
        silence = self._silent.get(where)
        if answer is not None or not self._client.is_connected:
            self._silent.pop(where, None)
        elif silence is not None and now - silence.asked < LONGEST_GAP:
            silence.asked = now
        else:
            self._silent = {
                name: each for name, each in self._silent.items() if now - each.asked < LONGEST_GAP
            }
            self._silent[where] = _Silence(now, now)
        return answer

    def silent_for(self, where: str) -> float:
        """Return for how many seconds the process at a subject has not answered."""
        silence = self._silent.get(where)
        return 0.0 if silence is None else asyncio.get_running_loop().time() - silence.since

    async def silence(self, where: str) -> float:
        """Return what ``silent_for`` does; it asks at most once a second, for all callers."""
        now = asyncio.get_running_loop().time()
        if now - self._asked.get(where, float("-inf")) >= _AGAIN:
            self._asked = {name: at for name, at in self._asked.items() if now - at < LONGEST_GAP}
            self._asked[where] = now
            await self.ask(where)
        return self.silent_for(where)

    async def _ask(self, where: str, data: bytes) -> CallAnswer | None:
        inbox = subject(ANSWER, *self._names, secrets.token_hex(16))
        with suppress(NatsError, OSError, TimeoutError, InvalidMessage):
            subscription = await self._client.subscribe(inbox)
            try:
                await self._client.publish(where, data, reply=inbox)
                message = await subscription.next_msg(timeout=_ANSWER_SECONDS)
            finally:
                with suppress(NatsError):
                    await subscription.unsubscribe()
            if not (message.headers and "Status" in message.headers):  # else: no process listens
                return from_message(CallAnswer, message.data)
        return None
