"""``show tech-support``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show tech-support",
    sets=frozenset({"full"}),
    timeout=180.0,
    order=910,
    parse=parse,
)
