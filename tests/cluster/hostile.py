"""A hostile worker: it has the key of its site, pulls tasks, and gives the answers of a test."""

from __future__ import annotations

import asyncio
import hashlib
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from nats.errors import Error as NatsError

from slp_ops.app.works import WORKS
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import Heartbeat, TaskMessage, from_message, to_message
from slp_ops.cluster.subjects import EVENT, EVIDENCE, HEARTBEAT, subject

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from nats.aio.client import Client

ATTEMPT = "0123456789abcdef"


def heartbeat(**changed: Any) -> bytes:
    """A heartbeat as a worker of today sends it, with other values."""
    fields: dict[str, Any] = {
        "version": "1.0",
        "works": WORKS,
        "clock": datetime.now(UTC),
        "max_sessions": 50,
        "sessions": 0,
    }
    return to_message(Heartbeat(**(fields | changed)))


@dataclass(slots=True)
class Answering:
    """A task, and the connection over which it is answered."""

    client: Client
    site: str
    order: TaskMessage

    @property
    def task(self) -> Any:
        return self.order.task

    async def part(self, number: int, data: bytes, attempt: str = ATTEMPT, device: str = "") -> None:
        await self._publish((self.order.run, device or self.order.device, attempt, str(number)), data)

    async def raw_end(self, data: bytes, device: str = "") -> None:
        await self._publish((self.order.run, device or self.order.device, "end"), data)

    async def event(self, data: bytes) -> None:
        await self.client.publish(subject(EVENT, self.site, self.order.run, self.order.device), data)

    def end(self, data: bytes = b"", **changed: Any) -> dict[str, Any]:
        """The end of an attempt with this data, as an honest worker sends it, with other values."""
        return {
            "schema": "slp-ops/evidence-end/1",
            "worker": "worker-1",
            "attempt": ATTEMPT,
            "parts": 1 if data else 0,
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "mask_key": self.order.mask_key,
            "folder": "",
            "outcome": {"result": self.result()},
        } | changed

    def result(self, **changed: Any) -> dict[str, Any]:
        device = self.task["device"]
        return {"name": device["name"], "site": device["site"], "status": "ok", "captures": []} | changed

    async def _publish(self, names: tuple[str, ...], data: bytes) -> None:
        await self.client.request(subject(EVIDENCE, self.site, *names), data, timeout=60)


class HostileWorker:
    """Runs in a thread of its own until it is left; ``answer`` is awaited for each task."""

    def __init__(self, access: Path, answer: Callable[[Answering], Awaitable[None]]) -> None:
        self._access = access
        self._answer = answer
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._stop = threading.Event()
        self.trouble: list[BaseException] = []

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(60), self.trouble
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as err:  # noqa: BLE001 - the test reads it
            self.trouble.append(err)

    async def _serve(self) -> None:
        address = read_address(self._access, hint="")
        async with connected(self._access, address) as client:
            js = client.jetstream()
            subscription = await js.pull_subscribe_bind(consumer=address.site, stream="TASKS")
            beats = subject(HEARTBEAT, address.site, address.holder)
            while not self._stop.is_set():
                await js.publish(beats, heartbeat(), timeout=60)
                self._ready.set()
                with suppress(NatsError, TimeoutError):
                    for message in await subscription.fetch(20, timeout=0.5):
                        await message.ack()
                        order = from_message(TaskMessage, message.data)
                        try:
                            await self._answer(Answering(client, address.site, order))
                        except BaseException as err:
                            self.trouble.append(err)
                            raise
