"""``test license smart rum id-list``: the RUM reports on releases up to 17.6.

report id:1700000001 state:SmartAgentRumStateUnacknowledged
"report_id:1700000001" state:SmartAgentRumStateUnacknowledged       test license smart rum-report id
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

_ROW: Final = re.compile(
    r'^"?report[ _]?id"?\s*[:=]\s*"?(\d{1,20})"?,?\s+"?state"?\s*[:=]\s*"?(\w+)"?$',
    re.ASCII | re.IGNORECASE,
)


def parse(text: str) -> Parsed:
    """Parse the reports and their states; this command prints no flags and features."""
    page = body(text, "test license smart rum id-list")
    reports: list[RumReport] = []
    unread: list[Row] = []
    for row in page.rows:
        if found := _ROW.match(row.text.strip()):
            reports.append(
                RumReport(
                    id=int(found[1]),
                    state=rum_state(found[2]),
                    state_printed=found[2],
                    source=Source(page.command, line=row.line),
                )
            )
        else:
            unread.append(row)
    fact = RumReports(reports=tuple(reports), source=Source(page.command)) if reports else None
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="test license smart rum id-list",
    aliases=("test license smart rum-report id", "test license smart rum-report id-list"),
    sets=frozenset({"baseline"}),
    since=Release.parse("17.3.2"),
    # 99: every rebuild of the 17.6 train. From 17.7.1 on "show license rum id all" prints the same.
    until=Release(major=17, minor=6, maintenance=99),
    needs_config="service internal",
    order=58,
    parse=parse,
    provides=(RumReports,),
)
