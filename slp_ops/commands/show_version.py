"""``show version``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show version",
    sets=frozenset({"baseline"}),
    order=20,
    parse=parse,
)
