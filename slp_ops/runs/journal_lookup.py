"""Journals that an operator names: by their file, by their run, or as ``last``."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError, StoreError
from slp_ops.runs import flow_journal, journal
from slp_ops.runs.flow_journal import recorded_flows
from slp_ops.runs.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.planning.journal_state import SwitchState

_WITH_FLOWS: Final = "remediate"  # the verb that also resumes flows


def resumable_journal(ref: Path, runs_dir: Path, title: str) -> Path:
    """Return the journal to resume; ``title`` is that of the runs of the verb.

    ``last`` is the newest change; of one that a flow made it is the journal of the flow, which continues it.
    Raises InputError, StoreError.
    """
    if str(ref) != "last":
        return _named(ref, runs_dir)
    flows = dict(_flow_of_each_journal(runs_dir))
    for path in _newest_first(runs_dir, title):
        flow = flows.get(path.resolve())
        if flow is None or title == _WITH_FLOWS:
            return flow or path
    raise _no_change(runs_dir)


def reversible_journal(ref: Path, runs_dir: Path, title: str) -> Path:
    """Return the journal to roll back: ``last`` is the newest that sent something and is not rolled back.

    Raises InputError, StoreError.
    """
    if str(ref) != "last":
        return _named(ref, runs_dir)
    for path in _newest_first(runs_dir, title):
        if path.name == journal.FILE and any(
            state.touched and not state.rolled_back for state in _states(path).values()
        ):
            return path
    raise _no_change(runs_dir)


def _named(ref: Path, runs_dir: Path) -> Path:
    """Return the journal of a file, a run's folder, a run's id, or a unique beginning of either."""
    if ref.is_file() or (os.sep in str(ref) and not ref.is_dir()):
        return ref
    folder = Runs(runs_dir).open(str(ref)).path
    for name in (flow_journal.FILE, journal.FILE):
        if (folder / name).is_file():
            return folder / name
    raise InputError(
        f"the run {folder.name} has no journal: it sent nothing to any switch",
        hint="name a run that did; see them with: slp-ops runs list",
    )


def _newest_first(runs_dir: Path, title: str) -> Iterator[Path]:
    """Yield the journals of changes and flows of a verb."""
    names = {title: journal.FILE} | ({"flow": flow_journal.FILE} if title == _WITH_FLOWS else {})
    for run in Runs(runs_dir).all():
        name = names.get(run.head.verb)
        if name is not None and (path := run.path / name).is_file():
            yield path


def _flow_of_each_journal(runs_dir: Path) -> Iterator[tuple[Path, Path]]:
    for path, recorded in recorded_flows(runs_dir):
        for progress in recorded.progress.values():
            for each in (*progress.journals.values(), progress.journal):
                if each is not None:
                    yield Path(each).resolve(), path


def _states(path: Path) -> Mapping[str, SwitchState]:
    with suppress(InputError, StoreError):  # one that cannot be read is not the one to roll back
        return journal.read(path).states
    return {}


def _no_change(runs_dir: Path) -> InputError:
    return InputError(
        f"no change in {runs_dir} is meant by 'last'",
        hint="name the journal of one; it is printed at the end of each change, and in its run's folder",
    )
