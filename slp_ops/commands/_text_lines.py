"""Lines of a large text without a copy of each."""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence
from typing import Final, overload

_NEWLINE: Final = re.compile("\n")


_LARGE: Final = 2**20


def lines_of(text: str) -> Sequence[str]:
    """Return ``text.split("\\n")``, without a copy of each line where the text is large."""
    return text.split("\n") if len(text) < _LARGE else TextLines(text)


class TextLines(Sequence[str]):
    """The lines of ``text.split("\\n")``, each cut out of the text when it is asked for."""

    __slots__ = ("_starts", "_text")

    def __init__(self, text: str) -> None:
        """Find the lines of a text."""
        self._text = text
        self._starts = array("Q", [0])
        self._starts.extend(found.end() for found in _NEWLINE.finditer(text))

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        """Return the line at a place."""
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        start = self._starts[index]
        end = self._text.find("\n", start)
        return self._text[start:] if end < 0 else self._text[start:end]
