"""``show license tech support``: the richest page, alone with its statistics; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import STATUS_FACTS, parser
from slp_ops.facts import (
    AgentInternals,
    CommunicationStatistics,
    Entitlements,
    LicenseAuthorizations,
    ProductInstance,
    RumSummary,
    ScheduledJobs,
)

COMMAND = ShowCommand(
    command="show license tech support",
    sets=frozenset({"support"}),
    timeout=180.0,
    order=900,
    parse=parser("show license tech support"),
    provides=(
        *STATUS_FACTS,
        AgentInternals,
        CommunicationStatistics,
        Entitlements,
        LicenseAuthorizations,
        ProductInstance,
        RumSummary,
        ScheduledJobs,
    ),
)
