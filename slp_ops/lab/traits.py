"""Differences of the licence pages between releases, in one table.

The agent's versions are those seen on these trains; nothing on a switch depends on the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from slp_ops.release import Release

_SLP = Release(major=17, minor=3, maintenance=2)
_CODENAMES = {
    (16, 9): "Fuji", (16, 12): "Gibraltar", (17, 3): "Amsterdam", (17, 4): "Bengaluru",
    (17, 5): "Bengaluru", (17, 6): "Bengaluru", (17, 7): "Cupertino", (17, 8): "Cupertino",
    (17, 9): "Cupertino", (17, 10): "Dublin", (17, 11): "Dublin", (17, 12): "Dublin",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Output traits of one release."""

    slp: bool  # Smart Licensing Using Policy; else classic Smart Licensing
    agent: str
    codename: str
    account: bool  # account block, RUM commands, usage report summary
    vrf: bool  # ``license smart vrf``
    vrf_block: str  # how the transport block prints it: "", "nested" or "line"
    telemetry: str  # "", "telemetry" (17.12) or "analytics" (17.15)
    conversion: bool
    reporting_mode: bool
    ip_mode: bool
    trust_detail: bool  # the long form of the trust block
    status_line: str  # of ``show version``, under SLP
    year: int  # of the copyright

    @classmethod
    def of(cls, release: Release) -> Traits:
        """Return the traits of a release."""
        return _of(release.train, release.is_engineering or release >= _SLP)

    @property
    def rum(self) -> bool:
        """Return whether ``show license rum`` exists (17.7.1 and later)."""
        return self.account


@lru_cache(maxsize=64)
def _of(train: tuple[int, int], slp: bool) -> Traits:
    slp = slp and train >= (17, 3)
    return Traits(
        slp=slp,
        agent=_agent(train, slp),
        codename=_CODENAMES.get(train, "IOSXE"),
        account=train >= (17, 7),
        vrf=train >= (17, 9),
        vrf_block="" if train < (17, 7) else "nested" if train < (17, 12) else "line",
        telemetry="" if train < (17, 11) else "telemetry" if train < (17, 15) else "analytics",
        conversion=train >= (17, 13),
        reporting_mode=train >= (17, 14),
        ip_mode=train >= (17, 15),
        trust_detail=train >= (17, 15),
        status_line="Registration Not Applicable/Not Applicable"
        if train < (17, 9)
        else "Smart Licensing Using Policy",
        year=min(2018 + max(train[1] - 9, 0) // 3, 2020)
        if train[0] == 16
        else 2020 + (train[1] - 3) // 3 + 1,
    )


def _agent(train: tuple[int, int], slp: bool) -> str:
    if not slp:
        return "4.8.5_rel/20"
    for limit, version in (
        ((17, 4), "5.0.9_rel/57"),
        ((17, 7), "5.1.26_rel/2"),
        ((17, 9), "5.3.16_rel/55"),
        ((17, 11), "5.5.11_rel/3"),
        ((17, 13), "5.8.3_rel/41"),
        ((17, 15), "5.11.4_rel/85"),
    ):
        if train < limit:
            return version
    return "6.3.10_rel/12"
