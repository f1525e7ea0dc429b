"""Configuration lines on the path to CSSM: DNS, time, HTTP, interfaces and VRFs.

ip domain lookup source-interface Vlan100
ip name-server vrf Mgmt-vrf 192.0.2.53 192.0.2.54
ip http client source-interface Vlan100
ntp server vrf Mgmt-vrf 192.0.2.1 prefer
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from slp_ops.commands._config_blocks import rows_below
from slp_ops.commands._lazy_sequence import LazySequence
from slp_ops.commands._values import integer
from slp_ops.facts.config import (
    DomainName,
    HttpConfig,
    InterfaceConfig,
    InterfacesConfig,
    LazyInterfaces,
    NameConfig,
    NameServer,
    NtpServer,
    PinnedHost,
    TimeConfig,
)
from slp_ops.facts.values import Source, SourceLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.commands._capture_text import Row
    from slp_ops.commands._config_blocks import Stanza


def _vrf(words: list[str]) -> tuple[str | None, list[str]]:
    """Remove a leading ``vrf NAME`` from the words."""
    return (words[1], words[2:]) if words[:1] == ["vrf"] and len(words) > 1 else (None, words)


class NameLines:
    """DNS."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.lookup = True
        self.lookup_source: str | None = None
        self.lookup_sources: list[tuple[str, str]] = []
        self.servers: list[NameServer] = []
        self.domains: list[DomainName] = []
        self.hosts: list[PinnedHost] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a DNS line; False for any other."""
        line = stanza.row.line
        source = Source(self.command, line=line)
        # "ip domain-lookup" and "ip domain-name" are the older spellings.
        words = stanza.words[:1] + [part for word in stanza.words[1:2] for part in word.split("-", 1)]
        match [*words, *stanza.words[2:]]:
            case ["ip", "domain", "lookup", *rest]:
                self._lookup(stanza, rest)
            case ["ip", "name", "server", *rest] if not stanza.negated:
                vrf, addresses = _vrf(rest)
                self.servers += [NameServer(address=each, vrf=vrf, source=source) for each in addresses]
                self.lines.setdefault("servers", line)
            case ["ip", "domain", "name", *rest] if rest and not stanza.negated:
                vrf, names = _vrf(rest)
                self.domains += [DomainName(name=each, vrf=vrf, source=source) for each in names[:1]]
                self.lines.setdefault("domains", line)
            case ["ip" | "ipv6", "host", *rest] if rest and not stanza.negated:
                vrf, names = _vrf(rest)
                if names:
                    self.hosts.append(
                        PinnedHost(name=names[0], addresses=tuple(names[1:]), vrf=vrf, source=source)
                    )
                    self.lines.setdefault("hosts", line)
            case _:
                return False
        return True

    def _lookup(self, stanza: Stanza, rest: list[str]) -> None:
        vrf, words = _vrf(rest)
        if words[:1] == ["source-interface"] and not stanza.negated:
            name = "".join(words[1:])
            if vrf is None:
                self.lookup_source, self.lines["lookup_source"] = name, stanza.row.line
            else:
                self.lookup_sources.append((vrf, name))
                self.lines.setdefault("lookup_sources", stanza.row.line)
        elif not words and vrf is None:
            self.lookup, self.lines["lookup"] = not stanza.negated, stanza.row.line

    def fact(self) -> NameConfig:
        """Return the settings of the lines."""
        return NameConfig(
            lookup=self.lookup,
            lookup_source=self.lookup_source,
            lookup_sources=tuple(self.lookup_sources),
            servers=tuple(self.servers),
            domains=tuple(self.domains),
            hosts=tuple(self.hosts),
            source=Source(self.command, self.lines),
        )


class TimeLines:
    """NTP and the clock."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.values: dict[str, str] = {}
        self.servers: list[NtpServer] = []
        self.other: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a line about time; False for any other."""
        line = stanza.row.line
        match stanza.words:
            case ["ntp", "server" | "peer", *rest] if rest and not stanza.negated:
                vrf, words = _vrf(rest)
                if words[:1] in (["ip"], ["ipv6"]):
                    words = words[1:]
                interface = words[words.index("source") + 1 :][:1] if "source" in words else []
                self.servers += [
                    NtpServer(
                        address=address,
                        vrf=vrf,
                        source_interface=interface[0] if interface else None,
                        prefer="prefer" in words,
                        source=Source(self.command, line=line),
                    )
                    for address in words[:1]
                ]
                self.lines.setdefault("servers", line)
            case ["ntp", "source", *name] if not stanza.negated:
                self.values["source_interface"] = "".join(name)
                self.lines["source_interface"] = line
            case ["clock", "timezone", *rest]:
                self.values["zone"], self.lines["zone"] = " ".join(rest), line
            case ["clock", "summer-time", *rest]:
                self.values["summer_time"], self.lines["summer_time"] = " ".join(rest), line
            case ["ntp", *_]:
                self.other.append(stanza.text)
                self.lines.setdefault("other", line)
            case _:
                return False
        return True

    def fact(self) -> TimeConfig:
        """Return the settings of the lines."""
        return TimeConfig(
            servers=tuple(self.servers),
            source_interface=self.values.get("source_interface"),
            zone=self.values.get("zone"),
            summer_time=self.values.get("summer_time"),
            other=tuple(self.other),
            source=Source(self.command, self.lines),
        )


class _HttpFields(TypedDict, total=False):
    client_source_interface: str
    client_secure_trustpoint: str
    client_proxy: str
    client_proxy_port: int | None
    server: bool
    secure_server: bool
    authentication: str


class HttpLines:
    """The HTTP client and server."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.values: _HttpFields = {}
        self.client_other: list[str] = []
        self.server_other: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read an ``ip http`` line; False for any other."""
        rest = stanza.after("ip", "http")
        if rest is None:
            return False
        fields = self._fields(rest, stanza.negated)
        self.values |= fields
        self.lines |= dict.fromkeys(fields, stanza.row.line)
        if not fields:
            kept = "client_other" if rest[:1] == ["client"] else "server_other"
            getattr(self, kept).append(stanza.text)
            self.lines.setdefault(kept, stanza.row.line)
        return True

    @staticmethod
    def _fields(words: list[str], negated: bool) -> _HttpFields:
        match words:
            case ["server"]:
                return {"server": not negated}
            case ["secure-server"]:
                return {"secure_server": not negated}
            case _ if negated:
                return {}
            case ["authentication", *how]:
                return {"authentication": " ".join(how)}
            case ["client", "source-interface", *name]:
                return {"client_source_interface": "".join(name)}
            case ["client", "secure-trustpoint", name]:
                return {"client_secure_trustpoint": name}
            case ["client", "proxy-server", host, "proxy-port", port]:
                return {"client_proxy": host, "client_proxy_port": integer(port)}
            case ["client", "proxy-server", host]:
                return {"client_proxy": host}
        return {}

    def fact(self) -> HttpConfig:
        """Return the settings of the lines."""
        return HttpConfig(
            **self.values,
            client_other=tuple(self.client_other),
            server_other=tuple(self.server_other),
            source=Source(self.command, self.lines),
        )


class InterfaceLines:
    """Interfaces and defined VRFs."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.interfaces = ReadInterfaces(command)
        self.vrfs: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read an interface or a VRF; False for any other stanza."""
        words = stanza.words
        if stanza.negated:
            return False
        if words[0] == "interface" and len(words) > 1:  # most stanzas are one
            self.interfaces.add("".join(words[1:]), stanza)
            stanza.leave_unread(_unread)
            self.lines.setdefault("interfaces", stanza.row.line)
            return True
        match words:
            case ["vrf", "definition", vrf] | ["ip", "vrf", vrf]:
                self.vrfs.append(vrf)
                self.lines.setdefault("vrfs", stanza.row.line)
                stanza.leave_unread(rows_below)
            case _:
                return False
        return True

    def fact(self) -> InterfacesConfig:
        """Return the settings of the stanzas."""
        return InterfacesConfig(
            interfaces=self.interfaces,
            vrfs=tuple(self.vrfs),
            source=Source(self.command, self.lines),
        )


class ReadInterfaces(LazySequence[InterfaceConfig], LazyInterfaces):
    """Interfaces in the order of the configuration: a stack has hundreds, and rules ask for two or three."""

    __slots__ = ("_command", "_names", "_stanzas")

    def __init__(self, command: str) -> None:
        self._command = command
        self._names: list[str] = []
        self._stanzas: list[Stanza] = []

    def add(self, name: str, stanza: Stanza) -> None:
        """Append the interface of a stanza."""
        self._names.append(name)
        self._stanzas.append(stanza)

    @property
    def names(self) -> Sequence[str]:
        """Return the name of each interface."""
        return self._names

    def __len__(self) -> int:
        return len(self._names)

    def _value(self, place: int) -> InterfaceConfig:
        values, lines, _ = _settings(self._stanzas[place])
        return InterfaceConfig(name=self._names[place], **values, source=Source(self._command, lines))

    def __reduce__(self) -> tuple[type[tuple[InterfaceConfig, ...]], tuple[tuple[InterfaceConfig, ...]]]:
        return tuple, (tuple(self),)


_PLAIN: Final = frozenset({"ip", "ipv6", "vrf", "no", "shutdown", "description"})


def _unread(stanza: Stanza) -> list[Row]:
    return _settings(stanza)[2]


def _settings(stanza: Stanza) -> tuple[dict[str, Any], dict[str, SourceLine], list[Row]]:
    """Return the fields of an interface, their lines, and the lines that no field is read from."""
    unread: list[Row] = []
    values: dict[str, Any] = {}
    lines: dict[str, SourceLine] = dict.fromkeys(("", "name"), stanza.row.line)
    for row in stanza.children:
        if row.text.split(None, 1)[0] not in _PLAIN:
            unread.append(row)
            continue
        match row.text.split():
            case ["vrf", "forwarding", vrf, *_] | ["ip", "vrf", "forwarding", vrf, *_]:
                values["vrf"], lines["vrf"] = vrf, row.line
            case ["ip" | "ipv6", "address", *address] if address:
                values["addresses"] = (*values.get("addresses", ()), " ".join(address))
                lines.setdefault("addresses", row.line)
            case ["no", "ip", "address"]:
                lines.setdefault("addresses", row.line)
            case ["shutdown"]:
                values["shutdown"], lines["shutdown"] = True, row.line
            case ["description", *_]:
                values["description"] = row.text.strip().removeprefix("description ")
                lines["description"] = row.line
            case _:
                unread.append(row)
    return values, lines, unread
