"""``show license rum id all``: one row per report.

Report Id,          State,    Flag, Feature Name
1700000001          ACK       N     network-advantage
1700000002          UNACK     E     network-advantage
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._values import rum_state
from slp_ops.facts.rum import RumReport, RumReports
from slp_ops.facts.values import Source
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_ROW: Final = re.compile(r"^(\d{1,20})\s+([A-Z]+)\s+([A-Z])(?:\s+(\S.*))?$", re.ASCII)
_HEADINGS: Final = ("Smart Licensing Usage Report:", "Report Id,")


def parse(text: str) -> Parsed:
    """Return the reports, in printed order. A heading without rows is an empty list."""
    page = body(text, "show license rum id all")
    reports: list[RumReport] = []
    unread: list[Row] = []
    heading: Row | None = None
    for row in page.rows:
        printed = row.text.strip()
        if found := _ROW.match(printed):
            number, word, flag, feature = found.groups()
            reports.append(
                RumReport(
                    id=int(number),
                    state=rum_state(word),
                    state_printed=word,
                    flag=flag,
                    feature=feature,
                    source=Source(page.command, line=row.line),
                )
            )
        elif printed.startswith(_HEADINGS):
            heading = heading or row
        elif printed.strip("="):
            unread.append(row)
    if heading is None and not reports:
        return parsed(page, (), unread)
    source = Source(page.command, line=heading.line if heading else None)
    return parsed(page, (RumReports(reports=tuple(reports), source=source),), unread)


COMMAND = ShowCommand(
    command="show license rum id all",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.7.1"),
    order=57,
    parse=parse,
    provides=(RumReports,),
)
