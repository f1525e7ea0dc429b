"""Earlier exchanges, from the journals of their runs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from slp_ops.errors import InputError, StoreError
from slp_ops.json_documents import ShapeError
from slp_ops.planning.journal_state import StepState
from slp_ops.runs import Runs
from slp_ops.runs.journal import FILE, read
from slp_ops.steps import ExecStep
from slp_ops.usage.importing import IMPORT
from slp_ops.usage.status import PreviousExchanges
from slp_ops.usage.usage_files import received_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slp_ops.planning.journal_state import RecordedChange
    from slp_ops.runs import StoredRun


def imported_in(runs_dir: Path) -> dict[tuple[str, str], str]:
    """Return the run that imported a file, by the switch's name and the file's SHA-256."""
    return {key: run.path.name for key, run in _imports(runs_dir).items()}


def imported_positions(runs_dir: Path) -> dict[str, tuple[int, str]]:
    """Return the position of the newest run that imported a file, by the switch's name."""
    found: dict[str, tuple[int, str]] = {}
    for (name, _), run in _imports(runs_dir).items():
        found[name] = max(found.get(name, (0, "")), run.position)
    return found


def _imports(runs_dir: Path) -> dict[tuple[str, str], StoredRun]:
    found: dict[tuple[str, str], StoredRun] = {}
    for run, recorded in _journals(runs_dir, "usage-import"):
        for name, state in recorded.states.items():
            for number, (action, step) in enumerate(state.plan.steps):
                imports = isinstance(step, ExecStep) and step.command.startswith(IMPORT)
                if imports and state.steps.get(number) is StepState.DONE:
                    found[name, action.params["sha256"]] = run
    return found


def before_in(runs_dir: Path) -> dict[str, PreviousExchanges]:
    """Return what the newest exchanges did with each switch."""
    found: dict[str, PreviousExchanges] = {}
    for run, recorded in _journals(runs_dir, "usage-save"):
        try:
            files = received_in(recorded.events)
        except ShapeError:
            continue
        for each in files:
            if each.reports:
                folder = recorded.begin.to or ""
                found[each.host] = PreviousExchanges(saved=run.position, file=each, folder=folder)
    for name, position in imported_positions(runs_dir).items():
        found[name] = replace(found.get(name, PreviousExchanges()), imported=position)
    return found


def _journals(runs_dir: Path, title: str) -> Iterator[tuple[StoredRun, RecordedChange]]:
    """The journals of a verb, the oldest first, without those that cannot be read."""
    name = re.compile(rf"\d{{8}}T\d{{6}}Z-{re.escape(title)}-[0-9a-f]{{6}}")
    runs = [
        run
        for run in Runs(runs_dir).folders()
        if name.fullmatch(run.path.name) and (run.path / FILE).is_file()
    ]
    for run in sorted(runs, key=lambda run: run.position):
        try:
            recorded = read(run.path / FILE)
        except (InputError, StoreError):
            continue
        yield run, recorded
