"""Simulated time: a start, a scale, and an injected source of real seconds.

Nothing here reads a clock by itself: with a source at rest a switch's time stops, and a test moves
it with ``advance``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def at_rest() -> float:
    """A source of real seconds that never moves, for tests and for screens printed once."""
    return 0.0


@dataclass(slots=True, kw_only=True)
class Clock:
    """Clock of a switch. All times are naive: IOS prints a zone word, not an offset.

    ``mark`` is the prefix in ``show clock``: ``*`` not authoritative, ``.`` authoritative
    but not synchronised, nothing when synchronised. ``behind`` is its error.
    """

    start: datetime
    source: Callable[[], float] = at_rest
    scale: float = 1.0
    mark: str = ""
    synchronised: bool = True
    behind: timedelta = timedelta(0)
    _origin: float | None = None
    _added: float = 0.0

    @property
    def is_frozen(self) -> bool:
        """Return whether it moves by ``advance`` only."""
        return self.source is at_rest

    @property
    def plausible(self) -> bool:
        """Return whether the time is good enough to validate certificates."""
        return self.behind < timedelta(hours=1)

    def now(self) -> datetime:
        """Simulated UTC."""
        if self._origin is None:
            self._origin = self.source()
        elapsed = (self.source() - self._origin) * self.scale + self._added
        return self.start + timedelta(seconds=elapsed)

    def advance(self, seconds: float) -> None:
        """Advance simulated time immediately."""
        self._added += seconds

    def real_seconds(self, simulated: float) -> float:
        """Convert ``simulated`` seconds of the switch into real seconds."""
        return simulated / self.scale

    def correct(self) -> None:
        """Set the clock, as a time server does."""
        self.start += self.behind
        self.behind = timedelta(0)
        self.mark, self.synchronised = "", True
