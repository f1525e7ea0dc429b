"""The log buffer: messages with the time they were written, bounded in bytes as IOS bounds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One message. ``trusted`` tells whether the clock was good when it was written."""

    when: datetime  # UTC
    text: str
    number: int
    trusted: bool = True


@dataclass(slots=True, kw_only=True)
class Log:
    """Log buffer. ``logged`` counts all messages ever written, ``entries`` are the remaining ones."""

    size: int = 4096
    entries: list[Entry] = field(default_factory=list)
    logged: int = 0
    trusted: bool = True

    def add(self, when: datetime, text: str) -> None:
        """Write one message; a full buffer drops the oldest."""
        self.logged += 1
        self.entries.append(Entry(when, text, self.logged, self.trusted))
        held = sum(len(entry.text) + 28 for entry in self.entries)
        while held > self.size and len(self.entries) > 1:
            held -= len(self.entries.pop(0).text) + 28

    @property
    def wrapped(self) -> bool:
        """Return whether newer messages have overwritten older ones."""
        return self.logged > len(self.entries)
