"""A stored run read, judged and put together as the view that every form of a report shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from slp_ops.app.history_context import Past
from slp_ops.app.inputs import Gathered
from slp_ops.cli.terminal import TerminalOperator
from slp_ops.errors import StoreError
from slp_ops.playbook.loading import packaged
from slp_ops.reading import read
from slp_ops.report.fleet import report
from slp_ops.report.switch import Judged, Library, device_view
from slp_ops.report.view import RunInfo
from slp_ops.rules.settings import Intent
from slp_ops.safetext import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from pathlib import Path

    from slp_ops.app.audit_device import Asked
    from slp_ops.history.trend import FleetTrend
    from slp_ops.model import CaptureStatus
    from slp_ops.report.view import DeviceView, ReportView
    from slp_ops.store import StoredRun
    from slp_ops.store.history import History


def _as_kept(text: str) -> str:
    return text


def view_of(
    run: StoredRun,
    asked: Asked,
    runs_dir: Path,
    *,
    only: Container[str] | None = None,
    cleaned: Callable[[str], str] = _as_kept,
    trend: FleetTrend | None = None,
) -> ReportView:
    """The view of a run, of all its devices or only of these. Raises StoreError.

    The verdicts are those of ``slp-ops audit --run``, with what earlier runs in ``runs_dir`` tell.
    ``cleaned`` is done to each text before it is read.
    """
    header = run.header
    return report(
        RunInfo(
            id=run.id,
            verb=header.verb,
            state=header.state.value,
            started=header.started,
            finished=header.finished,
            version=header.version,
        ),
        _devices(run, asked, Past(runs_dir, asked, TerminalOperator()), only, cleaned),
        asked.knowledge,
        generated=datetime.now(UTC),
        trend=trend,
    )


def trend_of(run: StoredRun, runs_dir: Path, limit: int) -> FleetTrend | None:
    """How the run's switches came to where they are; None without at least two days of runs beside it.

    A report is made all the same when the history cannot be had.
    """
    from slp_ops.app.history_index import asking
    from slp_ops.history.trend import fleet_trend

    if run.path.resolve().parent != runs_dir.resolve():
        return None
    names = tuple(run.about)
    last = run.header.started.date() + timedelta(days=1)  # a switch's own day may be ahead of UTC

    def ask(history: History) -> FleetTrend:
        days = [each for each in history.days(names) if each.day <= last]
        return fleet_trend(days, history.series(names), limit=limit)

    try:
        trend = asking(runs_dir, ask, TerminalOperator())
    except StoreError as err:
        click.echo(f"note: no trend in this report: {one_line(err.message)}", err=True)
        return None
    return trend if len(trend.fleet) > 1 else None


def _devices(
    run: StoredRun,
    asked: Asked,
    past: Past,
    only: Container[str] | None,
    cleaned: Callable[[str], str],
) -> Iterator[DeviceView]:
    """One at a time: of a thousand switches only the views are kept, not the facts."""
    library = Library(asked.knowledge, packaged())
    for result in run.devices:
        if only is not None and result.name not in only:
            continue
        about = run.about[result.name]
        facts, intent = read(_texts(run, result.name, cleaned)), Intent.of(about.intent)
        found = Gathered(result=result, facts=facts if result.captures else None, intent=intent)
        judged, _ = past.judge(found, seen=run.header.started)
        yield device_view(
            Judged(
                result=result,
                host=about.host,
                tags=about.tags,
                known=asked.known(facts, intent),
                outcomes=judged.outcomes,
            ),
            library,
        )


def _texts(
    run: StoredRun, name: str, cleaned: Callable[[str], str]
) -> Iterator[tuple[str, CaptureStatus, str]]:
    for capture in run.captures(name):
        text = cleaned(run.text(name, capture)) if capture.file is not None else ""
        yield capture.command, capture.status, text
