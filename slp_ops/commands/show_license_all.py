"""``show license all``: the status, the licences, the units and the RUM counts; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import STATUS_FACTS, parser
from slp_ops.facts import Entitlements, LicenseAuthorizations, ProductInstance, RumSummary

COMMAND = ShowCommand(
    command="show license all",
    sets=frozenset({"baseline"}),
    order=50,
    parse=parser("show license all"),
    provides=(*STATUS_FACTS, Entitlements, LicenseAuthorizations, ProductInstance, RumSummary),
)
