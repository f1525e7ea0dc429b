"""``show license tech events``. No output of a real switch was available, so the parser is generic:

dated lines become events, other lines are kept. ``% Invalid input`` is a normal answer here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._events import events
from slp_ops.commands._section_parser import split_label
from slp_ops.facts.communication import TechEvents
from slp_ops.facts.values import LabelledValue, Source
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_TITLES: Final = ("", "smart licensing tech events", "**** event log ****")


def parse(text: str) -> Parsed:
    """Parse the dated lines as events, and keep labels before them."""
    page = body(text, "show license tech events")
    found, rest = events(page)
    other: list[LabelledValue] = []
    unread: list[Row] = []
    titled = False
    for row in rest:
        pair = split_label(row.text)
        if row.text.strip("= ").lower() in _TITLES:
            titled = True
        elif pair and pair[1]:
            other.append(LabelledValue(label=pair[0], value=pair[1]))
        else:
            unread.append(row)
    if not found and not other and not titled:
        return parsed(page, (), unread)
    line = page.rows[0].line
    fact = TechEvents(events=tuple(found), other=tuple(other), source=Source(page.command, line=line))
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show license tech events",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.3.2"),
    order=56,
    parse=parse,
    provides=(TechEvents,),
)
