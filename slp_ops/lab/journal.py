"""Journal of the lines that the switches received: tests use it to prove what was sent."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Mode(StrEnum):
    """Mode in which a line was typed."""

    LOGIN = "login"  # a session was opened or refused; the line says which
    EXEC = "exec"
    CONFIG = "config"
    DIALOGUE = "dialogue"  # an answer to a question of the switch
    PASSWORD = "password"  # noqa: S105 - the line stays empty: a secret is not written down
    TELNET = "telnet"  # bytes for the peer
    SCP = "scp"
    TUNNEL = "tunnel"  # a forwarding request to a bastion


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line. ``session`` numbers the sessions of one lab."""

    when: datetime
    switch: str
    session: int
    mode: Mode
    line: str


class Journal:
    """Journal in memory, and as JSON lines in a file if one is named.

    ``clock`` is the time of every entry of a lab with a frozen clock.
    """

    def __init__(self, path: Path | None = None, *, clock: datetime | None = None) -> None:
        self._clock = clock
        self.entries: list[Entry] = []
        self._file: IO[str] | None = None
        if path is not None:
            self._file = path.open("a", encoding="utf-8", buffering=1)

    def record(self, switch: str, session: int, mode: Mode, line: str) -> None:
        """Record one line with the current time."""
        when = self._clock or datetime.now(UTC)
        entry = Entry(when=when, switch=switch, session=session, mode=mode, line=line)
        self.entries.append(entry)
        if self._file is not None:
            fields = asdict(entry) | {"when": entry.when.isoformat()}
            self._file.write(json.dumps(fields, ensure_ascii=False) + "\n")

    def lines(self, switch: str | None = None, *modes: Mode) -> Iterator[str]:
        """Return the lines of one switch or of all, of these modes or of all."""
        for entry in self.entries:
            if switch in (None, entry.switch) and (not modes or entry.mode in modes):
                yield entry.line

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
