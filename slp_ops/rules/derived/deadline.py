# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""ACK deadline: the time left, and whether it has any effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Entitlements, Policy, PolicyKind, Software, UsageReporting
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.loading import advisories

if TYPE_CHECKING:
    from datetime import timedelta

    from slp_ops.facts import DeviceTime

COSMETIC: Final = "CSCvy20345"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Time until the deadline. ``left`` is None without a printed deadline.

    ``cosmetic``: with perpetual licences alone and one ACK received, the deadline has no effect.
    """

    usage: UsageReporting
    time: DeviceTime | None
    left: timedelta | None
    cosmetic: bool
    now: SwitchTime

    @classmethod
    def derive(
        cls,
        usage: UsageReporting,
        now: SwitchTime,
        entitlements: Entitlements | None,
        policy: Policy | None,
        software: Software | None,
    ) -> Deadline:
        """Derive from the agent's date and the switch's own clock."""
        time = usage.next_ack_deadline
        known = time is not None and time.at is not None and not time.is_unset
        return cls(
            usage=usage,
            time=time if known else None,
            left=time.at - now.at if known and time is not None and time.at is not None else None,
            cosmetic=known and _is_cosmetic(usage, entitlements, policy, software),
            now=now,
        )

    @property
    def is_early(self) -> bool:
        """Return whether more than a third of the time is left: day 5 of 30 needs no alarm."""
        last = self.usage.last_ack.at if self.usage.last_ack is not None else None
        if self.left is None or last is None:
            return False
        return self.left > (self.now.at + self.left - last) / 3

    @property
    def text(self) -> str:
        """Return the deadline as printed."""
        return "" if self.time is None else self.time.text


def _is_cosmetic(
    usage: UsageReporting,
    entitlements: Entitlements | None,
    policy: Policy | None,
    software: Software | None,
) -> bool:
    """Return whether the deadline is cosmetic: one ACK, perpetual licences alone, no report required,
    affected release."""
    if usage.last_ack is None or entitlements is None:
        return False
    in_use = [item.is_perpetual for item in entitlements.items if item.in_use]
    perpetual = None if policy is None else policy.of(PolicyKind.PERPETUAL)
    asked = perpetual is not None and perpetual.frequency is not None and bool(perpetual.frequency.days)
    if not in_use or not all(in_use) or asked:
        return False
    (notice,) = (each for each in advisories() if each.id == COSMETIC)
    judged = notice.releases.judge(None if software is None else software.release)
    return judged.status is not AdvisoryStatus.FIXED
