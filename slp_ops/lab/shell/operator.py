"""Scripted operator at a shell without a network: for tests and other in-memory use.

Time passes immediately: a Wait advances the switch's clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.shell import Close, Drop, Reboot, Shell, Wait, Write

if TYPE_CHECKING:
    from slp_ops.lab.journal import Mode
    from slp_ops.lab.switch import Switch


def printed(switch: Switch, command: str) -> str:
    """Return what a switch prints for one command, as text lines. Its clock does not move."""
    shell = Shell(switch, command=command)
    written = bytearray()
    for action in shell.outgoing():
        match action:
            case Write(data):
                written += data
            case Wait():
                shell.elapsed(action)
            case Close():
                break
    return written.decode("utf-8", "surrogateescape").replace("\r\n", "\n")


class Operator:
    """Operator that types at a shell and reads its output."""

    def __init__(
        self,
        switch: Switch,
        *,
        enable: str = "netops",
        command: str | None = None,
    ) -> None:
        self.switch = switch
        self.typed: list[tuple[Mode, str]] = []
        self.waited: list[float] = []
        self.ended: Close | Drop | Reboot | None = None
        self.hanging = False
        self.shell = Shell(
            switch,
            enable=enable,
            command=command,
            on_typed=lambda mode, line: self.typed.append((mode, line)),
        )
        self.greeting = self.read()

    def line(self, text: str) -> str:
        """Type a line and Enter; return the output as text lines."""
        return self.keys(text.encode() + b"\r").replace("\r\n", "\n")

    def keys(self, data: bytes) -> str:
        """Type these bytes; return the output as bytes."""
        self.shell.receive(data)
        return self.read()

    def read(self, *, patient: bool = True) -> str:
        """Return all pending output. Without ``patience``, stop at the next Wait."""
        out = bytearray()
        while (action := self.shell.next_action()) is not None:
            match action:
                case Write(data):
                    out += data
                case Wait(seconds=None):
                    self.hanging = True
                case Wait(seconds=float() | int() as seconds) as wait:
                    if not patient:
                        break
                    self.waited.append(seconds)
                    self.switch.clock.advance(seconds)
                    self.shell.elapsed(wait)
                case Close() | Drop() | Reboot():
                    self.ended = action
        return out.decode("utf-8", "surrogateescape")
