"""Output of any command behind ``| count``.

Number of lines which match regexp = 812
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.facts.counts import LineCount, LineCounts
from slp_ops.facts.values import Source
from slp_ops.iosxe.filters import counted, filter_of

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


def counts(text: str) -> Parsed:
    """Parse the number of matching lines."""
    page = body(text, log=True)
    command, _, _ = page.command.partition("|")
    passed = filter_of(page.command)
    pattern = "" if passed is None else passed.pattern
    found: list[LineCount] = []
    unread: list[Row] = []
    for row in page.rows:
        number = counted(row.text)
        if number is None:
            unread.append(row)
        else:
            source = Source(page.command, line=row.line)
            found.append(LineCount(of=command.strip(), pattern=pattern, count=number, source=source))
    fact = LineCounts(counts=tuple(found), source=Source(page.command)) if found else None
    return parsed(page, (fact,), unread)
