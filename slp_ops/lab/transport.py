"""Transport of licence messages, derived from the configuration and never stored separately."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.lab.config_order import DEFAULT_SMART_URL

if TYPE_CHECKING:
    from slp_ops.lab.config import Config
    from slp_ops.lab.state import SwitchState

CALLHOME_URL = "https://tools.cisco.com/its/service/oddce/services/DDCEService"


class Kind(StrEnum):
    """Transport type, the word that ``Type:`` prints."""

    SMART = "Smart"
    CSLU = "cslu"
    CALLHOME = "Callhome"
    OFF = "Transport Off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """Effective transport. ``url`` is empty when none is set."""

    kind: Kind
    url: str = ""
    proxy: str = ""
    proxy_port: str = ""
    vrf: str = ""
    source: str = ""
    server_identity_check: bool = True

    @property
    def direct(self) -> bool:
        """Return whether the switch connects to CSSM directly, which requires trust."""
        return self.kind in (Kind.SMART, Kind.CALLHOME)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallHome:
    """Settings of call-home."""

    enabled: bool
    active: bool  # the CiscoTAC-1 profile
    licensing: bool  # it reports smart-licensing data
    url: str
    proxy: str = ""
    vrf: str = ""
    source: str = ""
    contact: str = ""


def transport_of(switch: SwitchState) -> Transport:
    """Derive the transport from the configuration; the default is CSLU, before Using Policy call-home."""
    config = switch.config
    word = config.find("license smart transport") or ("cslu" if switch.traits.slp else "callhome")
    source = config.find("ip http client source-interface") or ""
    if not switch.traits.slp or word == "callhome":
        home = call_home(config)
        return Transport(kind=Kind.CALLHOME, url=home.url, vrf=home.vrf, source=home.source or source)
    if word == "off":
        return Transport(kind=Kind.OFF)
    kind = Kind.SMART if word == "smart" else Kind.CSLU
    url = (
        config.find("license smart url smart") or DEFAULT_SMART_URL
        if kind is Kind.SMART
        else config.find("license smart url cslu") or ""
    )
    return Transport(
        kind=kind,
        url=url,
        proxy=config.find("license smart proxy address") or "",
        proxy_port=config.find("license smart proxy port") or "",
        vrf=config.find("license smart vrf") or "",
        source=source,
        server_identity_check=not config.has("no license smart server-identity-check"),
    )


def call_home(config: Config) -> CallHome:
    """Return the call-home part of a configuration."""
    home = ("call-home",)
    profile = (*home, 'profile "CiscoTAC-1"')
    return CallHome(
        enabled=config.has("service call-home"),
        active=config.has("active", profile),
        licensing=not config.has("no reporting smart-licensing-data", profile),
        url=config.find("destination address http", profile) or CALLHOME_URL,
        proxy=config.find("http-proxy", home) or "",
        vrf=config.find("vrf", home) or "",
        source=config.find("source-interface", home) or "",
        contact=config.find("contact-email-addr", home) or "",
    )
