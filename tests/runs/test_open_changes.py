"""Two changes of one switch: the second is refused, and an unfinished one is named."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.errors import InputError
from slp_ops.i18n import Text
from slp_ops.planning.journal_state import (
    BeginEvent,
    ChangeOutcome,
    EndEvent,
    RollbackEvent,
    StepEvent,
    StepState,
)
from slp_ops.planning.model import Action, SwitchPlan
from slp_ops.playbook import Risk
from slp_ops.runs.change_index import ChangedSwitch, ChangeEntry, ChangeIndex, ChangeRecord
from slp_ops.runs.journal import JournalFile
from slp_ops.runs.open_changes import OpenChanges
from slp_ops.steps import ConfigLine, ConfigStep, ExecStep, ManualStep, Repeat

if TYPE_CHECKING:
    from pathlib import Path

SW1 = ChangedSwitch(name="sw1", address="192.0.2.1:22", serials=("FJC1", "FJC2"))
CONFIG = ConfigStep.of([ConfigLine(text="ip domain lookup")])
RESET = ExecStep(command="license smart factory reset")
HARMLESS = ExecStep(command="license smart save usage unreported file flash:a", repeat=Repeat.SAFE)


def plan(*steps: Any) -> SwitchPlan:
    text = Text("x", "x")
    action = Action(playbook="p", title=text, risk=Risk.CHANGE, because=(), params={}, steps=steps)
    return SwitchPlan(
        name="sw1", site="tokyo", serials=SW1.serials, release=None, fields={}, actions=(action,)
    )


class Change:
    """A change of sw1, as a process makes it."""

    def __init__(self, folder: Path, number: int, *steps: Any, replacing: Path | None = None) -> None:
        self.path = folder / f"journal-{number}.jsonl"
        self.record = ChangeRecord(
            id=f"run-{number}",
            verb="remediate",
            journal=str(self.path),
            process=100 + number,
            started=datetime(2026, 11, 27, tzinfo=UTC),
            switches=(SW1,),
        )
        self.entry: ChangeEntry = OpenChanges().begin(self.record, replacing=replacing)
        begin = BeginEvent(change=self.record.id, plans=(plan(*(steps or (CONFIG,))),))
        self.file = JournalFile.create(self.path, begin, entry=self.entry)

    def step(self, state: StepState = StepState.BEGUN, number: int = 0) -> None:
        self.file.write(StepEvent(device="sw1", step=number, state=state))

    def end(self, outcome: ChangeOutcome) -> None:
        self.file.write(EndEvent(device="sw1", state=outcome))


def killed(folder: Path, *steps: Any, state: StepState = StepState.BEGUN) -> Change:
    change = Change(folder, 1, *steps)
    change.step(state)
    change.file.close()
    # As open as a kill leaves it.
    entry = next(folder.glob("state/slp-ops/changes/run-1.state"))
    entry.write_text(entry.read_text().replace("done", "open"))
    return change


def test_the_second_process_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    first = Change(tmp_path, 1)
    with pytest.raises(InputError) as refused:
        Change(tmp_path, 2)
    for words in ("sw1", "by remediate (", "process 101", "run-1", "journal-1.jsonl", "2026-11-27T00:00"):
        assert words in str(refused.value), words
    first.file.close()
    Change(tmp_path, 2).file.close()


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (ChangedSwitch(name="core", address="198.51.100.9:22", serials=("FJC2",)), True),
        (ChangedSwitch(name="sw1", address=SW1.address, serials=("FJC9",)), False),
        (ChangedSwitch(name="core", address=SW1.address), True),
        (ChangedSwitch(name="sw1", address="192.0.2.1:2222"), False),
    ],
)
def test_a_switch_is_known_by_its_serial_numbers_else_by_its_address(
    tmp_path: Path, other: ChangedSwitch, same: bool
) -> None:
    first = Change(tmp_path, 1)
    assert bool(OpenChanges().of([other])) is same
    first.file.close()


def test_an_unfinished_change_blocks_and_names_the_way_on(tmp_path: Path) -> None:
    change = killed(tmp_path)
    (found,) = OpenChanges().of([SW1])
    assert found.blocks
    assert f"slp-ops remediate --resume {change.path}" in found.hint.en
    assert f"slp-ops remediate --resume {change.path}" in found.hint.ja
    # A mention is no command: where it is printed, a command gets the options of the call.
    assert "unfinished: remediate, run " in found.why.en
    assert "slp-ops" not in found.why.en + found.why.ja
    with pytest.raises(InputError, match="is unfinished"):
        Change(tmp_path, 2)


@pytest.mark.parametrize(
    ("steps", "events", "named", "blocks"),
    [
        ((CONFIG,), (), False, False),  # nothing was sent
        ((HARMLESS,), (StepState.BEGUN,), True, False),
        ((HARMLESS, RESET), (StepState.BEGUN,), True, True),  # resuming sends what a new plan sends
        ((ManualStep(text=Text("x", "x")),), (StepState.BEGUN,), True, False),
        ((RESET,), (StepState.SENT,), True, True),
        ((RESET,), (StepState.NOT_DONE, ChangeOutcome.FAILED), True, False),
        ((CONFIG,), (StepState.DONE, ChangeOutcome.FAILED), True, True),  # it was not saved
        ((CONFIG,), (StepState.REFUSED, ChangeOutcome.FAILED), True, False),
        ((CONFIG,), (StepState.DONE, ChangeOutcome.UNVERIFIED), True, False),
        ((CONFIG,), (StepState.DONE, ChangeOutcome.STOPPED), True, True),
        ((CONFIG,), (StepState.DONE, ChangeOutcome.DONE), False, False),
    ],
)
def test_what_blocks(tmp_path: Path, steps: Any, events: Any, named: bool, blocks: bool) -> None:
    change = Change(tmp_path, 1, *steps)
    for event in events:
        change.step(event) if isinstance(event, StepState) else change.end(event)
    change.file.close()
    found = OpenChanges().of([SW1])
    assert bool(found) is named
    assert any(each.blocks for each in found) is blocks


def test_a_change_without_effect_is_done_with_when_the_next_begins(tmp_path: Path) -> None:
    change = Change(tmp_path, 1, HARMLESS)
    change.step()
    change.file.close()
    assert OpenChanges().of([SW1])
    Change(tmp_path, 2).file.close()
    assert OpenChanges().of([SW1]) == []


def resumed(change: Change, *switches: ChangedSwitch) -> None:
    """Resume a change as another process does, which is killed at once."""
    OpenChanges().resume(replace(change.record, switches=switches or (SW1,))).close(done=False)


def failed(folder: Path) -> Change:
    """A change that does not block: its command was not sent, so resuming it sends it."""
    change = Change(folder, 1, RESET)
    change.step(StepState.NOT_DONE)
    change.end(ChangeOutcome.FAILED)
    change.file.close()
    return change


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        ((), False),  # nothing was sent
        ((StepState.DONE, ChangeOutcome.DONE), True),
        ((StepState.DONE, ChangeOutcome.UNVERIFIED), True),
        ((StepState.DONE, ChangeOutcome.STOPPED), True),
        ((StepState.DONE, ChangeOutcome.DONE, ChangeOutcome.ROLLED_BACK), False),
    ],
)
def test_an_unfinished_change_is_not_resumed_after_a_newer_one(
    tmp_path: Path, events: Any, refused: bool
) -> None:
    change = failed(tmp_path)
    newer = Change(tmp_path, 2)
    for event in events:
        newer.step(event) if isinstance(event, StepState) else newer.end(event)
    newer.file.close()
    found = OpenChanges().superseded("run-1", tmp_path / "elsewhere")
    assert found == OpenChanges().superseded("another", change.path)
    assert bool(found) is refused
    if not refused:
        resumed(change)
        return
    unfinished = events[-1] is not ChangeOutcome.DONE
    for text in (found["sw1"].why, found["sw1"].hint):
        assert text.en
        assert text.ja
    assert "run-2" in found["sw1"].why.en
    assert "slp-ops remediate --dry-run" in found["sw1"].hint.en
    assert ("--resume" if unfinished else "--rollback") in found["sw1"].hint.en
    with pytest.raises(InputError, match=r"run-2.*nothing was sent"):
        resumed(change)


def test_a_newer_change_without_its_journal_supersedes(tmp_path: Path) -> None:
    change = failed(tmp_path)
    newer = Change(tmp_path, 2)
    newer.step(StepState.DONE)
    newer.file.close()
    newer.path.unlink()
    for path in tmp_path.glob("state/slp-ops/changes/run-2.*"):
        path.unlink()
    (found,) = OpenChanges().superseded("run-1", change.path).values()
    assert found.hint.en == "plan again: slp-ops remediate --dry-run --limit sw1"


def test_a_change_is_superseded_by_the_first_newer_one_that_sent_something(tmp_path: Path) -> None:
    change = failed(tmp_path)
    for number, sends in ((2, False), (3, True), (4, False)):
        newer = Change(tmp_path, number)
        if sends:
            newer.step(StepState.DONE)
            newer.end(ChangeOutcome.DONE)
        newer.file.close()
    assert "run-3" in OpenChanges().superseded("run-1", change.path)["sw1"].why.en


def test_only_the_switches_of_a_newer_change_are_superseded(tmp_path: Path) -> None:
    sw2 = ChangedSwitch(name="sw2", address="192.0.2.2:22", serials=("FJC3",))
    change = failed(tmp_path)
    resumed(change, SW1, sw2)
    newer = Change(tmp_path, 2)
    newer.step(StepState.DONE)
    newer.end(ChangeOutcome.DONE)
    newer.file.close()
    assert OpenChanges().of([SW1]) == []
    with pytest.raises(InputError, match="run-2"):
        resumed(change, SW1, sw2)
    resumed(change, sw2)
    # What was noted of the other one is kept.
    with pytest.raises(InputError, match="run-2"):
        resumed(change)


def test_what_only_has_to_be_verified_is_resumed_after_a_newer_change(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.step(StepState.DONE)
    change.end(ChangeOutcome.UNVERIFIED)
    change.file.close()
    newer = Change(tmp_path, 2)
    newer.step(StepState.DONE)
    newer.end(ChangeOutcome.DONE)
    newer.file.close()
    resumed(change)


def test_a_change_is_not_taken_up_again_while_a_newer_one_blocks(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.step(StepState.DONE)
    change.end(ChangeOutcome.DONE)
    change.file.close()
    newer = Change(tmp_path, 2)
    newer.step()
    newer.file.close()
    with pytest.raises(InputError, match=r"unfinished.*run-2"):
        resumed(change)


def test_a_rollback_that_was_killed_is_named_with_rollback(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.step(StepState.DONE)
    change.end(ChangeOutcome.DONE)
    change.file.write(RollbackEvent(device="sw1", lines=("no ip domain lookup",)))
    change.file.close()
    (found,) = OpenChanges().of([SW1])
    assert found.blocks
    assert f"--rollback {change.path}" in found.hint.en


def test_a_journal_that_is_gone_blocks_and_says_how_to_forget_it(tmp_path: Path) -> None:
    change = killed(tmp_path)
    change.path.unlink()
    (found,) = OpenChanges().of([SW1])
    assert found.blocks
    assert "run-1.json" in found.hint.en
    for path in tmp_path.glob("state/slp-ops/changes/run-1.*"):
        path.unlink()
    assert OpenChanges().of([SW1]) == []


def test_a_finished_change_is_forgotten_with_its_journal(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.file.close()
    change.path.unlink()
    OpenChanges().of([SW1])
    assert list(tmp_path.glob("state/slp-ops/changes/run-1.*")) == []


def test_a_kill_before_the_first_line_leaves_nothing_open(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.file.close()
    change.path.unlink()
    state = next(tmp_path.glob("state/slp-ops/changes/run-1.state"))
    state.write_text("-" * 64 + " open\n")
    assert OpenChanges().of([SW1]) == []


def test_a_kill_between_the_first_line_and_its_seal_costs_no_authority(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.file.close()
    state = next(tmp_path.glob("state/slp-ops/changes/run-1.state"))
    state.write_text("-" * 64 + " open\n")
    file, _ = JournalFile.resume(change.path)
    with file:
        assert file.sealed
        file.hold(OpenChanges().resume(change.record))
        change.file = file
        change.step()
    # Of a second line the index would have known the first.
    state.write_text("-" * 64 + " open\n")
    file, _ = JournalFile.resume(change.path)
    with file:
        assert not file.sealed


@pytest.mark.parametrize("torn", [b"", b'{"at":"2026-11-27T'])
def test_a_journal_without_a_line_is_named_as_one_that_sent_nothing(tmp_path: Path, torn: bytes) -> None:
    change = Change(tmp_path, 1)
    change.file.close()
    change.path.write_bytes(torn)
    with pytest.raises(InputError, match="ended before anything was sent"):
        JournalFile.resume(change.path)


def test_what_a_kill_left_in_the_index_is_removed_by_the_next_change(tmp_path: Path) -> None:
    Change(tmp_path, 1).file.close()
    folder = ChangeIndex().folder
    left = (folder / ".run-9.json.0123abcd.part", folder / "run-9.state")
    for path in left:
        path.write_text("-" * 64)
    Change(tmp_path, 2).file.close()
    assert [path for path in left if path.exists()] == []
    assert OpenChanges().of([SW1]) == []


def test_a_journal_that_is_replaced_is_no_open_change(tmp_path: Path) -> None:
    change = killed(tmp_path)
    assert OpenChanges().of([SW1], replacing=change.path) == []
    Change(tmp_path, 2, replacing=change.path).file.close()
    assert OpenChanges().of([SW1]) == []


def test_only_one_process_resumes_a_change(tmp_path: Path) -> None:
    change = killed(tmp_path)
    file, _ = JournalFile.resume(change.path)
    file.hold(OpenChanges().resume(replace(change.record, process=7)))
    with pytest.raises(InputError, match="process 7"):
        OpenChanges().resume(change.record)
    file.close()
    OpenChanges().resume(change.record).close(done=False)


def test_a_journal_that_lacks_its_last_lines_has_no_authority(tmp_path: Path) -> None:
    change = Change(tmp_path, 1)
    change.step()
    change.step(StepState.DONE)
    change.file.close()
    lines = change.path.read_bytes().splitlines(keepends=True)
    for kept, sealed in ((3, True), (2, False), (1, False)):
        change.path.write_bytes(b"".join(lines[:kept]))
        file, _ = JournalFile.resume(change.path)
        with file:
            assert file.sealed is sealed, kept


def test_an_index_that_is_damaged_is_named(tmp_path: Path) -> None:
    Change(tmp_path, 1).file.close()
    path = ChangeIndex().folder / "run-1.json"
    path.write_text("{}")
    with pytest.raises(Exception, match=r"run-1\.json is no entry"):
        OpenChanges().of([SW1])


def test_the_folders_of_changes_are_known(tmp_path: Path) -> None:
    change = killed(tmp_path)
    assert OpenChanges().folders() == (frozenset(), frozenset())
    folder = frozenset({change.path.parent})
    other = Change(tmp_path, 2, replacing=change.path)
    assert OpenChanges().folders() == (folder, frozenset())
    other.file.close()
    assert OpenChanges().folders() == (frozenset(), folder)


def test_a_change_whose_journal_was_removed_by_consent_is_forgotten(tmp_path: Path) -> None:
    change = killed(tmp_path)
    assert OpenChanges().of([SW1])
    change.path.unlink()
    OpenChanges().forget({change.path.parent})
    assert not OpenChanges().of([SW1])


def test_large_fleets_are_compared_in_linear_time(tmp_path: Path) -> None:
    switches = tuple(
        ChangedSwitch(name=f"sw{n}", address=f"10.0.{n // 250}.{n % 250}:22", serials=(f"FJC{n:05}",))
        for n in range(5_000)
    )
    change = Change(tmp_path, 1)
    change.file.close()
    entry = OpenChanges().resume(replace(change.record, switches=switches))

    def seconds(compared: tuple[ChangedSwitch, ...]) -> float:
        best = math.inf
        for _ in range(3):
            began = time.process_time()
            assert len(OpenChanges().of(compared)) == len(compared)
            best = min(best, time.process_time() - began)
        return best

    # One is compared with all of them too, and costs reading them.
    assert seconds(switches) < 20 * seconds(switches[:1])
    entry.close(done=True)
