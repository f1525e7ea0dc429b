"""``more FILE``: a usage report that ``license smart save usage`` wrote; FN72578 counts its reports.

<RUMReport><![CDATA[{"payload":"...","header":{"type":"rum"},"signature":{...}}]]></RUMReport>
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import body, parsed
from slp_ops.facts.counts import LineCount, LineCounts
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_REPORT: Final = "<RUMReport>"


def parse(text: str) -> Parsed:
    """Count the reports, as ``| count RUMReport`` does; any other file has none."""
    page = body(text, "more")
    reports = [row for row in page.rows if _REPORT in row.text]
    unread = [row for row in page.rows if _REPORT not in row.text]
    if not reports:
        return parsed(page, (), unread)
    source = Source(page.command, line=reports[0].line)
    number = sum(row.text.count(_REPORT) for row in reports)
    count = LineCount(of=page.command, pattern="RUMReport", count=number, source=source)
    return parsed(page, (LineCounts(counts=(count,), source=source),), unread)


COMMAND = ShowCommand(command="more FILE", parse=parse, provides=(LineCounts,))
