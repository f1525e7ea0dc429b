"""``show logging``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show logging",
    sets=frozenset({"baseline"}),
    order=40,
    parse=parse,
)
