"""Tasks are asked for as sessions are free, and each delivered one has a session."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import pytest

from slp_ops.app.site_limits import SessionSlots
from slp_ops.cluster import task_pull
from slp_ops.cluster.task_pull import TaskPull


class Broker:
    """A client whose requests the test answers."""

    is_connected = True

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.given_back: list[str] = []
        self.inboxes: list[str] = []  # that are subscribed to
        self.replies: list[str] = []
        self.deliver: Any = None

    def new_inbox(self) -> str:
        return f"_INBOX.{len(self.replies)}"

    async def subscribe(self, inbox: str, *, cb: Any) -> Any:
        async def unsubscribe() -> None:
            self.inboxes.remove(inbox)

        self.deliver = cb
        self.inboxes.append(inbox)
        return SimpleNamespace(subject=inbox, unsubscribe=unsubscribe)

    async def publish(self, subject: str, data: bytes, *, reply: str) -> None:
        assert subject == "$JS.API.CONSUMER.MSG.NEXT.TASKS.tokyo"
        self.asked.append(json.loads(data)["batch"])
        self.replies.append(reply)

    async def task(self, name: str, data: bytes = b"{}") -> None:
        async def nak() -> None:
            self.given_back.append(name)

        await self.deliver(SimpleNamespace(headers=None, name=name, data=data, nak=nak))
        await asyncio.sleep(0)

    async def status(self, code: str) -> None:
        await self.deliver(SimpleNamespace(headers={"Status": code}))
        await asyncio.sleep(0)


class Worker:
    """A worker with a limit of sessions, which pulls from a broker."""

    def __init__(self, limit: int) -> None:
        self.slots, self.broker, self.taken = SessionSlots(), Broker(), list[str]()
        self.slots.set_limit(limit)
        client: Any = self.broker
        self.pull = TaskPull(client, "tokyo", self.slots, lambda message: self.taken.append(message.name))  # type: ignore[attr-defined]

    async def settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


def run(scenario: Any, limit: int = 3) -> Worker:
    async def main() -> Worker:
        worker = Worker(limit)
        pulling = asyncio.create_task(worker.pull.run())
        await worker.settle()
        try:
            await scenario(worker)
        finally:
            pulling.cancel()
        return worker

    return asyncio.run(main())


def test_it_asks_for_as_many_as_are_free_and_for_no_more_until_one_is() -> None:
    async def scenario(worker: Worker) -> None:
        for name in ("a", "b", "c"):
            await worker.broker.task(name)
        await worker.settle()
        assert worker.broker.asked == [3]
        assert worker.slots.used == 3
        worker.slots.release()
        await worker.settle()
        assert worker.broker.asked == [3, 1]

    assert run(scenario).taken == ["a", "b", "c"]


def test_a_request_is_for_few_so_that_free_sessions_are_not_kept_from_other_workers() -> None:
    async def scenario(worker: Worker) -> None:
        assert worker.broker.asked == [32]
        assert worker.slots.used == 32

    run(scenario, limit=1000)


def test_what_a_request_did_not_bring_is_free_again() -> None:
    async def scenario(worker: Worker) -> None:
        await worker.broker.task("a")
        worker.slots.set_limit(2)  # another worker has come
        await worker.broker.status("408")
        await worker.settle()
        assert worker.broker.asked == [3, 1]
        assert worker.slots.used == 2

    run(scenario)


@pytest.mark.parametrize("code", ["409", "503"])
def test_a_refused_request_is_not_repeated_at_once(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_pull, "_PAUSE", 0.05)

    async def scenario(worker: Worker) -> None:
        await worker.broker.status(code)
        await worker.settle()
        assert worker.broker.asked == [3]
        assert worker.slots.used == 0
        await asyncio.sleep(0.1)
        assert worker.broker.asked == [3, 3]

    run(scenario)


def test_a_task_that_comes_too_late_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(worker: Worker) -> None:
        for name in ("a", "b", "c", "late"):
            await worker.broker.task(name)
        assert worker.broker.given_back == ["late"]

    assert run(scenario).taken == ["a", "b", "c"]


def test_behind_an_empty_task_it_asks_again_at_once_and_elsewhere() -> None:
    """The broker ends the answers to a request at an empty one, and would deliver the rest to nowhere."""

    async def scenario(worker: Worker) -> None:
        await worker.broker.task("empty", b"")
        await worker.settle()
        assert worker.broker.asked == [3, 2]
        before, after = worker.broker.replies
        assert before != after
        assert worker.broker.inboxes == [after]
        assert worker.slots.used == 3

    assert run(scenario).taken == ["empty"]
