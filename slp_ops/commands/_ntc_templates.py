"""Rows of commands that slp-ops has no reader for, by the TextFSM templates of ntc-templates for IOS.

A template is used where it is made for the whole command; the index of ntc-templates by itself takes the
beginning (``show license all`` would be read by the template of classic licences). A template that stops at a
line gives no rows, and every line counts as unread. Columns are those of the template, in small letters.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import accumulate
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.json_documents import json_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

NTC_TEMPLATES: Final = "ntc-templates"
_PLATFORM: Final = "cisco_ios"
_OPTIONAL: Final = re.compile(r"\[\[(.+?)\]\]")
_SHORTEST_CITED: Final = 2  # characters: a single one is in many lines
Value: TypeAlias = str | tuple[str, ...]


class TemplateFailed(ValueError):
    """A template met a line that it does not know; the message says which one."""


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


def read_rows(command: str, text: str) -> Rows | None:
    """Return the rows of an output; None without a template. Raises TemplateFailed."""
    names = templates_of(command)
    if not names:
        return None
    from textfsm import TextFSM
    from textfsm.parser import Error

    columns: dict[str, None] = {}
    values: list[dict[str, Value]] = []
    for name in names:
        with _folder().joinpath(name).open(encoding="utf-8") as template:
            machine = TextFSM(template)
        try:
            found = machine.ParseText(text)
        except Error as error:
            raise TemplateFailed(_reason(str(error))) from None
        header = [column.lower() for column in machine.header]
        columns |= dict.fromkeys(header)
        values += (dict(zip(header, map(_value, row), strict=True)) for row in found)
    cite = _Citations(text)
    rows = tuple(Row(values=each, lines=dict(cite.of(each))) for each in values)
    return Rows(parser=NTC_TEMPLATES, columns=tuple(columns), rows=rows)


def _value(found: object) -> Value:
    return tuple(map(str, found)) if isinstance(found, list) else str(found)


def _reason(words: str) -> str:
    line = re.search(r"Input Line: (.*?)\.?$", words, re.DOTALL)
    return f"the template does not know the line {line[1][:100]!r}" if line else words[:200]


class _Citations:
    """Lines of an output by the values in them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def of(self, values: Mapping[str, Value]) -> Iterator[tuple[str, int]]:
        for column, value in values.items():
            if isinstance(value, str) and len(value) >= _SHORTEST_CITED and "\n" not in value:
                word = re.compile(rf"(?<![\w.:/-]){re.escape(value)}(?![\w.:/-])")
                lines = {bisect_right(self._starts, found.start()) for found in word.finditer(self._text)}
                if len(lines) == 1:
                    yield column, lines.pop()


@cache
def templates_of(command: str) -> tuple[str, ...]:
    """Return the templates that are made for a command, complete or abbreviated; none for licences."""
    words = " ".join(command.lower().split())
    if re.match(r"sh(o|ow)? li(c|ce|cen|cens|cense)?\b", words):
        return ()  # the licensing pages have readers of their own, which know what a template reads wrongly
    return next((names for pattern, names in _index() if pattern.fullmatch(words)), ())


@cache
def _index() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    """Return the index of IOS: the pattern of a command, and its templates."""
    found = []
    for line in _folder().joinpath("index").read_text(encoding="utf-8").split("\n"):
        fields = [field.strip() for field in line.split(",", 3)]
        if len(fields) == 4 and fields[2] == _PLATFORM:
            pattern = _OPTIONAL.sub(lambda optional: _completed(optional[1]), fields[3])
            found.append((re.compile(pattern, re.IGNORECASE), tuple(fields[0].split(":"))))
    return tuple(found)


def _completed(letters: str) -> str:
    """Return the pattern of optional letters: ``ow`` becomes ``(?:o(?:w)?)?``."""
    pattern = ""
    for letter in reversed(letters):
        pattern = f"(?:{letter}{pattern})?"
    return pattern


@cache
def _folder() -> Traversable:
    return files("ntc_templates") / "templates"
