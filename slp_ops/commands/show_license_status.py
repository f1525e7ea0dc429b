"""``show license status``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license status",
    sets=frozenset({"baseline"}),
    order=52,
    parse=parser("show license status"),
)
