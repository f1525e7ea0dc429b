"""``show processes memory sorted | include Pool Total|PID|SA[A-Z]|MallocLite``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show processes memory sorted | include Pool Total|PID|SA[A-Z]|MallocLite",
    sets=frozenset({"baseline"}),
    order=67,
    parse=parse,
)
