"""Pager: a page of lines, `` --More-- ``, and a key that selects the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.lab.shell.session import Screen

MORE: Final = b" --More-- "
_ERASE: Final = b"\b" * 9 + b" " * 8 + b"\b" * 9
_CHUNK: Final = 16_384  # letters taken at once


class Pager:
    """Paged output. ``waits`` at ``--More--``; ``done`` when everything is printed."""

    def __init__(self, lines: Iterable[str], screen: Screen) -> None:
        self._lines = iter(lines)
        self._next = next(self._lines, None)
        self._screen = screen
        self._room = screen.length - 1
        self.waits = False

    @property
    def done(self) -> bool:
        """Return whether everything is printed."""
        return self._next is None

    def take(self) -> str:
        """Return the next piece, up to the end of the page."""
        piece: list[str] = []
        size = 0
        while self._next is not None and size < _CHUNK:
            if self._screen.length and self._room <= 0:
                self.waits = True
                break
            piece.append(f"{self._next}\n")
            size += len(self._next)
            self._room -= self._rows(self._next)
            self._next = next(self._lines, None)
        return "".join(piece)

    def answer(self, key: int) -> bytes:
        """Handle a key (Space: page, Enter: line, other: end); return the bytes that erase ``--More--``."""
        self.waits = False
        self._room = self._screen.length - 1 if key == 0x20 else 1
        if key not in b" \r\n":
            self.stop()
        return _ERASE

    def stop(self) -> None:
        """Stop printing."""
        self._next = None

    def _rows(self, line: str) -> int:
        """Return the number of terminal rows of a line."""
        width = self._screen.width
        return 1 + max(len(line) - 1, 0) // width if width else 1
