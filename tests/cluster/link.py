"""The way between a hub and one of its clients, which a test interrupts."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any, Self

from tests.faults.proxies import Proxy

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path


class Link:
    """A proxy to a port, in a thread of its own until it is left."""

    def __init__(self, port: int) -> None:
        self._proxy = Proxy(port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._proxy.listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)
        self._loop.close()

    def lead(self, access: Path) -> None:
        """Let the holder of an access folder take this way."""
        path = access / "hub.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | {"port": self._proxy.port}))

    def hole(self, *, is_open: bool) -> None:
        """Let nothing through; connections stay. Closed again, everything arrives."""
        self._run(self._pause(is_paused=is_open))

    def cut(self) -> None:
        """End every connection, and refuse new ones."""
        self._run(self._end())

    def mend(self) -> None:
        """Accept connections again."""
        self._run(self._proxy.listen())

    async def _pause(self, *, is_paused: bool) -> None:
        self._proxy.pause(is_paused=is_paused)

    async def _end(self) -> None:
        self._proxy.close()
        await asyncio.sleep(0.1)  # transports end in the next turns of the loop

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)
