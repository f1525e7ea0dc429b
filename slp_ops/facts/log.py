"""The syslog buffer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from slp_ops.facts.values import Fact
from slp_ops.iosxe.syslog import message_name

if TYPE_CHECKING:
    from datetime import time

    from slp_ops.facts.values import LabelledValue


# The clock is read before the log, and may be corrected in between.
_TOLERANCE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTime:
    """Time of a message. Most switches print no year: ``at`` derives it from the clock.

    ``mark`` is "*" or "." for an untrusted clock. Messages of the first minutes carry
    the uptime instead (``00:01:23``, ``1w2d``), which is kept as text only.
    """

    text: str
    mark: str = ""
    year: int | None = None
    month: int | None = None
    day: int | None = None
    time: time | None = None
    zone: str | None = None

    def at(self, now: datetime) -> datetime | None:
        """Return the naive time for the switch's clock; see ``latest_time``."""
        clock = self.time
        if self.month is None or self.day is None or clock is None:
            return None
        parts = (clock.hour, clock.minute, clock.second, clock.microsecond)
        return latest_time(self.year, self.month, self.day, parts, now)


def latest_time(
    year: int | None, month: int, day: int, clock: tuple[int, int, int, int], now: datetime
) -> datetime | None:
    """Return a date with its hour, minute, second and microsecond: in the latest year that is not in the
    future, unless the year is known. None for an impossible one."""
    latest = now + _TOLERANCE
    # Nine years back: the previous 29 February may be eight years ago.
    for each in (year,) if year else range(latest.year, latest.year - 9, -1):
        try:
            moment = datetime(each, month, day, *clock)  # noqa: DTZ001 - naive on purpose
        except ValueError:
            continue
        if year or moment <= latest:
            return moment
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogMessage(Fact):
    """One message. ``text`` follows the mnemonic; ``more`` contains the continuation lines.

    Debug output and other lines have no mnemonic: facility and mnemonic are then empty.
    """

    time: LogTime
    facility: str = ""
    severity: int | None = None
    mnemonic: str = ""
    text: str = ""
    sequence: int | None = None
    origin: str | None = None  # "Switch 1 R0/0: ioxman"
    printed: str = ""  # the line without its sequence number
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return its name, such as ``SMART_LIC-COMM_FAILED``."""
        return message_name(self.facility, self.mnemonic)


class MessageExtract(NamedTuple):
    """Parts of a message that rules compare; the whole message is made for the few that are cited.

    ``at`` is its time by the switch's clock; None without a date, or without the clock.
    """

    at: datetime | None
    severity: int | None
    text: str
    more: tuple[str, ...]


class LazyMessages(Sequence[SyslogMessage], ABC):
    """Messages that are parsed when they are asked for. Their names are known before."""

    __slots__ = ()

    @abstractmethod
    def extract(self, place: int, now: datetime | None) -> MessageExtract:
        """Return the extract of the message at a place, counted from 0; ``now`` is the switch's clock."""

    @property
    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the name of each message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyslogBuffer(Fact):
    """``show logging``: its settings, and the messages in printed order.

    ``console``: lines that a terminal showed between other outputs. ``filter`` is the filter of the command,
    such as ``include SMART_LIC``, or ``last 20``. Such a log proves no absence of other messages.
    """

    messages: Sequence[SyslogMessage] = ()
    oldest: LogTime | None = None
    newest: LogTime | None = None
    buffer_level: str | None = None
    buffer_logged: int | None = None  # since the boot or the last clear
    buffer_bytes: int | None = None
    dropped: int | None = None
    other: tuple[LabelledValue, ...] = ()
    settings: tuple[str, ...] = ()  # lines of the heading without label and value
    cut: tuple[str, ...] = ()  # rest of a partly overwritten message
    console: bool = False
    filter: str | None = None

    @property
    def is_tail(self) -> bool:
        """Return whether it holds only the last messages, or single lines: it proves no absence at all."""
        return self.console or (self.filter or "").startswith("last ")

    @property
    def names(self) -> Sequence[str]:
        """Return the name of each message."""
        messages = self.messages
        if isinstance(messages, LazyMessages):
            return messages.names
        return [message.name for message in messages]

    def extract(self, place: int, now: datetime | None) -> MessageExtract:
        """Return the extract of the message at a place, counted from 0; ``now`` is the switch's clock."""
        messages = self.messages
        if isinstance(messages, LazyMessages):
            return messages.extract(place, now)
        message = messages[place]
        at = None if now is None else message.time.at(now)
        return MessageExtract(at, message.severity, message.text, message.more)

    def of(self, *names: str) -> tuple[SyslogMessage, ...]:
        """Return the messages of these names, oldest first."""
        return tuple(self.messages[place] for place, name in enumerate(self.names) if name in names)

    @property
    def wrapped(self) -> bool | None:
        """Return whether older messages have been overwritten; None when unknown."""
        if self.cut:
            return True
        if self.buffer_logged is None:
            return None
        return self.buffer_logged > len(self.messages)
