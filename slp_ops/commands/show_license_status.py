"""``show license status``: transport, policy, reporting dates and trust; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import (
    Accounts,
    Authorization,
    Conversion,
    ExportAuthorization,
    LicenseTransport,
    Licensing,
    Policy,
    Privacy,
    Registration,
    TelemetryReports,
    Topology,
    TrustCodes,
    UsageReporting,
)

COMMAND = ShowCommand(
    command="show license status",
    sets=frozenset({"baseline"}),
    order=52,
    parse=parser("show license status"),
    provides=(
        Accounts,
        Authorization,
        Conversion,
        ExportAuthorization,
        LicenseTransport,
        Licensing,
        Policy,
        Privacy,
        Registration,
        TelemetryReports,
        Topology,
        TrustCodes,
        UsageReporting,
    ),
)
