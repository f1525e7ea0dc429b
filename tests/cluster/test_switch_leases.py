"""A switch is changed by one change at a time, whatever operators, workers and kills do."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from nats.js.errors import APIError

from slp_ops.app import hub_changes, site_changes
from slp_ops.app.change import rollout
from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.change.context import StopController
from slp_ops.app.change_task import ChangeAnswer, ChangeTask
from slp_ops.app.site_leases import SwitchLease
from slp_ops.cluster.messages import CallAnswer, Fence, Lease, TaskMessage, from_message, to_message
from slp_ops.cluster.subjects import APPROVAL, FENCE, LEASE, subject
from slp_ops.errors import ChangeRefused
from slp_ops.json_documents import decode, encode
from slp_ops.model import DeviceFailure
from slp_ops.planning.journal_state import ChangeOutcome, SwitchState
from tests.cluster.desk import CHANGE, Broker, Desk, KillingJournal, Slow, Worker, approved, lines
from tests.remediate.conftest import Killed

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "20261127T000001Z-remediate-fedcba"
SWITCH = "tyo-core-01"
NAME = subject(LEASE, "tokyo", SWITCH)


async def change(desk: Desk, worker: Worker, task: ChangeTask, run: str = "run1") -> ChangeAnswer:
    """Have a worker do the task of an operator, who approves it."""
    document = json.loads(json.dumps(encode(task)))
    order = TaskMessage(
        run=run,
        device=SWITCH,
        work="change",
        folder="sw",
        taken=(),
        mask_key="",
        debug=False,
        task=document,
    )
    desk.broker.workers[worker.changes.holder] = worker.changes

    async def approve() -> None:
        where = subject(FENCE, "tokyo", task.change, SWITCH)
        while where not in desk.broker.messages:
            await asyncio.sleep(0.005)
        fence = from_message(Fence, desk.broker.messages[where])
        answer = approved(desk.approval(task, fence, run, change=task.change))
        at = subject(APPROVAL, "tokyo", task.change, SWITCH, fence.claim)
        desk.broker.messages[at] = to_message(answer)

    approving = asyncio.create_task(approve())
    try:
        async with asyncio.timeout(120):
            return await worker.changes.change(
                decode(ChangeTask, document),
                order,
                SimpleNamespace(reply="ack"),  # type: ignore[arg-type]
                evidence=desk.bench.run.device(desk.bench.device),
                mask=desk.bench.run.masked,
                on_event=lambda event: None,
            )
    finally:
        approving.cancel()


def servers(desk: Desk) -> list[str]:
    return [line for line in lines(desk) if line.startswith("ip name-server")]


@pytest.mark.parametrize("second", ["worker-1", "worker-2"])
def test_of_two_operators_the_second_is_refused_and_told_who_is_at_work(
    desk: Desk, tmp_path: Path, second: str
) -> None:
    desk.bench.transport = Slow(desk.bench)
    first = Worker(desk, tmp_path)
    other = first if second == "worker-1" else Worker(desk, tmp_path, second)
    tasks = desk.task(operator="hanako@noc1"), desk.task(operator="taro@noc2", change=OTHER)

    async def both() -> list[Any]:
        work = change(desk, first, tasks[0]), change(desk, other, tasks[1])
        return list(await asyncio.gather(*work, return_exceptions=True))

    found = asyncio.run(both())
    refused = [each for each in found if isinstance(each, ChangeRefused)]
    assert [each.report.end for each in found if each not in refused] == [ChangeOutcome.DONE]
    assert len(refused) == 1
    at_work = ("hanako@noc1", "worker-1") if found[1] in refused else ("taro@noc2", second)
    assert refused[0].message == (
        f"tyo-core-01 is being changed by {at_work[0]} (run run1, worker {at_work[1]})"
    )
    assert len(servers(desk)) == len(set(servers(desk))) == 2
    # The first one has ended: the second one finds nothing to do.
    loser = (first, tasks[0]) if found[0] in refused else (other, tasks[1])
    assert asyncio.run(change(desk, *loser)).report.end is ChangeOutcome.NOTHING


@pytest.mark.parametrize(
    ("number", "when"),
    [(0, "after"), (2, "before"), (2, "after"), (3, "before"), (5, "after")],
    ids=["begun", "approved", "step begun", "step sent", "saved"],
)
def test_a_switch_whose_worker_was_killed_is_changed_by_another_operator_and_not_by_the_first(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, when: str
) -> None:
    monkeypatch.setattr(site_changes, "JournalFile", KillingJournal)
    monkeypatch.setattr(KillingJournal, "at", (number, when))
    monkeypatch.setattr(KillingJournal, "written", 0)
    first, second = Worker(desk, tmp_path), Worker(desk, tmp_path, "worker-2")
    task = desk.task()
    with pytest.raises(Killed):
        asyncio.run(change(desk, first, task))
    monkeypatch.setattr(KillingJournal, "at", (-1, ""))
    del desk.broker.workers["worker-1"]
    typed = lines(desk)

    taken_over = asyncio.run(change(desk, second, desk.task(change=OTHER)))
    assert taken_over.report.end in (ChangeOutcome.DONE, ChangeOutcome.NOTHING, ChangeOutcome.STALE)
    has_sent = lines(desk) != typed

    if has_sent and (number > 2 or (number == 2 and when == "after")):  # it had begun to send
        with pytest.raises(
            ChangeRefused, match=r"changed since by another operator \(run run1, worker worker-2"
        ):
            asyncio.run(change(desk, Worker(desk, tmp_path), task))
    else:
        resumed = asyncio.run(change(desk, Worker(desk, tmp_path), task))
        assert resumed.report.end in (ChangeOutcome.DONE, ChangeOutcome.NOTHING)
    assert len(servers(desk)) == len(set(servers(desk))) == 2


def test_a_change_that_sent_nothing_leaves_the_switch_to_the_earlier_one(desk: Desk, tmp_path: Path) -> None:
    before = Lease(worker="worker-9", change="earlier", run="run0", operator="", timer=0, is_over=True)
    desk.broker.messages[NAME] = to_message(before)
    changed = asyncio.run(
        change(desk, Worker(desk, tmp_path), desk.task(plan=replace(desk.plan, serials=("FOC00000000",))))
    )
    assert changed.report.end is ChangeOutcome.STALE
    assert from_message(Lease, desk.broker.messages[NAME]) == before


# -- the lease alone, with a clock of its own


class Clock(StopController):
    """Time that passes only where it is waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds

    async def wait_or_stop(self, seconds: float) -> None:
        self.seconds += seconds
        assert self.seconds < 10_000, "it waits for ever"


class Peers:
    """What another worker answers, by the time that has passed."""

    def __init__(self, clock: Clock, answers: dict[float, bool | None]) -> None:
        self._clock = clock
        self._answers = answers

    async def ask(self, where: str, data: bytes) -> CallAnswer | None:
        assert where.startswith("slp.owner.tokyo.worker-")
        at_work = [answer for at, answer in self._answers.items() if at <= self._clock.seconds][-1]
        return None if at_work is None else CallAnswer(at_work=at_work)


def lease_of(
    broker: Broker, clock: Clock, answers: dict[float, bool | None], mine: Lease | None = None
) -> SwitchLease:
    return SwitchLease(
        broker,  # type: ignore[arg-type]
        Peers(clock, answers),  # type: ignore[arg-type]
        "tokyo",
        SWITCH,
        mine or OURS,
        stop=clock,
        silence=60.0,
    )


OURS = Lease(worker="worker-1", change=CHANGE, run="run1", operator="hanako@noc1", timer=0)
THEIRS = Lease(worker="worker-9", change=OTHER, run="run9", operator="taro@noc2", timer=0)


@pytest.mark.parametrize(
    ("theirs", "answers", "seconds"),
    [
        (None, {}, 0),
        (replace(THEIRS, is_over=True), {}, 0),
        (replace(OURS, run="run0"), {}, 0),  # this change, before its worker was killed
        (THEIRS, {0.0: None}, 60),
        (THEIRS, {0.0: False}, 60),  # started again, and not at work on it
        (replace(THEIRS, timer=10), {0.0: None}, 660),  # its revert timer may still run
        # No switch has such a timer: another worker's word delays a change by two hours at most.
        (replace(THEIRS, timer=10**12), {0.0: None}, 60 + 120 * 60),
        (replace(THEIRS, timer=-(10**6)), {0.0: None}, 60),
        (THEIRS, {0.0: True}, None),
        (THEIRS, {0.0: None, 59.0: True}, None),  # it was cut off for a moment
    ],
)
def test_a_lease_is_taken_over_from_a_worker_that_has_stopped_for_long(
    theirs: Lease | None, answers: dict[float, bool | None], seconds: float | None
) -> None:
    broker, clock = Broker(), Clock()
    if theirs is not None:
        broker.messages[NAME] = to_message(theirs)
    lease = lease_of(broker, clock, answers)
    if seconds is None:
        with pytest.raises(ChangeRefused, match=r"is being changed by taro@noc2 \(run run9, worker worker-9"):
            asyncio.run(lease.take(is_owner=False))
        assert from_message(Lease, broker.messages[NAME]) == theirs
        return
    asyncio.run(lease.take(is_owner=False))
    assert clock.seconds == seconds
    assert from_message(Lease, broker.messages[NAME]).worker == "worker-1"
    asyncio.run(lease.give_back(is_sent=True))
    assert from_message(Lease, broker.messages[NAME]).is_over


def test_the_lease_of_the_same_change_stays_with_the_worker_that_has_its_journal() -> None:
    broker, clock = Broker(), Clock()
    broker.messages[NAME] = to_message(replace(THEIRS, change=CHANGE))
    lease = lease_of(broker, clock, {0.0: None})
    assert asyncio.run(lease.take(is_owner=False)) == "worker-9"
    asyncio.run(lease.give_back(is_sent=False))
    assert from_message(Lease, broker.messages[NAME]).worker == "worker-9"
    assert asyncio.run(lease.take(is_owner=True, has_begun=True)) == ""
    assert from_message(Lease, broker.messages[NAME]).worker == "worker-1"


@pytest.mark.parametrize("garbage", [b"", b"{}", b"\xff", b"[1]", b'{"worker": ""}'])
def test_what_no_worker_wrote_is_no_lease(garbage: bytes) -> None:
    broker, clock = Broker(), Clock()
    broker.messages[NAME] = garbage
    asyncio.run(lease_of(broker, clock, {}).take(is_owner=True, has_begun=True))
    assert clock.seconds == 0


def test_a_lease_that_the_broker_has_lost_is_written_again() -> None:
    broker, clock = Broker(), Clock()
    lease = lease_of(broker, clock, {})

    async def lost() -> None:
        await lease.confirm()
        assert NAME not in broker.messages, "it is not held yet"
        await lease.take(is_owner=False)
        del broker.messages[NAME]
        await lease.confirm()
        assert from_message(Lease, broker.messages[NAME]).worker == "worker-1"
        assert not clock.stopping

    asyncio.run(lost())


def test_a_worker_whose_lease_another_change_has_stops_before_its_next_step() -> None:
    broker, clock = Broker(), Clock()
    lease = lease_of(broker, clock, {})

    async def taken_over() -> None:
        await lease.take(is_owner=False)
        broker.messages[NAME] = to_message(THEIRS)
        await lease.confirm()
        await lease.give_back(is_sent=True)

    asyncio.run(taken_over())
    assert clock.stopping
    assert from_message(Lease, broker.messages[NAME]) == THEIRS


def test_of_two_changes_that_take_a_lease_at_once_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the answer to a write is lost."""
    broker, clock = Broker(), Clock()
    publish, publishings = broker.publish, 0

    async def losing(subject: str, data: bytes, headers: Any = None, **_: Any) -> Any:
        nonlocal publishings
        await asyncio.sleep(0)
        stored = await publish(subject, data, headers)
        publishings += 1
        if publishings == 1:
            raise OSError
        return stored

    monkeypatch.setattr(broker, "publish", losing)
    changes = [lease_of(broker, clock, {0.0: True}, mine) for mine in (OURS, THEIRS)]

    async def both() -> list[Any]:
        return list(
            await asyncio.gather(*(each.take(is_owner=False) for each in changes), return_exceptions=True)
        )

    found = asyncio.run(both())
    assert [type(each) for each in found] == [str, ChangeRefused]
    assert from_message(Lease, broker.messages[NAME]) == OURS


def test_a_hub_without_room_for_leases_or_claims_refuses_changes_at_once(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no hub of another release, and nothing that is waited for."""
    publish = desk.broker.publish
    for family in (LEASE, FENCE):

        async def full(subject: str, *given: Any, family: str = family, **more: Any) -> Any:
            if subject.startswith(family):
                raise APIError(code=503, err_code=10077)
            return await publish(subject, *given, **more)

        monkeypatch.setattr(desk.broker, "publish", full)
        with pytest.raises(ChangeRefused, match="for claims and leases of changes is full"):
            asyncio.run(change(desk, Worker(desk, tmp_path, f"worker-{family}"), desk.task()))
    assert not lines(desk)


class _Heartbeats:
    """A broker that answers heartbeats; the process is suspended while it waits for the first answer."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.answered = 0

    async def request(self, *_: Any, **__: Any) -> None:
        if not self.answered:
            self.clock.seconds += 70
            assert self.clock.stopping, "its steps are as late as its heartbeats"
            assert self.clock.why is not None
        self.answered += 1


def test_a_worker_that_was_suspended_begins_no_step_whatever_is_answered_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site_changes, "_BEAT", 0)
    clock = Clock()
    broker: Any = _Heartbeats(clock)
    lease = lease_of(Broker(), clock, {})

    async def suspended() -> None:
        parts: Any = SimpleNamespace(client=broker)
        message: Any = SimpleNamespace(reply="ack")
        watching = asyncio.create_task(site_changes.SiteChanges._watch(parts, message, clock, lease))
        while broker.answered < 3:
            await asyncio.sleep(0)
        watching.cancel()

    asyncio.run(suspended())
    assert clock.stopping
    assert clock.why is not None
    assert "had no answer of the hub" in clock.why.en


def test_a_worker_that_cannot_confirm_its_lease_begins_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker answers its heartbeats; who has the switch is not known."""
    monkeypatch.setattr(site_changes, "_BEAT_AGAIN", 0)
    clock = Clock()

    class Lost:
        async def confirm(self) -> None:
            clock.seconds += 1
            raise TimeoutError

    async def unconfirmed() -> None:
        parts: Any = SimpleNamespace(client=Broker())
        message: Any = SimpleNamespace(reply="ack")
        lost: Any = Lost()
        watching = asyncio.create_task(site_changes.SiteChanges._watch(parts, message, clock, lost))
        while not clock.stopping:
            await asyncio.sleep(0)
        watching.cancel()
        assert 15 < clock.seconds < 20

    asyncio.run(unconfirmed())


@pytest.mark.parametrize("is_approved", [False, True])
def test_a_refused_lease_is_no_failed_switch_unless_something_may_have_been_sent(
    desk: Desk, is_approved: bool
) -> None:
    """``--max-fail`` counts switches that a change may have left half done."""
    task = desk.task()
    approval = "an approval" if is_approved else ""
    waiting = hub_changes._Waiting(task=task, digest="", state=SwitchState(task.plan), approval=approval)
    refusal = DeviceFailure(kind=ChangeRefused.kind, message="sw1 is being changed", hint="wait")
    end, _ = hub_changes._end_of(waiting, refusal)
    ended = [DeviceChangeResult(name=f"sw{n}", site="tokyo", end=end) for n in range(3)]
    assert end is (ChangeOutcome.UNSETTLED if is_approved else ChangeOutcome.STALE)
    assert rollout._must_stop(ended, {ChangeOutcome.DONE}, 2) == is_approved
    assert not rollout._must_stop(ended, {ChangeOutcome.DONE}, 3)
