"""``show call-home profile all``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show call-home profile all",
    order=100,
    parse=parse,
)
