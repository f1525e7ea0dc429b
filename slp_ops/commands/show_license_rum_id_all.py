"""``show license rum id all``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse
from slp_ops.release import Release

COMMAND = ShowCommand(
    command="show license rum id all",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.7.1"),
    order=57,
    parse=parse,
)
