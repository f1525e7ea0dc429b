"""Sentences in a terminal's width. Japanese has no blanks to break at, and takes two cells a character."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_NARROWEST: Final = 60
_WIDEST: Final = 110  # longer lines are hard to read
# What must not begin a line in Japanese: it stays with what is in front of it.
_CLINGING: Final = "、。，．）」』・ーっゃゅょッャュョァィゥェォ)],.:;"


def width() -> int:
    """The columns to fill."""
    return max(_NARROWEST, min(shutil.get_terminal_size((100, 24)).columns, _WIDEST))


def wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    """The text in lines: the first begins with ``first``, the others with ``rest`` or as many blanks."""
    from rich.cells import cell_len

    rest = " " * cell_len(first) if rest is None else rest
    return _lines(_pieces(one_line(text)), first, rest, width())


def folded(text: str, columns: int) -> list[str]:
    """The text in lines of so many columns; a word that is longer is cut."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= columns:
        return [text]
    pieces = [part for piece in _pieces(text) for part in chop_cells(piece, columns)]
    return _lines(pieces, "", "", columns)


def _lines(pieces: Iterable[str], first: str, rest: str, columns: int) -> list[str]:
    from rich.cells import cell_len

    lines: list[str] = []
    line, begin = "", first
    for piece in pieces:
        if line.strip() and cell_len(begin + (line + piece).rstrip()) > columns:
            lines.append(begin + line.rstrip())
            line, begin = "", rest
            piece = piece.lstrip()
        line += piece
    if line.strip() or not lines:
        lines.append((begin + line).rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """What may be parted: words, with what clings to them."""
    pieces: list[str] = []
    for piece in _words(text):
        if pieces and piece[0] in _CLINGING and not pieces[-1].endswith(" "):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def _words(text: str) -> list[str]:
    """Words with the blank behind them; a wide character is a word of its own, but katakana keep together."""
    pieces: list[str] = []
    word = ""
    for character in text:
        if character.isascii():
            if word and not word[-1].isascii():
                pieces.append(word)
                word = ""
            word += character
            if character == " ":
                pieces.append(word)
                word = ""
        elif "ァ" <= character <= "ー":
            if word and not "ァ" <= word[-1] <= "ー":
                pieces.append(word)
                word = ""
            word += character
        else:
            if word:
                pieces.append(word)
                word = ""
            pieces.append(character)
    if word:
        pieces.append(word)
    return pieces
