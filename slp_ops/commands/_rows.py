"""Rows of an output that a template has read, each value with its line where it is in exactly one.

``Gi1/0/2   core uplink   connected   1   a-half`` becomes ``{"port": "Gi1/0/2", "duplex": "a-half", ...}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SHORTEST_CITED: Final = 2  # characters: a single one is in many lines
_WORD: Final = re.compile(r"[\w.:/-]+")
_SEVERAL: Final = -1  # a word of more than one line
Value: TypeAlias = str | tuple[str, ...]


class TemplateFailed(ValueError):
    """A template does not read an output; the message is the reason."""


@json_document
class Row:
    """One row. ``lines`` cites a column's line where its value is in exactly one line of the output."""

    values: Mapping[str, str | tuple[str, ...]]
    lines: Mapping[str, int]


@json_document
class Rows:
    """The rows of one command's output."""

    parser: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def cited_rows(parser: str, columns: Iterable[str], values: Iterable[Mapping[str, Value]], text: str) -> Rows:
    """Return the rows of a text with their citations."""
    cite = _Citations(text)
    rows = tuple(Row(values=each, lines=dict(cite.of(each))) for each in values)
    return Rows(parser=parser, columns=tuple(columns), rows=rows)


class _Citations:
    """Lines of an output by the values in them. The time is linear in the text, not in rows times lines."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._by_word: dict[str, int] = {}
        for number, line in enumerate(self._lines, 1):
            for word in _WORD.findall(line):
                if self._by_word.setdefault(word, number) != number:
                    self._by_word[word] = _SEVERAL

    def of(self, values: Mapping[str, Value]) -> Iterator[tuple[str, int]]:
        """Yield the columns whose value is in exactly one line, each with the number of the line."""
        for column, value in values.items():
            if isinstance(value, str) and len(value) >= _SHORTEST_CITED:
                line = self._line(value)
                if line is not None:
                    yield column, line

    def _line(self, value: str) -> int | None:
        """Return the only line of a value; a value of several words is found by one that is in one line."""
        words = _WORD.findall(value)
        places = {self._by_word.get(word, _SEVERAL) for word in words} - {_SEVERAL}
        if len(places) != 1:
            return None
        (line,) = places
        return line if words == [value] or value in self._lines[line - 1] else None
