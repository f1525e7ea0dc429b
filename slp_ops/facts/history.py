"""What earlier runs said of a switch: no command prints it, the history of the runs does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RumPoint:
    """The RUM counts of one run.

    ``seen`` is the time of the run, aware; ``at`` the switch's own, naive, and None where its clock is not
    to be trusted. ``backlog`` counts the reports that CSSM has not acknowledged, ``unacknowledged`` those of
    them that were sent. ``late``: the ACK is overdue by the switch's own interval; None when that is unknown.
    """

    run: str
    seen: datetime
    at: datetime | None = None
    backlog: int
    unacknowledged: int | None = None
    last_ack: datetime | None = None
    late: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RumHistory(Fact):
    """The counts of the runs so far, oldest first; the last one is of the run that is judged."""

    points: tuple[RumPoint, ...] = ()
