"""Cleanup of pasted text: undo the changes of mail, web pages and terminal programs.

> Switch#show license status                     quoted in a mail
[Wed Apr 23 15:40:01.123 2025] Transport:        a terminal program's own time before each line
Cslu address: &lt;empty&gt;                      copied from the source of a web page

Line numbers stay unchanged, so that evidence cites the lines of the file.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_ENTITIES: Final = (
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", '"'),
    ("&#39;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),  # last: its result is not decoded again
)
# Blanks that no switch prints: non-breaking, narrow, figure, ideographic and zero-width ones.
_BLANKS: Final = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\u3000": " ",
        "\u200b": None,
        "\u2060": None,
        "\ufeff": None,
    }
)
# One blank belongs to each mark; what follows is the line's own indentation.
_QUOTED: Final = re.compile(r"^(?:>[ \t]?){1,6}", re.MULTILINE)
_STAMPED: Final = re.compile(
    r"^\[(?:\d{4}[-/]\d\d[-/]\d\d[ T]|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d )"
    r"\d\d:\d\d:\d\d(?:\.\d{1,6})?(?: \d{4})?\] ?",
    re.MULTILINE | re.ASCII,
)
_ENOUGH: Final = 3  # minimum number of such lines; fewer may be genuine output


def text_of(data: bytes) -> str:
    """Decode a file's bytes into device text. Bytes that are not UTF-8 are preserved."""
    text = _decoded(data)
    if "&lt;" in text:
        for entity, character in _ENTITIES:
            text = text.replace(entity, character)
    if not text.isascii():
        text = text.translate(_BLANKS)
    if text.count("\n[") >= _ENOUGH:
        text = _without(_STAMPED, text)
    if text.count("\n>") >= _ENOUGH:
        text = _without(_QUOTED, text)
    return text


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.removeprefix(codecs.BOM_UTF8).decode("utf-8", "surrogateescape")


def _without(prefix: re.Pattern[str], text: str) -> str:
    stripped, lines = prefix.subn("", text)
    return stripped if lines >= _ENOUGH else text
