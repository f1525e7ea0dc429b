"""A stored run read, judged and put together as the view that every form of a report shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slp_ops.cli.run_facts import facts_of
from slp_ops.playbook.loading import packaged
from slp_ops.report.fleet import report
from slp_ops.report.switch import Judged, Library, device_view
from slp_ops.report.view import RunInfo
from slp_ops.rules.engine import audit
from slp_ops.rules.knowledge import ours
from slp_ops.rules.needs import Known
from slp_ops.rules.settings import Intent, Thresholds

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from slp_ops.report.view import DeviceView, ReportView
    from slp_ops.store import StoredRun


def view_of(run: StoredRun, *, only: Container[str] | None = None) -> ReportView:
    """The view of a run, of all its devices or only of these. Raises StoreError."""
    knowledge = ours()
    library = Library(knowledge, packaged())
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
        _devices(run, library, only),
        knowledge,
        generated=datetime.now(UTC),
    )


def _devices(run: StoredRun, library: Library, only: Container[str] | None) -> Iterator[DeviceView]:
    """One at a time: of a thousand switches only the views are kept, not the facts."""
    knowledge = library.knowledge
    for result in run.devices:
        if only is not None and result.name not in only:
            continue
        about = run.about[result.name]
        settings = (Thresholds(), Intent.of(about.intent), knowledge.catalogue)
        known = Known(facts_of(run, result.name), settings)
        outcomes = audit(knowledge.rules, known) if known.facts.all() else ()
        yield device_view(
            Judged(result=result, host=about.host, tags=about.tags, known=known, outcomes=outcomes), library
        )
