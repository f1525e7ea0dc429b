"""A judgement that knows the past: what earlier runs said goes in, and what is said now is kept for later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import Asked, audited
from slp_ops.app.history_index import asking, summary_of
from slp_ops.errors import StoreError
from slp_ops.facts.history import RumHistory
from slp_ops.history.summary import found_of, summarise
from slp_ops.reading import Facts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from slp_ops.app.audit_device import Audited
    from slp_ops.app.inputs import Gathered
    from slp_ops.app.operator import Operator
    from slp_ops.facts.history import RumPoint
    from slp_ops.history.summary import Summary
    from slp_ops.store import StoredRun


class Past:
    """What the runs of a folder said before. Nothing is read until it is asked for.

    ``at_most`` so many switches are parsed for it, of runs that nobody has judged yet; None is all. Runs that
    the caller is about to judge are named in ``without``: they are parsed once, by the caller. Where there is
    no history to be had a note says why, and the audit goes on without.
    """

    def __init__(
        self,
        runs_dir: Path,
        asked: Asked,
        operator: Operator,
        *,
        at_most: int | None = None,
        without: Collection[StoredRun] = (),
    ) -> None:
        self._runs_dir = runs_dir
        self._asked = asked
        self._operator = operator
        self._at_most = at_most
        self._without = without
        self._has_failed = False

    def judge(self, found: Gathered, *, seen: datetime | None = None) -> tuple[Audited, Summary]:
        """One device and its summary; ``seen`` is when a saved run began, now unless it is given."""
        facts = found.facts or Facts({})
        summary = summarise(
            found.result,
            self._asked.known(facts, found.intent),
            (),
            seen=seen or datetime.now(UTC),
            knowledge=self._asked.knowledge.version,
        )
        earlier = [point for point in self._points.get(found.result.name, ()) if point.seen < summary.seen]
        if earlier:
            now = summary.point("")
            history = RumHistory(points=() if now is None else (*earlier, now))
            facts = Facts({type(each): each for each in (*facts.all(), history)}, facts.captures)
        judged = audited(
            found.result, None if found.facts is None else facts, asked=self._asked, intent=found.intent
        )
        if seen is not None and self._asked != Asked():
            # The history holds the verdicts of the usual rules on saved runs, whatever is asked now.
            return judged, summary_of(found, seen=seen)
        is_judged = seen is None or (found.facts is not None and found.facts.all())
        return judged, replace(summary, found=found_of(judged.outcomes) if is_judged else ())

    def keep(self, run_id: str, summaries: Iterable[Summary]) -> None:
        """Keep in a run's folder what it was judged to be; not when only some of the rules were asked.

        It can be made anew from the captures, so that nothing is lost where it cannot be written.
        """
        from slp_ops.store import Runs
        from slp_ops.store.summaries import save

        if self._asked.select or self._asked.ignore:
            return
        run = Runs(self._runs_dir).open(run_id)
        try:
            save(run, (replace(each, tags=run.about[each.device].tags) for each in summaries))
        except StoreError as err:
            self._operator.notice(f"note: {err.message}")

    def keep_saved(self, run: StoredRun, summaries: Iterable[Summary]) -> None:
        """Keep the summaries of a saved run that was judged, beside those that it has already."""
        from slp_ops.store.summaries import load, save

        if self._has_failed or run.path.resolve().parent != self._runs_dir.resolve():
            return
        made = {each.device: replace(each, tags=run.about[each.device].tags) for each in summaries}
        kept = load(run)
        if made.keys() <= kept.keys():
            return
        try:
            save(run, {**made, **kept}.values())
        except StoreError as err:
            self._operator.notice(f"note: {err.message}")

    @cached_property
    def _points(self) -> Mapping[str, tuple[RumPoint, ...]]:
        if not self._runs_dir.is_dir():
            return {}
        try:
            series = asking(
                self._runs_dir,
                lambda history: history.series(),
                self._operator,
                at_most=self._at_most,
                without=self._without,
            )
        except StoreError as err:
            self._has_failed = True
            self._operator.notice(f"note: judged without the history: {err.message}")
            return {}
        return {each.device: each.points for each in series}
