"""The Smart Agent at work: measuring, reporting, asking for trust, as simulated time passes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slp_ops.lab.licensing import Licensing
    from slp_ops.lab.state import Switch


def settle(switch: Switch) -> None:
    """Catch up with what the agent should have done until now."""


def configured(switch: Switch, line: str) -> None:
    """A configuration line was taken."""


def booted(switch: Switch) -> None:
    """The switch has come up."""


def trust_idtoken(switch: Switch, token: str, scope: str, *, force: bool) -> str:
    """Ask for trust; the answer comes later."""
    return ""


def sync(switch: Switch, scope: str) -> str:
    """Report now."""
    return ""


def factory_reset(switch: Switch) -> str:
    """Forget everything at the next reload."""
    switch.licensing.reset_pending = True
    return '%Warning: reload required after "license smart factory reset" command'


def deadline(switch: Switch, licensing: Licensing) -> datetime | None:
    """When the next acknowledgement is due: the nearest of what the classes in use ask for."""
    dates = []
    for entitlement in licensing.entitlements:
        if not entitlement.in_use or entitlement.export:
            continue
        policy = licensing.policy
        asked = policy.perpetual if entitlement.perpetual else policy.subscription
        if licensing.last_ack is None:
            if asked.first:
                dates.append(entitlement.since + timedelta(days=asked.first))
        elif asked.frequency:
            dates.append(licensing.last_ack + timedelta(days=asked.frequency))
    return min(dates, default=None)


def policy_days(licensing: Licensing) -> int:
    """The number of days that made the deadline, as ``InPolicy(N)`` prints it."""
    numbers = []
    for entitlement in licensing.entitlements:
        if entitlement.in_use and not entitlement.export:
            policy = licensing.policy
            asked = policy.perpetual if entitlement.perpetual else policy.subscription
            numbers.append(asked.first if licensing.last_ack is None else asked.frequency)
    return min((number for number in numbers if number), default=0)
