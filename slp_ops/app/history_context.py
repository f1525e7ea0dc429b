"""Audits with history: earlier runs are taken into account, and new results are stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import audit_device
from slp_ops.app.changes_made import with_last_change
from slp_ops.app.history_update import open_history
from slp_ops.errors import StoreError
from slp_ops.facts.rum import RumHistory
from slp_ops.history.summary import found_of, summarise
from slp_ops.parsing import Facts
from slp_ops.runs.applied_changes import AppliedChanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice, AuditOptions
    from slp_ops.app.inputs import DeviceInput, FactsCache
    from slp_ops.app.operator import Operator
    from slp_ops.facts.rum import RumPoint
    from slp_ops.history.summary import Summary


class HistoryContext:
    """Results of earlier runs in a folder. Read on first use.

    ``at_most`` limits the switches parsed from runs that are not judged yet; None is all. ``facts``
    keeps those that the caller needs as well. If the history cannot be read, a note gives the reason and the
    audit continues without it.
    """

    def __init__(
        self,
        runs_dir: Path,
        audit_options: AuditOptions,
        operator: Operator,
        *,
        at_most: int | None = None,
        facts: FactsCache | None = None,
    ) -> None:
        self._runs_dir = runs_dir
        self._audit_options = audit_options
        self._operator = operator
        self._at_most = at_most
        self._facts = facts
        self._changes = AppliedChanges(runs_dir)

    def judge(self, found: DeviceInput, *, seen: datetime | None = None) -> tuple[AuditedDevice, Summary]:
        """One device and its summary; ``seen`` is when a saved run began, now unless it is given."""
        facts = with_last_change(found.result, found.facts or Facts({}), self._changes)
        known = self._audit_options.known(facts, found.intent)
        summary = summarise(
            found.result,
            known,
            (),
            seen=seen or datetime.now(UTC),
            knowledge=self._audit_options.knowledge.version,
        )
        earlier = [point for point in self._points.get(found.result.name, ()) if point.seen < summary.seen]
        if earlier:
            now = summary.point("")
            history = RumHistory(points=() if now is None else (*earlier, now))
            facts = Facts({type(each): each for each in (*facts.all(), history)}, facts.captures)
            known = self._audit_options.known(facts, found.intent)
        judged = audit_device(
            found.result,
            None if found.facts is None else facts,
            audit_options=self._audit_options,
            intent=found.intent,
            known=known,
        )
        return judged, replace(summary, found=found_of(judged.outcomes))

    def save(self, run_id: str, summaries: Iterable[Summary]) -> None:
        """Keep in a run's folder what it was judged to be; not when only some of the rules were asked.

        It can be made anew from the captures, so that nothing is lost where it cannot be written.
        """
        from slp_ops.runs import Runs
        from slp_ops.runs.summaries import save

        if self._audit_options.select or self._audit_options.ignore:
            return
        run = Runs(self._runs_dir).open(run_id)
        try:
            save(run, (replace(each, tags=run.about[each.device].tags) for each in summaries))
        except StoreError as err:
            self._operator.notice(f"note: {err.message}")

    @cached_property
    def _points(self) -> Mapping[str, tuple[RumPoint, ...]]:
        if not self._runs_dir.is_dir():
            return {}
        try:
            series = open_history(
                self._runs_dir,
                lambda history: history.series(),
                self._operator,
                at_most=self._at_most,
                facts=self._facts,
            )
        except StoreError as err:
            self._operator.notice(f"note: judged without the history: {err.message}")
            return {}
        return {each.device: each.points for each in series}
