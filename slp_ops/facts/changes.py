"""Changes that slp-ops made to the switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts.values import Fact

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedChange(Fact):
    """The last change. ``at`` is its time on the switch's clock, ``text`` the time in its journal."""

    at: datetime
    text: str
