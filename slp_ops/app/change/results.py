"""Results of planning and changing a fleet."""

from __future__ import annotations

import shlex
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slp_ops.planning.journal_state import ChangeOutcome as ChangeOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.model import DeviceResult
    from slp_ops.planning import PlaybookChoice, SkippedPlaybook, SwitchPlan
    from slp_ops.usage.matching import SkippedFile


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanResult:
    """Plans of a fleet, and why a switch has none. ``results`` are how the switches were read.

    ``choices`` and ``mentioned`` are pairs with the name of the switch. ``unread`` are the switches of which
    nothing could be read. ``left_out`` are the files of CSSM that are not imported. ``blocked`` are the
    switches for which nothing is planned because an earlier change of them is not at its end. ``findings``
    are the rules that fail at warning or above, by switch. ``undetermined``: of some switch too little was
    read to know that it needs nothing.
    """

    run: str = ""
    created: datetime = field(default_factory=_now)
    plans: tuple[SwitchPlan, ...] = ()
    skipped: tuple[SkippedPlaybook, ...] = ()
    choices: tuple[tuple[str, PlaybookChoice], ...] = ()
    mentioned: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unread: tuple[DeviceResult, ...] = ()
    results: tuple[DeviceResult, ...] = ()
    blocked: tuple[str, ...] = ()
    verb: str | None = None
    left_out: tuple[SkippedFile, ...] | None = None
    findings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    undetermined: bool = False

    @property
    def lacking(self) -> frozenset[str]:
        """Return the switches without a plan for which a parameter is missing."""
        return frozenset(skipped.name for skipped in self.skipped if skipped.missing) & self.unplanned

    @property
    def unplanned(self) -> frozenset[str]:
        """Return the switches that need a change, and for which nothing is planned."""
        needing = {skipped.name for skipped in self.skipped if not skipped.needless}
        return frozenset(needing | self.findings.keys()) - {plan.name for plan in self.plans}

    @property
    def unplanned_findings(self) -> Mapping[str, tuple[str, ...]]:
        """Return the findings of the switches for which nothing is planned."""
        return {name: rules for name, rules in self.findings.items() if name in self.unplanned}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResult:
    """Result of a fleet: each started switch, and the names of the others.

    ``stopped`` is set where the operator stopped it, ``back`` where it is a rollback. ``check`` is the
    command that proves the change, ``again`` the command that plans again for switches that have changed
    since their plan; empty where there are none.
    """

    journal: str
    run: str = ""
    path: str = ""
    devices: tuple[DeviceChangeResult, ...] = ()
    not_begun: tuple[str, ...] = ()
    stopped: bool = False
    back: bool = False
    check: str = ""
    again: str = ""

    @property
    def continued(self) -> str:
        """Return the journal as the argument of a command that continues."""
        return shlex.quote(self.journal)

    @property
    def totals(self) -> Mapping[ChangeOutcome, int]:
        """Count the switches by outcome, in the order of ``ChangeOutcome``."""
        counts = Counter(each.end for each in self.devices)
        return {end: counts[end] for end in ChangeOutcome if counts[end]}
