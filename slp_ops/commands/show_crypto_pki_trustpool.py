"""``show crypto pki trustpool | include Issuer:|Subject:|[Cc][Nn]=``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._verbatim import parse

COMMAND = ShowCommand(
    command="show crypto pki trustpool | include Issuer:|Subject:|[Cc][Nn]=",
    sets=frozenset({"baseline"}),
    order=65,
    parse=parse,
)
