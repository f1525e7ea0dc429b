"""``show call-home smart-licensing``.

Current smart-licensing transport settings:
 Smart-license messages: enabled
 Profile: CiscoTAC-1 (status: ACTIVE)
 Destination  URL(s):  https://tools.cisco.com/its/service/oddce/services/DDCEService
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import present
from slp_ops.facts.reach import CallHomeLicensing
from slp_ops.facts.values import LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_STATUS: Final = re.compile(r"^(.*?) ?\(status: (\w+)\)$")


def parse(text: str) -> Parsed:
    """Parse whether call-home carries licensing messages, with profile and destination."""
    page = body(text, "show call-home smart-licensing")
    values: dict[str, str | None] = {}
    lines: dict[str, SourceLine] = {}
    urls: list[str] = []
    other: list[LabelledValue] = []
    unread: list[Row] = []
    last = ""
    for row in page.rows:
        pair = split_label(row.text)
        if pair is None:
            if last == "destination url(s)" and "://" in row.text:
                urls.append(row.text.strip())
            else:
                unread.append(row)
            continue
        label, value = pair
        last = " ".join(label.lower().split())
        if last == "smart-license messages":
            values["messages"], lines["messages"] = present(value), row.line
        elif last == "profile":
            values["profile"] = present(value)
            lines |= dict.fromkeys(("profile", "profile_status", "profile_printed"), row.line)
        elif last == "destination url(s)":
            lines["urls"] = row.line
            urls += [value] if present(value) else []
        elif value:
            other.append(LabelledValue(label=label, value=value))
        else:
            lines.setdefault("", row.line)
    if not lines:
        return parsed(page, (), unread)
    printed = values.get("profile")
    status = _STATUS.match(printed or "")
    fact = CallHomeLicensing(
        messages=values.get("messages"),
        profile=status[1] if status else printed,
        profile_status=status[2] if status else None,
        profile_printed=printed,
        urls=tuple(urls),
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show call-home smart-licensing",
    sets=frozenset({"baseline"}),
    order=64,
    parse=parse,
    provides=(CallHomeLicensing,),
)
