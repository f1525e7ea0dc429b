"""A canary first, then batches: ``1,10%,100%``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_SIZE: Final = re.compile(r"([1-9]\d{0,5})(%?)", re.ASCII)


class NoBatches(ValueError):
    """A text that names no batches; the message says what was expected."""


def parse_batches(text: str) -> tuple[tuple[int, bool], ...]:
    """Sizes with whether they are percent of all. The last one repeats until everything is done."""
    found = []
    for part in text.split(","):
        size = _SIZE.fullmatch(part.strip())
        if size is None or (size[2] and int(size[1]) > 100):
            raise NoBatches("expected sizes such as 1,10%,100%: numbers, or percent of all")
        found.append((int(size[1]), bool(size[2])))
    return tuple(found)


def size_of(sizes: Sequence[tuple[int, bool]], turn: int, total: int) -> int:
    """Return the size of a batch, the first being 0; a percentage is rounded up."""
    number, percent = sizes[min(turn, len(sizes) - 1)]
    return max(1, -(-total * number // 100)) if percent else number
