"""What we can read: one module per show command, found by its name in this package.

To add a command, add one module here with a module-level ``COMMAND`` and a golden pair under
``tests/commands/golden/``. Modules whose name begins with an underscore are shared machinery.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from slp_ops.readonly import ReadCommand

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a capture, counted from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a text says: typed facts, and the lines that nobody understood.

    ``total`` counts the lines that say anything; ``total - len(unparsed)`` of them were read.
    """

    facts: tuple[object, ...] = ()
    unparsed: tuple[Line, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCommand:
    """One documented command: when it exists, which sets it belongs to, and how its text is read.

    ``since`` is the first release that has it, ``until`` the last. ``needs_config`` names a
    configuration line without which the switch does not offer it: such a command is never sent by
    a collector, only recorded as skipped. ``timeout`` is the longest silence in seconds.
    """

    command: str
    sets: frozenset[str] = frozenset()
    since: Release | None = None
    until: Release | None = None
    needs_config: str = ""
    timeout: float = 60.0
    order: int = 100  # place in the run: the clock and the release first, heavy ones last
    parse: Callable[[str], Parsed]

    def read_command(self) -> ReadCommand:
        """As it is sent. Raises NotReadOnly for one that is not a plain show command."""
        return ReadCommand(self.command)


@cache
def registry() -> tuple[ShowCommand, ...]:
    """Every command, in the order in which a run sends them."""
    found: list[ShowCommand] = []
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            found.append(import_module(f"{__name__}.{module.name}").COMMAND)
    return tuple(sorted(found, key=lambda command: (command.order, command.command)))
