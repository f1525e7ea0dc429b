"""``show ntp status``.

Clock is synchronized, stratum 3, reference is 192.0.2.1
nominal freq is 250.0000 Hz, actual freq is 250.0000 Hz, precision is 2**10
reference time is DF9FFBA0.8B020DC8 (15:43:28.543 UTC Wed Nov 21 2018)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import device_time, integer
from slp_ops.facts.platform import NtpStatus
from slp_ops.facts.values import DeviceTime, LabelledValue, Source, SourceLine

if TYPE_CHECKING:
    from slp_ops.commands import Parsed


def parse(text: str) -> Parsed:
    """Parse whether the clock is synchronised, and with which server."""
    page = body(text, "show ntp status")
    state: str | None = None
    synchronised: bool | None = None
    enabled = True
    stratum: int | None = None
    reference: str | None = None
    reference_time: DeviceTime | None = None
    other: list[LabelledValue] = []
    lines: dict[str, SourceLine] = {}
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if "ntp is not enabled" in printed.lower():
            enabled = False
            lines["enabled"] = row.line
            continue
        if pair := split_label(printed):
            other.append(LabelledValue(label=pair[0], value=pair[1]))
            lines.setdefault("other", row.line)
            continue
        read = False
        for part in printed.split(", "):
            words = part.split()
            if words[:2] == ["Clock", "is"]:
                state = " ".join(words[2:])
                synchronised = state == "synchronized"
                lines["state"] = lines["synchronised"] = row.line
            elif words[:1] == ["stratum"]:
                stratum = integer(words[-1])
                lines["stratum"] = row.line
            elif part.startswith("reference is "):
                reference = part.removeprefix("reference is ").strip()
                lines["reference"] = row.line
            elif part.startswith("reference time is "):
                value = part.removeprefix("reference time is ")
                reference_time = device_time(value)
                lines["reference_time"] = row.line
            else:
                label, separator, value = part.partition(" is ")
                if not separator:
                    label, separator, value = part.partition(" was ")
                if not separator:
                    continue
                said = value.strip()
                # The full stop ends the sentence, except in ".LOCL.".
                other.append(
                    LabelledValue(label=label.strip(), value=said[:-1] if said.endswith("ago.") else said)
                )
                lines.setdefault("other", row.line)
            read = True
        if not read:
            unread.append(row)
    if not lines:
        return parsed(page, (), unread)
    fact = NtpStatus(
        state=state,
        synchronised=synchronised,
        stratum=stratum,
        reference=reference,
        reference_time=reference_time,
        enabled=enabled,
        other=tuple(other),
        source=Source(page.command, lines),
    )
    return parsed(page, (fact,), unread)


COMMAND = ShowCommand(
    command="show ntp status",
    sets=frozenset({"baseline"}),
    order=63,
    parse=parse,
    provides=(NtpStatus,),
)
