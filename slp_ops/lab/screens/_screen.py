"""Definition of a screen: the full words of a show command, its availability, and its renderer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.lab.switch import Switch


def always(switch: Switch) -> bool:
    """Return True: every release has the command."""
    return True


@dataclass(frozen=True, slots=True)
class Screen:
    """One show command. ``lines`` receives the words typed in place of the placeholders."""

    words: tuple[str, ...]
    lines: Callable[[Switch, tuple[str, ...]], Iterable[str]]
    exists: Callable[[Switch], bool] = always


def screen(
    command: str,
    draw: Callable[[Switch, tuple[str, ...]], str],
    exists: Callable[[Switch], bool] = always,
) -> Screen:
    """Return a screen that is rendered as one text."""
    return Screen(
        tuple(command.split()),
        lambda switch, words: draw(switch, words).removesuffix("\n").split("\n"),
        exists,
    )
