"""Audits with history: earlier runs are taken into account, and new results are stored."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from slp_ops.app.history_update import open_history
from slp_ops.app.judge_device import DevicePast, judge_device
from slp_ops.errors import StoreError
from slp_ops.runs.applied_changes import AppliedChanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
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

    def of(self, device: str) -> DevicePast:
        """Return what earlier runs have of a device."""
        return DevicePast(points=self._points.get(device, ()), changes=self._changes.of(device))

    def judge(self, found: DeviceInput, *, seen: datetime | None = None) -> tuple[AuditedDevice, Summary]:
        """Judge one device; see ``judge_device``."""
        return judge_device(found, self.of(found.result.name), self._audit_options, seen=seen)

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
