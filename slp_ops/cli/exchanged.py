"""What earlier exchanges did, from the journals of their runs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from slp_ops.errors import InputError, StoreError
from slp_ops.plan import Execute
from slp_ops.plan.journalled import StepState, journalled
from slp_ops.usage.importing import IMPORT
from slp_ops.usage.received import received_in
from slp_ops.usage.standing import Before

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slp_ops.store import StoredRun

_BROKEN: Final = (InputError, StoreError, KeyError, TypeError, ValueError)


def imported_in(runs_dir: Path) -> dict[tuple[str, str], str]:
    """The run that imported a file, by the switch's name and the file's SHA-256."""
    found: dict[tuple[str, str], str] = {}
    for run, events in _journals(runs_dir, "usage-import"):
        for name, state in journalled(events, str(run.path)).items():
            for number, (action, step) in enumerate(state.plan.steps):
                imports = isinstance(step, Execute) and step.command.startswith(IMPORT)
                if imports and state.steps.get(number) is StepState.DONE:
                    found[name, action.params["sha256"]] = run.path.name
    return found


def before_in(runs_dir: Path) -> dict[str, Before]:
    """What the newest exchanges did with each switch."""
    found: dict[str, Before] = {}
    for run, events in _journals(runs_dir, "usage-save"):
        for each in received_in(events):
            if each.reports:
                folder = str(events[0].get("to", ""))
                found[each.host] = Before(saved=run.path.name, file=each, folder=folder)
    for (name, _), run_name in imported_in(runs_dir).items():
        before = found.get(name, Before())
        found[name] = replace(before, imported=max(before.imported, run_name))
    return found


def _journals(runs_dir: Path, title: str) -> Iterator[tuple[StoredRun, tuple[dict[str, Any], ...]]]:
    """The journals of a verb, the oldest first; one that cannot be read tells nothing."""
    from slp_ops.store import Runs
    from slp_ops.store.journal import FILE, read

    name = re.compile(rf"\d{{8}}T\d{{6}}Z-{re.escape(title)}-[0-9a-f]{{6}}")
    for run in Runs(runs_dir).folders():
        if not name.fullmatch(run.path.name) or not (run.path / FILE).is_file():
            continue
        try:
            events = read(run.path / FILE)
            journalled(events, str(run.path))
        except _BROKEN:
            continue
        yield run, events
