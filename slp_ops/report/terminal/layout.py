"""Layout of text in a terminal: styles, tables, wrapped sentences, charts of one line.

Japanese characters are two cells wide, and Japanese has no blanks to break at.
"""

from __future__ import annotations

import re
import shutil
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slp_ops.i18n import Lang

_COLOURS: Final = {
    "red": 31, "green": 32, "yellow": 33, "magenta": 35, "cyan": 36, "bright_red": 91,
}  # fmt: skip


def styled(text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False) -> str:
    """Return the text with ANSI codes; writers to files strip them."""
    codes = [_COLOURS[fg]] if fg else []
    codes += [1] * bold + [2] * dim
    return "".join(f"\x1b[{code}m" for code in codes) + text + ("\x1b[0m" if codes else "")


_MOST_NAMES: Final = 6
MANY: Final = 20  # of so many switches or more a table has only those that need attention
SWITCHES: Final = Text("{count:switch}", "{count} 台")
MORE_SWITCHES: Final = Text(" and {count} more", " ほか {count} 台")
MORE_RULES: Final = Text(" and {count} more", " ほか {count} 件")


def padded(text: str, columns: int) -> str:
    """Return the text with blanks up to so many columns; a Japanese letter fills two."""
    from rich.cells import cell_len

    return text + " " * max(columns - cell_len(text), 0)


def some_names(names: Iterable[str], lang: Lang, more: Text = MORE_SWITCHES) -> str:
    """Return some names, and how many more there are; without ``more`` they are switches."""
    found = [one_line(name) for name in names]
    rest = len(found) - _MOST_NAMES
    return ", ".join(found[:_MOST_NAMES]) + (more.format(count=rest).render(lang) if rest > 0 else "")


_NARROWEST_COLUMN: Final = 14  # a column is not made narrower than this
_GAP: Final = "  "


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows below their header, each column as wide as its widest cell; an empty cell is a dash."""
    return "\n".join(table_rows(header, rows))


def table_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The same, row by row, the header first.

    A terminal that is too narrow gets its widest columns folded; what is piped keeps a line a row, for grep.
    """
    cells = _cells(header, rows)
    widths = _widths(cells)
    if sys.stdout.isatty():
        _narrow(widths, shutil.get_terminal_size().columns)
    return [_row(row, widths) for row in cells]


def fits(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bool:
    """Return whether the table fits the terminal with a line a row; what is piped has any width."""
    widths = _widths(_cells(header, rows))
    return not sys.stdout.isatty() or _total(widths) <= shutil.get_terminal_size().columns


def _cells(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    return [tuple(header), *(tuple(one_line(cell) or "-" for cell in row) for row in rows)]


def _widths(cells: Sequence[tuple[str, ...]]) -> list[int]:
    from rich.cells import cell_len

    return [max(map(cell_len, column)) for column in zip(*cells, strict=True)]


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + len(_GAP) * (len(widths) - 1)


def _narrow(widths: list[int], columns: int) -> None:
    """Take from the widest column, again and again, until all of them fit."""
    while _total(widths) > columns and max(widths) > _NARROWEST_COLUMN:
        widths[widths.index(max(widths))] -= 1


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row, of several lines where a cell is folded."""
    from itertools import zip_longest

    from rich.cells import cell_len

    columns = [folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    return "\n".join(
        _GAP.join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in zip_longest(*columns, fillvalue="")
    )


_NARROWEST: Final = 60
_WIDEST: Final = 110  # longer lines are hard to read
# A command with its verb and options is printed in one piece, to be copied, with the quotes around it; the
# options of the call are inserted later.
_COMMAND: Final = re.compile(
    r"['\"`(「『\[]*\bslp-ops [a-z][\w-]*(?: [a-z][\w-]*)?(?: --?[a-z][\w-]*(?:[ =][^\s-]\S*)?)*[^\s\w]* ?",
    re.ASCII,
)
# What must not begin a line in Japanese: it stays with what is in front of it.
_CLINGING: Final = "、。，．）」』・ーっゃゅょッャュョァィゥェォ)],.:;"
_OPENING: Final = "（「『([{"  # and what must not end one


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
    """Split into breakable pieces: words with their punctuation, and commands to copy as they are."""
    pieces: list[str] = []
    begin = 0
    for command in _COMMAND.finditer(text):
        pieces += _breakable(text[begin : command.start()])
        pieces.append(command[0])
        begin = command.end()
    return pieces + _breakable(text[begin:])


def _breakable(text: str) -> list[str]:
    pieces: list[str] = []
    for piece in _words(text):
        clings = pieces and (piece[0] in _CLINGING or pieces[-1][-1] in _OPENING)
        if clings and not pieces[-1].endswith(" "):
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


_BLOCKS: Final = "▁▂▃▄▅▆▇█"
CHART_WIDTH: Final = 40


def sparkline(values: Sequence[float | None], *, width: int = CHART_WIDTH) -> str:
    """The values from the lowest block, for zero, to the highest, for the largest. A gap is a blank.

    Of more values than fit, each character is the largest of its share: a peak is never lost.
    """
    values = _shares(values, width)
    top = max((value for value in values if value is not None), default=0)
    return "".join(
        " " if value is None else _BLOCKS[0 if top <= 0 else round(value / top * (len(_BLOCKS) - 1))]
        for value in values
    )


def _shares(values: Sequence[float | None], width: int) -> list[float | None]:
    count = len(values)
    if count <= width:
        return list(values)
    edges = [number * count // width for number in range(width + 1)]
    return [
        max((value for value in values[begin:end] if value is not None), default=None)
        for begin, end in pairwise(edges)
    ]
