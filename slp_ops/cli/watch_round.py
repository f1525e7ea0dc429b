"""One round of ``slp-ops watch``: read and judge into a run of its own, say what changed, keep in bounds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import click

from slp_ops.app.history_context import Past
from slp_ops.cli import alarms
from slp_ops.cli.exits import Exit, worst
from slp_ops.cli.shown_changes import say
from slp_ops.history.changes import Standing, What, after, changes, standing
from slp_ops.history.summary import found_of
from slp_ops.model import Severity
from slp_ops.rules.checks.history import GROWING
from slp_ops.rules.views.growth import Course, growth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import timedelta
    from pathlib import Path

    from slp_ops.app.audit_device import Asked, Audited
    from slp_ops.app.operator import Operator
    from slp_ops.app.read_device import How
    from slp_ops.app.selection import Target
    from slp_ops.app.sessions import Connecting
    from slp_ops.history.changes import Change
    from slp_ops.history.summary import Summary
    from slp_ops.history.trend import Series
    from slp_ops.rules.text import Lang
    from slp_ops.store.history import History

VERB: Final = "watch"
# So many rounds back what holds of a switch is looked for, over those that could not tell.
_LOOK_BACK: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What every round does the same."""

    target: Target
    connecting: Connecting
    runs_dir: Path
    asked: Asked
    how: How
    program: tuple[str, ...]
    keep: int | None
    older_than: timedelta | None
    lang: Lang
    as_json: bool
    operator: Operator


@dataclass(slots=True)
class Rounds:
    """The rounds of one process, which remember what holds of each switch."""

    wanted: Wanted
    known: dict[str, Standing | None] = field(default_factory=dict)

    def go(self) -> Exit:
        """One round; what it brought is the exit code of a single one. Raises SlpOpsError."""
        from slp_ops.app.inputs import from_switches
        from slp_ops.cli.collect import chosen
        from slp_ops.cli.exits import exit_code

        wanted = self.wanted
        past = Past(wanted.runs_dir, wanted.asked, wanted.operator, at_most=0)
        run, results, judged = from_switches(
            VERB,
            past.judge,
            target=wanted.target,
            connecting=wanted.connecting,
            runs_dir=wanted.runs_dir,
            commands=chosen("support", ()),
            how=wanted.how,
            operator=wanted.operator,
        )
        self._recall(summary.device for _, summary in judged)
        past.keep(run, (summary for _, summary in judged))
        found = [change for each in judged for change in self._changed(run, *each)]
        self._prune()
        news = any(
            change.severity is not None and change.severity.rank >= Severity.WARNING.rank
            for change in found
            if change.what is What.NEW
        )
        return worst(exit_code(results), Exit.FINDINGS if news else Exit.FINE)

    def _recall(self, devices: Iterable[str]) -> None:
        """What earlier watches knew of the devices that this process has not seen yet."""
        from slp_ops.app.history_index import asking

        unseen = [device for device in devices if device not in self.known]
        if not unseen:
            return

        def ask(history: History) -> dict[str, Standing | None]:
            found = {device: standing(_watched(history, device)) for device in unseen}
            for each in history.series(unseen):
                if (known := found[each.device]) is not None and self._grew(each):
                    found[each.device] = replace(
                        known, findings={**known.findings, GROWING: Severity.WARNING}
                    )
            return found

        self.known |= asking(self.wanted.runs_dir, ask, self.wanted.operator, at_most=0)

    def _grew(self, series: Series) -> bool:
        """Whether the last round said so: what only several runs tell is in no summary."""
        limit = self.wanted.asked.thresholds.rum_reports
        found = growth(series.points, limit=limit, failing=series.failing)
        return found is not None and found.course is Course.GROWING

    def _changed(self, run: str, judged: Audited, summary: Summary) -> Sequence[Change]:
        summary = replace(summary, found=found_of(judged.outcomes, of_history=True))
        before = self.known[summary.device]
        found = changes(before, summary)
        self.known[summary.device] = after(before, summary)
        at = datetime.now(UTC)
        for change in found:
            say(change, judged, run=run, at=at, lang=self.wanted.lang, as_json=self.wanted.as_json)
            if change.what is What.NEW and self.wanted.program:
                alarms.tell(self.wanted.program, self._alarm(run, change, judged))
        return found

    def _alarm(self, run: str, change: Change, judged: Audited) -> dict[str, object]:
        from slp_ops.cli.shown_audit import outcome_record

        outcome = next(each for each in judged.failing if each.rule == change.rule)
        return {
            "schema": "slp-ops/new-finding/1",
            "run": run,
            "runs_dir": str(self.wanted.runs_dir),
            "site": judged.site,
            "release": judged.release,
            **outcome_record(judged.name, outcome, self.wanted.lang),
        }

    def _prune(self) -> None:
        """Old runs of watch go, and never a switch's newest complete one; nobody else's run is touched."""
        from slp_ops.store import Runs
        from slp_ops.store.prune import judge, remove, sweep

        wanted = self.wanted
        if wanted.keep is None and wanted.older_than is None:
            return
        mine = [run for run in Runs(wanted.runs_dir).all() if run.header.verb == VERB]
        gone = sum(
            remove(each.run)
            for each in judge(mine, keep=wanted.keep, older_than=wanted.older_than, now=datetime.now(UTC))
            if not each.kept_because
        )
        sweep(wanted.runs_dir)
        if gone:
            click.echo(f"{gone} old runs removed", err=True)


def _watched(history: History, device: str) -> list[Summary]:
    """What the last rounds said; other verbs read less, or ask other rules."""
    return [each.summary for each in history.device(device, newest=_LOOK_BACK, verb=VERB)]
