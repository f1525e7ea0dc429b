"""Licensing model, on which other rules depend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from slp_ops.facts import Fact, Licensing, LicensingModel, Software
from slp_ops.release import Release
from slp_ops.rules.rule import Era

FIRST_SLP: Final = Release(major=17, minor=3, maintenance=2)
# By train, the first release before SLP that takes a registration back on a downgrade (Cisco 216520).
_REGISTERS_AGAIN: Final = {
    (17, 3): Release(major=17, minor=3, maintenance=1),
    (16, 12): Release(major=16, minor=12, maintenance=4),
    (16, 9): Release(major=16, minor=9, maintenance=6),
}


def restores_registration(release: Release) -> bool:
    """Return whether a release before SLP has its registration again after a downgrade to it."""
    first = _REGISTERS_AGAIN.get(release.train)
    return first is not None and release.at_least(first) is True


@dataclass(frozen=True, slots=True, kw_only=True)
class LicensingEra:
    """Licensing model of this device."""

    era: Era

    needs_any_of: ClassVar[tuple[type[Fact], ...]] = (Licensing, Software)

    @classmethod
    def derive(cls, licensing: Licensing | None, software: Software | None) -> LicensingEra | None:
        """Derive from the agent's output, or else from the release."""
        if licensing is not None and licensing.model is not None:
            return cls(era=Era.SLP if licensing.model is LicensingModel.SLP else Era.SL)
        release = None if software is None else software.release
        slp = None if release is None else release.at_least(FIRST_SLP)
        return None if slp is None else cls(era=Era.SLP if slp else Era.SL)
