"""``show clock``.

    *18:56:04.554 EST Mon Oct 17 2016

"*" before the time: not authoritative. ".": authoritative, but NTP is not synchronised.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._values import device_time
from slp_ops.facts.platform import Clock, ClockTrust
from slp_ops.facts.values import LabelledValue, Source

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_TRUST: Final = {"*": ClockTrust.NOT_AUTHORITATIVE, ".": ClockTrust.NOT_SYNCHRONISED}


def parse(text: str) -> Parsed:
    """Parse the time, and whether it is synchronised."""
    page = body(text, "show clock")
    clock: Clock | None = None
    other: list[LabelledValue] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        time = device_time(printed.lstrip("*."))
        if clock is None and time is not None and time.at is not None:
            clock = Clock(
                time=time,
                trust=_TRUST.get(printed[0], ClockTrust.TRUSTED),
                source=Source(page.command, line=row.line),
            )
        elif printed.startswith("Time source is "):
            other.append(LabelledValue(label="Time source", value=printed.removeprefix("Time source is ")))
        else:
            unread.append(row)
    return parsed(page, (clock and replace(clock, other=tuple(other)),), unread)


COMMAND = ShowCommand(
    command="show clock",
    aliases=("show clock detail",),
    sets=frozenset({"baseline"}),
    order=10,
    parse=parse,
    provides=(Clock,),
)
