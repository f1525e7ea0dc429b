"""SSH channel with a shell or an SCP server on it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import asyncssh

from slp_ops.lab.journal import Mode
from slp_ops.lab.scp import ScpServer, is_scp
from slp_ops.lab.shell import Action, Close, Drop, Reboot, Shell, Wait, Write

if TYPE_CHECKING:
    from slp_ops.lab.logins import LoginHost

_PACKET: Final = 32_768


class Vty(asyncssh.SSHServerSession[bytes]):
    """Channel with a shell on it. It is event-driven: no task, no polling."""

    def __init__(
        self, host: LoginHost, conn: asyncssh.SSHServerConnection, *, line: int, number: int
    ) -> None:
        self._host = host
        self._conn = conn
        self._line = line
        self._number = number
        self._command: str | None = None
        self._shell: Shell | None = None
        self._scp: ScpServer | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._full = False

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """The channel is open."""
        self._chan = chan

    def pty_requested(self, term_type: str, term_size: Any, term_modes: Any) -> bool:
        """A terminal is granted."""
        # The size is ignored: a vty has 24 lines of 80 columns until configured otherwise.
        return True

    def shell_requested(self) -> bool:
        """A shell is granted."""
        return True

    def exec_requested(self, command: str) -> bool:
        """A command instead of a shell is granted."""
        self._command = command
        return True

    def session_started(self) -> None:
        """Start the requested service."""
        if self._command is not None and is_scp(self._command):
            self._host.record(self._number, Mode.SCP, self._command)
            self._scp = ScpServer(self._host.switch, self._command)
            self._copy(self._scp.begin())
            return
        peer = self._conn.get_extra_info("peername")
        self._shell = Shell(
            self._host.switch,
            username=self._conn.get_extra_info("username"),
            enable=self._host.enable,
            line=self._line,
            came_from=peer[0],
            command=self._command,
            on_typed=lambda mode, line: self._host.record(self._number, mode, line),
        )
        if self._command is not None:
            self._host.record(self._number, Mode.EXEC, self._command)
        self._pump()

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Pass typed bytes to the shell."""
        if self._scp is not None:
            self._copy(self._scp.receive(data))
        if self._shell is not None:
            self._shell.receive(data)
            self._pump()

    def pause_writing(self) -> None:
        """Pause output: the peer does not keep up."""
        self._full = True

    def resume_writing(self) -> None:
        """Resume output: the peer has caught up."""
        self._full = False
        self._pump()

    def eof_received(self) -> bool:
        """End the session: the peer sends no more."""
        if self._scp is not None and not self._scp.done:
            # A sender of files closes its side when the transfer is complete.
            self._chan.exit(0)
        return False

    def _copy(self, answer: bytes) -> None:
        assert self._scp is not None  # noqa: S101 - only called for an scp
        if answer:
            self._chan.write(answer)
        if self._scp.done:
            self._chan.exit(1 if self._scp.failed else 0)

    def connection_lost(self, exc: Exception | None) -> None:
        """Close the connection together with the channel, as IOS does."""
        if self._timer is not None:
            self._timer.cancel()
        self._shell = None
        self._conn.close()

    def _pump(self) -> None:
        """Run the shell's actions and send its output in as few packets as possible."""
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
                self._conn.abort()
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
