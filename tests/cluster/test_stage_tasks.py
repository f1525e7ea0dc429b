"""A stage of a flow at a worker: its rules verify the playbook too, and none of them is taken from a hub."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slp_ops.app import site_changes
from slp_ops.app.change_task import StageRules
from slp_ops.app.stage_planning import verified_by
from slp_ops.errors import ChangeRefused
from slp_ops.json_documents import encode
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
