"""Aligned columns for people. Japanese characters are two cells wide, which ``len`` does not know."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Final

from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NARROWEST: Final = 14  # a column is not made narrower than this
_GAP: Final = "  "


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows below their header, each column as wide as its widest cell; an empty cell is a dash."""
    return "\n".join(table_rows(header, rows))


def table_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The same, row by row, the header first.

    A terminal that is too narrow gets its widest columns folded; what is piped keeps a line a row, for grep.
    """
    from rich.cells import cell_len

    cells = [tuple(header), *(tuple(one_line(cell) or "-" for cell in row) for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    if sys.stdout.isatty():
        _narrow(widths, shutil.get_terminal_size().columns)
    return [_row(row, widths) for row in cells]


def _narrow(widths: list[int], columns: int) -> None:
    """Take from the widest column, again and again, until all of them fit."""
    while sum(widths) + len(_GAP) * (len(widths) - 1) > columns and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1


def _row(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row, of several lines where a cell is folded."""
    from itertools import zip_longest

    from rich.cells import cell_len

    from slp_ops.cli.wrapping import folded

    columns = [folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    return "\n".join(
        _GAP.join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in zip_longest(*columns, fillvalue="")
    )
