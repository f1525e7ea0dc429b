"""The SSH side of one switch: algorithms, host keys, authentication."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Final

import asyncssh

from slp_ops.lab.hardware import HostKey
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.loop import banner
from slp_ops.lab.vty import Vty

if TYPE_CHECKING:
    from slp_ops.lab.hostkeys import HostKeys
    from slp_ops.lab.logins import LoginHost

# What IOS-XE 17 offers by default; 16.12 and hardened early 17.x offer the SHA-1 ones only.
_MODERN: Final = asyncssh.SSHServerConnectionOptions(
    server_host_keys=(),
    gss_host="localhost",
    gss_kex=False,
    gss_auth=False,
    encoding=None,
    line_editor=False,
    agent_forwarding=False,
    compression_algs=["none"],
    kex_algs=[
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384", "ecdh-sha2-nistp521", "diffie-hellman-group14-sha256",
    ],
    encryption_algs=["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr"],
    mac_algs=["hmac-sha2-256", "hmac-sha2-512", "hmac-sha1"],
    server_version="Cisco-1.25",
    login_timeout=120,
)  # fmt: skip
_SHA1: Final = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-ctr", "aes256-ctr"],
    "mac_algs": ["hmac-sha1"],
}
_RSA: Final = (b"rsa-sha2-512", b"rsa-sha2-256", b"ssh-rsa")
_PARTING: Final = 2.0  # seconds
_RETRIES: Final = 3  # "ip ssh authentication-retries"


async def serve(host: LoginHost, sock: socket.socket, keys: HostKeys, contact: int) -> None:
    """Speak SSH on an accepted socket until the peer has logged in, or not."""
    faults = host.switch.faults
    key = keys.first
    if contact > 1 and faults.host_key is not HostKey.STABLE:
        key = keys.second if faults.host_key is HostKey.CHANGED else keys.other
    # A pair of its own for each connection: the signature algorithm is chosen on the pair itself,
    # and two handshakes at once may choose different ones.
    (pair,) = asyncssh.load_keypairs([key])
    if key is not keys.other:
        pair.host_key_algorithms = (b"ssh-rsa",) if faults.sha1_only else _RSA
    held = sock.dup()
    try:
        await asyncssh.run_server(
            sock,
            options=_MODERN,
            server_factory=lambda: _Login(host, sock),
            server_host_keys=[pair],
            authorized_client_keys=host.authorized_keys,
            **(_SHA1 if faults.sha1_only else {}),
        )
    except (TimeoutError, OSError, asyncssh.Error):
        # The peer went away, or would not accept what is offered; it knows why, we need not.
        if not faults.reset_at_auth:
            await part(held)
    finally:
        held.close()


async def part(sock: socket.socket) -> None:
    """Let the peer read our last words: closing over something unread would reset the connection."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, TimeoutError):
        sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(_PARTING):
            while await loop.sock_recv(sock, 4096):
                pass


class _Login(asyncssh.SSHServer):
    """One connection: who it is, and what it may open."""

    def __init__(self, host: LoginHost, sock: socket.socket) -> None:
        self._host = host
        self._sock = sock
        self._failures = 0
        self._opened = False
        self.line = 0
        self.number = host.journal_number()

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self.conn = conn
        self.line = self._host.take_line(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        self._host.free_line(self.line)

    def begin_auth(self, username: str) -> bool:
        if text := banner(self._host.switch.config.find("banner login")):
            self.conn.send_auth_banner(f"\n{text}\n")
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        faults = self._host.switch.faults
        if faults.reset_at_auth:
            self._host.record(self.number, Mode.LOGIN, "reset")
            reset(self._sock)
            self.conn.abort()
            return False
        accepted = not faults.refuse_password and self._host.accepts(username, password)
        if not accepted:
            self._host.record(self.number, Mode.LOGIN, f"refused {username}")
            self._failures += 1
            if self._failures >= _RETRIES:
                self.conn.disconnect(
                    asyncssh.DISC_NO_MORE_AUTH_METHODS_AVAILABLE, "Too many authentication failures"
                )
        return accepted

    def auth_completed(self) -> None:
        username = self.conn.get_extra_info("username")
        self._host.record(self.number, Mode.LOGIN, f"accepted {username}")

    def session_requested(self) -> Vty | bool:
        if self._opened:
            # IOS gives one session a connection and refuses another.
            return False
        self._opened = True
        return Vty(self._host, self.conn, line=self.line, number=self.number)


def reset(sock: socket.socket) -> None:
    """Let closing this socket send a reset instead of a farewell."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
