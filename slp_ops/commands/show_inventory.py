"""``show inventory``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show inventory",
    order=100,
    parse=parse,
)
