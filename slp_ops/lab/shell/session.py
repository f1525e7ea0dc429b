"""State of one login: the switch, its mode, its terminal, its telnet connections."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from slp_ops.lab.shell.grammar import Grammar
    from slp_ops.lab.switch import Switch
    from slp_ops.lab.world import Reach

# In configuration mode IOS cuts the name so that the prompt stays short.
_NAME_IN_CONFIG: Final = 20


@dataclass(slots=True)
class Screen:
    """Terminal settings, and the lines typed on it."""

    length: int = 24
    width: int = 80
    history: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Connection:
    """A telnet connection opened from this session."""

    number: int
    host: str
    address: str
    reach: Reach


@dataclass(slots=True, kw_only=True)
class Session:
    """The state of one login."""

    switch: Switch
    username: str
    privilege: int
    enable: str
    line: int = 1  # the vty, from 1
    screen: Screen = field(default_factory=Screen)
    timestamp: bool
    modes: list[tuple[str, str]] = field(default_factory=list)  # (prompt word, header line)
    connections: list[Connection] = field(default_factory=list)
    came_from: str = "127.0.0.1"
    monitor: bool = False
    known: tuple[object, Grammar] | None = None  # the grammar, and when it was built

    @property
    def mode(self) -> str:
        """Return the word in the prompt of configuration mode; empty in exec mode."""
        return self.modes[-1][0] if self.modes else ""

    @property
    def under(self) -> tuple[str, ...]:
        """Return the header lines of the current configuration mode, outermost first."""
        return tuple(header for _, header in self.modes[1:])

    @property
    def prompt(self) -> str:
        """Return the current prompt."""
        name = self.switch.hostname
        if self.mode:
            return f"{name[:_NAME_IN_CONFIG]}({self.mode})#"
        return f"{name}{'#' if self.privilege >= 2 else '>'}"

    @property
    def may_all(self) -> bool:
        """Return whether commands of privilege 15 are available."""
        return self.privilege >= 15
