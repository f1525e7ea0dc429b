"""One switch on the network: its TCP port, its sessions, and what a reload does to both."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING, Any, Final

from slp_ops.lab import sshd
from slp_ops.lab.journal import Journal, Mode
from slp_ops.lab.logins import LoginHost

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from slp_ops.lab.hostkeys import HostKeys
    from slp_ops.lab.switch import Switch

_BACKLOG: Final = 128


class Host(LoginHost):
    """A switch that listens."""

    def __init__(
        self,
        name: str,
        build: Callable[[], Switch],
        *,
        keys: HostKeys,
        journal: Journal,
        username: str = "netops",
        password: str = "netops",  # noqa: S107 - the lab's own, printed when it starts
        enable: str = "netops",
        authorized_keys: str | None = None,
    ) -> None:
        super().__init__(
            name,
            build,
            journal=journal,
            username=username,
            password=password,
            enable=enable,
            authorized_keys=authorized_keys,
        )
        self._keys = keys
        self._listener: socket.socket | None = None
        self._address: tuple[str, int] | None = None
        self._contacts = 0
        self._silent: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._boot: asyncio.TimerHandle | None = None

    @property
    def port(self) -> int:
        """Return the TCP port; known once it listens."""
        assert self._address is not None  # noqa: S101 - asked too early
        return self._address[1]

    # -- listening

    def listen(self, address: str, port: int) -> None:
        """Open the port; raises OSError when it is taken. 0 is any free one."""
        listener = socket.create_server((address, port), backlog=_BACKLOG)
        listener.setblocking(False)
        self._listener = listener
        self._address = (address, listener.getsockname()[1])
        asyncio.get_running_loop().add_reader(listener, self._accept)

    def _accept(self) -> None:
        assert self._listener is not None  # noqa: S101 - the reader is removed with it
        with contextlib.suppress(BlockingIOError, ConnectionAbortedError):
            while True:
                sock, _ = self._listener.accept()
                self._contacted(sock)

    def _contacted(self, sock: socket.socket) -> None:
        if self.switch.faults.no_free_vty or len(self._lines) >= self.vty_lines:
            # IOS closes before it sends its banner.
            self.record(self.journal_number(), Mode.LOGIN, "no free vty")
            sock.setblocking(False)
            self._run(_turn_away(sock))
            return
        if self.switch.faults.silent_port:
            self._silent.append(sock)
            return
        sock.setblocking(False)
        self._contacts += 1
        self._run(sshd.serve(self, sock, self._keys, self._contacts))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Stop listening and end every session."""
        if self._boot is not None:
            self._boot.cancel()
        self._deafen()

    def _deafen(self) -> None:
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        for sock in self._silent:
            sock.close()
        self._silent.clear()
        for task in self._tasks:
            task.cancel()
        for connection in list(self._lines.values()):
            connection.abort()

    # -- reload

    def go_down(self, seconds: float) -> None:
        """Stop answering for this many simulated seconds, then boot."""
        self._deafen()
        delay = self.switch.clock.real_seconds(seconds)
        self._boot = asyncio.get_running_loop().call_later(delay, self._come_up, seconds)

    def _come_up(self, seconds: float) -> None:
        assert self._address is not None  # noqa: S101 - it listened before it went down
        if self.switch.clock.is_frozen:
            self.switch.clock.advance(seconds)
        self.switch.settle()
        self.listen(*self._address)


async def _turn_away(sock: socket.socket) -> None:
    """Close a connection such that the peer always sees an end, never a reset."""
    with sock:
        await sshd.part(sock)
