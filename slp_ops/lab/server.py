"""One switch on the network: its TCP port, its vty lines, and what a reload does to both."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from slp_ops.lab import sshd
from slp_ops.lab.journal import Journal, Mode

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import asyncssh

    from slp_ops.lab.hostkeys import HostKeys
    from slp_ops.lab.state import Switch

_BACKLOG: Final = 128
_numbers = itertools.count(1)


class Host:
    """A switch that listens. Its state is built when somebody connects for the first time."""

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
        self.name = name
        self.enable = enable
        self.journal = journal
        self.authorized_keys = authorized_keys
        self._build = build
        self._keys = keys
        self._username = username
        self._password = password
        self._lines: dict[int, asyncssh.SSHServerConnection] = {}
        self._listener: socket.socket | None = None
        self._address: tuple[str, int] | None = None
        self._contacts = 0
        self._silent: list[socket.socket] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._boot: asyncio.TimerHandle | None = None

    @cached_property
    def switch(self) -> Switch:
        """The switch itself."""
        return self._build()

    @property
    def port(self) -> int:
        """The TCP port; known once it listens."""
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
        if self.switch.faults.no_free_vty or len(self._lines) >= self._vty_lines:
            # IOS closes before it says a word.
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
        """Nothing answers for so many simulated seconds; then it boots."""
        self._deafen()
        delay = self.switch.clock.real_seconds(seconds)
        self._boot = asyncio.get_running_loop().call_later(delay, self._come_up, seconds)

    def _come_up(self, seconds: float) -> None:
        assert self._address is not None  # noqa: S101 - it listened before it went down
        if self.switch.clock.is_frozen:
            self.switch.clock.advance(seconds)
        self.switch.settle()
        self.listen(*self._address)

    # -- vty lines and logins

    @property
    def _vty_lines(self) -> int:
        """How many sessions the configuration has lines for."""
        lasts = [rest.split()[-1] for rest in self.switch.config.each("line vty")]
        return max((int(last) + 1 for last in lasts), default=5)

    def take_line(self, connection: asyncssh.SSHServerConnection) -> int:
        """The lowest free vty, from 1."""
        line = next(n for n in itertools.count(1) if n not in self._lines)
        self._lines[line] = connection
        return line

    def free_line(self, line: int) -> None:
        """The session on this line is over."""
        self._lines.pop(line, None)

    def accepts(self, username: str, password: str) -> bool:
        """Whether this user may log in with this password."""
        return (username, password) == (self._username, self._password)

    # -- journal

    def journal_number(self) -> int:
        """A number for a new session."""
        return next(_numbers)

    def record(self, session: int, mode: Mode, line: str) -> None:
        """Keep a line in the journal."""
        self.journal.record(self.name, session, mode, line)


async def _turn_away(sock: socket.socket) -> None:
    """Close a connection such that the peer always sees an end, never a reset."""
    with sock:
        await sshd.part(sock)
