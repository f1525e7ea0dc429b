"""The ``license`` and ``call-home`` lines of a running configuration.

license smart transport cslu
license smart url cslu http://192.0.2.30:8182/cslu/v1/pi
call-home
 profile "CiscoTAC-1"
  active
  destination transport-method http
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from slp_ops.commands._values import integer
from slp_ops.facts.config import CallHomeConfig, CallHomeProfileConfig, LicenseConfig
from slp_ops.facts.values import Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands._config_blocks import Stanza


class _LicenseFields(TypedDict, total=False):
    transport: str
    url: str
    url_default: bool
    url_smart: str
    url_cslu: str
    url_utility: str
    proxy_address: str
    proxy_port: int | None
    vrf: str
    usage_interval: int | None
    server_identity_check: bool
    boot_level: str
    addon: str
    udi_pid: str
    udi_sn: str


class LicenseLines:
    """``license ...``."""

    def __init__(self) -> None:
        self.values: _LicenseFields = {}
        self.lines: dict[str, SourceLine] = {}
        self.other: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a licence line; False for any other."""
        if stanza.words[:1] != ["license"]:
            return False
        fields = self._fields(stanza)
        if not fields:
            self.other.append(stanza.text)
            self.lines.setdefault("other", stanza.row.line)
        self.values |= fields
        self.lines |= dict.fromkeys(fields, stanza.row.line)
        return True

    @staticmethod
    def _fields(stanza: Stanza) -> _LicenseFields:
        match stanza.words[1:]:
            case _ if stanza.negated and stanza.words[1:2] != ["smart"]:
                return {}
            case ["boot", "level", level, "addon", addon, *_]:
                return {"boot_level": level, "addon": addon}
            case ["boot", "level", level, *_]:
                return {"boot_level": level}
            case ["udi", "pid", pid, "sn", sn]:
                return {"udi_pid": pid, "udi_sn": sn}
            case ["smart", "server-identity-check"]:
                return {"server_identity_check": not stanza.negated}
            case _ if stanza.negated:
                return {}
            case ["smart", "transport", transport]:
                return {"transport": transport}
            case ["smart", "url", "default"]:
                return {"url_default": True}
            case ["smart", "url", "smart", url]:
                return {"url_smart": url}
            case ["smart", "url", "cslu", url]:
                return {"url_cslu": url}
            case ["smart", "url", "utility", url]:
                return {"url_utility": url}
            case ["smart", "url", url]:
                return {"url": url}
            case ["smart", "proxy", "address", address]:
                return {"proxy_address": address}
            case ["smart", "proxy", "port", port]:
                return {"proxy_port": integer(port)}
            case ["smart", "vrf", vrf]:
                return {"vrf": vrf}
            case ["smart", "usage", "interval", days]:
                return {"usage_interval": integer(days)}
        return {}

    def fact(self, command: str) -> LicenseConfig:
        """Return the settings of the lines."""
        return LicenseConfig(**self.values, other=tuple(self.other), source=Source(command, self.lines))


class _CallHomeFields(TypedDict, total=False):
    service: bool
    contact: str
    proxy: str
    proxy_port: int | None
    vrf: str
    source_interface: str
    resolve: str


class CallHomeLines:
    """``service call-home`` and ``call-home``."""

    def __init__(self) -> None:
        self.values: _CallHomeFields = {}
        self.lines: dict[str, SourceLine] = {}
        self.profiles: list[tuple[Stanza, str]] = []
        self.other: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a call-home line; False for any other."""
        if stanza.words == ["service", "call-home"]:
            self._set(stanza, {"service": not stanza.negated})
            return True
        if stanza.words[:1] != ["call-home"]:
            return False
        self.lines.setdefault("", stanza.row.line)
        profile: Stanza | None = None
        for child in stanza.below():
            if child.after("profile"):
                self.profiles.append((child, " ".join(child.words[1:]).strip('"')))
                # Without indentation the lines after a profile belong to it; profiles come last.
                profile = None if child.children else child
            elif profile is not None:
                profile.children.append(child.row)
            elif fields := self._fields(child):
                self._set(child, fields)
            else:
                self.other.append(child.text)
        return True

    def _set(self, stanza: Stanza, fields: _CallHomeFields) -> None:
        self.values |= fields
        self.lines |= dict.fromkeys(fields, stanza.row.line)

    @staticmethod
    def _fields(child: Stanza) -> _CallHomeFields:
        match child.words:
            case _ if child.negated:
                return {}
            case ["contact-email-addr", contact]:
                return {"contact": contact}
            case ["http-proxy", host, "port", port]:
                return {"proxy": host.strip('"'), "proxy_port": integer(port)}
            case ["http", "resolve-hostname", how]:
                return {"resolve": how}
            case ["vrf", vrf]:
                return {"vrf": vrf}
            case ["source-interface", *name]:
                return {"source_interface": "".join(name)}
        return {}

    def fact(self, command: str) -> CallHomeConfig:
        """Return the settings of the lines."""
        profiles = tuple(_profile(stanza, name, command) for stanza, name in self.profiles)
        if profiles:
            self.lines.setdefault("profiles", self.profiles[0][0].row.line)
        return CallHomeConfig(
            **self.values,
            profiles=profiles,
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def _profile(stanza: Stanza, name: str, command: str) -> CallHomeProfileConfig:
    values: dict[str, Any] = {}
    lines: dict[str, SourceLine] = {"": stanza.row.line, "name": stanza.row.line}
    addresses: list[str] = []
    other: list[str] = []
    for child in stanza.below():
        field: str | None = None
        match child.words:
            case ["active"]:
                field, value = "active", not child.negated
            case ["destination", "transport-method", ("http" | "email") as method]:
                field, value = method, not child.negated
            case ["reporting", "smart-licensing-data"]:
                field, value = "reporting_smart_licensing", not child.negated
            case ["destination", "address", "http", url] if not child.negated:
                addresses.append(url)
                lines.setdefault("addresses", child.row.line)
                continue
        if field is None:
            other.append(child.text)
        else:
            values[field], lines[field] = value, child.row.line
    return CallHomeProfileConfig(
        name=name,
        **values,
        addresses=tuple(addresses),
        other=tuple(other),
        source=Source(command, lines),
    )
