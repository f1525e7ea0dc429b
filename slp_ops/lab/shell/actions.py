"""Actions that a shell requests from its transport. The shell itself uses no socket and no clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """Call ``elapsed`` with this object after this many simulated seconds; None waits forever.

    Compared by identity: an interrupted wait must not be confused with the next one.
    """

    seconds: float | None
    real: bool = False  # real seconds, whatever the time scale


@dataclass(frozen=True, slots=True)
class Close:
    """End the session as the switch does at ``exit``."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Drop the connection without a message."""


@dataclass(frozen=True, slots=True)
class Reboot:
    """Take the switch down; it answers again after this many simulated seconds."""

    seconds: float


Action = Write | Wait | Close | Drop | Reboot
