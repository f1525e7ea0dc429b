"""The switch's own time and whether to trust it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from slp_ops.facts.values import DeviceTime, Pair


class ClockTrust(StrEnum):
    """The sign that IOS puts before the time."""

    TRUSTED = "trusted"  # no sign
    NOT_SYNCHRONISED = "not_synchronised"  # "." authoritative, but NTP is not synchronised
    NOT_AUTHORITATIVE = "not_authoritative"  # "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Fact):
    """``show clock``."""

    time: DeviceTime
    trust: ClockTrust = ClockTrust.TRUSTED
    other: tuple[Pair, ...] = ()  # "Time source is NTP" and the like, with "show clock detail"


@dataclass(frozen=True, slots=True, kw_only=True)
class NtpStatus(Fact):
    """``show ntp status``. ``synchronised`` is None when the state was not printed."""

    state: str | None = None  # synchronized, unsynchronized
    synchronised: bool | None = None
    stratum: int | None = None
    reference: str | None = None
    reference_time: DeviceTime | None = None
    enabled: bool = True  # False for "%NTP is not enabled."
    other: tuple[Pair, ...] = ()
