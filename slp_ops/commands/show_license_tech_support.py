"""``show license tech support``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser

COMMAND = ShowCommand(
    command="show license tech support",
    sets=frozenset({"support"}),
    timeout=180.0,
    order=900,
    parse=parser("show license tech support"),
)
