"""``show license udi``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license udi",
    order=100,
    parse=parser("show license udi"),
)
