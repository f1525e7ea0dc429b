"""A stored run read, judged and put together as the view that every form of a report shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slp_ops.playbook.loading import packaged
from slp_ops.reading import read
from slp_ops.report.fleet import report
from slp_ops.report.switch import Judged, Library, device_view
from slp_ops.report.view import RunInfo
from slp_ops.rules.engine import audit
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from slp_ops.model import CaptureStatus
    from slp_ops.report.view import DeviceView, ReportView, TrendPoint
    from slp_ops.store import StoredRun
    from slp_ops.usecases.audit import Asked


def _as_kept(text: str) -> str:
    return text


def view_of(
    run: StoredRun,
    asked: Asked,
    *,
    only: Container[str] | None = None,
    cleaned: Callable[[str], str] = _as_kept,
    trend: tuple[TrendPoint, ...] = (),
) -> ReportView:
    """The view of a run, of all its devices or only of these. Raises StoreError.

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
        _devices(run, asked, only, cleaned),
        asked.knowledge,
        generated=datetime.now(UTC),
        trend=trend,
    )


def _devices(
    run: StoredRun, asked: Asked, only: Container[str] | None, cleaned: Callable[[str], str]
) -> Iterator[DeviceView]:
    """One at a time: of a thousand switches only the views are kept, not the facts."""
    library = Library(asked.knowledge, packaged())
    for result in run.devices:
        if only is not None and result.name not in only:
            continue
        about = run.about[result.name]
        facts = read(_texts(run, result.name, cleaned))
        known = asked.known(facts, Intent.of(about.intent))
        yield device_view(
            Judged(
                result=result,
                host=about.host,
                tags=about.tags,
                known=known,
                outcomes=audit(asked.rules(facts), known) if result.captures else (),
            ),
            library,
        )


def _texts(
    run: StoredRun, name: str, cleaned: Callable[[str], str]
) -> Iterator[tuple[str, CaptureStatus, str]]:
    for capture in run.captures(name):
        text = cleaned(run.text(name, capture)) if capture.file is not None else ""
        yield capture.command, capture.status, text
