"""``show license eventlog``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show license eventlog",
    sets=frozenset({"baseline"}),
    order=54,
    parse=parse,
)
