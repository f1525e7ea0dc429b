"""``show license rum id ID detail``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse
from slp_ops.release import Release

COMMAND = ShowCommand(
    command="show license rum id ID detail",
    since=Release.parse("17.7.1"),
    order=100,
    parse=parse,
)
