"""Dated lines of the agent's logs; a line that wraps at the terminal's width goes on in the next.

2024-01-02 03:04:05.920 UTC SAEVT_PLATFORM eventSource="INFRA_SL" MSG="ERM-Reset: Client 0"
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands._values import device_time
from slp_ops.facts.communication import LicenseEvent
from slp_ops.facts.values import DeviceTime, Line, Pair, Source

if TYPE_CHECKING:
    from slp_ops.commands._page import Body, Row

_DATED: Final = re.compile(
    r"^((?:\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4})"
    r"(?: [A-Za-z][\w+-]*)?)\s+(\S.*)$",
    re.ASCII,
)
_VALUE: Final = re.compile(r'([\w.-]{1,60})="([^"]*)"')


def events(page: Body) -> tuple[list[LicenseEvent], list[Row]]:
    """The dated lines with what continues them, and the lines before the first of them."""
    found: list[LicenseEvent] = []
    unread: list[Row] = []
    begun: tuple[str, list[str], Line] | None = None
    for row in page.rows:
        if dated := _DATED.match(row.text.lstrip()):
            if begun is not None:
                found.append(_event(page.command, *begun))
            begun = dated[1], [dated[2]], row.line
        elif begun is None:
            unread.append(row)
        else:
            begun[1].append(row.text)
    if begun is not None:
        found.append(_event(page.command, *begun))
    return found, unread


def _event(command: str, stamp: str, parts: list[str], line: Line) -> LicenseEvent:
    text = "".join(parts)
    return LicenseEvent(
        time=device_time(stamp) or DeviceTime(text=stamp),
        name=text.split(maxsplit=1)[0],
        text=text,
        values=tuple(Pair(label=label, value=value) for label, value in _VALUE.findall(text)),
        source=Source(command, line=line),
    )
