"""``show license tech support``: the richest page, alone with its statistics; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import (
    Accounts,
    AgentInternals,
    Authorization,
    CommunicationStatistics,
    Conversion,
    Entitlements,
    ExportAuthorization,
    LicenseAuthorizations,
    LicenseTransport,
    Licensing,
    Policy,
    Privacy,
    ProductInstance,
    Registration,
    RumSummary,
    ScheduledJobs,
    TelemetryReports,
    Topology,
    TrustCodes,
    UsageReporting,
)

COMMAND = ShowCommand(
    command="show license tech support",
    sets=frozenset({"support"}),
    timeout=180.0,
    order=900,
    parse=parser("show license tech support"),
    provides=(
        Accounts,
        AgentInternals,
        Authorization,
        CommunicationStatistics,
        Conversion,
        Entitlements,
        ExportAuthorization,
        LicenseAuthorizations,
        LicenseTransport,
        Licensing,
        Policy,
        Privacy,
        ProductInstance,
        Registration,
        RumSummary,
        ScheduledJobs,
        TelemetryReports,
        Topology,
        TrustCodes,
        UsageReporting,
    ),
)
