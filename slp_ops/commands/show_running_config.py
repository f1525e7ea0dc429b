"""``show running-config``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show running-config",
    sets=frozenset({"baseline"}),
    order=30,
    parse=parse,
)
