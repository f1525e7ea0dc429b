"""The way reports go: to which host, through which proxy, in which VRF, from which interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from slp_ops.facts import (
    CallHomeConfig,
    CallHomeLicensing,
    HttpConfig,
    InterfacesConfig,
    LicenseConfig,
    LicenseTransport,
    TransportKind,
)
from slp_ops.iosxe.names import is_address

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.model import Evidence

SMART_HOST: Final = "smartreceiver.cisco.com"
CALLHOME_HOST: Final = "tools.cisco.com"
CSLU_NAME: Final = "cslu-local"  # looked up when no address is set
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting with the line that makes it."""

    value: str
    by: Fact
    field: str

    def cite(self) -> tuple[Evidence, ...]:
        """The line."""
        return self.by.cite(self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way in force. ``host`` is None for transport off, or when no address is known."""

    kind: TransportKind
    host: str | None = None
    proxy: str | None = None
    vrf: Setting | None = None
    source: Setting | None = None
    transport: LicenseTransport

    @classmethod
    def derive(
        cls,
        transport: LicenseTransport,
        licensing: LicenseConfig | None,
        http: HttpConfig | None,
        call_home: CallHomeConfig | None,
        profile: CallHomeLicensing | None,
        interfaces: InterfacesConfig | None,
    ) -> Way:
        """From what the agent says; the configuration adds interface and VRF."""
        by_call_home = transport.kind is TransportKind.CALLHOME
        source = _setting(http, "client_source_interface")
        if by_call_home:
            source = _setting(call_home, "source_interface") or source
        vrf = _setting(call_home, "vrf") if by_call_home else _vrf(transport, licensing)
        if vrf is None and source is not None and interfaces is not None:
            vrf = _setting(interfaces.find(source.value), "vrf")
        return cls(
            kind=transport.kind,
            host=_host(transport, call_home, profile),
            proxy=_proxy(transport, call_home if by_call_home else None),
            vrf=vrf,
            source=source,
            transport=transport,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names that the switch itself has to resolve: a proxy resolves the rest."""
        first = self.proxy or self.host
        return () if first is None or is_address(first) else (first,)

    @property
    def needs_names(self) -> bool:
        """Whether a name has to be found: the one of the first hop, or cslu-local for want of an address."""
        return bool(self.names) or (self.kind is TransportKind.CSLU and (self.proxy or self.host) is None)

    @property
    def reaches_cisco(self) -> bool:
        """Whether the switch talks TLS with Cisco's own servers."""
        return self.kind in (TransportKind.SMART, TransportKind.CALLHOME) and (
            self.host is not None and is_cisco(self.host)
        )


def is_cisco(host: str) -> bool:
    """Whether a host is Cisco's."""
    return host == "cisco.com" or host.endswith(".cisco.com")


def host_of(url: str) -> str | None:
    """The host of a URL; None when it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.hostname or None) if parts.scheme in _SCHEMES else None


def _host(
    transport: LicenseTransport, call_home: CallHomeConfig | None, shown: CallHomeLicensing | None
) -> str | None:
    url: str | None
    default: str | None = None
    match transport.kind:
        case TransportKind.SMART:
            url, default = transport.url, SMART_HOST
        case TransportKind.CALLHOME:
            url, default = call_home.destination if call_home is not None else None, CALLHOME_HOST
            if shown is not None and shown.urls:
                url = shown.urls[0]
        case TransportKind.CSLU:
            url = transport.cslu_address
        case _:
            return None
    return default if url is None else host_of(url)


def _vrf(transport: LicenseTransport, licensing: LicenseConfig | None) -> Setting | None:
    return _setting(transport, "vrf") or _setting(licensing, "vrf")


def _proxy(transport: LicenseTransport, call_home: CallHomeConfig | None) -> str | None:
    if call_home is not None:
        return call_home.proxy
    return None if transport.proxy is None else transport.proxy.address


def _setting(fact: Fact | None, field: str) -> Setting | None:
    value = getattr(fact, field, None)
    return None if fact is None or value is None else Setting(value=value, by=fact, field=field)
