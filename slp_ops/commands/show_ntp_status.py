"""``show ntp status``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show ntp status",
    sets=frozenset({"baseline"}),
    order=63,
    parse=parse,
)
