"""``show license eventlog [DAYS]``; see ``_events`` for its lines, or `` No EventLog Found.``"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._events import events
from slp_ops.facts.communication import EventLog
from slp_ops.facts.values import Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


def parse(text: str) -> Parsed:
    """Return the events, oldest first as printed."""
    page = body(text, "show license eventlog")
    found, rest = events(page)
    headings: list[Row] = []
    unread: list[Row] = []
    for row in rest:
        printed = row.text.strip(" *.")
        (headings if printed in ("Event Log", "No EventLog Found") else unread).append(row)
    if not found and not headings:
        return parsed(page, (), unread)
    line = headings[0].line if headings else None
    return parsed(page, (EventLog(events=found, source=Source(page.command, line=line)),), unread)


COMMAND = ShowCommand(
    command="show license eventlog",
    aliases=("show license eventlog DAYS",),
    sets=frozenset({"baseline"}),
    order=54,
    parse=parse,
    provides=(EventLog,),
)
