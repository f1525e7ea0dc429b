# ruff: noqa: TC001 - the engine reads the types of derive's parameters
"""ACK deadline: the time left, and its effect."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Entitlements, Policy, PolicyKind, Software, UsageReporting
from slp_ops.model import Confidence
from slp_ops.rules.derived.licence_change import LicenceChange
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.loading import advisories

if TYPE_CHECKING:
    from slp_ops.facts import DeviceTime
    from slp_ops.model import Evidence

COSMETIC: Final = "CSCvy20345"


class DeadlineEffect(StrEnum):
    """Effect of a printed deadline."""

    REAL = "real"
    DOUBTFUL = "doubtful"  # real, unless the release has CSCvy20345 as is assumed
    COSMETIC = "cosmetic"  # CSCvy20345: it has none
    UNKNOWN = "unknown"  # licences or release, which decide, were not read


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Time until the deadline. ``left`` is None without a printed deadline. ``change`` is why it was set."""

    usage: UsageReporting
    time: DeviceTime | None
    left: timedelta | None
    effect: DeadlineEffect
    now: SwitchTime
    change: LicenceChange

    @classmethod
    def derive(
        cls,
        usage: UsageReporting,
        now: SwitchTime,
        change: LicenceChange,
        entitlements: Entitlements | None,
        policy: Policy | None,
        software: Software | None,
    ) -> Deadline | None:
        """Derive from the agent's date and the switch's own clock; None where a filter hid the date."""
        if not usage.prints_deadline:
            return None
        time = usage.next_ack_deadline
        known = time is not None and time.at is not None and not time.is_unset
        return cls(
            usage=usage,
            time=time if known else None,
            left=time.at - now.at if known and time is not None and time.at is not None else None,
            effect=_effect(usage, change, entitlements, policy, software) if known else DeadlineEffect.REAL,
            now=now,
            change=change,
        )

    @property
    def cosmetic(self) -> bool:
        """Return whether the date has no effect."""
        return self.effect is DeadlineEffect.COSMETIC

    @property
    def is_overdue(self) -> bool:
        """Return whether the date has passed, by the switch's own clock, and counts."""
        return self.left is not None and self.left < timedelta(0) and not self.cosmetic

    @property
    def confidence(self) -> Confidence:
        """Return the confidence of a verdict on a date that has passed, or is near."""
        return Confidence.LOW if self.effect is DeadlineEffect.DOUBTFUL else self.now.confidence

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """Return the lines of the deadline, of the last ACK, and of a change since."""
        lines = self.usage.cite("next_ack_deadline", "last_ack")
        return (*lines, *(each for each in self.change.evidence if each not in lines))

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


def _effect(
    usage: UsageReporting,
    change: LicenceChange,
    entitlements: Entitlements | None,
    policy: Policy | None,
    software: Software | None,
) -> DeadlineEffect:
    """Return the effect. The date has none with one ACK, perpetual network licences alone, no change since
    the ACK, no periodic report in the policy, and a release that the bug lists."""
    perpetual = None if policy is None else policy.of(PolicyKind.PERPETUAL)
    is_periodic = perpetual is not None and perpetual.frequency is not None and bool(perpetual.frequency.days)
    if usage.last_ack is None or is_periodic or change:
        return DeadlineEffect.REAL
    (notice,) = (each for each in advisories() if each.id == COSMETIC)
    judged = notice.releases.judge(None if software is None else software.release)
    if judged.status in (AdvisoryStatus.FIXED, AdvisoryStatus.NOT_APPLICABLE):
        return DeadlineEffect.REAL
    in_use = [] if entitlements is None else [item for item in entitlements.items if item.in_use]
    kinds = {kind for item in in_use for kind in (item.is_perpetual, item.is_network)}
    if False in kinds:
        return DeadlineEffect.REAL
    if not in_use or None in kinds or judged.status is AdvisoryStatus.UNKNOWN:
        return DeadlineEffect.UNKNOWN
    return DeadlineEffect.COSMETIC if judged.listed else DeadlineEffect.DOUBTFUL
