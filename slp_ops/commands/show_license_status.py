"""``show license status``: transport, policy, reporting dates and trust; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import STATUS_FACTS, parser

COMMAND = ShowCommand(
    command="show license status",
    sets=frozenset({"baseline"}),
    order=52,
    parse=parser("show license status"),
    provides=STATUS_FACTS,
)
