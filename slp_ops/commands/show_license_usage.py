"""``show license usage``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license usage",
    sets=frozenset({"baseline"}),
    order=53,
    parse=parser("show license usage"),
)
