"""``show switch``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show switch",
    sets=frozenset({"baseline"}),
    order=60,
    parse=parse,
)
