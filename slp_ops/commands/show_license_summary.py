"""``show license summary``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license summary",
    sets=frozenset({"baseline"}),
    order=51,
    parse=parser("show license summary"),
)
