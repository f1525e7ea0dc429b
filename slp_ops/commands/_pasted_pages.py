"""Licensing pages that follow one another in a text without commands.

Before the change:            the same switch: the later page holds
  Type: cslu
After the change:
  Type: Smart

Site A does not report:       two switches, each with a page of its own
  Type: cslu
Site B does:
  Type: Smart
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

_MOST_PAGES: Final = 100  # each is parsed for itself
# Lines that a page has once.
_LINE: Final = re.compile(
    r"^[ \t]*(?P<once>"
    r"(?:Utility|Smart Licensing Using Policy|Account Information|Data Privacy|Transport|Policy)(?=:[ \t]*$)"
    r"|Type(?=: (?:Smart|Callhome|cslu|Transport Off)[ \t]*$)"
    r"|(?:Cslu address|Last ACK received|Next ACK deadline)(?=: )):(?P<value>[^\n]*)",
    re.MULTILINE | re.ASCII,
)
# Words for times, in the lines above a page.
_OF_A_CHANGE: Final = re.compile(
    r"\b(?:before|after(?:wards)?|again|earlier|fixed|later|meanwhile|new|now|old|previous(?:ly)?|since|then"
    r"|today|until|used to|yesterday)\b"
    r"|変更|設定前|設定後|対応前|対応後|以前|その後|現在|再起動|昨日|今日|本日",
    re.IGNORECASE | re.ASCII,
)
_ABOVE: Final = 300  # characters


def page_begins(text: str) -> list[int]:
    """Return where each page of a text begins: at a line that repeats. The first begins with the text."""
    begins = [0]
    seen: set[str] = set()
    for found in _LINE.finditer(text):
        if found["once"] in seen:
            if len(begins) == _MOST_PAGES:
                return [0]
            begins.append(found.start())
            seen.clear()
        seen.add(found["once"])
    return begins


def are_of_several_switches(text: str, begins: list[int]) -> bool:
    """Return whether two pages of a text contradict each other, and no word above them tells of a change."""
    ends = [*begins[1:], len(text)]
    values = [
        {found["once"]: found["value"].strip() for found in _LINE.finditer(text, begin, end)}
        for begin, end in zip(begins, ends, strict=True)
    ]
    return any(
        any(before[label] != after[label] for label in before.keys() & after.keys())
        and not _OF_A_CHANGE.search(text, max(0, begin - _ABOVE), begin)
        for begin, (before, after) in zip(begins[1:], pairwise(values), strict=True)
    )
