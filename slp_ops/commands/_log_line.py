"""Parser of one syslog line, with the grammar of ``iosxe.syslog``."""

from __future__ import annotations

from datetime import time
from sys import intern
from typing import TYPE_CHECKING

from slp_ops.commands._values import month
from slp_ops.facts.log import LogTime, SyslogMessage
from slp_ops.facts.values import Source
from slp_ops.iosxe import syslog

if TYPE_CHECKING:
    from slp_ops.commands._capture_text import Row


def begun_by(line: str) -> str | None:
    """Return the name of the message that a line begins; None for any other line."""
    found = syslog.heading(line)
    if found is None or (found.month and month(found.month) is None):
        return None
    return found.name


def message(row: Row, command: str, more: tuple[str, ...] = ()) -> SyslogMessage:
    """Return the message that a row begins, with the lines that continue it."""
    found = syslog.parse(row.text)
    if found is None:
        raise ValueError(f"line {row.number} begins no message")
    logged = LogTime(
        text=found.stamp,
        mark=found.mark,
        year=int(found.year) if found.year else None,
        month=month(found.month) if found.month else None,
        day=int(found.day) if found.day else None,
        time=_time(found) if found.hour else None,
        zone=found.zone,
    )
    printed = row.text.strip()
    return SyslogMessage(
        time=logged,
        facility=intern(found.facility),
        severity=found.severity,
        mnemonic=intern(found.mnemonic),
        text=found.text,
        sequence=int(found.sequence) if found.sequence else None,
        origin=found.origin,
        printed=printed if found.sequence is None else printed[len(found.sequence) + 2 :].lstrip(),
        more=more,
        source=Source(command, line=row.line),
    )


def _time(found: syslog.LogLine) -> time | None:
    micro = (found.fraction or "0").ljust(6, "0")
    try:
        return time(int(found.hour or 0), int(found.minute or 0), int(found.second or 0), int(micro))
    except ValueError:
        return None
