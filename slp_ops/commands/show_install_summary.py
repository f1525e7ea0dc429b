"""``show install summary``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show install summary",
    order=100,
    parse=parse,
)
