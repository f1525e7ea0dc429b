"""The journal that ``last``, a run or a path means."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.model import Device
from slp_ops.planning.flow_state import FlowBeginEvent, FlowChangeEvent
from slp_ops.planning.journal_state import (
    BeginEvent,
    ChangeOutcome,
    EndEvent,
    JournalEvent,
    RollbackEvent,
    StepEvent,
    StepState,
)
from slp_ops.planning.model import Action, SwitchPlan
from slp_ops.playbook import Risk
from slp_ops.runs import Runs
from slp_ops.runs.flow_journal import FlowJournal
from slp_ops.runs.journal import JournalFile
from slp_ops.runs.journal_lookup import resumable_journal, reversible_journal
from slp_ops.steps import ConfigLine, ConfigStep

SW1 = Device(name="sw1", site="tokyo", host="192.0.2.1")
SENT = StepEvent(device="sw1", step=0, state=StepState.DONE)
DONE = EndEvent(device="sw1", state=ChangeOutcome.DONE)
BACK = (RollbackEvent(device="sw1", lines=("no x",)), EndEvent(device="sw1", state=ChangeOutcome.ROLLED_BACK))


def _begin() -> BeginEvent:
    text = Text("x", "x")
    step = ConfigStep.of([ConfigLine(text="ip domain lookup")])
    action = Action(playbook="p", title=text, risk=Risk.CHANGE, because=(), params={}, steps=(step,))
    plan = SwitchPlan(name="sw1", site="tokyo", serials=(), release=None, fields={}, actions=(action,))
    return BeginEvent(plans=(plan,))


@dataclass
class Folder:
    """A folder of runs."""

    path: Path
    runs: Runs = field(init=False)

    def __post_init__(self) -> None:
        self.runs = Runs(self.path)

    def change(self, *events: JournalEvent, verb: str = "remediate") -> Path:
        with self.runs.start(verb, [SW1]) as run:
            file = JournalFile.create(run.path / "journal.jsonl", _begin())
            with file:
                for event in events:
                    file.write(event)
        return file.path

    def read(self, verb: str = "audit") -> str:
        with self.runs.start(verb, [SW1]) as run:
            return run.id

    def flow(self) -> FlowJournal:
        with self.runs.start("flow", [SW1]) as run:
            begin = FlowBeginEvent(flow="case-1", stages=("p",), switches=("sw1",), params={})
            return FlowJournal.create(run.path / "flow.jsonl", begin)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Folder(tmp_path / "runs")


def _resumed(folder: Folder, ref: str, title: str = "remediate") -> Path:
    return resumable_journal(Path(ref), folder.path, title)


def _rolled_back(folder: Folder, ref: str) -> Path:
    return reversible_journal(Path(ref), folder.path, "remediate")


def test_last_is_the_newest_change_and_not_a_newer_run_of_another_verb(folder: Folder) -> None:
    folder.change(SENT, DONE)
    newest = folder.change(SENT)
    folder.read()
    saved = folder.change(verb="usage-save")
    assert _resumed(folder, "last") == newest
    assert _resumed(folder, "last", "usage-save") == saved


def test_the_last_to_roll_back_sent_something_and_is_in_force(folder: Folder) -> None:
    in_force = folder.change(SENT, DONE)
    folder.change(SENT, DONE, *BACK)
    folder.change()
    folder.change().write_text("{\n")
    assert _rolled_back(folder, "last") == in_force


def test_the_last_change_of_a_flow_is_resumed_by_the_flow(folder: Folder) -> None:
    flows = {}
    for verb in ("usage-save", "remediate"):
        with folder.flow() as flow:
            stage = folder.change(SENT, verb=verb)
            flow.write(FlowChangeEvent(stage=0, switches=("sw1",), journal=str(stage)))
        flows[verb] = flow.path
    assert _resumed(folder, "last") == flows["remediate"]
    assert _rolled_back(folder, "last") == stage
    with pytest.raises(InputError, match="is meant by 'last'"):
        _resumed(folder, "last", "usage-save")


def test_a_run_or_its_folder_or_a_beginning_is_its_journal(folder: Folder) -> None:
    journal = folder.change(SENT, DONE)
    run = journal.parent.name
    for ref in (run, run[-6:], run[-6:-1], str(journal.parent), str(journal)):
        assert _resumed(folder, ref).resolve() == journal.resolve()
        assert _rolled_back(folder, ref).resolve() == journal.resolve()
    with folder.flow() as flow:
        assert _resumed(folder, flow.path.parent.name) == flow.path


def test_what_is_no_change_is_refused_with_the_way_on(folder: Folder) -> None:
    with pytest.raises(InputError, match=r"no change in .* is meant by 'last'"):
        _rolled_back(folder, "last")
    run = folder.read()
    with pytest.raises(InputError, match="has no journal: it sent nothing"):
        _rolled_back(folder, run)
    with pytest.raises(InputError, match="there is no run zzz in"):
        _resumed(folder, "zzz")
    assert _resumed(folder, "gone/journal.jsonl") == Path("gone/journal.jsonl")  # opening it says so
