"""The history brought up to date with the run folders: where store, parsers and rules meet for it.

A run is indexed when the history is next asked for, not while it collects: reading a thousand switches must
not wait for parsers. What audit and watch have judged anyway is kept in the run, and only taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from slp_ops.app.inputs import FactsCache
from slp_ops.errors import StoreError
from slp_ops.i18n import pluralize

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.operator import Operator
    from slp_ops.history.summary import Summary
    from slp_ops.inventory.selection import Selection
    from slp_ops.model import DeviceResult
    from slp_ops.runs import StoredRun
    from slp_ops.runs.history import History

T = TypeVar("T")
_WORTH_SAYING: Final = 20  # switches to be parsed take about a second


def open_history(
    runs_dir: Path,
    ask: Callable[[History], T],
    operator: Operator,
    *,
    at_most: int | None = None,
    facts: FactsCache | None = None,
) -> T:
    """Open the history, updated from the folders. Raises StoreError.

    ``at_most`` limits the switches parsed from runs that are not judged yet: a caller that is about to read
    switches must not wait long. ``facts`` keeps what is parsed, for a caller that needs it as well.
    """
    from slp_ops.runs.history import History

    def updated() -> T:
        _catch_up(runs_dir, operator, at_most=at_most, anew=False, facts=facts)
        with History.open(runs_dir) as history:
            return ask(history)

    return _rebuilding(updated, runs_dir, operator)


def catch_up(
    runs_dir: Path,
    operator: Operator,
    *,
    at_most: int | None = None,
    anew: bool = False,
    facts: FactsCache | None = None,
) -> int:
    """Put in the runs that are new or have changed, forget those that are gone; how many were put in.

    ``anew`` judges each of them again from its captures. Where more than ``at_most`` switches would have to
    be parsed, the runs that hold them are left out.
    """
    return _rebuilding(
        lambda: _catch_up(runs_dir, operator, at_most=at_most, anew=anew, facts=facts), runs_dir, operator
    )


def _rebuilding(use: Callable[[], T], runs_dir: Path, operator: Operator) -> T:
    """Use the index; once more from the run folders where it turns out to be damaged, or of other runs."""
    from slp_ops.runs.history import Broken

    for _ in range(2):
        try:
            return use()
        except Broken:
            operator.notice(
                "note: the history does not fit its runs or is damaged; it is built again from them"
            )
    raise StoreError(
        f"the index of the history in {runs_dir} breaks again and again",
        hint="check the disk; the run folders contain everything, see: slp-ops runs verify",
    )


def _catch_up(
    runs_dir: Path, operator: Operator, *, at_most: int | None, anew: bool, facts: FactsCache | None
) -> int:
    from slp_ops.runs import Runs
    from slp_ops.runs.history import History, mark

    with History.open(runs_dir) as history:
        behind = history.behind(Runs(runs_dir).folders())
    put = 0
    for run in behind:
        at = mark(run)
        try:
            kept, missing = cached_summaries(run, anew=anew)
            if at_most is not None:
                if len(missing) > at_most:
                    continue
                at_most -= len(missing)
            summaries = complete_index(run, kept, missing, operator, facts or FactsCache())
        except StoreError:
            if run.path.is_dir():
                raise
            continue  # it has been pruned in the meantime
        with History.open(runs_dir) as history:
            history.put(run, at, summaries)
        put += 1
    return put


def cached_summaries(run: StoredRun, *, anew: bool = False) -> tuple[dict[str, Summary], list[str]]:
    """The summaries that a run holds, and the devices of which it holds none that still tells the truth."""
    from slp_ops.runs.serialization import RunState
    from slp_ops.runs.summaries import load

    if run.header.state is RunState.UNREADABLE:
        return {}, []
    kept = {} if anew else load(run)
    return kept, [about.name for about in run.header.devices if about.name not in kept]


def complete_index(
    run: StoredRun,
    kept: Mapping[str, Summary],
    missing: Sequence[str],
    operator: Operator,
    facts: FactsCache,
) -> tuple[Summary, ...]:
    """All summaries of a run: the missing ones made of its captures, and kept in it for the next time."""
    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.runs.summaries import save

    if len(missing) > _WORTH_SAYING:
        operator.notice(f"reading run {run.id} for the history: {pluralize(len(missing), 'switch')}")
    audit_options = AuditOptions()
    results = {result.name: result for result in run.devices} if missing else {}
    found = {**kept, **{name: summary_of(run, results[name], audit_options, facts) for name in missing}}
    if missing and run.is_readable:
        save(run, found.values())
    return tuple(found.values())


def summary_of(
    run: StoredRun, result: DeviceResult, audit_options: AuditOptions, cache: FactsCache
) -> Summary:
    """The summary of one device, from its captures."""
    from slp_ops.history.summary import summarise
    from slp_ops.rules.engine import audit
    from slp_ops.rules.settings import Intent

    about = run.about[result.name]
    facts = cache.of(run, result.name)
    known = audit_options.known(facts, Intent.of(about.intent))
    return summarise(
        result,
        known,
        audit(audit_options.rules(facts), known) if facts.all() else (),
        seen=run.header.started,
        tags=about.tags,
        knowledge=audit_options.knowledge.version,
    )


def select_devices(history: History, selection: Selection) -> tuple[str, ...] | None:
    """Return the names of the selected switches, from the runs' own records; None for all.

    Raises SelectionError.
    """
    from slp_ops.inventory.selection import Selection, select
    from slp_ops.inventory.values import Inventory, Site
    from slp_ops.model import Device

    if selection == Selection():
        return None
    known = history.devices()
    devices = tuple(Device(name=each.name, site=each.site, host="", tags=each.tags) for each in known)
    sites = tuple(Site(name=name) for name in dict.fromkeys(each.site for each in known))
    return tuple(device.name for device in select(Inventory(sites=sites, devices=devices), selection))
