"""Route of the licence agent to its server: transport, server, proxy, VRF and source interface.

The audit's rules and the targets of check-reachability come from this one derivation. What the agent prints
(``show license status``) takes precedence over the running configuration, since it is in force:

- Server, smart transport: the URL printed, else ``license smart url smart``, else ``license smart url``, else
  Cisco's. Call-home: the URL of ``show call-home smart-licensing``, else the address of the active profile,
  else Cisco's. CSLU: the address printed, else the name cslu-local. The agent always prints a CSLU address
  that is set, so that the configuration adds nothing.
- Proxy: call-home has its own. Otherwise ``license smart proxy``, address and port each as printed, else as
  configured.
- Source interface: that of call-home where call-home is used and has one, else that of the HTTP client.
- VRF: with call-home its own; otherwise the VRF printed, else ``license smart vrf``. Where none is set, the
  traffic is in the VRF of the source interface, and without one in the global table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts import (
    CallHomeConfig,
    CallHomeLicensing,
    ConfigInfo,
    HttpConfig,
    InterfacesConfig,
    LicenseConfig,
    LicenseTransport,
    Proxy,
    TransportKind,
)
from slp_ops.facts.values import Source
from slp_ops.iosxe import servers
from slp_ops.iosxe.names import is_address, is_host
from slp_ops.iosxe.servers import Endpoint, endpoint

if TYPE_CHECKING:
    from slp_ops.facts import Fact
    from slp_ops.model import Evidence
    from slp_ops.parsing import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting with the line that makes it."""

    value: str
    by: Fact
    field: str

    def cite(self) -> tuple[Evidence, ...]:
        """Return the line."""
        return self.by.cite(self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """A server or proxy that the switch connects to. ``setting`` is None for a default."""

    endpoint: Endpoint
    setting: Setting | None = None

    @property
    def host(self) -> str:
        """Return the host."""
        return self.endpoint.host

    def cite(self) -> tuple[Evidence, ...]:
        """Return the line that names it; nothing for a default."""
        return () if self.setting is None else self.setting.cite()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The route in force. ``server`` is None where the switch connects to no server."""

    kind: TransportKind
    server: Hop | None = None
    proxy: Hop | None = None
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
        shown: CallHomeLicensing | None,
        interfaces: InterfacesConfig | None,
    ) -> Route:
        """Derive the route from what the agent prints; the configuration adds what is not printed."""
        by_call_home = transport.kind is TransportKind.CALLHOME
        source = _setting(http, "client_source_interface")
        if by_call_home:
            source = _setting(call_home, "source_interface") or source
            vrf = _setting(call_home, "vrf")
            proxy = _proxy(_setting(call_home, "proxy"), call_home.proxy_port if call_home else None)
        else:
            vrf = _setting(transport, "vrf") or _setting(licensing, "vrf")
            proxy = _licensing_proxy(transport, licensing)
        if vrf is None and source is not None and interfaces is not None:
            vrf = _setting(interfaces.find(source.value), "vrf")
        return cls(
            kind=transport.kind,
            server=_server(transport, licensing, call_home, shown),
            proxy=proxy,
            vrf=vrf,
            source=source,
            transport=transport,
        )

    @classmethod
    def of(cls, facts: Facts) -> Route:
        """Derive the route from facts; without ``show license status`` from the configuration alone."""
        config = facts.get(LicenseConfig)
        return cls.derive(
            facts.get(LicenseTransport) or as_configured(config, facts.get(ConfigInfo)),
            config,
            facts.get(HttpConfig),
            facts.get(CallHomeConfig),
            facts.get(CallHomeLicensing),
            facts.get(InterfacesConfig),
        )

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Return what the switch connects to, the first hop first.

        With a proxy that is the proxy alone, which connects to the server itself. A proxy without a port may
        not be used, so that the server is a hop as well.
        """
        if self.proxy is not None and (self.proxy.endpoint.port is not None or self.server is None):
            return (self.proxy,)
        return tuple(hop for hop in (self.proxy, self.server) if hop is not None)

    @property
    def first_hop(self) -> Hop | None:
        """Return the proxy, or without one the server."""
        return next(iter(self.hops), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names that the switch itself has to resolve; a proxy resolves the rest."""
        hop = self.first_hop
        return () if hop is None or is_address(hop.host) or not is_host(hop.host) else (hop.host,)

    @property
    def by_default_name(self) -> bool:
        """Return whether the switch looks for cslu-local because no address of a CSLU is set."""
        return self.kind is TransportKind.CSLU and self.server is not None and self.server.setting is None

    @property
    def to_on_prem(self) -> bool:
        """Return whether the server is SSM On-Prem, which transport cslu serves as well."""
        setting = self.server.setting if self.server is not None else None
        return self.kind is TransportKind.CSLU and setting is not None and servers.is_on_prem(setting.value)

    @property
    def reaches_cisco(self) -> bool:
        """Return whether the switch uses TLS with Cisco's own servers."""
        return self.kind in (TransportKind.SMART, TransportKind.CALLHOME) and (
            self.server is not None and servers.is_cisco(self.server.host)
        )


def as_configured(config: LicenseConfig | None, info: ConfigInfo | None = None) -> LicenseTransport:
    """Return the transport as the agent would print it, from the configuration alone.

    OTHER without one, and where the line of the transport may be missing from the text.
    """
    if config is None:
        return LicenseTransport(kind=TransportKind.OTHER)
    default = TransportKind.CSLU
    if info is not None and (info.version or "") in _BEFORE_SLP:
        default = TransportKind.CALLHOME
    if config.transport is None and info is not None and not info.shows("license smart transport smart"):
        default = TransportKind.OTHER
    try:
        kind = TransportKind(config.transport or default)
    except ValueError:
        kind = TransportKind.OTHER
    lines = {"type": "transport", "kind": "transport", "url": "url_smart", "cslu_address": "url_cslu"}
    if config.url_smart is None:
        lines["url"] = "url"
    if config.proxy_address is not None or config.proxy_port is not None:
        lines["proxy"] = "proxy_address"
    return LicenseTransport(
        kind=kind,
        type=config.transport or (None if kind is TransportKind.OTHER else kind.value),
        url=(config.url_smart or config.url) if kind is TransportKind.SMART else None,
        cslu_address=config.url_cslu,
        vrf=config.vrf,
        source=Source(
            config.source.command,
            {field: line for field, name in lines.items() if (line := config.source.line(name)) is not None},
        ),
    )


# "version" in the configuration of releases whose transport was call-home until another was set.
_BEFORE_SLP = ("16.9", "16.10", "16.11", "16.12", "17.1", "17.2")


def effective(facts: Facts) -> Facts:
    """Return the facts with the configured transport where the agent's own output was not read."""
    config = facts.get(LicenseConfig)
    if config is None or facts.get(LicenseTransport) is not None or facts.cut(LicenseTransport):
        return facts
    transport = as_configured(config, facts.get(ConfigInfo))
    return facts if transport.kind is TransportKind.OTHER else facts.plus(transport)


def _server(
    transport: LicenseTransport,
    licensing: LicenseConfig | None,
    call_home: CallHomeConfig | None,
    shown: CallHomeLicensing | None,
) -> Hop | None:
    setting: Setting | None = None
    match transport.kind:
        case TransportKind.SMART:
            setting = (
                _setting(transport, "url") or _setting(licensing, "url_smart") or _setting(licensing, "url")
            )
            default = servers.SMART
        case TransportKind.CALLHOME:
            if call_home is not None and call_home.destination is not None:
                setting = Setting(value=call_home.destination, by=call_home, field="profiles")
            if shown is not None and shown.urls:
                setting = Setting(value=shown.urls[0], by=shown, field="urls")
            default = servers.CALLHOME
        case TransportKind.CSLU:
            setting = _setting(transport, "cslu_address")
            default = servers.CSLU
            if setting is not None and servers.is_on_prem(setting.value):
                return Hop(endpoint=endpoint(setting.value, servers.HTTPS_PORT), setting=setting)
        case _:
            return None
    return Hop(
        endpoint=default if setting is None else endpoint(setting.value, default.port), setting=setting
    )


def _licensing_proxy(transport: LicenseTransport, licensing: LicenseConfig | None) -> Hop | None:
    """Return the proxy of ``license smart proxy``, address and port each as printed or as configured."""
    printed = transport.proxy or Proxy()
    address = (
        Setting(value=printed.address, by=transport, field="proxy")
        if printed.address is not None
        else _setting(licensing, "proxy_address")
    )
    port = printed.port or (licensing.proxy_port if licensing is not None else None)
    return _proxy(address, port)


def _proxy(address: Setting | None, port: int | None) -> Hop | None:
    """Return a proxy; a port that is set takes precedence over one in its address."""
    if address is None:
        return None
    named = endpoint(address.value, None)
    return Hop(endpoint=Endpoint(named.host, port or named.port), setting=address)


def _setting(fact: Fact | None, field: str) -> Setting | None:
    value = getattr(fact, field, None)
    return None if fact is None or value is None else Setting(value=value, by=fact, field=field)
