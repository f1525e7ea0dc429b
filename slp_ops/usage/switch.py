"""One switch in the offline exchange: identity, reason for exclusion, way of copying files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.facts import (
    LicenseTransport,
    Licensing,
    LicensingModel,
    ProductInstance,
    RumReports,
    RumState,
    Software,
    TransportKind,
    UsageReporting,
)
from slp_ops.i18n import Text
from slp_ops.release import Release
from slp_ops.usage.accounts import UNKNOWN, Account
from slp_ops.usage.udi import UnitId, units_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.planning import RunningConfig
    from slp_ops.rules.dependencies import FactContext

# Read before planning, and again before applying.
COMMANDS: Final = (
    "show clock",
    "show version",
    "show running-config",
    "show license all",
    "show license status",
    "show license rum id all",
)
_SCP: Final = "ip scp server enable"
_FIRST: Final = Release.parse("17.3.2")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSwitch:
    """A switch that was read."""

    name: str
    site: str
    known: FactContext
    running: RunningConfig | None
    account: Account = UNKNOWN

    @property
    def units(self) -> tuple[UnitId, ...]:
        """Return its units, the active one first."""
        return units_of(self.known.get(ProductInstance))

    @property
    def version(self) -> str | None:
        """Its release, as it prints it."""
        software = self.known.get(Software)
        return None if software is None else software.version

    @property
    def serves_scp(self) -> bool:
        """Return whether its running configuration enables it; False when unreadable."""
        return self.running is not None and self.running.find(_SCP) is not None

    @property
    def exclusion_reason(self) -> Text | None:
        """Return why no exchange is possible."""
        software, licensing = self.known.get(Software), self.known.get(Licensing)
        release = None if software is None else software.release
        old = release is not None and release.at_least(_FIRST) is False
        if old or (licensing is not None and licensing.model is LicensingModel.SL):
            return _TOO_OLD.format(release=release or self.version or "-")
        if not self.units:
            return _NO_UDI
        return None if self.known.get(UsageReporting) is not None else _NO_STATUS

    @property
    def is_unread(self) -> bool:
        """Return whether it is excluded only because it could not be read."""
        return self.exclusion_reason in (_NO_UDI, _NO_STATUS)

    @property
    def fields(self) -> Mapping[str, object]:
        """Return the fields that its plan depends on."""
        return {
            "show version: release": self.version,
            "show license all: product instance": [str(unit) for unit in self.units],
            f"running-config: {_SCP}": self.serves_scp,
        }

    @property
    def reports(self) -> Mapping[int, bool] | None:
        """Return the listed reports, each with whether it waits for an ACK; None without a list."""
        listed = self.known.get(RumReports)
        if listed is None:
            return None
        done = (RumState.ACK, RumState.DELETED)
        return {report.id: report.state not in done for report in listed.reports}


def automatic_transport(known: FactContext) -> str | None:
    """Return the transport with which a switch reports by itself; None if it is off or unknown."""
    transport = known.get(LicenseTransport)
    if transport is None or transport.kind is TransportKind.OFF:
        return None
    return transport.type or transport.kind.value


NOT_OFFLINE: Final = Text(
    "its transport is '{transport}', not off: what it can send by itself it will send as well",
    "トランスポートが off ではなく '{transport}' です。送信可能であればスイッチ自身も報告します",
)
_TOO_OLD: Final = Text(
    "usage reports exist from 17.3.2 on (Smart Licensing Using Policy); this is {release}",
    "使用状況レポートは 17.3.2 以降 (Smart Licensing Using Policy) の機能です (現在 {release})",
)
_NO_UDI: Final = Text("its UDI could not be read", "UDI を読み取れませんでした")
_NO_STATUS: Final = Text("its licence status could not be read", "ライセンスの状態を読み取れませんでした")
