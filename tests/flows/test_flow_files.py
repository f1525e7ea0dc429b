"""Files of flows, and their journal: every problem with its line, and only our own journal is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.app.change.parameters import load_every_flow, load_playbooks
from slp_ops.app.irreplaceable import irreplaceable
from slp_ops.errors import InputError, StoreError
from slp_ops.i18n import Text
from slp_ops.planning.flow_state import FlowBeginEvent, FlowChangeEvent, FlowStageEvent, StageState
from slp_ops.playbook import packaged
from slp_ops.playbook.flow import load_flows, packaged_flows
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.runs.flow_journal import FILE, FlowJournal, is_flow
from slp_ops.runs.prune import LossKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.runs import Run, Runs

    Make = Callable[..., Run]

GOOD = """id: lookup
title: {en: Lookup, ja: 名前解決}
stages:
  - playbooks: [domain-lookup]
    done_when: [domain-lookup-disabled]
"""
KNOWN = {
    "playbooks": tuple(each.id for each in packaged()),
    "rules": tuple(rule.id for rule in packaged_ruleset().rules),
}


def test_our_flows_name_playbooks_and_rules_that_exist() -> None:
    from pathlib import Path

    folder = Path(__file__).parents[2] / "playbooks" / "flows"
    texts = [(file.name, file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.yaml"))]
    assert [flow.id for flow in load_flows(texts, **KNOWN)] == [flow.id for flow in packaged_flows()]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("[domain-lookup]", "[domain-lokup]", 4, "did you mean domain-lookup"),
        ("[domain-lookup-disabled]", "[no-such-rule]", 5, "is no rule"),
        ("done_when", "shows: [no-such-rule]\n    done_when", 5, "is no rule"),
        ("[domain-lookup]", "[]", 4, "is empty"),
        ("done_when", "only_if", 5, "only_if"),
        ("    done_when: [domain-lookup-disabled]\n", "", 4, "is missing"),
        ("title: {en: Lookup, ja: 名前解決}", "title: {en: Lookup}", 2, "is missing"),
        ("[domain-lookup]", "domain-lookup", 4, "is text"),
        ("stages:\n", "stages: {}\nrest:\n", 3, "a mapping"),
        ("[domain-lookup]", "[usage-save, usage-import]", 4, "names several"),
        ("done_when", "undo: true\n    done_when", 4, "is not in an earlier stage"),
        ("done_when", "reports: some\n    done_when", 5, "is not known"),
    ],
)
def test_a_problem_is_reported_with_its_line(old: str, new: str, line: int, words: str) -> None:
    with pytest.raises(InputError) as refused:
        load_flows([("f.yaml", GOOD.replace(old, new))], **KNOWN)
    assert any(each.line == line and words in f"{each}" for each in refused.value.problems), refused.value


def test_two_flows_with_one_id_are_refused() -> None:
    with pytest.raises(InputError, match=r"is the id of a\.yaml too"):
        load_flows([("a.yaml", GOOD), ("b.yaml", GOOD)])


def begun(path: Path) -> FlowJournal:
    return FlowJournal.create(
        path,
        FlowBeginEvent(
            flow="lookup", stages=("domain-lookup: x", "b: y"), switches=("sw1", "sw2"), params={}
        ),
    )


def test_the_journal_shows_the_stage_of_each_switch(tmp_path: Path) -> None:
    path = tmp_path / "flow.jsonl"
    with begun(path) as journal:
        journal.write(FlowChangeEvent(stage=0, switches=("sw1", "sw2"), journal="/runs/a/journal.jsonl"))
        journal.write(FlowStageEvent(device="sw1", stage=0, state=StageState.DONE, playbook="p", why=None))
        journal.write(
            FlowStageEvent(device="sw2", stage=0, state=StageState.WAITING, playbook="p", why=Text("a", "b"))
        )
        with pytest.raises(StoreError, match="another slp-ops"):
            FlowJournal.resume(path)
    assert is_flow(path)
    path.write_bytes(path.read_bytes() + b'{"event":"stage","dev')  # a kill in the middle of a line
    journal, recorded = FlowJournal.resume(path)
    journal.close()
    first, second = recorded.progress["sw1"], recorded.progress["sw2"]
    assert (first.stage, first.journal, first.open) == (1, None, None)
    assert (second.stage, second.journal) == (0, "/runs/a/journal.jsonl")
    assert second.open is not None


@pytest.mark.parametrize("change", [b'"stage":1', b'"state":"passed"'])
def test_a_journal_that_was_edited_is_refused(tmp_path: Path, change: bytes) -> None:
    path = tmp_path / "flow.jsonl"
    with begun(path) as journal:
        journal.write(FlowStageEvent(device="sw1", stage=0, state=StageState.DONE, playbook="p", why=None))
    old = b'"stage":0' if b"stage" in change else b'"state":"done"'
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, change))
    with pytest.raises(InputError, match="was not written by slp-ops of this user"):
        FlowJournal.resume(path)


@pytest.mark.parametrize("kept", [1, 2])
def test_a_journal_that_was_cut_after_a_whole_line_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "flow.jsonl"
    with begun(path) as journal:
        for state in (StageState.FAILED, StageState.DONE):
            journal.write(FlowStageEvent(device="sw1", stage=0, state=state, playbook="p", why=None))
    FlowJournal.resume(path)[0].close()
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:kept]))
    with pytest.raises(InputError, match="was not written by slp-ops of this user"):
        FlowJournal.resume(path)


def test_an_operators_flow_is_checked_as_ours_and_keeps_its_own_id(tmp_path: Path) -> None:
    rules = KNOWN["rules"]
    (tmp_path / "lookup.yaml").write_text(GOOD, encoding="utf-8")
    assert [each.id for each in load_every_flow(tmp_path, packaged(), rules)][-1] == "lookup"
    (tmp_path / "lookup.yaml").write_text(GOOD.replace("[domain-lookup]", "[domain-lokup]"), encoding="utf-8")
    with pytest.raises(InputError, match="did you mean domain-lookup"):
        load_every_flow(tmp_path, packaged(), rules)
    (tmp_path / "lookup.yaml").write_text(GOOD.replace("id: lookup", "id: case-1"), encoding="utf-8")
    with pytest.raises(InputError, match="is the id of a packaged one"):
        load_every_flow(tmp_path, packaged(), rules)
    (tmp_path / "lookup.yaml").unlink()
    with pytest.raises(InputError, match="there is no flow in"):
        load_every_flow(tmp_path, packaged(), rules)
    with pytest.raises(InputError, match=r"cannot read the flows in .*: No such file or directory"):
        load_every_flow(tmp_path / "nowhere", packaged(), rules)
    with pytest.raises(InputError, match=r"cannot read the playbooks in .*: No such file or directory"):
        load_playbooks(tmp_path / "nowhere", rules)


def test_the_journal_of_a_change_is_none_of_a_flow(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text('{"event":"begin","schema":"slp-ops/journal/1"}\n')
    assert not is_flow(path)
    path.write_text("")
    assert not is_flow(path)


def test_the_journal_of_a_flow_with_stages_left_cannot_be_replaced(runs: Runs, good_run: Make) -> None:
    run = good_run("sw1", verb="remediate")
    path = run.path / FILE
    with begun(path) as journal:
        (loss,) = irreplaceable(run.path.parent, runs.all(), ())[run.path]
        assert (loss.kind, loss.what) == (LossKind.UNFINISHED, "the journal of the flow lookup of sw1, sw2")
        for name in ("sw1", "sw2"):
            for stage in range(2):
                journal.write(
                    FlowStageEvent(device=name, stage=stage, state=StageState.DONE, playbook="p", why=None)
                )
    assert irreplaceable(run.path.parent, runs.all(), ()).get(run.path, ()) == ()

    path.write_text("{}\n")
    (loss,) = irreplaceable(run.path.parent, runs.all(), ())[run.path]
    assert loss.what == "its journal cannot be read"
