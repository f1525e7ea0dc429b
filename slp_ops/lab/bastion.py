"""Jump host: an SSH server without a shell that forwards connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncssh

from slp_ops.lab.journal import Mode

if TYPE_CHECKING:
    from slp_ops.lab.hostkeys import HostKeys
    from slp_ops.lab.journal import Journal


class Bastion:
    """Jump host that journals every login and every forwarded connection."""

    def __init__(self, name: str, *, keys: HostKeys, journal: Journal, username: str, password: str) -> None:
        self.name = name
        self.journal = journal
        self.connections: set[asyncssh.SSHServerConnection] = set()
        self.numbers = 0
        self._keys = keys
        self._login = (username, password)
        self._acceptor: asyncssh.SSHAcceptor | None = None

    async def listen(self, address: str, port: int) -> None:
        """Open the port; raises OSError when it is taken."""
        self._acceptor = await asyncssh.listen(
            address,
            port,
            server_factory=lambda: _Hop(self),
            server_host_keys=[self._keys.first],
            gss_host=None,
        )

    @property
    def port(self) -> int:
        """Return the TCP port; known once it listens."""
        assert self._acceptor is not None  # noqa: S101 - asked too early
        return self._acceptor.get_port()

    def accepts(self, username: str, password: str) -> bool:
        """Return whether this user may log in with this password."""
        return (username, password) == self._login

    def close(self) -> None:
        """Stop listening and end every connection."""
        if self._acceptor is not None:
            self._acceptor.close()
        for connection in list(self.connections):
            connection.abort()


class _Hop(asyncssh.SSHServer):
    def __init__(self, bastion: Bastion) -> None:
        self._bastion = bastion
        bastion.numbers += 1
        self._number = bastion.numbers

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._conn = conn
        self._bastion.connections.add(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._bastion.connections.discard(self._conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        accepted = self._bastion.accepts(username, password)
        self._record(Mode.LOGIN, f"{'accepted' if accepted else 'refused'} {username}")
        return accepted

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> bool:
        self._record(Mode.TUNNEL, f"{dest_host}:{dest_port}")
        return True

    def _record(self, mode: Mode, line: str) -> None:
        self._bastion.journal.record(self._bastion.name, self._number, mode, line)
