"""``show license tech events``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse
from slp_ops.release import Release

COMMAND = ShowCommand(
    command="show license tech events",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.3.2"),
    order=56,
    parse=parse,
)
