"""``test license smart rum show ID``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse
from slp_ops.release import Release

COMMAND = ShowCommand(
    command="test license smart rum show ID",
    since=Release.parse("17.3.2"),
    needs_config="service internal",
    order=100,
    parse=parse,
)
