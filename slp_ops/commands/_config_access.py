"""Access lines, and the services that affect a switch's output.

username netops privilege 15 secret 9 ...
line vty 0 15
 transport output none
crypto pki trustpoint SLA-TrustPoint
 revocation-check crl
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slp_ops.commands._values import integer
from slp_ops.facts.config import (
    AccessConfig,
    ServicesConfig,
    Trustpoint,
    User,
    VtyConfig,
    VtyLine,
)
from slp_ops.facts.values import Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands._config_blocks import Stanza


class VtyLines:
    """``line vty``."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.ranges: list[VtyLine] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a range of vty lines; False for any other stanza."""
        numbers = stanza.after("line", "vty")
        if not numbers or stanza.negated:
            return False
        first = integer(numbers[0])
        last = integer(numbers[1]) if len(numbers) > 1 else first
        if first is None or last is None:
            return False
        self.ranges.append(_vty(stanza, first, last, self.command))
        return True

    def fact(self) -> VtyConfig:
        """Return the settings of the stanzas."""
        line = self.ranges[0].source.line("") if self.ranges else None
        return VtyConfig(lines=tuple(self.ranges), source=Source(self.command, line=line))


def _vty(stanza: Stanza, first: int, last: int, command: str) -> VtyLine:
    values: dict[str, Any] = {}
    lines: dict[str, SourceLine] = {"": stanza.row.line, "first": stanza.row.line}
    other: list[str] = []
    for child in stanza.below():
        value: object
        match child.words:
            case ["transport", ("input" | "output") as way, *protocols]:
                field, value = f"transport_{way}", tuple(protocols)
            case ["access-class", name, *rest] if "in" in rest or "out" in rest:
                field, value = f"access_class_{'in' if 'in' in rest else 'out'}", name
            case ["exec-timeout", *minutes]:
                field, value = "exec_timeout", " ".join(minutes)
            case ["privilege", "level", level]:
                field, value = "privilege", integer(level)
            case ["password", *_]:
                continue
            case _:
                other.append(child.text)
                continue
        if not child.negated:
            values[field], lines[field] = value, child.row.line
    return VtyLine(first=first, last=last, **values, other=tuple(other), source=Source(command, lines))


class AccessLines:
    """Users, AAA and the interfaces for other collectors."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.flags: dict[str, bool] = {}
        self.aaa: list[str] = []
        self.users: dict[str, User] = {}

    def read(self, stanza: Stanza) -> bool:
        """Read a line about access; False for any other."""
        line = stanza.row.line
        match stanza.words:
            case ["aaa", "new-model"]:
                self.flags["aaa_new_model"], self.lines["aaa_new_model"] = not stanza.negated, line
            case ["aaa", *_]:
                self.aaa.append(stanza.text)
                self.lines.setdefault("aaa_lines", line)
            case ["netconf-yang"]:
                self.flags["netconf"], self.lines["netconf"] = not stanza.negated, line
            case ["restconf"]:
                self.flags["restconf"], self.lines["restconf"] = not stanza.negated, line
            case ["ip", "scp", "server", "enable"]:
                self.flags["scp_server"], self.lines["scp_server"] = not stanza.negated, line
            case ["username", name, *rest] if not stanza.negated:
                self._user(name, rest, line)
            case _:
                return False
        return True

    def _user(self, name: str, rest: list[str], line: SourceLine) -> None:
        level = rest[rest.index("privilege") + 1 :][:1] if "privilege" in rest else []
        known = self.users.get(name)
        # A user may have several lines; the line with the privilege decides.
        if level or known is None:
            self.users[name] = User(
                name=name,
                privilege=integer(level[0]) if level else None,
                source=Source(self.command, line=line),
            )
        self.lines.setdefault("users", line)

    def fact(self) -> AccessConfig:
        """Return the settings of the lines."""
        return AccessConfig(
            **self.flags,
            aaa_lines=tuple(self.aaa),
            users=tuple(self.users.values()),
            source=Source(self.command, self.lines),
        )


class ServiceLines:
    """Trustpoints, archive, traps, logging and ``service`` lines."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.values: dict[str, Any] = {}
        self.trustpoints: list[Trustpoint] = []
        self.archive: list[str] = []
        self.boot: list[str] = []

    def read(self, stanza: Stanza) -> bool:
        """Read a line about these services; False for any other."""
        line = stanza.row.line
        match stanza.words:
            case ["service", "internal"]:
                self._set("service_internal", not stanza.negated, line)
            case ["service", "sequence-numbers"]:
                self._set("sequence_numbers", not stanza.negated, line)
            case ["service", "timestamps", "log", *how]:
                self._set("log_timestamps", None if stanza.negated else " ".join(how), line)
            case ["logging", "buffered", *how]:
                self._set("logging_buffered", None if stanza.negated else " ".join(how), line)
            case ["snmp-server", "enable", "traps", *kinds] if not kinds or "config" in kinds:
                self._set("traps_config", not stanza.negated, line)
            case ["boot", "system", *what]:
                self.boot.append(" ".join(what))
                self.lines.setdefault("boot_system", line)
            case ["archive"]:
                self.archive += [row.text.strip() for row in stanza.children]
                self.lines.setdefault("archive", line)
            case ["crypto", "pki", "trustpoint", name]:
                self.trustpoints.append(_trustpoint(stanza, name, self.command))
                self.lines.setdefault("trustpoints", line)
            case _:
                return False
        return True

    def _set(self, field: str, value: object, line: SourceLine) -> None:
        self.values[field], self.lines[field] = value, line

    def fact(self) -> ServicesConfig:
        """Return the settings of the lines."""
        return ServicesConfig(
            **self.values,
            trustpoints=tuple(self.trustpoints),
            archive=tuple(self.archive),
            boot_system=tuple(self.boot),
            source=Source(self.command, self.lines),
        )


def _trustpoint(stanza: Stanza, name: str, command: str) -> Trustpoint:
    values: dict[str, str] = {}
    lines: dict[str, SourceLine] = {"": stanza.row.line, "name": stanza.row.line}
    other: list[str] = []
    for child in stanza.below():
        match child.words:
            case ["enrollment", *how]:
                values["enrollment"], lines["enrollment"] = " ".join(how), child.row.line
            case ["revocation-check", *how]:
                values["revocation_check"] = " ".join(how)
                lines["revocation_check"] = child.row.line
            case ["password", *_]:
                continue
            case _:
                other.append(child.text)
    return Trustpoint(name=name, **values, other=tuple(other), source=Source(command, lines))
