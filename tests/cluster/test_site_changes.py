"""A worker sends what its operator has approved, once, whatever a hub forges, repeats or alters."""

from __future__ import annotations

import asyncio
import copy
import fcntl
import json
import os
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import site_changes
from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.change.context import StopController
from slp_ops.app.change_task import ChangeAnswer, ChangeReport, ChangeTask
from slp_ops.app.hub_changes import HubChanges, valid_events
from slp_ops.app.remediate import Wanted
from slp_ops.app.site_changes import forget_finished
from slp_ops.cluster import once
from slp_ops.cluster.access_folder import read_signing_key
from slp_ops.cluster.approval import SignedApproval, digest_of, new_signing_key, public_key_of, sign
from slp_ops.cluster.broker_config import CONTROL_STREAM
from slp_ops.cluster.hub_folder import HubFolder
from slp_ops.cluster.messages import CallAnswer, ClaimAnswer, Fence, OwnerCall, from_message, to_message
from slp_ops.cluster.subjects import APPROVAL, FENCE, subject
from slp_ops.errors import ChangeRefused, InputError, StoreError
from slp_ops.json_documents import ShapeError, decode, encode
from slp_ops.planning.journal_state import ChangeOutcome, SwitchState
from slp_ops.playbook import Risk, packaged
from slp_ops.runs.change_index import NO_SEAL
from slp_ops.runs.journal import read as read_journal
from slp_ops.steps import ConfigStep
from tests import simulated_time
from tests.cluster.desk import CHANGE, KEY, Desk, KillingJournal, Slow, Worker, approved, lines
from tests.remediate.conftest import Killed

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.planning.model import SwitchPlan


def test_what_was_approved_is_sent_once(desk: Desk, tmp_path: Path) -> None:
    worker, task = Worker(desk, tmp_path), desk.task()

    done = worker.do(task)

    assert done.report.end is ChangeOutcome.DONE
    assert done.is_whole
    sent = lines(desk)
    assert [line for line in sent if line.startswith("ip name-server")] != []
    assert [each["event"] for each in done.events] == ["step", "step", "verified", "saved", "end"]
    # Delivered again, with the same approval or without one: the journal answers, not the switch.
    logins = desk.bench.transport.logins
    assert worker.do(task).report.end is ChangeOutcome.DONE
    assert Worker(desk, tmp_path).do(task).events == done.events
    assert desk.bench.transport.logins == logins
    # An old approval for a later call of the operator.
    fence = desk.fence
    assert fence is not None
    old = approved(desk.approval(task, fence))
    with pytest.raises(ChangeRefused, match="for another call"):
        worker.do(task, lambda _: old, run="run2")
    used = replace(desk.approval(task, fence), run="run2")
    with pytest.raises(ChangeRefused, match="was used already"):
        worker.do(task, lambda _: approved(used), run="run2")
    assert lines(desk) == sent


FORGED: list[tuple[str, dict[str, Any], str]] = [
    ("run", {"run": "run0"}, "for another call"),
    ("change", {"change": "20261127T000000Z-remediate-000000"}, "for another change"),
    ("device", {"device": "tyo-core-02"}, "for another device"),
    ("site", {"site": "osaka"}, "for another site"),
    ("claim", {"claim": "0" * 32}, "for another claim"),
    ("worker", {"worker": "worker-2"}, "for another worker"),
    ("expired", {"expires": datetime(2026, 1, 1, tzinfo=UTC)}, "expired at 2026-01-01T00:00:00Z"),
    ("plan", {"task": "0" * 64}, "changed on the way: another one was approved"),
    ("serial", {"serials": ("FOC00000000",)}, "for another serial number"),
]


@pytest.mark.parametrize(("other", "words"), [case[1:] for case in FORGED], ids=[case[0] for case in FORGED])
def test_an_approval_of_something_else_permits_nothing(
    desk: Desk, tmp_path: Path, other: dict[str, Any], words: str
) -> None:
    task = desk.task()
    with pytest.raises(ChangeRefused, match=words):
        Worker(desk, tmp_path).do(task, lambda fence: approved(desk.approval(task, fence, **other)))
    assert desk.bench.transport.logins == 1  # that of the plan
    assert not lines(desk)


@pytest.mark.parametrize(("debug", "work"), [(True, "change"), (False, "usage-import")])
def test_the_kind_of_work_and_the_log_of_the_session_are_approved_too(
    desk: Desk, tmp_path: Path, *, debug: bool, work: str
) -> None:
    task = desk.task()
    with pytest.raises(ChangeRefused, match="another one was approved"):
        Worker(desk, tmp_path).do(
            task, lambda fence: approved(desk.approval(task, fence, work=work)), debug=debug
        )
    assert not lines(desk)


def test_only_an_operators_key_approves(desk: Desk, tmp_path: Path) -> None:
    task = desk.task()
    with pytest.raises(ChangeRefused, match="is not signed by an operator"):
        Worker(desk, tmp_path).do(task, lambda fence: approved(desk.approval(task, fence), new_signing_key()))

    def altered(fence: Fence) -> ClaimAnswer:
        signed = sign(desk.approval(task, fence, task="0" * 64), KEY)
        text = signed.text.replace("0" * 64, digest_of("change", encode(task), debug=False))
        return ClaimAnswer(approval=SignedApproval(text=text, signature=signed.signature), owner="")

    with pytest.raises(ChangeRefused, match="is not signed by an operator"):
        Worker(desk, tmp_path).do(task, altered)
    fence = desk.fence
    assert fence is not None
    where = subject(APPROVAL, "tokyo", CHANGE, "tyo-core-01", fence.claim)
    for answer in (b"{}", b"[]", b"\xff", b'{"approval": 1, "owner": ""}'):
        desk.broker.messages[where] = answer
        with pytest.raises(ChangeRefused, match="not valid"):
            _continue(desk, tmp_path, task)
    with pytest.raises(ChangeRefused, match="knows no operator"):
        Worker(desk, tmp_path, approvers=()).do(task)
    assert not lines(desk)


def _continue(desk: Desk, folder: Path, task: ChangeTask) -> None:
    """Let a worker look at what is at the broker, without an operator."""

    def as_it_is(fence: Fence) -> ClaimAnswer:
        raise asyncio.CancelledError

    Worker(desk, folder).do(task, as_it_is)


def test_without_an_answer_nothing_is_sent(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(ChangeRefused, match="has not approved it within") as refused:
        _continue(desk, tmp_path, desk.task())
    assert not lines(desk)
    # Its operator may have approved it nevertheless: the change has begun there, and no new plan is accepted.
    assert "--resume" in refused.value.hint


def test_an_approval_is_not_waited_for_whose_operator_has_ended(desk: Desk, tmp_path: Path) -> None:
    desk.broker.operator_silence = 30.5
    with pytest.raises(ChangeRefused, match="the process that approves it has ended"):
        _continue(desk, tmp_path, desk.task())
    assert not lines(desk)
    desk.broker.operator_silence = 29.5  # a broker that is started again
    assert Worker(desk, tmp_path).do(desk.task()).report.end is ChangeOutcome.DONE


def test_a_worker_does_not_wait_for_ever_where_its_client_swallows_the_end_of_the_wait(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As asyncio.wait_for of Python 3.11, in the client, where the answer and a cancellation come at once."""
    answer, task = desk.broker.get_msg, desk.task()
    asked_after = -1

    async def swallowing(stream: str, subject: str, **options: Any) -> Any:
        nonlocal asked_after
        if stream == CONTROL_STREAM:
            assert asked_after < 20, "it waits for ever"
            asked_after += asked_after >= 0
            try:
                await asyncio.sleep(0.02)
            except asyncio.CancelledError:
                asked_after = 0
        return await answer(stream, subject, **options)

    monkeypatch.setattr(desk.broker, "get_msg", swallowing)
    monkeypatch.setattr(site_changes, "_LOOK_AGAIN", 0)

    with pytest.raises(ChangeRefused, match="for another call"):
        Worker(desk, tmp_path).do(task, lambda fence: approved(desk.approval(task, fence, "run0")))
    assert asked_after == 0
    assert not lines(desk)


def test_a_task_that_was_altered_is_refused(desk: Desk, tmp_path: Path) -> None:
    task = desk.task()

    def more_lines(document: Any) -> None:
        step = document["plan"]["actions"][0]["steps"][0]
        step["changes"].append(copy.deepcopy(step["changes"][0]))
        step["changes"][-1]["line"]["text"] = "username mallory privilege 15 secret x"

    def other_values(document: Any) -> None:
        document["plan"]["actions"][0]["params"]["name_servers"] = "192.0.2.66"

    def backwards(document: Any) -> None:
        document["back"] = True

    for alter in (more_lines, other_values, backwards):
        sent = json.loads(json.dumps(encode(task)))
        alter(sent)
        with pytest.raises(ChangeRefused, match="changed on the way: another one was approved"):
            Worker(desk, tmp_path / alter.__name__).do(task, sent=sent)
        desk.broker.messages.clear()
    assert not lines(desk)


def test_a_plan_that_the_playbooks_here_do_not_give_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Also where an operator has signed it: the worker derives the steps itself."""
    (action,) = desk.plan.actions
    (step,) = [each for each in action.steps if isinstance(each, ConfigStep)]
    more = replace(step.changes[0], line=replace(step.changes[0].line, text="ip name-server 192.0.2.66"))
    forged: SwitchPlan = replace(
        desk.plan,
        actions=(replace(action, steps=(replace(step, changes=(*step.changes, more)),)),),
    )
    answer = Worker(desk, tmp_path).do(desk.task(plan=forged))
    assert answer.report.end is ChangeOutcome.STALE
    assert answer.report.why is not None
    assert "planning again yields another plan (name-server: steps" in answer.report.why.en

    desk.broker.messages.clear()
    swapped = tuple(replace(each, verify=()) if each.id == "name-server" else each for each in packaged())
    answer = Worker(
        desk, tmp_path, "swapped", wanted=Wanted(playbooks=swapped, audit_options=AuditOptions())
    ).do(desk.task())
    assert answer.report.end is ChangeOutcome.STALE
    assert answer.report.why is not None
    assert "name-server: verify" in answer.report.why.en

    desk.broker.messages.clear()
    other = replace(desk.plan, serials=("FOC00000000",))
    answer = Worker(desk, tmp_path, "serial").do(desk.task(plan=other))
    assert answer.report.end is ChangeOutcome.STALE
    assert answer.report.why is not None
    assert "this is not the switch of the plan: it has serial" in answer.report.why.en
    assert not lines(desk)


def test_a_worker_has_limits_of_its_own(desk: Desk, tmp_path: Path) -> None:
    (action,) = desk.plan.actions
    risky = replace(desk.plan, actions=(replace(action, risk=Risk.DISRUPTIVE),))
    secret = replace(desk.plan, actions=(replace(action, secrets=("token",)),))
    unknown = replace(desk.plan, actions=(replace(action, playbook="mine"),))
    for plan, words in (
        (risky, "does not permit what is disruptive"),
        (secret, r"needs a secret \(token\)"),
        (unknown, "has no playbook mine"),
        (replace(desk.plan, site="osaka"), "not well formed"),
    ):
        with pytest.raises(ChangeRefused, match=words):
            Worker(desk, tmp_path).do(desk.task(plan=plan))
    with pytest.raises(ChangeRefused, match="rules of the worker are not those of the plan"):
        Worker(desk, tmp_path).do(desk.task(rules="0" * 64))
    for name in ("../../etc", "a/b", "", "."):
        with pytest.raises(ChangeRefused, match="not well formed"):
            Worker(desk, tmp_path).do(desk.task(change=name))
    assert desk.fence is None, "nothing was claimed"
    assert not lines(desk)


# -- who has a change


def test_another_worker_only_reads(desk: Desk, tmp_path: Path) -> None:
    task = desk.task()
    first, second = Worker(desk, tmp_path), Worker(desk, tmp_path, "worker-2")
    desk.broker.messages[subject(FENCE, "tokyo", CHANGE, "tyo-core-01")] = to_message(
        Fence(worker="worker-1", claim="1" * 32)
    )
    looked = second.do(task)
    assert not looked.is_whole
    assert looked.report.end is ChangeOutcome.UNSETTLED
    assert looked.report.why is not None
    assert "worker worker-1 has this change" in looked.report.why.en
    assert "the change is not applied" in looked.report.why.en

    desk.broker.messages.clear()
    first.do(task)
    sent = lines(desk)
    looked = second.do(task)
    assert looked.report.why is not None
    assert "the change is applied" in looked.report.why.en
    # The broker has lost the fence: the operator knows who has the change.
    del desk.broker.messages[subject(FENCE, "tokyo", CHANGE, "tyo-core-01")]
    third = Worker(desk, tmp_path, "worker-3")
    looked = third.do(task, lambda fence: ClaimAnswer(approval=None, owner="worker-1"))
    assert not looked.is_whole
    # And a later call says so in its task.
    looked = Worker(desk, tmp_path, "worker-4").do(desk.task(owner="worker-1"))
    assert not looked.is_whole
    assert lines(desk) == sent


@pytest.mark.parametrize(
    ("answers", "orders", "is_read"),
    [
        ([True, True, False], [True, False, False], False),  # it has done the task
        ([False], [True], True),  # it lives, and has not begun the change
        ([None], [True], True),  # it is gone
        ([True, None, True, False], [True, False, True, False], False),  # it was started again
        ([True, None], [True, False], True),
    ],
)
def test_a_task_of_another_workers_change_is_passed_to_that_one(
    desk: Desk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answers: list[bool | None],
    orders: list[bool],
    is_read: bool,
) -> None:
    calls: list[OwnerCall] = []
    logins = desk.bench.transport.logins

    async def ask(where: str, data: bytes = b"") -> CallAnswer | None:
        assert where == "slp.owner.tokyo.worker-1"
        calls.append(from_message(OwnerCall, data))
        at_work = answers[min(len(calls), len(answers)) - 1]
        return None if at_work is None else CallAnswer(at_work=at_work)

    monkeypatch.setattr(desk.broker, "ask", ask)
    monkeypatch.setattr(site_changes, "_ASK_OWNER", 0.001)
    looked = Worker(desk, tmp_path, "worker-2").do(desk.task(owner="worker-1"))
    assert not looked.is_whole
    assert [call.order is not None for call in calls][: len(orders)] == orders
    assert {(call.run, call.change, call.device, call.ack) for call in calls} == {
        ("run1", CHANGE, "tyo-core-01", "ack")
    }
    assert (desk.bench.transport.logins > logins) == is_read
    assert not lines(desk)


def test_a_task_waits_for_room_at_the_worker_that_has_the_change(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than that worker takes at once: it lives, and the task is passed again until it has a place."""
    calls: list[OwnerCall] = []
    logins = desk.bench.transport.logins

    async def ask(where: str, data: bytes = b"") -> CallAnswer:
        call = from_message(OwnerCall, data)
        calls.append(call)
        has_room = len(calls) > 200  # longer than silence is borne
        return CallAnswer(at_work=has_room and len(calls) < 210, has_room=has_room)

    monkeypatch.setattr(desk.broker, "ask", ask)
    monkeypatch.setattr(StopController, "now", lambda _: asyncio.get_running_loop().time())
    Worker(desk, tmp_path, "worker-2").do(desk.task(owner="worker-1"))
    assert [call.order is not None for call in calls] == [True] * 201 + [False] * 9
    assert desk.bench.transport.logins == logins  # the other one has done it: it is not read here


MOMENTS = ["begin", "approved", "step begun", "step done", "verified", "saved", "end"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(len(MOMENTS)), ids=MOMENTS)
def test_a_worker_killed_anywhere_goes_on_by_its_journal_and_no_other_does(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, when: str
) -> None:
    task = desk.task()
    monkeypatch.setattr(site_changes, "JournalFile", KillingJournal)
    monkeypatch.setattr(KillingJournal, "at", (number, when))
    monkeypatch.setattr(KillingJournal, "written", 0)
    with pytest.raises(Killed):
        Worker(desk, tmp_path).do(task)
    monkeypatch.setattr(KillingJournal, "at", (-1, ""))
    after_kill = lines(desk)

    looked = Worker(desk, tmp_path, "worker-2").do(task)
    assert not looked.is_whole
    assert lines(desk) == after_kill

    gone_on = Worker(desk, tmp_path).do(task)
    assert gone_on.report.end is ChangeOutcome.DONE
    servers = [line for line in lines(desk) if line.startswith("ip name-server")]
    assert len(servers) == len(set(servers)) == 2
    assert gone_on.events == Worker(desk, tmp_path).do(task).events


def test_a_kill_between_fence_and_journal(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, publish = desk.task(), once.publish_once

    async def killed(*args: Any, **options: Any) -> None:
        await publish(*args, **options)
        raise Killed

    monkeypatch.setattr(site_changes, "publish_once", killed)
    with pytest.raises(Killed):
        Worker(desk, tmp_path).do(task)
    assert desk.fence is not None
    monkeypatch.setattr(site_changes, "publish_once", publish)
    assert not Worker(desk, tmp_path, "worker-2").do(task).is_whole
    assert Worker(desk, tmp_path).do(task).report.end is ChangeOutcome.DONE


def test_an_owner_without_a_heartbeat_stops_before_the_next_step(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bench.transport = Slow(desk.bench)
    worker, task = Worker(desk, tmp_path), desk.task()
    desk.broker.down = True

    with monkeypatch.context() as lost:

        def without_an_answer(fence: Fence) -> ClaimAnswer:
            asyncio.get_running_loop().call_later(0.05, lost.setattr, site_changes, "_LOST", -1.0)
            return approved(desk.approval(task, fence))

        lost.setattr(site_changes, "_BEAT", 10.0)
        lost.setattr(site_changes, "_BEAT_AGAIN", 0.1)
        stopped = worker.do(task, without_an_answer)
    assert stopped.report.end is ChangeOutcome.STOPPED
    assert stopped.report.why is not None
    assert "; its worker had no answer of the hub for 15 s" in stopped.report.why.en
    assert not lines(desk)
    assert read_journal(worker.journal).states["tyo-core-01"].end is ChangeOutcome.STOPPED
    # Resumed by the operator, with a new approval.
    desk.broker.down = False
    assert worker.do(task).report.end is ChangeOutcome.STOPPED  # the old one is used
    assert worker.do(desk.task(owner="worker-1"), run="run2").report.end is ChangeOutcome.DONE


def test_a_change_is_rolled_back_by_the_worker_that_made_it(desk: Desk, tmp_path: Path) -> None:
    before = desk.bench.config()
    worker = Worker(desk, tmp_path)
    worker.do(desk.task())
    assert desk.bench.config() != before
    back = worker.do(desk.task(owner="worker-1", back=True), run="run2")
    assert back.report.end is ChangeOutcome.ROLLED_BACK
    assert desk.bench.config() == before
    assert (
        not Worker(desk, tmp_path, "worker-2").do(desk.task(owner="worker-1", back=True), run="run3").is_whole
    )


def test_journals_of_changes_that_ended_long_ago_are_removed(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Worker(desk, tmp_path)
    worker.do(desk.task())
    folder = worker.changes.policy.folder
    forget_finished(folder)
    assert worker.journal.exists()
    monkeypatch.setattr(site_changes, "_KEPT", timedelta(seconds=-1))
    kept = worker.journal.read_text().splitlines()
    worker.journal.write_text("\n".join(kept[:3]) + "\n")  # a step was begun
    forget_finished(folder)
    assert worker.journal.exists()
    worker.journal.write_text("\n".join(kept) + "\n")
    forget_finished(folder)
    assert list(folder.iterdir()) == []


def test_a_signing_key_that_is_lost_is_replaced_when_a_site_is_added(tmp_path: Path) -> None:
    hub = HubFolder(tmp_path / "hub")
    first = hub.create(addresses=("127.0.0.1",), listen="127.0.0.1", port=4222, disk_bytes=2**30)
    key = hub.path / "operator" / "signing.key"
    assert first.approvers == (public_key_of(key.read_bytes()),)
    assert key.stat().st_mode & 0o077 == 0
    key.unlink()
    assert hub.invite("tokyo", max_sessions=None)[0].approvers == first.approvers  # it was moved
    assert not hub.can_approve
    state = json.loads((hub.path / "hub.json").read_text())
    del state["approvers"]
    (hub.path / "hub.json").write_text(json.dumps(state))
    again, _ = hub.invite("tokyo", max_sessions=None)
    assert again.approvers == (public_key_of(key.read_bytes()),)
    assert again.approvers != first.approvers
    with pytest.raises(InputError, match="no such file"):
        read_signing_key(tmp_path)


# -- a journal that cannot be trusted, and approvals out of their order


def test_a_journal_that_is_gone_or_was_altered_has_nothing_sent_again(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The approval of the call is still at the broker, and a hub may deliver the task again."""
    task = desk.task()
    monkeypatch.setattr(site_changes, "JournalFile", KillingJournal)
    monkeypatch.setattr(KillingJournal, "at", (3, "before"))  # sent, and the journal does not have it
    monkeypatch.setattr(KillingJournal, "written", 0)
    worker = Worker(desk, tmp_path)
    with pytest.raises(Killed):
        worker.do(task)
    monkeypatch.setattr(KillingJournal, "at", (-1, ""))
    sent, logins = lines(desk), desk.bench.transport.logins
    assert sent
    whole = worker.journal.read_bytes()
    begin, approval, step = whole.splitlines(keepends=True)
    for altered in (
        None,  # removed
        b"",
        begin,  # cut at the end: as if nothing had been sent
        begin + approval,
        begin + step,
        whole.replace(b'"begun"', b'"not_done"'),
        whole + step,
    ):
        worker.journal.unlink(missing_ok=True)
        if altered is not None:
            worker.journal.write_bytes(altered)
        with pytest.raises(ChangeRefused, match="nothing is sent") as refused:
            Worker(desk, tmp_path).do(task)
        assert refused.value.hint is not None
        assert str(worker.journal) in refused.value.hint
    # Without the state beside it, the worker makes a new claim, and the operator has answered the first.
    for left in (("claim.json",), ("claim.json", "journal.jsonl"), ()):
        for each in worker.journal.parent.iterdir():
            if each.name not in left:
                each.unlink()
        if "journal.jsonl" in left:
            worker.journal.write_bytes(whole)
            with pytest.raises(ChangeRefused, match="was altered, or is not complete"):
                Worker(desk, tmp_path).do(task)
        else:
            assert not Worker(desk, tmp_path).do(task).is_whole
    assert lines(desk) == sent
    assert desk.bench.transport.logins > logins, "it looked"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(
            (name, kind)
            for name in ("claim.json", "journal.jsonl")
            for kind in ("link", "pipe", "folder", "huge")
        ),
        *(("journal.state", kind) for kind in ("link", "pipe", "folder")),
    ],
)
def test_what_is_no_file_of_a_worker_is_named_and_nothing_is_sent(
    desk: Desk, tmp_path: Path, name: str, kind: str
) -> None:
    worker = Worker(desk, tmp_path)
    place = worker.journal.parent
    place.mkdir(parents=True, mode=0o700)
    path, sound = place / name, (tmp_path / "sound")
    sound.write_text('{"claim": "1"}\n')
    match kind:
        case "link":
            path.symlink_to(sound)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case _:
            with path.open("wb") as file:
                file.truncate(2**31)
    if name == "claim.json":  # without a state, it would be removed
        (place / "journal.state").write_text(f"{NO_SEAL} open\n")
    with pytest.raises(StoreError, match=re.escape(str(path))):
        worker.do(desk.task())
    assert not lines(desk)
    assert desk.fence is None


def test_an_approval_that_a_hub_kept_is_worth_nothing_after_a_later_one(desk: Desk, tmp_path: Path) -> None:
    """Resumed, and the hub keeps task and approval; rolled back; then the hub delivers what it kept."""
    before, worker = desk.bench.config(), Worker(desk, tmp_path)
    worker.do(desk.task())
    resumed = desk.task(owner="worker-1")
    assert desk.fence is not None
    kept = approved(desk.approval(resumed, desk.fence, "run2"))
    back = worker.do(desk.task(owner="worker-1", back=True), run="run3")
    assert back.report.end is ChangeOutcome.ROLLED_BACK
    sent = lines(desk)
    with pytest.raises(ChangeRefused, match="was used already, or a later one was"):
        worker.do(resumed, lambda _: kept, run="run2")
    assert lines(desk) == sent
    assert desk.bench.config() == before


def test_a_second_process_of_a_worker_waits_for_the_first(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_changes, "_APPROVAL_SECONDS", 0.2)
    worker, task = Worker(desk, tmp_path), desk.task(wait=0.2, reload_wait=0.2)
    worker.journal.parent.mkdir(parents=True)
    state = worker.journal.with_name("journal.state")
    with state.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreError, match="is held by another slp-ops"):
            worker.do(task)
    assert not lines(desk)
    assert worker.do(task).report.end is ChangeOutcome.DONE


def test_another_switch_at_the_address_is_not_rolled_back(desk: Desk, tmp_path: Path) -> None:
    worker = Worker(desk, tmp_path)
    worker.do(desk.task())
    sent = lines(desk)
    switch = desk.bench.switch
    switch.members = tuple(replace(member, serial="FOC00000000") for member in switch.members)
    back = worker.do(desk.task(owner="worker-1", back=True), run="run2")
    assert back.report.end is ChangeOutcome.NOT_ROLLED_BACK
    assert back.report.why is not None
    assert "another switch answers" in back.report.why.en
    assert lines(desk) == sent


# -- what comes back from a worker is input


def answer_of(*events: Any) -> ChangeAnswer:
    report = decode(
        ChangeReport,
        {
            "end": "done",
            "why": None,
            "difference": {"findings": None, "configuration": None, "licence": None},
            "remaining": [],
            "steps_done": 1,
            "steps": 1,
            "regressed": [],
            "refused": False,
            "can_repeat": False,
            "can_roll_back": True,
        },
    )
    return ChangeAnswer(
        worker="worker-1", device="tyo-core-01", site="tokyo", report=report, captures=(), events=events
    )


HOSTILE_EVENTS: list[Any] = [
    {"event": "begin", "plans": []},
    {"event": "approved", "device": "tyo-core-01"},
    {
        "event": "changed_step",
        "device": "tyo-core-01",
        "step": 0,
        "command": "reload",
        "reads": "",
        "params": {},
    },
    {"event": "step", "device": "tyo-core-02", "step": 0, "state": "done"},
    {"event": "step", "device": "tyo-core-01", "step": 7, "state": "done"},
    {"event": "step", "device": "tyo-core-01", "step": -1, "state": "done"},
    {"event": "step", "device": "tyo-core-01", "step": "0", "state": "done"},
    {"event": "end", "device": "tyo-core-01", "state": "splendid"},
    {"event": ["step"]},
    "step",
    None,
]


def test_a_worker_cannot_write_anything_into_the_operators_journal(desk: Desk) -> None:
    task = desk.task()
    for event in HOSTILE_EVENTS:
        with pytest.raises((ChangeRefused, ShapeError)):
            list(valid_events(answer_of(event), task))


def test_the_events_of_a_worker_are_those_of_a_journal(desk: Desk, tmp_path: Path) -> None:
    task = desk.task()
    done = Worker(desk, tmp_path).do(task)
    state = SwitchState(desk.plan)
    for event in valid_events(done, task):
        state.apply(event)
    assert state.finished
    assert state.saved
    assert state.verified


def test_a_claim_that_is_announced_again_and_again_is_looked_for_once_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Any worker of a site may announce without end; the operator's process holds one search a claim."""
    searches: list[str] = []

    async def claimed(_: HubChanges, name: str, *, patience: float) -> None:
        searches.append(name)
        await asyncio.sleep(patience)

    monkeypatch.setattr(HubChanges, "_claimed", claimed)
    changes = object.__new__(HubChanges)
    changes._background, changes._looking = set(), set()

    async def flood() -> None:
        for _ in range(2):
            for number in range(1000):
                message: Any = SimpleNamespace(subject=f"slp.fence.tokyo.change.sw{number % 2}")
                await changes._announced(message)
            assert len(changes._background) == 2
            await asyncio.wait(changes._background)

    simulated_time.run(flood())
    assert searches == 2 * ["slp.fence.tokyo.change.sw0", "slp.fence.tokyo.change.sw1"]
