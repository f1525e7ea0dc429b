"""``show license usage``: the licences one by one; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import Authorization, Entitlements

COMMAND = ShowCommand(
    command="show license usage",
    sets=frozenset({"baseline"}),
    order=53,
    parse=parser("show license usage"),
    provides=(Authorization, Entitlements),
)
