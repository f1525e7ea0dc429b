"""Prerequisites of the path to CSSM: names, call-home, and trusted roots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact
from slp_ops.iosxe.filters import filter_of

if TYPE_CHECKING:
    from slp_ops.facts.values import DeviceTime, LabelledValue


@dataclass(frozen=True, slots=True, kw_only=True)
class HostEntry(Fact):
    """One name that the switch knows."""

    name: str
    type: str | None = None
    data: str | None = None
    ttl: int | None = None
    flags: str | None = None
    printed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts(Fact):
    """``show hosts``. ``servers`` is empty without name servers: 255.255.255.255 does not count."""

    domain: str | None = None
    servers: tuple[str, ...] = ()
    servers_printed: str | None = None
    lookup: str | None = None  # "domain service", "static mappings"
    entries: tuple[HostEntry, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHomeLicensing(Fact):
    """``show call-home smart-licensing``, or the same of ``show call-home``, which prints ``feature``."""

    feature: str | None = None  # enable, disable
    messages: str | None = None  # enabled, disabled
    profile: str | None = None
    profile_status: str | None = None  # ACTIVE, INACTIVE
    profile_printed: str | None = None
    urls: tuple[str, ...] = ()
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHomeProfile(Fact):
    """One profile of ``show call-home profile all``."""

    name: str
    status: str | None = None
    reporting_data: str | None = None
    transport_method: str | None = None
    http_addresses: tuple[str, ...] = ()
    other: tuple[LabelledValue, ...] = ()
    lines: tuple[str, ...] = ()  # schedules and alert groups as printed


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHomeProfiles(Fact):
    """``show call-home profile all``."""

    profiles: tuple[CallHomeProfile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Fact):
    """One certificate of the trustpool. Common names are None when they were not printed."""

    type: str | None = None  # "CA Certificate"
    subject: str | None = None
    issuer: str | None = None
    status: str | None = None
    serial: str | None = None
    start: DeviceTime | None = None
    end: DeviceTime | None = None
    printed: tuple[str, ...] = ()  # parts of the names other than the common name
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustpointStatus(Fact):
    """One trustpoint; ``authenticated`` is whether its CA certificate is installed, None when not printed."""

    name: str
    ca_subject: str | None = None
    subject: str | None = None
    keys: str | None = None
    authenticated: bool | None = None
    requests: str | None = None
    other: tuple[LabelledValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustpointStatuses(Fact):
    """``show crypto pki trustpoints status``."""

    trustpoints: tuple[TrustpointStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustpool(Fact):
    """``show crypto pki trustpool``. ``filter`` is the command's filter, which may hide certificates."""

    certificates: tuple[Certificate, ...] = ()
    filter: str | None = None

    def lists(self, common_name: str) -> bool:
        """Return whether a certificate of that subject would be listed, so that its absence is a fact."""
        passed = filter_of(f"| {self.filter}") if self.filter else None
        return bool(self.certificates) if passed is None else passed.shows(f"cn={common_name}")

    def find(self, common_name: str) -> Certificate | None:
        """Find the certificate of that subject, case-insensitively; an issuer alone does not count."""
        wanted = common_name.lower()
        return next((each for each in self.certificates if (each.subject or "").lower() == wanted), None)
