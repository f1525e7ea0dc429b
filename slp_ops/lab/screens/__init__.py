"""Show commands drawn from a switch's state, one module for each family.

To add one: put a ``Screen`` into the ``SCREENS`` of a module here. Its words are the full command;
``<id>``, ``<number>`` and ``<word>`` stand for what the operator types.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from slp_ops.lab.screens._screen import Screen, always

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.state import Switch

__all__ = ["Screen", "always", "render", "vocabulary"]


def render(switch: Switch, words: tuple[str, ...]) -> str | None:
    """The text of a full show command; None when this release does not have it."""
    switch.settle()
    for screen, arguments in _matching(words):
        if screen.exists(switch):
            return screen.draw(switch, arguments)
    return None


def vocabulary(switch: Switch) -> Iterator[tuple[str, ...]]:
    """The full show commands of this release, with placeholders where words are free."""
    return (screen.words for screen in _screens() if screen.exists(switch))


@cache
def _screens() -> tuple[Screen, ...]:
    found: list[Screen] = []
    for module in iter_modules(__path__):
        if not module.name.startswith("_"):
            found.extend(import_module(f"{__name__}.{module.name}").SCREENS)
    return tuple(sorted(found, key=lambda screen: screen.words))


def _matching(words: tuple[str, ...]) -> Iterator[tuple[Screen, tuple[str, ...]]]:
    """Screens for these words, exact ones before those with placeholders."""
    found = []
    for screen in _screens():
        if len(screen.words) == len(words) and all(
            word == typed or word.startswith("<") for word, typed in zip(screen.words, words, strict=True)
        ):
            free = [n for n, word in enumerate(screen.words) if word.startswith("<")]
            found.append((len(free), screen, tuple(words[n] for n in free)))
    for _, screen, arguments in sorted(found, key=lambda item: item[0]):
        yield screen, arguments
