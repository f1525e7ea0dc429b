"""IOS-XE releases: parsing and ordering.

Accepted are the forms of ``show version`` (``17.03.04``, ``17.9.4a``, ``17.03.03 - SMU-PATCHED``,
``17.07.01prd16``), image names (``cat9k_iosxe.17.09.04a.SPA.bin``) and engineering builds
(``Experimental Version 17.12.20240516:071512``), whose maintenance number is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from slp_ops.errors import InvalidRelease

_NUMBERED = re.compile(
    r"(?<!\d)(?<!\d\.)(\d{1,2})\.(\d{1,2})\.(\d{1,2})([a-z]\d?)?(?:prd(\d+))?(?![\da-z])", re.ASCII
)
_EXPERIMENTAL = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{8}:\d+)", re.ASCII)
_SMU = re.compile(r"SMU-PATCHED", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One release. ``maintenance`` is None for an engineering build, whose position in its train is unknown.

    ``smu`` says that a software maintenance update is installed on top: the number is the same, but
    a fix may already be in.
    """

    major: int
    minor: int
    maintenance: int | None
    rebuild: str = ""
    prd: int | None = None
    smu: bool = False

    @classmethod
    def parse(cls, text: str) -> Release:
        """Parse the release in a text; raises InvalidRelease without one."""
        if found := _EXPERIMENTAL.search(text):
            return cls(major=int(found[1]), minor=int(found[2]), maintenance=None)
        if found := _NUMBERED.search(text):
            return cls(
                major=int(found[1]),
                minor=int(found[2]),
                maintenance=int(found[3]),
                rebuild=found[4] or "",
                prd=int(found[5]) if found[5] else None,
                smu=_SMU.search(text) is not None,
            )
        raise InvalidRelease(
            f"no IOS-XE release in {text[:80]!r}", hint="expected a number such as 17.9.4a or 17.03.04"
        )

    @property
    def train(self) -> tuple[int, int]:
        """Return the train, such as (17, 9): fixes are numbered inside it."""
        return (self.major, self.minor)

    @property
    def is_engineering(self) -> bool:
        """Return whether this is a build with an unknown position in its train."""
        return self.maintenance is None

    @property
    def order(self) -> tuple[int, int, int, str, int, int]:
        """Return the sort key: numbers as numbers, rebuild letters after none, prd builds before the release.

        An engineering build sorts before its whole train; use ``at_least`` where that matters.
        """
        maintenance = -1 if self.maintenance is None else self.maintenance
        released = 1 if self.prd is None else 0
        return (self.major, self.minor, maintenance, self.rebuild, released, self.prd or 0)

    def __lt__(self, other: Release) -> bool:
        return self.order < other.order

    def __le__(self, other: Release) -> bool:
        return self.order <= other.order

    def __gt__(self, other: Release) -> bool:
        return self.order > other.order

    def __ge__(self, other: Release) -> bool:
        return self.order >= other.order

    def at_least(self, other: Release) -> bool | None:
        """Return whether this is ``other`` or later; None when an engineering build does not decide."""
        if self.is_engineering and self.train == other.train:
            return None
        return self >= other

    def as_json(self) -> str:
        """Return the form in JSON: the release as people write it."""
        return str(self)

    def __str__(self) -> str:
        if self.maintenance is None:
            return f"{self.major}.{self.minor} engineering build"
        prd = "" if self.prd is None else f"prd{self.prd}"
        return f"{self.major}.{self.minor}.{self.maintenance}{self.rebuild}{prd}"
