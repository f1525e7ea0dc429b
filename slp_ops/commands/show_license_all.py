"""``show license all``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license all",
    sets=frozenset({"baseline"}),
    order=50,
    parse=parser("show license all"),
)
