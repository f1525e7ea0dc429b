"""``show license history message``. Unverified: no filled history of a real switch was available.

Message History (oldest to newest):
====================================================
Trust Establishment:
  No past history
Import Message History (oldest to newest):
====================================================
Import POLICY:
  No past Import history
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from slp_ops.commands import ShowCommand
from slp_ops.commands._capture_text import Row, body, parsed
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import time_inside
from slp_ops.facts.communication import HistoryEntry, MessageHistory
from slp_ops.facts.values import DeviceTime, LabelledValue, Source, SourceLine
from slp_ops.release import Release

if TYPE_CHECKING:
    from slp_ops.commands import Parsed

_KINDS: Final = (
    "trust establishment",
    "trust acknowledgement",
    "usage reporting",
    "result polling",
    "authorization request",
    "authorization confirmation",
    "authorization return",
    "trust sync",
    "hello message",
    "telemetry reporting",
)
_NOTHING: Final = ("No past history", "No past Import history")


class _Entry:
    """Content under one kind of message."""

    def __init__(self, kind: str, line: SourceLine) -> None:
        self.kind = kind
        self.line = line
        self.lines: list[str] = []
        self.values: list[LabelledValue] = []
        self.times: list[DeviceTime] = []

    def read(self, text: str) -> None:
        """Store a line of the message, and its time."""
        if text in _NOTHING:
            return
        self.lines.append(text)
        pair = split_label(text)
        if pair and pair[1]:
            self.values.append(LabelledValue(label=pair[0], value=pair[1]))
        if (time := time_inside(text)) is not None:
            self.times.append(time)


def parse(text: str) -> Parsed:
    """Return the history of each kind of message, in printed order."""
    page = body(text, "show license history message")
    entries: list[_Entry] = []
    heading: Row | None = None
    unread: list[Row] = []
    for row in page.rows:
        printed = row.text.strip()
        if not printed.strip("="):
            continue
        lowered = printed.rstrip(": ").lower()
        if "history (oldest to newest)" in lowered:
            heading = heading or row
        elif (printed.endswith(":") and lowered in _KINDS) or _import(printed):
            entries.append(_Entry(printed.rstrip(": "), row.line))
        elif entries:
            entries[-1].read(printed)
        else:
            unread.append(row)
    if heading is None and not entries:
        return parsed(page, (), unread)
    source = Source(page.command, line=heading.line if heading else None)
    history = MessageHistory(
        entries=tuple(
            HistoryEntry(
                kind=entry.kind,
                lines=tuple(entry.lines),
                values=tuple(entry.values),
                times=tuple(entry.times),
                source=Source(page.command, line=entry.line),
            )
            for entry in entries
        ),
        source=source,
    )
    return parsed(page, (history,), unread)


def _import(text: str) -> bool:
    return text.startswith("Import ") and text.endswith(":")


COMMAND = ShowCommand(
    command="show license history message",
    sets=frozenset({"baseline"}),
    since=Release.parse("17.3.2"),
    order=55,
    parse=parse,
    provides=(MessageHistory,),
)
