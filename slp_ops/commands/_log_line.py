"""Parser of one syslog line, with the grammar of ``iosxe.syslog``."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from slp_ops.commands._values import month
from slp_ops.facts.log import LogTime, MessageExtract, SyslogMessage, latest_time
from slp_ops.facts.values import Source
from slp_ops.iosxe import syslog

if TYPE_CHECKING:
    from datetime import datetime

    from slp_ops.commands._capture_text import Row


def begun_by(line: str) -> str | None:
    """Return the name of the message that a line begins; None for any other line."""
    found = syslog.heading(line)
    if found is None:
        return None
    printed, name = found
    return None if printed and month(printed) is None else name


def extract(line: str, more: tuple[str, ...], now: datetime | None) -> MessageExtract:
    """Return the extract of the message that a line begins; ``now`` is the switch's clock."""
    found = syslog.parse(line)
    if found is None:
        raise ValueError(f"{line!r} begins no message")
    at = None if now is None else _at(found, now)
    return MessageExtract(at, found.severity, found.text, more)


def _at(found: syslog.LogLine, now: datetime) -> datetime | None:
    """Return the time without a ``LogTime`` in between: a log has hundreds."""
    number = month(found.month) if found.month else None
    if number is None:
        return None
    year = int(found.year) if found.year else None
    return latest_time(year, number, int(found.day or 0), _clock(found), now)


def message(row: Row, command: str, more: tuple[str, ...] = ()) -> SyslogMessage:
    """Return the message that a row begins, with the lines that continue it."""
    found = syslog.parse(row.text)
    if found is None:
        raise ValueError(f"line {row.number} begins no message")
    printed = row.text.strip()
    return SyslogMessage(
        time=_log_time(found),
        facility=found.facility,
        severity=found.severity,
        mnemonic=found.mnemonic,
        text=found.text,
        sequence=int(found.sequence) if found.sequence else None,
        origin=found.origin,
        printed=printed if found.sequence is None else printed[len(found.sequence) + 2 :].lstrip(),
        more=more,
        source=Source(command, line=row.line),
    )


def _log_time(found: syslog.LogLine) -> LogTime:
    return LogTime(
        text=found.stamp or "",
        mark=found.mark or "",
        year=int(found.year) if found.year else None,
        month=month(found.month) if found.month else None,
        day=int(found.day) if found.day else None,
        time=_time(found) if found.hour else None,
        zone=found.zone,
    )


def _time(found: syslog.LogLine) -> time | None:
    try:
        return time(*_clock(found))
    except ValueError:
        return None


def _clock(found: syslog.LogLine) -> tuple[int, int, int, int]:
    """Return hour, minute, second and microsecond as printed."""
    micro = int(found.fraction.ljust(6, "0")) if found.fraction else 0
    return int(found.hour or 0), int(found.minute or 0), int(found.second or 0), micro
