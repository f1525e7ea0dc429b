"""Service of ``report``: a stored run, judged device by device, with the trend behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.app.history_context import HistoryContext
from slp_ops.app.history_update import open_history
from slp_ops.app.inputs import FactsCache, devices_of, open_run
from slp_ops.errors import StoreError
from slp_ops.history.trend import fleet_trend
from slp_ops.i18n import pluralize
from slp_ops.parsing import Facts
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice, AuditOptions
    from slp_ops.app.operator import Operator
    from slp_ops.history.trend import FleetTrend
    from slp_ops.model import DeviceResult
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.runs import StoredRun
    from slp_ops.runs.history import History

_MANY: Final = 100  # switches; judging more takes some seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """A run by its reference, and the audit that judges it."""

    runs_dir: Path
    reference: str
    audit_options: AuditOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedDevice:
    """One switch of a run, read and judged. ``known`` holds its facts with the settings of the audit."""

    result: DeviceResult
    host: str
    tags: tuple[str, ...]
    known: FactContext
    audited: AuditedDevice


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRun:
    """A run. ``devices`` can be consumed once: of a thousand switches only one is in memory at a time."""

    run: StoredRun
    audit_options: AuditOptions
    devices: Iterator[JudgedDevice]
    trend: FleetTrend | None = None


def judge_for_report(request: ReportRequest, operator: Operator) -> JudgedRun:
    """Return a run, judged as ``audit --run`` does, and its trend. Raises StoreError."""
    run = open_run(Runs(request.runs_dir), request.reference, operator)
    if len(run.about) > _MANY:
        operator.status(f"judging {pluralize(len(run.about), 'switch')} of run {run.id}")
    facts = FactsCache(run, keep=request.audit_options.knowledge.row_commands)
    return JudgedRun(
        run=run,
        audit_options=request.audit_options,
        devices=judged_devices(run, request.audit_options, request.runs_dir, operator, facts),
        trend=_trend(run, request.runs_dir, request.audit_options.thresholds.rum_reports, operator, facts),
    )


def judged_devices(
    run: StoredRun,
    audit_options: AuditOptions,
    runs_dir: Path,
    operator: Operator,
    facts: FactsCache,
    *,
    only: Collection[str] | None = None,
) -> Iterator[JudgedDevice]:
    """Yield the devices of a run, or only these, each judged with what earlier runs tell."""
    past = HistoryContext(runs_dir, audit_options, operator, facts=facts)
    for found in devices_of(run, only, facts):
        about = run.about[found.result.name]
        judged, _ = past.judge(found, seen=run.header.started)
        yield JudgedDevice(
            result=found.result,
            host=about.host,
            tags=about.tags,
            known=audit_options.known(found.facts or Facts({}), found.intent),
            audited=judged,
        )


def _trend(
    run: StoredRun, runs_dir: Path, limit: int, operator: Operator, facts: FactsCache
) -> FleetTrend | None:
    """Return the trend of the run's switches; None without at least two days of runs beside it.

    Without a usable history the report has no trend, and a notice says why.
    """
    if run.path.resolve().parent != runs_dir.resolve():
        return None
    names = tuple(run.about)

    def ask(history: History) -> FleetTrend:
        days, lines = history.days(names, until=run), history.lines(names, until=run)
        return fleet_trend(days, lines, limit=limit)

    try:
        trend = open_history(runs_dir, ask, operator, facts=facts)
    except StoreError as err:
        operator.notice(f"note: no trend in this report: {err.message}")
        return None
    return trend if len(trend.fleet) > 1 else None
