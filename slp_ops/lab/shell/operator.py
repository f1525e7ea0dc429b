"""Somebody at a shell without a wire between: for tests and for whatever drives a switch in memory.

Time passes at once: a Wait moves the switch's clock on and is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.shell import Close, Drop, Reboot, Shell, Wait, Write

if TYPE_CHECKING:
    from slp_ops.lab.journal import Mode
    from slp_ops.lab.switch import Switch


class Operator:
    """Types at a shell and reads what it prints."""

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
        """Type a line and Enter; what is printed until nothing more comes, as text lines."""
        return self.keys(text.encode() + b"\r").replace("\r\n", "\n")

    def keys(self, data: bytes) -> str:
        """Type these very bytes; what is printed, as it comes over the wire."""
        self.shell.receive(data)
        return self.read()

    def read(self, *, patient: bool = True) -> str:
        """What is printed until nothing more comes. Without patience, the next Wait is not waited for."""
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
