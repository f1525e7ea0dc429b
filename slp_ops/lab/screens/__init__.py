"""Show commands rendered from a switch's state, one module for each family.

To add one: put a ``screen`` into the ``SCREENS`` of a module here. Its words are the full command;
``<id>``, ``<number>``, ``<interface>`` and ``<word>`` are placeholders for arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.lab.screens import _drawing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slp_ops.lab.switch import Switch


def render(switch: Switch, words: tuple[str, ...]) -> str | None:
    """Return the text of a full show command; None when this release does not have it."""
    switch.settle()
    return _drawing.draw(switch, words)


def lines(switch: Switch, words: tuple[str, ...]) -> Iterable[str] | None:
    """Yield the text line by line, for pages too long to keep in memory."""
    switch.settle()
    page = _drawing.lines(switch, words)
    added = switch.additions.get(words)
    if page is None or not added:
        return page
    *body, last = page
    return [*body, *added, last]


def vocabulary(switch: Switch) -> Iterator[tuple[str, ...]]:
    """Return the full show commands of this release, with placeholders for arguments."""
    seen: set[tuple[str, ...]] = set()
    for screen in _drawing.screens():
        if screen.words not in seen and screen.exists(switch):
            seen.add(screen.words)
            yield screen.words
