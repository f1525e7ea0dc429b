"""The last change that slp-ops made to a switch, as a fact on the switch's own clock."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Clock
from slp_ops.facts.changes import AppliedChange

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from slp_ops.model import DeviceResult
    from slp_ops.parsing import Facts

_CLOCK: Final = "show clock"


def with_last_change(result: DeviceResult, facts: Facts, changes: Sequence[datetime]) -> Facts:
    """Return the facts with the last change before they were read; unchanged where there is none.

    ``changes`` are the times at which slp-ops changed the switch: see ``AppliedChanges``. The journal has the
    time of this computer, the log that of the switch: ``show clock`` relates the two.
    """
    clock = facts.get(Clock)
    read = next(
        (each.started for each in result.captures if each.command == _CLOCK and each.started is not None),
        None,
    )
    if clock is None or clock.time.at is None or read is None:
        return facts
    at = max((each for each in changes if each <= read), default=None)
    if at is None:
        return facts
    text = f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return facts.plus(AppliedChange(at=clock.time.at - (read - at), text=text))
