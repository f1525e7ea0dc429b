"""``show switch``.

Switch/Stack Mac Address : 0c75.bd00.0001 - Local Mac Address
Mac persistency wait time: Indefinite
                                             H/W   Current
Switch#   Role    Mac Address     Priority Version  State
*1       Active   0c75.bd00.0001     15     V02     Ready
 2       Member   0000.0000.0000     0              Provisioned
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import integer
from slp_ops.facts.platform import Stack, StackMember, StackPorts
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_ROW: Final = re.compile(
    r"^(\*?)\s*(\d{1,2})\s+([A-Z][a-z]+)\s+([0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})\s+(\d{1,2})\s+(\S.*)$",
    re.ASCII,
)
_PORTS: Final = re.compile(
    r"^(\d{1,2})\s+([A-Za-z]+)\s+([A-Za-z]+)\s+(\d{1,2}|None)\s+(\d{1,2}|None)$", re.ASCII
)
_HEADINGS: Final = ("Current", "Priority", "Stack Port Status", "Port 1")


def parse(text: str) -> Parsed:
    """Parse the stack and its members."""
    page = body(text, "show switch")
    members: list[StackMember] = []
    ports: list[StackPorts] = []
    lines: dict[str, SourceLine] = {}
    values: dict[str, str] = {}
    other: list[LabelledValue] = []
    unread: list[Row] = []
    for row in page.rows:
        if found := _ROW.match(row.text.strip()):
            members.append(_member(found, Source(page.command, line=row.line)))
            lines.setdefault("members", row.line)
        elif found := _PORTS.match(row.text.strip()):
            number, *rest = found.groups()
            ports.append(
                StackPorts(
                    number=int(number),
                    states=tuple(rest[:2]),
                    neighbours=tuple(rest[2:]),
                    source=Source(page.command, line=row.line),
                )
            )
            lines.setdefault("ports", row.line)
        elif pair := split_label(row.text):
            label, value = pair
            field = _FIELDS.get(label.lower())
            if field is None:
                other.append(LabelledValue(label=label, value=value))
            else:
                values[field], lines[field] = value, row.line
        elif not any(heading in row.text for heading in _HEADINGS):
            unread.append(row)
    if not lines:
        return parsed(page, (), unread)
    mac = values.get("mac")
    stack = Stack(
        mac=mac.split(" ", 1)[0] if mac else None,
        mac_printed=mac,
        persistency=values.get("persistency"),
        members=tuple(members),
        ports=tuple(ports),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (stack,), unread)


_FIELDS: Final = {
    "switch/stack mac address": "mac",
    "chassis/stack mac address": "mac",
    "mac persistency wait time": "persistency",
}


def _member(found: re.Match[str], source: Source) -> StackMember:
    star, number, role, mac, priority, rest = found.groups()
    # The hardware version of a unit that is only provisioned is blank.
    words = rest.split()
    return StackMember(
        number=int(number),
        active=bool(star),
        role=role,
        mac=mac,
        priority=integer(priority),
        hardware=words[0] if len(words) > 1 else None,
        state=words[-1] if words else None,
        source=source,
    )


COMMAND = ShowCommand(
    command="show switch",
    aliases=("show switch detail",),
    sets=frozenset({"baseline"}),
    order=60,
    parse=parse,
    provides=(Stack,),
)
