"""Worker processes: tasks, deaths, hostile messages, logins, and no orphans."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from slp_ops.engine import process_pool
from slp_ops.engine.pacing import LoginPacer
from slp_ops.engine.process_messages import LARGEST, InvalidMessage, frame
from slp_ops.engine.process_messages import TaskEnded as Ended
from slp_ops.engine.process_pool import ProcessPool, WorkerCommand, WorkerDied
from slp_ops.ports import ignore_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slp_ops.ports import ProgressEvent

ROOT = Path(__file__).parents[2]
COMMAND = WorkerCommand(
    arguments=(sys.executable, "-m", "tests.engine.stub_worker"),
    environment={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
    inherited=(),
    configuration={"password": "canary"},
)


def with_pool(
    work: Callable[[ProcessPool], Awaitable[Any]], processes: int = 2, notices: list[str] | None = None
) -> Any:
    async def run() -> Any:
        pool = ProcessPool(
            COMMAND,
            processes,
            gate=LoginPacer(rate=0),
            notice=(notices if notices is not None else []).append,
            host_key_learned=lambda text: None,
        )
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def test_tasks_are_spread_over_the_workers_which_know_their_configuration_and_no_secret() -> None:
    events: list[ProgressEvent] = []

    async def work(pool: ProcessPool) -> list[Any]:
        tasks = (pool.run({"do": "describe"}, f"sw{n}", events.append) for n in range(6))
        return await asyncio.gather(*tasks)

    answers = with_pool(work)

    assert sorted(answers.count(each) for each in answers) == [3] * 6  # three of each of two processes
    assert os.getpid() not in {each["pid"] for each in answers}
    assert all(each["configuration"] == {"password": "canary"} for each in answers)
    assert all("canary" not in "".join(each["arguments"]) and not each["secrets"] for each in answers)
    assert {each.device for each in events} == {f"sw{n}" for n in range(6)}
    assert not any(alive(each["pid"]) for each in answers)


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ({"do": "die"}, "it was killed by SIGKILL"),
        ({"do": "exit"}, "it ended with exit code 7"),
    ],
)
def test_a_worker_that_dies_ends_its_tasks_with_the_reason_and_is_replaced(
    task: dict[str, str], reason: str
) -> None:
    async def work(pool: ProcessPool) -> tuple[str, Any]:
        with pytest.raises(WorkerDied) as died:
            await pool.run(task, "sw1", ignore_event)
        return str(died.value), await pool.run({"do": "describe"}, "sw1", ignore_event)

    died, after = with_pool(work, processes=1)

    assert died == reason
    assert after["configuration"] == {"password": "canary"}


def test_workers_that_always_die_are_not_started_for_ever() -> None:
    async def work(pool: ProcessPool) -> None:
        for _ in range(8):
            with pytest.raises(WorkerDied, match="exit code 7"):
                await pool.run({"do": "exit"}, "sw1", ignore_event)

    with mock.patch.object(process_pool, "_spawn", wraps=process_pool._spawn) as started:
        with_pool(work, processes=1)

    assert started.call_count == 3


def socket_of_stub() -> int:
    """The descriptor of the connection in the stub: the first that is free after the standard streams."""
    return 3


@pytest.mark.parametrize(
    "data",
    [
        (LARGEST + 1).to_bytes(4, "big"),
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02no",
        b'\x00\x00\x00\x12{"kind":"unknown"}',
        frame(Ended(number=1)).replace(b'"number":1', b'"number":""'),
        b"\x00\x00\x00\x05[[[[[",
    ],
)
def test_an_invalid_message_ends_the_worker_that_sent_it(data: bytes) -> None:
    async def work(pool: ProcessPool) -> str:
        task = {"do": "say", "to": str(socket_of_stub()), "bytes": data.hex()}
        with pytest.raises(WorkerDied) as died:
            await pool.run(task, "sw1", ignore_event)
        return str(died.value)

    assert with_pool(work, processes=1).startswith("it sent an invalid message (")


def test_a_result_that_is_too_large_for_a_message_ends_its_task_alone() -> None:
    """As of a hostile switch: the others continue in the same worker."""

    async def work(pool: ProcessPool) -> list[Any]:
        tasks = (pool.run({"do": "answer", "bytes": each}, "sw1", ignore_event) for each in (LARGEST, 3))
        async with asyncio.timeout(60):
            return await asyncio.gather(*tasks, return_exceptions=True)

    large, small = with_pool(work, processes=1)
    assert isinstance(large, InvalidMessage)
    assert small == "xxx"


def test_a_cancelled_task_is_stopped_in_its_worker_and_waited_for() -> None:
    notices: list[str] = []

    async def work(pool: ProcessPool) -> Any:
        waiting = asyncio.create_task(pool.run({"do": "wait"}, "sw1", ignore_event))
        await pool.run({"do": "describe"}, "sw2", ignore_event)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return await pool.run({"do": "describe"}, "sw2", ignore_event)

    assert with_pool(work, processes=1, notices=notices)["pid"]
    assert notices == ["stopped"]


def test_three_refusals_in_different_workers_stop_the_credential() -> None:
    async def work(pool: ProcessPool) -> list[str]:
        tasks = (pool.run({"do": "log in", "end": "refused"}, f"sw{n}", ignore_event) for n in range(12))
        return [str(each) for each in await asyncio.gather(*tasks)]

    answers = with_pool(work, processes=3)

    assert answers.count("tried") == 3
    assert set(answers) == {"tried", "not tried: credential 'ro' was not accepted 3 times in a row"}


def test_a_jump_host_that_refuses_is_tried_once_whichever_process_needs_it() -> None:
    notices: list[str] = []

    async def work(pool: ProcessPool) -> list[Any]:
        tasks = (pool.run({"do": "log in to hop", "end": "failed"}, f"sw{n}", ignore_event) for n in range(6))
        return await asyncio.gather(*tasks)

    assert with_pool(work, processes=3, notices=notices) == ["jump host 192.0.2.1: refused (look)"] * 6
    assert notices == ["tried"]


def test_each_process_logs_in_to_a_jump_host_that_accepts_also_after_one_that_died() -> None:
    notices: list[str] = []

    async def work(pool: ProcessPool) -> list[Any]:
        await asyncio.gather(*(pool.run({"do": "describe"}, f"sw{n}", ignore_event) for n in range(2)))
        with pytest.raises(WorkerDied):
            await pool.run({"do": "log in to hop", "end": "die"}, "sw1", ignore_event)
        tasks = (pool.run({"do": "log in to hop", "end": "opened"}, f"sw{n}", ignore_event) for n in range(4))
        return await asyncio.gather(*tasks)

    assert with_pool(work, processes=2, notices=notices) == ["opened"] * 4
    assert notices.count("tried") >= 4


def test_a_worker_that_dies_with_a_login_in_flight_does_not_hold_up_the_others() -> None:
    async def work(pool: ProcessPool) -> Any:
        first = await pool.run({"do": "describe"}, "sw1", ignore_event)
        login = asyncio.create_task(pool.run({"do": "log in", "end": "opened"}, "sw1", ignore_event))
        await asyncio.sleep(0)
        os.kill(first["pid"], signal.SIGKILL)
        with pytest.raises(WorkerDied):
            await login
        return await pool.run({"do": "log in", "end": "opened"}, "sw2", ignore_event)

    assert with_pool(work, processes=1) == "tried"


_PARENT = """
import asyncio, os, sys
from tests.engine.test_process_pool import COMMAND, ignore_event, LoginPacer, ProcessPool

async def main():
    pool = ProcessPool(COMMAND, 2, gate=LoginPacer(rate=0), notice=print, host_key_learned=print)
    found = await asyncio.gather(*(pool.run({"do": "describe"}, "sw", ignore_event) for _ in range(2)))
    print(*(each["pid"] for each in found), flush=True)
    await asyncio.gather(*(pool.run({"do": "wait"}, "sw", ignore_event) for _ in range(2)))

asyncio.run(main())
"""


def test_workers_end_when_their_parent_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pids = [int(word) for word in parent.stdout.readline().split()]
    assert len(pids) == 2
    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 60
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.02)

    assert not any(alive(pid) for pid in pids)


def alive(pid: int) -> bool:
    """Whether a process runs: one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
