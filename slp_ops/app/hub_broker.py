"""The hub keeps its broker running: it is started again when it ends, and after its disk was full."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING, Final

from slp_ops.cluster.nats_server import BrokerKilled
from slp_ops.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.cluster.nats_server import NatsServer

_STARTS: Final = 3  # of a broker that is killed each time before it listens
_RESTART_SECONDS: Final = 1.0
_TRY_AGAIN: Final = 5.0
# Below the first the next write fails, and a stream whose write failed answers nothing more until the broker
# is started again; that is done when there is more than the second.
DISK_FULL: Final = 16 * 2**20
_ROOM: Final = 64 * 2**20


class KeptBroker:
    """A broker that is started again each time that it ends. ``starts`` counts how often it came up."""

    def __init__(self, server: NatsServer, port: int, say: Callable[[str], None]) -> None:
        self._server = server
        self._port = port
        self._say = say
        self.starts = 0
        self.is_up = False

    async def start(self) -> None:
        """Start it; one that is killed before it listens is started again. Raises HubError."""
        for _ in range(_STARTS - 1):
            try:
                return await self._start()
            except BrokerKilled:
                self._say("the broker was killed while it was starting, and is started again")
                await asyncio.sleep(_RESTART_SECONDS)
        await self._start()

    async def keep(self) -> None:
        """Start it again whenever it ends, until the caller is cancelled.

        A hub that was up does not give up: what keeps its broker from starting, such as a full disk, ends.
        """
        while True:
            code = await self._server.wait()
            self.is_up = False
            self._say(f"the broker ended with exit code {code} and is started again")
            await asyncio.sleep(_RESTART_SECONDS)
            told = ""
            while not self.is_up:
                try:
                    await self._start()
                except HubError as error:
                    if error.message != told:
                        told = error.message
                        self._say(
                            f"the broker does not start, which is tried again every {_TRY_AGAIN:g} s: {told}"
                        )
                    await asyncio.sleep(_TRY_AGAIN)

    async def _start(self) -> None:
        await self._server.start(self._port)
        self.starts += 1
        self.is_up = True


class DiskWatch:
    """Watches the room below the broker's streams. ``is_full`` is the state at the last look."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._folder = folder
        self._say = say
        self.is_full = False

    def has_room_again(self) -> bool:
        """Look; return whether the disk was full and is not any more: the broker has to be restarted."""
        free = free_bytes(self._folder)
        if not self.is_full and free < DISK_FULL:
            self.is_full = True
            self._say(
                f"the disk of {self._folder} is full: the broker stores nothing, and results wait at the "
                f"workers; free at least {_ROOM // 2**20} MB: the broker is then started again by itself"
            )
        if not self.is_full or free < _ROOM:
            return False
        self.is_full = False
        self._say(f"the disk of {self._folder} has room again")
        return True


def free_bytes(folder: Path) -> int:
    """Return the bytes that are free on the disk of a folder."""
    return shutil.disk_usage(folder).free
