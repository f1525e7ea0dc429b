"""``show ip interface brief``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show ip interface brief",
    sets=frozenset({"baseline"}),
    order=62,
    parse=parse,
)
