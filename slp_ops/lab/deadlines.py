"""Dates that a licence policy requires."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.lab.licensing import Class, Entitlement, Licensing


def _asked(licensing: Licensing) -> Iterator[tuple[Entitlement, Class]]:
    for entitlement in licensing.entitlements:
        if entitlement.in_use and not entitlement.export:
            policy = licensing.policy
            yield entitlement, policy.perpetual if entitlement.perpetual else policy.subscription


def ack_deadline(licensing: Licensing, *, cosmetic: bool = False) -> datetime | None:
    """Return the due date of the next acknowledgement: the nearest date of a licence class in use.

    ``cosmetic`` is CSCvy20345: with perpetual licences alone no further report is required after the
    first acknowledgement, but the switch still shows a date.
    """
    dates = []
    for entitlement, asked in _asked(licensing):
        if licensing.last_ack is None:
            if asked.first:
                dates.append(entitlement.since + timedelta(days=asked.first))
        elif asked.frequency:
            dates.append(licensing.last_ack + timedelta(days=asked.frequency))
        elif cosmetic:
            dates.append(licensing.last_ack + timedelta(days=asked.first))
        if licensing.changed is not None and asked.change:
            dates.append(licensing.changed + timedelta(days=asked.change))
    return min(dates, default=None)


def policy_days(licensing: Licensing) -> int:
    """Return the number of days behind the deadline, as ``InPolicy(N)`` prints it."""
    numbers = [
        asked.first if licensing.last_ack is None else asked.frequency for _, asked in _asked(licensing)
    ]
    return min((number for number in numbers if number), default=0)
