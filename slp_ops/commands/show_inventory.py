"""``show inventory``, also ``raw`` and ``oid``.

NAME: "Switch 1", DESCR: "C9300-48UXM"
PID: C9300-48UXM       , VID: V02  , SN: FOC0000A0AA
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import present
from slp_ops.facts.platform import HardwarePart, Inventory
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_NAME: Final = re.compile(r'^NAME: "([^"]*)", ?DESCR: "(.*)"$')
_PID: Final = re.compile(r"^PID: ?([^,]*), ?VID: ?([^,]*), ?SN: ?(.*)$")


class _Part:
    """Lines of one part."""

    def __init__(self, name: str, description: str, row: Row) -> None:
        self.name = name
        self.description = description
        self.values: tuple[str | None, ...] = (None, None, None)
        self.lines: dict[str, SourceLine] = {"": row.line, "name": row.line, "description": row.line}
        self.printed = [row]
        self.other: list[LabelledValue] = []

    def fact(self, command: str) -> HardwarePart:
        """Return the part of these lines."""
        pid, vid, sn = self.values
        return HardwarePart(
            name=self.name,
            description=present(self.description),
            pid=pid,
            vid=vid,
            sn=sn,
            printed=tuple(_as_printed(row) for row in self.printed),
            other=tuple(self.other),
            source=Source(command, self.lines),
        )


def _as_printed(row: Row) -> LabelledValue:
    label, value = split_label(row.text) or ("", row.text.strip())
    return LabelledValue(label=label, value=value)


def parse(text: str) -> Parsed:
    """Return the parts, in printed order."""
    page = body(text, "show inventory")
    parts: list[_Part] = []
    other: list[LabelledValue] = []
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if found := _NAME.match(printed):
            parts.append(_Part(found[1], found[2], row))
        elif parts and (found := _PID.match(printed)):
            part = parts[-1]
            part.values = tuple(present(each) for each in found.groups())
            part.lines |= dict.fromkeys(("pid", "vid", "sn"), row.line)
            part.printed.append(row)
        elif pair := split_label(printed):
            (parts[-1].other if parts else other).append(LabelledValue(label=pair[0], value=pair[1]))
        elif printed.strip("+"):
            unread.append(row)
    if not parts:
        return parsed(page, (), unread)
    facts = tuple(part.fact(page.command) for part in parts)
    return parsed(page, (Inventory(parts=facts, other=tuple(other), source=Source(page.command)),), unread)


COMMAND = ShowCommand(
    command="show inventory",
    aliases=("show inventory WHAT",),
    parse=parse,
    provides=(Inventory,),
)
