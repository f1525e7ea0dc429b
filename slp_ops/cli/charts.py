"""Small charts in a terminal: one character a value, in plain Unicode, and nothing but text."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLOCKS: Final = "▁▂▃▄▅▆▇█"
WIDTH: Final = 40


def sparkline(values: Sequence[float | None], *, width: int = WIDTH) -> str:
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
