"""Units of a switch, their trust codes, licences and authorization codes.

Neither role nor serial number is a key: members repeat, and two supervisors share one serial.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from slp_ops.facts.values import DeviceTime, Flag, LabelledValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Udi(Fact):
    """One unit. Neither role nor serial is a key (members repeat, two supervisors share one serial)."""

    position: int = 0
    role: str | None = None  # Active, Standby, Member; None on a standalone switch
    pid: str | None = None
    sn: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductInstance(Fact):
    """UDI of the switch in CSSM, and every unit of the stack."""

    udi: Udi | None = None
    members: tuple[Udi, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCode(Fact):
    """The trust code of one unit. ``installed`` is None when it has none, or when no time was printed.

    ``expires`` may be 1 January 1970 (``is_unset``), which means that no expiry is known.
    """

    position: int = 0
    role: str | None = None
    pid: str | None = None
    sn: str | None = None
    udi: str = ""
    state: str | None = None  # INSTALLED, NOT INSTALLED
    printed: str | None = None  # its source line
    installed: DeviceTime | None = None
    valid: DeviceTime | None = None
    expires: DeviceTime | None = None
    code_type: str | None = None
    attributes: str | None = None

    @property
    def is_installed(self) -> bool:
        """Return whether the unit has a trust code: stated, or implied by its validity."""
        if self.state is not None:
            return not self.state.upper().startswith("NOT")
        return self.installed is not None or self.valid is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCodes(Fact):
    """Trust with CSSM: one time on a standalone switch, one code per unit in a stack.

    Both empty means that the switch printed ``Trust Code Installed: <none>``.
    """

    installed: DeviceTime | None = None
    printed: str | None = None  # what follows "Trust Code Installed:"
    code_type: str | None = None
    attributes: str | None = None
    codes: tuple[TrustCode, ...] = ()
    other: tuple[LabelledValue, ...] = ()

    @property
    def any_installed(self) -> bool:
        """Return whether at least one unit has a trust code."""
        return self.installed is not None or any(code.is_installed for code in self.codes)

    @property
    def without(self) -> tuple[TrustCode, ...]:
        """Return the units without a trust code."""
        return tuple(code for code in self.codes if not code.is_installed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """The RUM measurement of one entitlement, as tech support prints it."""

    name: str = ""
    interval: str | None = None
    current_value: int | None = None
    current_report: int | None = None
    previous_report: int | None = None
    printed: tuple[LabelledValue, ...] = ()  # lines that hold several values


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement(Fact):
    """One licence. The same name occurs once per hardware tag: the key is (name, tag).

    ``status`` is the word (IN USE, NOT IN USE, AUTHORIZED, EVAL MODE, OUT OF COMPLIANCE);
    ``tag`` may be truncated with ``...`` if it comes from the summary.
    """

    name: str | None = None
    tag: str | None = None
    count: int | None = None
    status: str | None = None
    status_printed: str | None = None  # "IN USE(15)" in tech support
    license_type: str | None = None  # Perpetual, Subscription
    enforcement: str | None = None
    export_status: str | None = None
    description: str | None = None
    version: str | None = None
    feature_name: str | None = None
    feature_description: str | None = None
    regid: str | None = None
    handle: int | None = None
    status_time: DeviceTime | None = None
    request_time: DeviceTime | None = None
    soft_enforced: Flag | None = None
    measurements: tuple[Measurement, ...] = ()
    other: tuple[LabelledValue, ...] = ()

    @property
    def in_use(self) -> bool:
        """Return whether it is in use, in the words of either licensing model."""
        return self.status is not None and self.status not in ("NOT IN USE", "NOT AUTHORIZED")

    @property
    def is_perpetual(self) -> bool | None:
        """Return whether it is perpetual, by type or else by name; None if neither decides."""
        if self.license_type is not None:
            return self.license_type.lower().startswith("perpetual")
        name = (self.name or "").lower()
        if name.startswith("network-"):
            return True
        return False if name.startswith(("dna-", "air-dna")) else None

    @property
    def is_network(self) -> bool | None:
        """Return whether it is Network Essentials or Network Advantage; None without any name."""
        words = " ".join((self.name or "", self.tag or "", self.feature_name or "")).lower()
        return "network" in words or "-nw-" in words if words.strip() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlements(Fact):
    """Licences of the switch. Empty when it printed ``No licenses in use``."""

    items: tuple[Entitlement, ...] = ()
    authorization_status: str | None = None  # "Not Applicable" under SLP
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitAuthorization(Fact):
    """The authorization code (SLAC) of one unit."""

    position: int = 0
    role: str | None = None
    pid: str | None = None
    sn: str | None = None
    udi: str = ""
    status: str | None = None  # NOT INSTALLED, SMART AUTHORIZATION INSTALLED on <time>, ...
    at: DeviceTime | None = None
    request_code: str | None = None
    last_return_code: str | None = None
    last_confirmation_code: str | None = None
    authorization_code: str | None = None
    other: tuple[LabelledValue, ...] = ()

    @property
    def installed(self) -> bool:
        """Return whether this unit has an authorization code."""
        return self.status is not None and "NOT INSTALLED" not in self.status.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizedFeature(Fact):
    """One licence under ``Authorizations:``, such as hseck9."""

    name: str
    tag: str | None = None
    description: str | None = None
    total: int | None = None
    enforcement: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseAuthorizations(Fact):
    """Authorization codes per unit and their licences: needed for export-controlled licences only."""

    units: tuple[UnitAuthorization, ...] = ()
    features: tuple[AuthorizedFeature, ...] = ()
    reservation: str | None = None  # License reservation: DISABLED
    purchased: str | None = None
    last_data_push: DeviceTime | None = None
    last_file_export: DeviceTime | None = None
    other: tuple[LabelledValue, ...] = ()
