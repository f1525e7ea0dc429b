"""Calls between workers: who answers, what is taken, and what silence is worth."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from nats.errors import Error as NatsError

from slp_ops.app.site_worker import _SiteWorker
from slp_ops.cluster import calls as calls_module
from slp_ops.cluster.calls import Calls
from slp_ops.cluster.messages import CallAnswer, OwnerCall, TaskMessage, from_message, to_message

if TYPE_CHECKING:
    from collections.abc import Callable

YES, NO = to_message(CallAnswer(at_work=True)), to_message(CallAnswer(at_work=False))
NO_LISTENER = {"Status": "503"}
WHERE = "slp.owner.tokyo.worker-1"


class Client:
    """A connection with the answers of its peers."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.is_connected = True
        self.asked: list[tuple[str, str]] = []
        self.open: set[str] = set()

    async def subscribe(self, subject: str) -> Any:
        self.open.add(subject)

        async def next_msg(timeout: float) -> Any:
            answer = self.answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            headers = answer if isinstance(answer, dict) else None
            return SimpleNamespace(data=b"" if headers else answer, headers=headers)

        async def unsubscribe() -> None:
            self.open.discard(subject)

        return SimpleNamespace(next_msg=next_msg, unsubscribe=unsubscribe)

    async def publish(self, subject: str, data: bytes, reply: str) -> None:
        self.asked.append((subject, reply))


def test_an_answer_is_one_that_a_process_gave() -> None:
    client = Client(YES, NO, NO_LISTENER, TimeoutError(), NatsError(), OSError(), b"", b"{}", b"\xff", b"[]")
    calls = Calls(client, "tokyo", "worker-2")  # type: ignore[arg-type]

    async def ask() -> list[CallAnswer | None]:
        return [await calls.ask(WHERE) for _ in range(10)]

    assert asyncio.run(ask()) == [CallAnswer(at_work=True), CallAnswer(at_work=False), *[None] * 8]
    assert not client.open
    replies = [reply for _, reply in client.asked]
    assert len(set(replies)) == len(replies)
    assert all(reply.startswith("slp.answer.tokyo.worker-2.") for reply in replies)


@pytest.mark.parametrize(
    ("answers", "gap", "is_connected", "is_silent"),
    [
        ([NO_LISTENER, TimeoutError()], 60.0, True, True),
        ([NO_LISTENER, YES], 60.0, True, False),
        ([NO_LISTENER, NO], 60.0, True, False),
        ([NO_LISTENER, NO_LISTENER], -1.0, True, False),  # nothing is known of the time between
        ([NO_LISTENER, NO_LISTENER], 60.0, False, False),  # this worker is cut off itself
    ],
)
def test_silence_counts_from_call_to_call(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any], gap: float, is_connected: bool, is_silent: bool
) -> None:
    monkeypatch.setattr(calls_module, "LONGEST_GAP", gap)
    client = Client(*answers)
    calls = Calls(client, "tokyo", "worker-2")  # type: ignore[arg-type]
    now = 0.0

    async def silence() -> float:
        nonlocal now
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
        await calls.ask(WHERE)
        client.is_connected, now = is_connected, 30.0
        await calls.ask(WHERE)
        return calls.silent_for(WHERE)

    assert (asyncio.run(silence()) >= 30.0) == is_silent


def test_many_that_wait_for_one_process_ask_it_once_a_second() -> None:
    client = Client(YES, YES)
    calls = Calls(client, "tokyo", "worker-2")  # type: ignore[arg-type]

    async def wait() -> None:
        assert await asyncio.gather(*(calls.silence(WHERE) for _ in range(80))) == [0.0] * 80

    asyncio.run(wait())
    assert len(client.asked) == 1


# -- the worker that is asked

ORDER = TaskMessage(
    run="run1",
    device="sw1",
    work="change",
    folder="sw1",
    taken=(),
    mask_key="",
    debug=False,
    task={},
)
CALL = OwnerCall(run="run1", change="change1", device="sw1", ack="$JS.ACK.TASKS.tokyo.1.1.1.1.0", order=ORDER)


@pytest.mark.parametrize(
    ("call", "at_work", "is_begun"),
    [
        (to_message(CALL), True, True),
        (to_message(replace(CALL, order=None)), False, False),
        (to_message(replace(CALL, change="change2")), False, False),  # it was not begun here
        (to_message(replace(CALL, order=replace(ORDER, work="collect"))), False, False),
        (to_message(replace(CALL, ack="")), False, False),
        (to_message(replace(CALL, ack="$JS.API.STREAM.PURGE.TASKS")), False, False),
        (to_message(replace(CALL, ack="$JS.ACK.TASKS.osaka.1.1.1.1.0")), False, False),
        (to_message(replace(CALL, ack="$JS.ACK.TASKS.tokyo.1.1.1.1.0 x 0\r\n\r\nPUB y")), False, False),
        (to_message(replace(CALL, ack="$JS.ACK.TASKS.tokyo.1.1.1.1.0\n")), False, False),
        (to_message(replace(CALL, ack="$JS.ACK.TASKS.tokyo.1.1.1.>")), False, False),
        (to_message(replace(CALL, run="run9", order=None)), True, False),  # it is at work on that
        (b"{}", None, False),
        (b"\xff", None, False),
    ],
)
def test_a_worker_takes_a_passed_task_of_its_own_change_alone(
    monkeypatch: pytest.MonkeyPatch, call: bytes, at_work: bool | None, is_begun: bool
) -> None:
    served: list[tuple[str, str]] = []
    answers: list[bytes] = []

    async def serve(_: _SiteWorker, message: Any) -> None:
        served.append((message.subject, message.reply))
        await asyncio.sleep(0)

    async def respond(data: bytes) -> None:
        answers.append(data)

    monkeypatch.setattr(_SiteWorker, "_serve", serve)
    has_begun: Callable[[str, str], bool] = lambda change, device: (change, device) == ("change1", "sw1")  # noqa: E731
    parts: Any = SimpleNamespace(site="tokyo", has_begun=has_begun)
    worker = _SiteWorker(parts, "worker-1", parts, parts, parts, parts, changes=parts)
    lock = asyncio.Lock()
    worker.at_work["tokyo", "run9", "sw1"] = lock

    async def called() -> None:
        for _ in range(3):  # it is asked again as long as it is at work
            await worker._called(SimpleNamespace(data=call, respond=respond))  # type: ignore[arg-type]
        while worker.passed:
            await asyncio.sleep(0)

    asyncio.run(called())
    assert [from_message(CallAnswer, each).at_work for each in answers] == (
        [] if at_work is None else [at_work] * 3
    )
    assert served == ([("slp.task.tokyo.run1.sw1", CALL.ack)] if is_begun else [])


def test_a_flood_of_passed_tasks_is_held_in_bounds_and_what_has_no_place_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    served: list[str] = []
    answers: list[tuple[str, bool, bool]] = []

    async def serve(_: _SiteWorker, message: Any) -> None:
        served.append(message.subject)
        await going_on.wait()

    monkeypatch.setattr(_SiteWorker, "_serve", serve)
    has_begun: Callable[[str, str], bool] = lambda change, device: True  # noqa: E731
    parts: Any = SimpleNamespace(site="tokyo", has_begun=has_begun)
    worker = _SiteWorker(parts, "worker-1", parts, parts, parts, parts, changes=parts)
    going_on = asyncio.Event()

    async def call(run: str, order: TaskMessage | None = ORDER) -> None:
        async def respond(data: bytes) -> None:
            answer = from_message(CallAnswer, data)
            answers.append((run, answer.at_work, answer.has_room))

        data = to_message(replace(CALL, run=run, order=order))
        await worker._called(SimpleNamespace(data=data, respond=respond))  # type: ignore[arg-type]

    async def flood() -> None:
        for number in range(1000):
            await call(f"run{number}")
        held = len(worker.passed)
        assert 0 < held < 1000
        assert [at_work for _, at_work, _ in answers] == [True] * held + [False] * (1000 - held)
        assert [has_room for _, _, has_room in answers] == [True] * held + [False] * (1000 - held)
        await call("run0")  # a task that is held, and a question alone, need no room
        await call("run999", None)
        assert answers[1000:] == [("run0", True, True), ("run999", False, True)]
        await asyncio.sleep(0)
        going_on.set()
        while worker.passed:
            await asyncio.sleep(0)
        await call("run999")
        await asyncio.sleep(0)
        assert answers[-1] == ("run999", True, True)
        assert len(served) == held + 1

    asyncio.run(flood())
