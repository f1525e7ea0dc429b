"""``show license reservation``: the reservation (SLR, PLR) of each unit; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import (
    LicenseAuthorizations,
)

COMMAND = ShowCommand(
    command="show license reservation",
    parse=parser("show license reservation"),
    provides=(LicenseAuthorizations,),
)
