"""``show license status``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show license status",
    sets=frozenset({"baseline"}),
    order=52,
    parse=parse,
)
