"""``show hosts``: domain, name servers, and known names.

Default domain is example.net
Name/address lookup uses domain service
Name servers are 192.0.2.53, 192.0.2.54
NAME  TTL  CLASS   TYPE      DATA/ADDRESS
 router1.example.net   3600    IN      A       192.0.2.1

Host                      Port  Flags      Age Type   Address(es)
tools.cisco.com           None  (perm, OK)  0   IP    198.51.100.7
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import integer
from slp_ops.facts.reach import HostEntry, Hosts
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_CACHED: Final = re.compile(r"^(\S+)\s+(\d+)\s+IN\s+([A-Z]+)\s+(\S.*)$", re.ASCII)
_STATIC: Final = re.compile(
    r"^(\S+)\s+(\S+)\s+(\([^()]{1,40}\))\s+(\S+)\s+(IPv6|IPV6|IP)\s+(\S.*)$", re.ASCII
)
_PHRASES: Final = (
    ("Default domain is ", "domain"),
    ("Name/address lookup uses ", "lookup"),
    ("Name servers are ", "servers"),
)
_COLUMNS: Final = ("NAME", "Host ", "Codes:", "temp - ", "NA - ", "None - ")
_NO_SERVER: Final = "255.255.255.255"  # the broadcast address: nothing is configured


def parse(text: str) -> Parsed:
    """Parse the settings, then one name per row."""
    page = body(text, "show hosts")
    values: dict[str, str] = {}
    lines: dict[str, SourceLine] = {}
    entries: list[HostEntry] = []
    other: list[LabelledValue] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        phrase = next((each for each in _PHRASES if printed.startswith(each[0])), None)
        if phrase is not None:
            values[phrase[1]] = printed.removeprefix(phrase[0]).strip()
            lines[phrase[1]] = row.line
        elif printed == "Default domain is not set":
            lines["domain"] = row.line
        elif entry := _entry(printed, Source(page.command, line=row.line)):
            entries.append(entry)
        elif printed.startswith(_COLUMNS):
            lines.setdefault("entries", row.line)
        elif pair := split_label(printed):
            other.append(LabelledValue(label=pair[0], value=pair[1]))
            lines.setdefault("other", row.line)
        else:
            unread.append(row)
    if not lines and not entries:
        return parsed(page, (), unread)
    printed_servers = values.get("servers")
    servers = tuple(
        server
        for part in (printed_servers or "").split(",")
        if (server := part.strip()) and server != _NO_SERVER
    )
    fact = Hosts(
        domain=None if values.get("domain") == "not set" else values.get("domain"),
        servers=servers,
        servers_printed=printed_servers,
        lookup=values.get("lookup"),
        entries=tuple(entries),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


def _entry(text: str, source: Source) -> HostEntry | None:
    if found := _CACHED.match(text):
        name, ttl, kind, data = found.groups()
        return HostEntry(name=name, type=kind, data=data, ttl=integer(ttl), source=source)
    if found := _STATIC.match(text):
        name, port, flags, age, kind, data = found.groups()
        return HostEntry(name=name, type=kind, data=data, flags=flags, printed=(port, age), source=source)
    return None


COMMAND = ShowCommand(
    command="show hosts",
    aliases=("show hosts summary",),
    sets=frozenset({"baseline"}),
    order=61,
    parse=parse,
    provides=(Hosts,),
)
