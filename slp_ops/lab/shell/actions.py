"""What a shell asks of whoever connects it to a wire. The shell itself knows no socket and no clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Write:
    """Send these bytes."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Wait:
    """Call ``elapsed`` with this very object after so many simulated seconds; None is for ever.

    Compared by identity: a wait that was cut short must not be taken for the next one.
    """

    seconds: float | None
    real: bool = False  # real seconds, whatever the time scale


@dataclass(frozen=True, slots=True)
class Close:
    """End the session as the switch does at ``exit``."""


@dataclass(frozen=True, slots=True)
class Drop:
    """Break the connection without a word."""


@dataclass(frozen=True, slots=True)
class Reboot:
    """The switch goes down now and answers again after so many simulated seconds."""

    seconds: float


Action = Write | Wait | Close | Drop | Reboot
