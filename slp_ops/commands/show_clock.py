"""``show clock``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show clock",
    sets=frozenset({"baseline"}),
    order=10,
    parse=parse,
)
