"""Command line of a simulated switch, without any I/O: bytes in, actions out.

    shell = Shell(switch)
    shell.receive(b"show clock\\r")
    for action in shell.outgoing(): ...

A command is a generator that yields ``requests``; the terminal runs it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens.logging import format_entry
from slp_ops.lab.shell.actions import Action, Close, Drop, Reboot, Wait, Write
from slp_ops.lab.shell.execute import grammar
from slp_ops.lab.shell.loop import converse, run_one
from slp_ops.lab.shell.session import Session
from slp_ops.lab.shell.terminal import Line, Terminal, unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slp_ops.lab.journal import Mode
    from slp_ops.lab.switch import Switch

__all__ = ["Action", "Close", "Drop", "Reboot", "Shell", "Wait", "Write"]


class Shell:
    """One login to one switch. ``command`` runs one line and exits, as ``ssh host command``."""

    def __init__(
        self,
        switch: Switch,
        *,
        username: str = "netops",
        enable: str = "netops",
        line: int = 1,
        came_from: str = "127.0.0.1",
        command: str | None = None,
        on_typed: Callable[[Mode, str], None] = unheard,
    ) -> None:
        switch.settle()
        faults = switch.faults
        self.session = Session(
            switch=switch,
            username=username,
            privilege=switch.access.privilege,
            enable=enable,
            line=line,
            came_from=came_from,
            timestamp=switch.vty.exec_prompt_timestamp,
        )
        self._logged = switch.log.logged
        self._terminal = Terminal(
            converse(self.session) if command is None else run_one(self.session, command),
            screen=self.session.screen,
            line=Line(
                echo_seconds=faults.echo_delay,
                chunk_bytes=faults.chunk_bytes,
                chunk_seconds=faults.chunk_delay,
            ),
            on_typed=on_typed,
            complete=self._complete,
            help_for=self._help,
        )

    def receive(self, data: bytes) -> None:
        """Process typed bytes."""
        self._terminal.receive(data)

    def elapsed(self, wait: Wait) -> None:
        """Resume after a requested Wait."""
        self._terminal.elapsed(wait)

    def next_action(self) -> Action | None:
        """Return the next action; None until bytes arrive or a Wait is over."""
        self._monitor()
        return self._terminal.next_action()

    def outgoing(self) -> Iterator[Action]:
        """Yield all pending actions."""
        while (action := self.next_action()) is not None:
            yield action

    def _monitor(self) -> None:
        """Print log messages between other output, after ``terminal monitor``."""
        log = self.session.switch.log
        if self.session.monitor:
            for entry in log.entries:
                if entry.number > self._logged:
                    self._terminal.announce(format_entry(self.session.switch, entry))
        self._logged = log.logged

    def _complete(self, typed: str) -> str:
        begun = typed.rpartition(" ")[2]
        words = grammar(self.session).expected(typed) if begun and not self.session.mode else ()
        return f"{words[0][len(begun) :]} " if len(words) == 1 else ""

    def _help(self, typed: str) -> str:
        words = grammar(self.session).expected(typed)
        if not words:
            return "% Unrecognized command"
        if typed and not typed.endswith(" "):
            return "  ".join(words)
        return "\n".join(f"  {word}" for word in words) + "\n"
