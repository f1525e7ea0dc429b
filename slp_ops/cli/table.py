"""Aligned columns for people. Japanese characters are two cells wide, which ``len`` does not know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """The rows below their header, each column as wide as its widest cell; an empty cell is a dash."""
    from rich.cells import cell_len

    cells = [tuple(header), *(tuple(one_line(cell) or "-" for cell in row) for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def counted(number: int, noun: str) -> str:
    """A number with its noun, in the plural where it is not one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
