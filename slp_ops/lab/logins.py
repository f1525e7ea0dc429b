"""Vty lines and logins of one switch, as its sessions use them."""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import asyncssh

    from slp_ops.lab.journal import Journal, Mode
    from slp_ops.lab.switch import Switch

_numbers = itertools.count(1)


class LoginHost(ABC):
    """A switch with vty lines. Its state is built at the first login."""

    def __init__(
        self,
        name: str,
        build: Callable[[], Switch],
        *,
        journal: Journal,
        username: str,
        password: str,
        enable: str,
        authorized_keys: str | None,
    ) -> None:
        self.name = name
        self.enable = enable
        self.journal = journal
        self.authorized_keys = authorized_keys
        self._build = build
        self._username = username
        self._password = password
        self._lines: dict[int, asyncssh.SSHServerConnection] = {}

    @cached_property
    def switch(self) -> Switch:
        """Return the switch."""
        return self._build()

    @abstractmethod
    def go_down(self, seconds: float) -> None:
        """End every session and answer nothing for so many simulated seconds; then boot."""

    @property
    def vty_lines(self) -> int:
        """Return the number of vty lines in the configuration."""
        lasts = [rest.split()[-1] for rest in self.switch.config.each("line vty")]
        return max((int(last) + 1 for last in lasts), default=5)

    def take_line(self, connection: asyncssh.SSHServerConnection) -> int:
        """Return the lowest free vty, from 1."""
        line = next(n for n in itertools.count(1) if n not in self._lines)
        self._lines[line] = connection
        return line

    def free_line(self, line: int) -> None:
        """Free the vty of a closed session."""
        self._lines.pop(line, None)

    def accepts(self, username: str, password: str) -> bool:
        """Return whether this user may log in with this password."""
        return (username, password) == (self._username, self._password)

    def journal_number(self) -> int:
        """Return a number for a new session."""
        return next(_numbers)

    def record(self, session: int, mode: Mode, line: str) -> None:
        """Record a line in the journal."""
        self.journal.record(self.name, session, mode, line)
