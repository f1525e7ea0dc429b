"""Configuration stanzas: a line, and the indented lines below it.

    interface Vlan100
     ip address 192.0.2.11 255.255.255.0

The text of a banner belongs to the banner, whatever it looks like. In a configuration without
indentation, "!" and the next opening line end a stanza instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slp_ops.commands._capture_text import Row

_OPENERS: Final = (
    "aaa group ",
    "archive",
    "call-home",
    "class-map ",
    "control-plane",
    "crypto pki ",
    "interface ",
    "ip access-list ",
    "ip vrf ",
    "line ",
    "policy-map ",
    "redundancy",
    "router ",
    "vrf definition ",
)
_BANNER: Final = re.compile(r"^banner \S+ (\^?\S)")


class Stanza:
    """One line of the configuration with its block. ``no`` is removed from the words."""

    __slots__ = ("_unread", "children", "negated", "row", "text", "words")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.text = row.text.strip()
        words = self.text.split()
        self.negated = words[0] == "no"
        self.words = words[1:] if self.negated else words
        self.children: list[Row] = []
        self._unread: Callable[[Stanza], Iterable[Row]] = _none

    def leave_unread(self, rows: Callable[[Stanza], Iterable[Row]]) -> None:
        """Set the function that returns the lines that no fact uses: an audit does not ask for them."""
        self._unread = rows

    def unread_rows(self) -> Iterable[Row]:
        """Return the lines that no fact uses."""
        return self._unread(self)

    def after(self, *words: str) -> list[str] | None:
        """Return the words after these; None when the line begins differently."""
        count = len(words)
        return self.words[count:] if tuple(self.words[:count]) == words else None

    def below(self) -> Iterator[Stanza]:
        """Return the lines below as stanzas, one level of indentation deep."""
        margin = min((_indent(row) for row in self.children), default=0)
        inner: Stanza | None = None
        for row in self.children:
            if inner is not None and _indent(row) > margin:
                inner.children.append(row)
                continue
            if inner is not None:
                yield inner
            inner = Stanza(row)
        if inner is not None:
            yield inner


def _none(_: Stanza) -> tuple[Row, ...]:
    return ()


def every_row(stanza: Stanza) -> tuple[Row, ...]:
    """Return all lines of a stanza."""
    return (stanza.row, *stanza.children)


def rows_below(stanza: Stanza) -> list[Row]:
    """Return the lines below the first."""
    return stanza.children


def _moved_left(rows: list[Row]) -> list[Row]:
    """Remove the common margin of the lines."""
    if rows and not rows[0].text[0].isspace():
        return rows
    margin = min(map(_indent, rows), default=0)
    return [row._replace(text=row.text[margin:]) for row in rows] if margin else rows


def _indent(row: Row) -> int:
    return len(row.text) - len(row.text.lstrip())


def stanzas(rows: list[Row]) -> Iterator[Stanza]:
    """Return the stanzas in order, without comments."""
    rows = _moved_left(rows)
    flat = not any(row.text[0] in " \t" and row.text.strip() != "!" for row in rows)
    current: Stanza | None = None
    banner = ""
    for row in rows:
        text = row.text
        if banner and current is not None:
            current.children.append(row)
            banner = "" if banner in text else banner
            continue
        first = text[0]
        if first == "!" or (first.isspace() and text.lstrip()[0] == "!"):
            if flat and current is not None and text == "!":
                yield current
                current = None
            continue
        if current is not None and (_below_flat(current, text) if flat else first in " \t"):
            current.children.append(row)
            continue
        if current is not None:
            yield current
        current = Stanza(row)
        if found := _BANNER.match(text):
            banner = found[1] if found[1] not in text[found.end() :] else ""
    if current is not None:
        yield current


def _below_flat(current: Stanza, text: str) -> bool:
    return current.text.startswith(_OPENERS) and not text.startswith(_OPENERS) and text != "end"
