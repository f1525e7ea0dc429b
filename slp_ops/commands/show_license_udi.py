"""``show license udi``: the UDI of every unit; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import ProductInstance

COMMAND = ShowCommand(
    command="show license udi",
    parse=parser("show license udi"),
    provides=(ProductInstance,),
)
