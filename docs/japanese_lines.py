"""Hook of MkDocs: joins the lines of a Japanese paragraph.

A browser prints a line break as a blank. Japanese has none between words, so that the breaks of the source
would show in the middle of sentences.
"""

from __future__ import annotations

import re
from typing import Final

_LETTER: Final = "ぁ-んァ-ヶー一-龠々"
_BREAK: Final = re.compile(rf"(?<=[{_LETTER}、。」])\n {{0,3}}(?=[{_LETTER}「])")


def join_japanese_lines(markdown: str) -> str:
    """Return the text of a page without the line breaks between two Japanese letters of a paragraph."""
    return _BREAK.sub("", markdown)


def on_page_markdown(markdown: str, **_context: object) -> str:
    """Take the text of a page from MkDocs before it is rendered."""
    return join_japanese_lines(markdown)
