"""A stage of a flow at a worker: its rules verify the playbook too, and none of them is taken from a hub."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import site_changes
from slp_ops.app.change_task import CHANGE, IMPORT, StageRules, is_whole
from slp_ops.app.collect_task import COLLECT, CollectTask
from slp_ops.app.commands import CommandList
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.stage_planning import verified_by
from slp_ops.app.works import WORKS, work_of
from slp_ops.errors import ChangeRefused
from slp_ops.json_documents import ShapeError, decode, encode, to_json
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.playbook import packaged
from tests.cluster.desk import SERVERS, Broker, Desk, Worker, lines
from tests.remediate.conftest import Bench

if TYPE_CHECKING:
    from pathlib import Path

NAME = "name-server"
STAGE = StageRules(done_when=("name-server-missing", "domain-lookup-disabled"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """An operator whose flow has planned a stage."""
    monkeypatch.setattr(site_changes, "_APPROVAL_SECONDS", 0.4)
    monkeypatch.setattr(site_changes, "_LOOK_AGAIN", 0.01)
    bench = Bench(tmp_path, "name-server-missing", params=SERVERS)
    bench.playbooks = verified_by(packaged(), (NAME,), STAGE.done_when)
    made = Desk(bench, Broker(), NAME)
    assert set(STAGE.done_when) <= set(made.plan.actions[0].verify)
    return made


def test_the_plan_of_a_stage_is_derived_by_the_worker(desk: Desk, tmp_path: Path) -> None:
    done = Worker(desk, tmp_path).do(desk.task(stage=STAGE))
    assert done.report.end is ChangeOutcome.DONE, done.report.why
    assert len([line for line in lines(desk) if line.startswith("ip name-server")]) == 2


def test_without_its_stage_it_is_another_plan(desk: Desk, tmp_path: Path) -> None:
    answer = Worker(desk, tmp_path).do(desk.task())
    assert answer.report.end is ChangeOutcome.STALE
    assert answer.report.why is not None
    assert "name-server: verify" in answer.report.why.en
    assert not lines(desk)


def test_a_stage_whose_rules_pass_meanwhile_is_not_applied(desk: Desk, tmp_path: Path) -> None:
    passing = replace(STAGE, done_when=("domain-lookup-disabled",))
    answer = Worker(desk, tmp_path).do(desk.task(stage=passing))
    assert answer.report.end is ChangeOutcome.NOTHING
    assert not lines(desk)


def test_a_hub_that_alters_the_stage_was_not_approved(desk: Desk, tmp_path: Path) -> None:
    task = desk.task(stage=STAGE)
    sent = json.loads(json.dumps(encode(task)))
    sent["stage"]["always"] = True
    with pytest.raises(ChangeRefused, match="changed on the way: another one was approved"):
        Worker(desk, tmp_path).do(task, sent=sent)
    assert not lines(desk)


def _set_new(document: Any, value: Any, *path: Any) -> None:
    for key in path:
        document = document[key]
    document["of_a_newer_release"] = value


def test_a_worker_of_an_older_release_does_not_ignore_what_was_signed(desk: Desk, tmp_path: Path) -> None:
    paths: list[tuple[Any, ...]] = [(), ("stage",), ("plan",), ("plan", "actions", 0), ("device",)]
    for path in (*paths, ("plan", "actions", 0, "steps", 0)):
        sent = json.loads(json.dumps(encode(desk.task(stage=STAGE))))
        _set_new(sent, ["another condition"], *path)
        with pytest.raises(ChangeRefused, match="parts that the worker does not know"):
            Worker(desk, tmp_path).do(desk.task(stage=STAGE), sent=sent)
    assert desk.fence is None, "nothing is claimed"
    assert not lines(desk)


def test_a_key_of_a_newer_release_without_a_value_means_nothing(desk: Desk) -> None:
    task = desk.task(stage=STAGE)
    sent = json.loads(json.dumps(encode(task)))
    _set_new(sent, None)
    assert is_whole(sent, task)


def test_rules_of_an_operator_have_no_place_in_a_stage() -> None:
    """A stage names rules of the worker. Text of rules, templates or patterns would be a part of its own."""
    assert {each.name: each.type for each in fields(StageRules)} == {
        "done_when": "tuple[str, ...]",
        "always": "bool",
    }
    with pytest.raises(ShapeError):
        decode(StageRules, {"done_when": [{"id": "own", "when": "matches('(a+)+$')"}], "always": False})


def test_a_name_of_no_rule_is_compared_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    names = ("(a+)+$", "{{ 7 * 7 }}", "x\nreload", "../../etc/passwd", "no-such-rule")
    answer = Worker(desk, tmp_path).do(desk.task(stage=StageRules(done_when=(*STAGE.done_when, *names))))
    assert answer.report.end is ChangeOutcome.STALE
    assert answer.report.why is not None
    assert "name-server: verify" in answer.report.why.en
    assert not lines(desk)


def test_parameters_of_an_inventory_go_over_a_hub_for_a_plan_only(desk: Desk) -> None:
    task = replace(desk.task(), device=replace(desk.bench.device, params={"token": "S3CR3T"}))
    reading = CollectTask(
        device=task.device, commands=CommandList(documented=()), collect_options=CollectOptions()
    )
    assert CHANGE.for_hub(task) == task, "remediate refuses a secret in the inventory itself"
    assert "S3CR3T" not in to_json(IMPORT.for_hub(task))
    assert "S3CR3T" not in to_json(COLLECT.for_hub(reading))
    assert [name for name in WORKS if work_of(name).needs_params] == []
