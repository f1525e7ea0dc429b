"""Unfinished flows that a new start would repeat: steps by hand that an operator has done already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from slp_ops.app.follow_up import journal_command
from slp_ops.errors import InputError, StoreError
from slp_ops.planning.flow_state import StageState
from slp_ops.runs.flow_journal import recorded_flows
from slp_ops.runs.journal import read as read_change

if TYPE_CHECKING:
    from collections.abc import Collection

    from slp_ops.planning.flow_state import FlowProgress
    from slp_ops.playbook.flow import Flow


def repetition(flow: Flow, names: Collection[str], runs_dir: Path) -> InputError | None:
    """Return the error of a new start that would repeat steps by hand; None where it repeats none.

    The newest flow of the same id decides for each switch. Stages without ``always`` are left out: a new
    start skips the ones with rules that pass. Raises StoreError.
    """
    left = set(names)
    for path, recorded in recorded_flows(runs_dir):
        if recorded.begin.flow != flow.id or recorded.begin.stages != flow.described_stages:
            continue
        switches = {name: each for name, each in recorded.progress.items() if name in left}
        left -= switches.keys()
        begun = [name for name, each in switches.items() if _has_done_by_hand(flow, name, each)]
        if begun:
            return InputError(
                f"a new start of {flow.id} would demand steps by hand again that are done: "
                f"{', '.join(begun)}, run {recorded.begin.run}",
                hint=f"{journal_command('remediate', '--resume', path)} "
                f"(other switches: --limit; to give that flow up, remove {path})",
            )
        if not left:
            break
    return None


def _has_done_by_hand(flow: Flow, name: str, progress: FlowProgress) -> bool:
    """Return whether an unfinished flow has a step by hand that a new start would demand again."""
    return progress.stage < len(flow.stages) and any(
        flow.stages[result.stage].always
        and result.state is StageState.DONE
        and _did_manual_step(progress.journals.get(result.stage), name)
        for result in progress.results
    )


def _did_manual_step(journal: str | None, name: str) -> bool:
    if journal is None:
        return False
    try:
        state = read_change(Path(journal)).states.get(name)
    except (InputError, StoreError):
        return False
    return state is not None and state.did_manual_step
