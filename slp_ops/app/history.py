"""Services of ``history`` and ``trend``: one switch, or a fleet, over all runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.history_update import open_history, select_devices
from slp_ops.config_files.validation_errors import did_you_mean
from slp_ops.errors import InputError
from slp_ops.history.trend import fleet_trend
from slp_ops.inventory.selection import Selection
from slp_ops.rules.derived.growth import growth
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.app.operator import Operator
    from slp_ops.history.trend import FleetTrend
    from slp_ops.rules.derived.growth import ReportGrowth
    from slp_ops.runs.history import History, RunSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRequest:
    """A switch, and the folder of its runs."""

    runs_dir: Path
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHistory:
    """A switch in every run, oldest first. ``growth`` is None when no run has counts of RUM reports."""

    device: str
    pictures: tuple[RunSnapshot, ...]
    growth: ReportGrowth | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendRequest:
    """The selected switches over so many days; ``reports`` is the limit that an outlook names."""

    runs_dir: Path
    selection: Selection = field(default_factory=Selection)
    days: int = 90
    reports: int = 1000


def device_history(request: HistoryRequest, operator: Operator) -> DeviceHistory:
    """Return the history of a switch. Raises InputError for one that no run has, and StoreError."""

    def ask(history: History) -> tuple[RunSnapshot, ...]:
        pictures = history.device(request.device)
        if not pictures:
            raise _unknown(history, request.device)
        return pictures

    pictures = open_history(request.runs_dir, ask, operator)
    limit = Thresholds().rum_reports
    points = [point for each in pictures if (point := each.summary.point(each.run)) is not None]
    failing = next((each.summary.failing for each in reversed(pictures) if each.summary.licensing), None)
    return DeviceHistory(
        device=request.device,
        pictures=pictures,
        growth=growth(points, limit=limit, failing=failing),
        limit=limit,
    )


def trend(request: TrendRequest, operator: Operator) -> FleetTrend:
    """Return the trend of the selected switches. Raises SelectionError and StoreError."""

    def ask(history: History) -> FleetTrend:
        names = select_devices(history, request.selection)
        return fleet_trend(
            history.days(names, newest=request.days), history.lines(names), limit=request.reports
        )

    return open_history(request.runs_dir, ask, operator)


def _unknown(history: History, device: str) -> InputError:
    names = [each.name for each in history.devices()]
    if not names:
        return InputError("there are no runs yet", hint="make one with: slp-ops collect")
    return InputError(
        f"no run contains {device!r}{did_you_mean(device, names)}",
        hint=f"there are {', '.join(names[:20])}" + (" ..." if len(names) > 20 else ""),
    )
