"""``show hosts``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show hosts",
    sets=frozenset({"baseline"}),
    order=61,
    parse=parse,
)
