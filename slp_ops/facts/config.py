"""Settings of the running configuration that licensing and the path to CSSM depend on.

All of these come from ``show running-config``. A setting without a line has the default of its
release; ``cite`` then returns the absence.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact
from slp_ops.iosxe.filters import filter_of
from slp_ops.iosxe.names import place_of_interface

if TYPE_CHECKING:
    from slp_ops.facts.values import DeviceTime, LabelledValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigInfo(Fact):
    """Configuration as a whole; ``complete`` is False without its ``end``, ``filters`` are the commands'."""

    complete: bool = False
    filters: tuple[str, ...] = ()
    hostname: str | None = None
    version: str | None = None
    bytes: int | None = None
    size: str | None = None  # as printed
    changed: DeviceTime | None = None
    changed_by: str | None = None
    saved: DeviceTime | None = None
    lines: int = 0
    other: Sequence[LabelledValue] = ()  # labels in banners, comments and other lines without a fact

    def shows(self, line: str) -> bool:
        """Return whether a line would be in the text if it was configured, so that its absence is a fact."""
        passed = (filter_of(f"| {each}") for each in self.filters)
        return self.complete or any(each is not None and each.shows(line) for each in passed)


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseConfig(Fact):
    """``license smart ...`` and ``license boot ...``. ``transport`` None is the default, cslu."""

    transport: str | None = None
    url: str | None = None  # the duplicate that "url smart" makes IOS-XE show
    url_default: bool = False
    url_smart: str | None = None
    url_cslu: str | None = None
    url_utility: str | None = None
    proxy_address: str | None = None
    proxy_port: int | None = None
    vrf: str | None = None
    usage_interval: int | None = None
    server_identity_check: bool | None = None
    boot_level: str | None = None
    addon: str | None = None
    udi_pid: str | None = None
    udi_sn: str | None = None
    other: tuple[str, ...] = ()  # further "license" lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHomeProfileConfig(Fact):
    """One profile under ``call-home``."""

    name: str
    active: bool = False
    http: bool = False  # destination transport-method http
    email: bool = True  # the default until "no destination transport-method email"
    addresses: tuple[str, ...] = ()
    reporting_smart_licensing: bool | None = None  # None: no line, which is on for CiscoTAC-1
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHomeConfig(Fact):
    """``service call-home`` and ``call-home``."""

    service: bool = False
    contact: str | None = None
    proxy: str | None = None
    proxy_port: int | None = None
    vrf: str | None = None
    source_interface: str | None = None
    resolve: str | None = None  # http resolve-hostname
    profiles: tuple[CallHomeProfileConfig, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def destination(self) -> str | None:
        """Return the first HTTP address of an active profile, if possible of one that reports licences."""
        active = [profile for profile in self.profiles if profile.active and profile.addresses]
        active.sort(key=lambda profile: profile.reporting_smart_licensing is False)
        return active[0].addresses[0] if active else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig(Fact):
    """HTTP client, which licensing uses, and HTTP server, which other collectors use."""

    client_source_interface: str | None = None
    client_secure_trustpoint: str | None = None
    client_proxy: str | None = None
    client_proxy_port: int | None = None
    client_other: tuple[str, ...] = ()
    server: bool | None = None
    secure_server: bool | None = None
    authentication: str | None = None
    server_other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NameServer(Fact):
    """One DNS server."""

    address: str
    vrf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PinnedHost(Fact):
    """An ``ip host`` entry."""

    name: str
    addresses: tuple[str, ...] = ()
    vrf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainName(Fact):
    """``ip domain name``."""

    name: str
    vrf: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameConfig(Fact):
    """DNS. ``lookup`` is on unless ``no ip domain lookup`` (or ``ip domain-lookup``) is configured."""

    lookup: bool = True
    lookup_source: str | None = None
    lookup_sources: tuple[tuple[str, str], ...] = ()  # (vrf, interface)
    domains: tuple[DomainName, ...] = ()
    servers: tuple[NameServer, ...] = ()
    hosts: tuple[PinnedHost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpServer(Fact):
    """One NTP server or peer."""

    address: str
    vrf: str | None = None
    source_interface: str | None = None
    prefer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeConfig(Fact):
    """NTP and the clock's zone."""

    servers: tuple[NtpServer, ...] = ()
    source_interface: str | None = None
    zone: str | None = None
    summer_time: str | None = None
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceConfig(Fact):
    """One interface."""

    name: str
    vrf: str | None = None
    addresses: tuple[str, ...] = ()  # as configured: "10.0.0.1 255.255.255.0", "dhcp"
    shutdown: bool = False
    description: str | None = None


class LazyInterfaces(Sequence[InterfaceConfig], ABC):
    """Interfaces whose facts are made when they are asked for. Their names are known before."""

    __slots__ = ()

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the name of each interface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfacesConfig(Fact):
    """Every interface and every VRF of the configuration."""

    interfaces: Sequence[InterfaceConfig] = ()
    vrfs: tuple[str, ...] = ()

    def find(self, name: str) -> InterfaceConfig | None:
        """Find the interface of that name; either side may be abbreviated."""
        place = place_of_interface(self.names, name)
        return None if place is None else self.interfaces[place]

    @property
    def names(self) -> Sequence[str]:
        """Return the name of each interface."""
        interfaces = self.interfaces
        if isinstance(interfaces, LazyInterfaces):
            return interfaces.names
        return [each.name for each in interfaces]


@dataclass(frozen=True, slots=True, kw_only=True)
class VtyLine(Fact):
    """One range of vty lines. ``transport_output`` ("none",) forbids telnet from the switch."""

    first: int
    last: int
    transport_input: tuple[str, ...] | None = None
    transport_output: tuple[str, ...] | None = None
    access_class_in: str | None = None
    access_class_out: str | None = None
    exec_timeout: str | None = None
    privilege: int | None = None
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VtyConfig(Fact):
    """The terminal lines."""

    lines: tuple[VtyLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Fact):
    """A local user; no secret is kept."""

    name: str
    privilege: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessConfig(Fact):
    """Access for other collectors: users, AAA, NETCONF, RESTCONF."""

    aaa_new_model: bool = False
    aaa_lines: tuple[str, ...] = ()
    users: tuple[User, ...] = ()
    netconf: bool = False
    restconf: bool = False
    scp_server: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trustpoint(Fact):
    """A ``crypto pki trustpoint``."""

    name: str
    enrollment: str | None = None
    revocation_check: str | None = None
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicesConfig(Fact):
    """Trustpoints, archive, traps, and services that affect the switch's output."""

    trustpoints: tuple[Trustpoint, ...] = ()
    service_internal: bool = False
    traps_config: bool = False  # snmp-server enable traps config
    archive: tuple[str, ...] = ()
    log_timestamps: str | None = None
    sequence_numbers: bool = False
    logging_buffered: str | None = None
    boot_system: tuple[str, ...] = ()
