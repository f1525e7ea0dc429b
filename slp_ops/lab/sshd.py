"""The SSH side of one switch: algorithms, authentication, and a shell wired to a channel."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import TYPE_CHECKING, Any, Final

import asyncssh

from slp_ops.lab.hardware import HostKey
from slp_ops.lab.journal import Mode
from slp_ops.lab.scp import ScpServer, is_scp
from slp_ops.lab.shell import Action, Close, Drop, Reboot, Shell, Wait, Write
from slp_ops.lab.shell.loop import banner

if TYPE_CHECKING:
    from slp_ops.lab.hostkeys import HostKeys
    from slp_ops.lab.server import Host

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
_PACKET: Final = 32_768
_RETRIES: Final = 3  # "ip ssh authentication-retries"


async def serve(host: Host, sock: socket.socket, keys: HostKeys, contact: int) -> None:
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
            await _part(held)
    finally:
        held.close()


async def _part(sock: socket.socket) -> None:
    """Let the peer read our last words: closing over something unread would reset the connection."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, TimeoutError):
        sock.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(_PARTING):
            while await loop.sock_recv(sock, 4096):
                pass


class _Login(asyncssh.SSHServer):
    """One connection: who it is, and what it may open."""

    def __init__(self, host: Host, sock: socket.socket) -> None:
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

    def session_requested(self) -> _Vty | bool:
        if self._opened:
            # IOS gives one session a connection and refuses another.
            return False
        self._opened = True
        return _Vty(self, self._host, self._sock)


class _Vty(asyncssh.SSHServerSession[bytes]):
    """A channel with a shell on it. Nothing runs while nothing happens: no task, no polling."""

    def __init__(self, login: _Login, host: Host, sock: socket.socket) -> None:
        self._login = login
        self._host = host
        self._sock = sock
        self._command: str | None = None
        self._shell: Shell | None = None
        self._scp: ScpServer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._full = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        # The size is not taken over: a vty has 24 lines of 80 columns until one says otherwise.
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        self._command = command
        return True

    def session_started(self) -> None:
        if self._command is not None and is_scp(self._command):
            self._host.record(self._login.number, Mode.SCP, self._command)
            self._scp = ScpServer(self._host.switch, self._command)
            self._copy(self._scp.begin())
            return
        peer = self._login.conn.get_extra_info("peername")
        self._shell = Shell(
            self._host.switch,
            username=self._login.conn.get_extra_info("username"),
            enable=self._host.enable,
            line=self._login.line,
            came_from=peer[0],
            command=self._command,
            on_typed=lambda mode, line: self._host.record(self._login.number, mode, line),
        )
        if self._command is not None:
            self._host.record(self._login.number, Mode.EXEC, self._command)
        self._pump()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        if self._scp is not None:
            self._copy(self._scp.receive(data))
        if self._shell is not None:
            self._shell.receive(data)
            self._pump()

    def pause_writing(self) -> None:
        self._full = True

    def resume_writing(self) -> None:
        self._full = False
        self._pump()

    def eof_received(self) -> bool:
        if self._scp is not None and not self._scp.done:
            # The sender of files says no more when all are there.
            self._chan.exit(0)
        return False

    def _copy(self, answer: bytes) -> None:
        assert self._scp is not None  # noqa: S101 - only called for an scp
        if answer:
            self._chan.write(answer)
        if self._scp.done:
            self._chan.exit(1 if self._scp.failed else 0)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._shell = None
        self._login.conn.close()

    def _pump(self) -> None:
        """Do what the shell wants done; what it writes goes out in as few packets as possible."""
        try:
            self._advance()
        except Exception as err:  # noqa: BLE001 - else it would pass for a fault that the lab plays
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a defect of the lab", "exception": err})
            self._act(Drop())

    def _advance(self) -> None:
        out = bytearray()
        while self._shell is not None and not self._full:
            action = self._shell.next_action()
            if isinstance(action, Write):
                out += action.data
                if len(out) < _PACKET:
                    continue
            if out:
                self._chan.write(bytes(out))
                out.clear()
            if action is None:
                return
            self._act(action)

    def _act(self, action: Action) -> None:
        match action:
            case Wait(seconds=float() | int() as seconds, real=real):
                delay = seconds if real else self._host.switch.clock.real_seconds(seconds)
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(delay, self._over, action)
            case Close():
                self._chan.exit(0)
                self._shell = None
            case Drop():
                self._login.conn.abort()
                self._shell = None
            case Reboot(seconds):
                self._shell = None
                self._host.go_down(seconds)
            case _:
                pass

    def _over(self, wait: Wait) -> None:
        if self._shell is not None:
            self._shell.elapsed(wait)
            self._pump()


def reset(sock: socket.socket) -> None:
    """Let closing this socket send a reset instead of a farewell."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
