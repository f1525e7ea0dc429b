"""``test license smart rum id-list``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse
from slp_ops.release import Release

# 99: every rebuild of the 17.6 train. From 17.7.1 on "show license rum id all" says the same.
COMMAND = ShowCommand(
    command="test license smart rum id-list",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.3.2"),
    until=Release(major=17, minor=6, maintenance=99),
    needs_config="service internal",
    order=58,
    parse=parse,
)
