"""``show call-home smart-licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show call-home smart-licensing",
    sets=frozenset({"baseline"}),
    order=64,
    parse=parse,
)
