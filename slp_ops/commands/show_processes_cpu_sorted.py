"""``show processes cpu sorted | include CPU utilization|PID|SA[A-Z]``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show processes cpu sorted | include CPU utilization|PID|SA[A-Z]",
    sets=frozenset({"baseline"}),
    order=66,
    parse=parse,
)
