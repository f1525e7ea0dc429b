"""Dated lines of the agent's logs; a line longer than the terminal continues in the next one.

2024-01-02 03:04:05.920 UTC SAEVT_PLATFORM eventSource="INFRA_SL" MSG="ERM-Reset: Client 0"
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import device_time
from slp_ops.facts.communication import LicenseEvent
from slp_ops.facts.values import DeviceTime, LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands._capture_text import Body, Row

_DATED: Final = re.compile(
    r"^((?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})"
    r"(?: [A-Za-z][\w+-]*)?)\s+(\S.*)$",
    re.ASCII,
)
_VALUE: Final = re.compile(r'([\w.-]{1,60})="([^"]*)"')


def events(page: Body) -> tuple[list[LicenseEvent], list[Row]]:
    """Return the dated lines with their continuations, and the lines before the first of them."""
    groups: list[list[Row]] = []
    unread: list[Row] = []
    for row in page.rows:
        if _DATED.match(row.text.lstrip()):
            groups.append([row])
        elif groups:
            groups[-1].append(row)
        else:
            unread.append(row)
    joined = _LineUnwrapper([row.text for group in groups for row in group[:-1]])
    return [_event(page.command, group[0].line, joined.text(group)) for group in groups], unread


class _LineUnwrapper:
    """Joins wrapped lines: split at the terminal's width, or at a dropped blank.

    A terminal splits every line at the same column. Continued lines of different lengths were wrapped at
    blanks; then only a word longer than a line is split, without a blank before it.
    """

    def __init__(self, going_on: list[str]) -> None:
        lengths = [len(text) for text in going_on]
        self._width = max(lengths, default=0)
        # One less: a blank in the last column is removed with the other trailing blanks.
        self._at_blanks = min(lengths, default=0) < self._width - 1

    def text(self, rows: list[Row]) -> str:
        """Return the joined line."""
        parts = [rows[0].text.lstrip()]
        for before, row in itertools.pairwise(rows):
            cut = len(before.text) == self._width and not (self._at_blanks and " " in before.text)
            parts.append(row.text if cut else f" {row.text}")
        return "".join(parts)


def _event(command: str, line: SourceLine, joined: str) -> LicenseEvent:
    dated = _DATED.match(joined)
    stamp, text = (dated[1], dated[2]) if dated else ("", joined)
    return LicenseEvent(
        time=device_time(stamp) or DeviceTime(text=stamp),
        name=text.split(maxsplit=1)[0],
        text=text,
        values=tuple(LabelledValue(label=label, value=value) for label, value in _VALUE.findall(text)),
        source=Source(command, line=line),
    )
