"""``show running-config``: the lines that licensing and the path to CSSM depend on.

Each family of lines has a reader; other lines stay unparsed, which here means
that licensing does not depend on them.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._config_access import AccessLines, ServiceLines, VtyLines
from slp_ops.commands._config_blocks import Stanza, every_row, stanzas
from slp_ops.commands._config_license import CallHomeLines, LicenseLines
from slp_ops.commands._config_names import HttpLines, InterfaceLines, NameLines, TimeLines
from slp_ops.commands._lazy_sequence import DeferredSequence
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import device_time, integer
from slp_ops.facts.config import (
    AccessConfig,
    CallHomeConfig,
    ConfigInfo,
    HttpConfig,
    InterfacesConfig,
    LicenseConfig,
    NameConfig,
    ServicesConfig,
    TimeConfig,
    VtyConfig,
)
from slp_ops.facts.values import DeviceTime, Fact, LabelledValue, Source, SourceLine
from slp_ops.iosxe.filters import filter_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slp_ops.commands import Parsed

_SIZE: Final = re.compile(r"^Current configuration : (\d+) bytes", re.ASCII)
_CHANGED: Final = re.compile(
    r"^! (?:Last configuration change|NVRAM config last updated) at (.*?)(?: by (\S+))?$"
)


class _Info:
    """Heading and general lines of the configuration."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.lines: dict[str, SourceLine] = {}
        self.complete = False
        self.hostname: str | None = None
        self.version: str | None = None
        self.size: int | None = None
        self.printed: str | None = None
        self.times: dict[str, DeviceTime | None] = {}
        self.changed_by: str | None = None

    def heading(self, row: Row) -> None:
        """Read a comment or a line of the heading."""
        if found := _SIZE.match(row.text):
            self.size, self.lines["bytes"] = integer(found[1]), row.line
            self.printed = row.text.partition(":")[2].strip()
        elif row.text.startswith("! ") and (found := _CHANGED.match(row.text)):
            field = "changed" if "change" in row.text else "saved"
            self.times[field], self.lines[field] = device_time(found[1]), row.line
            if field == "changed":
                self.changed_by = found[2]
                self.lines["changed_by"] = row.line

    def read(self, stanza: Stanza) -> bool:
        """Read the lines with host name, release and end."""
        match stanza.words:
            case ["hostname", name]:
                self.hostname, self.lines["hostname"] = name, stanza.row.line
            case ["version", version]:
                self.version, self.lines["version"] = version, stanza.row.line
            case ["end"]:
                self.complete = True
                self.lines["complete"] = stanza.row.line
            case ["Building", "configuration..."] | ["Current", "configuration", *_]:
                return True
            case _:
                return False
        return True

    def fact(self, total: int, unread: Sequence[Row]) -> ConfigInfo:
        """Return the configuration as a whole: complete when both its head and its end occurred."""
        return ConfigInfo(
            complete=self.complete and self.version is not None,
            filters=tuple(part for part in (self.command.partition("|")[2].strip(),) if part),
            hostname=self.hostname,
            version=self.version,
            bytes=self.size,
            size=self.printed,
            changed=self.times.get("changed"),
            changed_by=self.changed_by,
            saved=self.times.get("saved"),
            lines=total,
            other=DeferredSequence(lambda: _labelled(unread)),
            source=Source(self.command, self.lines),
        )


def _labelled(rows: Sequence[Row]) -> Iterator[LabelledValue]:
    for row in rows:
        if ": " in row.text and (pair := split_label(row.text)) and pair[1]:
            yield LabelledValue(label=pair[0], value=pair[1])


def parse(text: str) -> Parsed:
    """Parse the configuration by family.

    A truncated or filtered configuration yields only the families of its lines: missing lines may
    have been cut.
    """
    page = body(text, "show running-config")
    command = page.command
    info = _Info(command)
    licence, call_home = LicenseLines(), CallHomeLines()
    names, time, http, interfaces = (
        NameLines(command),
        TimeLines(command),
        HttpLines(command),
        InterfaceLines(command),
    )
    vty, access, services = VtyLines(command), AccessLines(command), ServiceLines(command)
    # Interfaces first: most stanzas are one.
    readers = (interfaces, info, licence, call_home, http, names, time, vty, access, services)
    for row in page.rows[:12]:
        info.heading(row)
    found = list(stanzas(page.rows))
    for stanza in found:
        for reader in readers:
            if reader.read(stanza):
                break
        else:
            stanza.leave_unread(every_row)
    unread = DeferredSequence(lambda: chain.from_iterable(stanza.unread_rows() for stanza in found))
    whole = info.fact(len(page.rows), unread)
    passed = filter_of(command)
    shown = {family for family, line in _SAMPLES.items() if passed is not None and passed.shows(line)}
    if not info.lines and not any(
        (licence.lines, call_home.lines, http.lines, names.lines, interfaces.lines, shown)
    ):
        return parsed(page, (), unread)
    seen: tuple[tuple[bool, Fact], ...] = (
        (True, whole),
        (bool(licence.lines), licence.fact(command)),
        (bool(call_home.lines), call_home.fact(command)),
        (bool(http.lines), http.fact()),
        (bool(names.lines), names.fact()),
        (bool(time.lines), time.fact()),
        (bool(interfaces.lines), interfaces.fact()),
        (bool(vty.ranges), vty.fact()),
        (bool(access.lines), access.fact()),
        (bool(services.lines), services.fact()),
    )
    facts = (fact for any_line, fact in seen if any_line or whole.complete or type(fact) in shown)
    return parsed(page, facts, unread)


# Lines whose absence is an answer where a filter would have shown them.
_SAMPLES: Final[dict[type[Fact], str]] = {
    LicenseConfig: "license smart transport smart",
    HttpConfig: "ip http client source-interface Vlan1",
    NameConfig: "ip name-server 192.0.2.53",
}


COMMAND = ShowCommand(
    command="show running-config",
    aliases=("show running-config all",),
    sets=frozenset({"baseline"}),
    order=30,
    parse=parse,
    provides=(
        ConfigInfo,
        LicenseConfig,
        CallHomeConfig,
        HttpConfig,
        NameConfig,
        TimeConfig,
        InterfacesConfig,
        VtyConfig,
        AccessConfig,
        ServicesConfig,
    ),
)
