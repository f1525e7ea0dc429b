"""``show license authorization``: authorization codes, needed for hseck9; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import LicenseAuthorizations
from slp_ops.release import Release

COMMAND = ShowCommand(
    command="show license authorization",
    since=Release.parse("17.3.2"),
    parse=parser("show license authorization"),
    provides=(LicenseAuthorizations,),
)
