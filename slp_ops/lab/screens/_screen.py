"""What a screen is: the full words of a show command, when it exists, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from slp_ops.lab.switch import Switch


def always(switch: Switch) -> bool:
    """A command that every release has."""
    return True


@dataclass(frozen=True, slots=True)
class Screen:
    """One show command. ``lines`` gets the words typed where the command has placeholders."""

    words: tuple[str, ...]
    lines: Callable[[Switch, tuple[str, ...]], Iterable[str]]
    exists: Callable[[Switch], bool] = always


def screen(
    command: str,
    draw: Callable[[Switch, tuple[str, ...]], str],
    exists: Callable[[Switch], bool] = always,
) -> Screen:
    """A screen whose words are written as one text, and that is drawn as a whole."""
    return Screen(
        tuple(command.split()),
        lambda switch, words: draw(switch, words).removesuffix("\n").split("\n"),
        exists,
    )
