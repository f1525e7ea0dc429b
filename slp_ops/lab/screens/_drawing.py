"""Lookup and rendering of the screen for a command."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.lab.screens._screen import Screen
    from slp_ops.lab.switch import Switch

_PACKAGE = "slp_ops.lab.screens"


@cache
def screens() -> tuple[Screen, ...]:
    """Return every screen."""
    found: list[Screen] = []
    for module in iter_modules(import_module(_PACKAGE).__path__):
        if not module.name.startswith("_"):
            found.extend(import_module(f"{_PACKAGE}.{module.name}").SCREENS)
    return tuple(sorted(found, key=lambda screen: screen.words))


def lines(switch: Switch, words: tuple[str, ...]) -> Iterable[str] | None:
    """Return the lines of a full show command; None when this release does not have it."""
    for screen, arguments in _matching(words):
        if screen.exists(switch):
            return screen.lines(switch, arguments)
    return None


def draw(switch: Switch, words: tuple[str, ...]) -> str | None:
    """Return the command's output as one text."""
    found = lines(switch, words)
    return None if found is None else "\n".join(found)


def _matching(words: tuple[str, ...]) -> Iterator[tuple[Screen, tuple[str, ...]]]:
    """Return the screens for these words, those without placeholders first."""
    found = []
    for screen in screens():
        if len(screen.words) == len(words) and all(
            word == typed or word.startswith("<") for word, typed in zip(screen.words, words, strict=True)
        ):
            free = [number for number, word in enumerate(screen.words) if word.startswith("<")]
            found.append((len(free), screen, tuple(words[number] for number in free)))
    for _, screen, arguments in sorted(found, key=lambda item: item[0]):
        yield screen, arguments
