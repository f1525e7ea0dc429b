"""``show license summary``: the accounts and one row per licence; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import Accounts, Authorization, Entitlements, Licensing, Registration

COMMAND = ShowCommand(
    command="show license summary",
    sets=frozenset({"baseline"}),
    order=51,
    parse=parser("show license summary"),
    provides=(Accounts, Authorization, Entitlements, Licensing, Registration),
)
