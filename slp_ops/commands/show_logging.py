"""``show logging``: the settings, then the buffer.

Syslog logging: enabled (0 messages dropped, 2 messages rate-limited, ...)
    Buffer logging:  level debugging, 481 messages logged, xml disabled,
Log Buffer (4096 bytes):
*Nov 17 18:05:09.580: %SMART_LIC-3-COMM_FAILED: Communications failure with the ...
"""

from __future__ import annotations

import re
from typing import Final

from slp_ops.commands import Parsed, ShowCommand
from slp_ops.commands._capture_text import NumberedLines, Page, Row, says_something
from slp_ops.commands._log_line import begun_by
from slp_ops.commands._message_log import MessageLog
from slp_ops.commands._section_parser import split_label
from slp_ops.commands._values import integer
from slp_ops.facts.log import SyslogBuffer
from slp_ops.facts.values import LabelledValue, Source, SourceLine
from slp_ops.iosxe.filters import filter_of

_LEVEL: Final = re.compile(r"^level (\w+), (\d+) messages logged")
_DROPPED: Final = re.compile(r"\((\d+) messages? dropped")
_BUFFER: Final = re.compile(r"^Log Buffer \((\d+) bytes\):?$")


class _Heading:
    """Settings in the lines before the buffer."""

    def __init__(self) -> None:
        self.lines: dict[str, SourceLine] = {}
        self.level: str | None = None
        self.logged: int | None = None
        self.bytes: int | None = None
        self.dropped: int | None = None
        self.other: list[LabelledValue] = []
        self.settings: list[str] = []
        self.cut: list[str] = []

    def read(self, row: Row) -> None:
        """Read a line before the first message."""
        text = row.text.strip()
        if found := _BUFFER.match(text):
            self.bytes, self.lines["buffer_bytes"] = integer(found[1]), row.line
            return
        if self.bytes is not None:
            self.cut.append(text)
            self.lines.setdefault("cut", row.line)
            self.label(text, "cut")
            return
        label, value = self.label(text)
        if not value:
            self.settings.append(text)
            return
        if label == "Buffer logging" and (found := _LEVEL.match(value)):
            self.level, self.logged = found[1], integer(found[2])
            self.lines["buffer_level"] = self.lines["buffer_logged"] = row.line
        elif label == "Syslog logging" and (found := _DROPPED.search(value)):
            self.dropped, self.lines["dropped"] = integer(found[1]), row.line

    def label(self, text: str, heading: str = "") -> tuple[str, str]:
        """Store the label and value of a line; both are empty without a label."""
        label, value = split_label(text) or ("", "")
        if value:
            self.other.append(LabelledValue(label=label, value=value, heading=heading))
        return label, value


def parse(text: str) -> Parsed:
    """Parse the messages in printed order, and the settings in the heading.

    An empty output of a filter is a log without such messages.
    """
    lines = NumberedLines(text, "show logging")
    heading = _Heading()
    messages = MessageLog(lines.text, lines.command)
    latest: str | None = None
    before: list[Row] = []
    for row, start in lines:
        name = begun_by(row.text)
        if name is not None:
            messages.add(row.number, start, name)
            latest = name
        elif latest is not None:
            messages.extend(start + len(row.text))
            heading.label(row.text, latest)
        else:
            before.append(row)
            heading.read(row)
    passed = filter_of(lines.command)
    is_answer = not before and passed is not None and passed.verb in ("include", "section", "exclude")
    if not messages and heading.bytes is None and not heading.other and not is_answer:
        unread = tuple(row.line for row in before if says_something(row))
        return Parsed(facts=(), unparsed=unread, total=lines.total)
    if messages and (first := messages[0].source.line("")):
        heading.lines["oldest"] = heading.lines["messages"] = first
    fact = SyslogBuffer(
        messages=messages,
        oldest=messages[0].time if messages else None,
        newest=messages[-1].time if messages else None,
        buffer_level=heading.level,
        buffer_logged=heading.logged,
        buffer_bytes=heading.bytes,
        dropped=heading.dropped,
        other=tuple(heading.other),
        settings=tuple(heading.settings),
        cut=tuple(heading.cut),
        console=isinstance(text, Page) and text.console,
        filter=_filter(lines.command),
        source=Source(lines.command, heading.lines),
    )
    return Parsed(facts=(fact,), unparsed=(), total=lines.total)


def _filter(command: str) -> str | None:
    """Return what limits the log: the words behind the bar, or ``last N``."""
    typed, _, passed = command.partition("|")
    last = " ".join(typed.split()[2:])
    return (f"{last} {passed.strip()}" if last else passed).strip() or None


COMMAND = ShowCommand(
    command="show logging",
    aliases=("show logging last COUNT",),
    sets=frozenset({"baseline"}),
    order=40,
    parse=parse,
    provides=(SyslogBuffer,),
)
