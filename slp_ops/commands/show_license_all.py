"""``show license all``: the status, the licences, the units and the RUM counts; see ``_licensing``."""

from __future__ import annotations

from slp_ops.commands import ShowCommand
from slp_ops.commands._licensing import parser
from slp_ops.facts import (
    Accounts,
    Authorization,
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
    TelemetryReports,
    Topology,
    TrustCodes,
    UsageReporting,
)

COMMAND = ShowCommand(
    command="show license all",
    sets=frozenset({"baseline"}),
    order=50,
    parse=parser("show license all"),
    provides=(
        Accounts,
        Authorization,
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
        TelemetryReports,
        Topology,
        TrustCodes,
        UsageReporting,
    ),
)
