"""Output page by page: so many lines, `` --More-- ``, and a key that says how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.lab.shell.session import Screen

MORE: Final = b" --More-- "
_ERASE: Final = b"\b" * 9 + b" " * 8 + b"\b" * 9
_CHUNK: Final = 16_384  # letters taken at once


class Pager:
    """Lines on their way to a terminal. ``waits`` at ``--More--``; ``done`` when all are out."""

    def __init__(self, lines: Iterable[str], screen: Screen) -> None:
        self._lines = iter(lines)
        self._next = next(self._lines, None)
        self._screen = screen
        self._room = screen.length - 1
        self.waits = False

    @property
    def done(self) -> bool:
        """Whether there is nothing more to print."""
        return self._next is None

    def take(self) -> str:
        """The next piece, up to the end of the page."""
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
        """Space is a page, Enter a line, any other key the end; what wipes the ``--More--``."""
        self.waits = False
        self._room = self._screen.length - 1 if key == 0x20 else 1
        if key not in b" \r\n":
            self.stop()
        return _ERASE

    def stop(self) -> None:
        """Print no more."""
        self._next = None

    def _rows(self, line: str) -> int:
        """How many rows of the terminal a line takes."""
        width = self._screen.width
        return 1 + max(len(line) - 1, 0) // width if width else 1
