"""Evidence at the broker: in one message where it fits, otherwise in parts; read in order, then removed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from typing import TYPE_CHECKING

import pytest

from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.broker_config import EVIDENCE_STREAM, TASKS_STREAM
from slp_ops.cluster.connection import connected
from slp_ops.cluster.evidence_parts import end_subject, ends_of, fetch, is_answered, parse_end, send
from slp_ops.cluster.evidence_stream import stored_ends
from slp_ops.cluster.once import last_of, publish_once, remove_before, remove_tasks
from slp_ops.cluster.subjects import TASK, subject

if TYPE_CHECKING:
    from nats.js import JetStreamContext

    from tests.cluster.conftest import Rig

_PATIENCE = 120.0


async def put(js: JetStreamContext, device: str, data: bytes, attempt: str = "a" * 16) -> None:
    await send(
        js,
        ("tokyo", "run1", device),
        data,
        attempt=attempt,
        full=lambda: None,
        worker="worker-1",
        mask_key="k",
        folder="",
        outcome={"result": device},
    )


async def messages(js: JetStreamContext, stream: str) -> int:
    return (await js.stream_info(stream)).state.messages


@pytest.mark.slow
def test_evidence_at_the_broker(rig: Rig) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    small, large = dice.randbytes(40_000), dice.randbytes(5 * 2**19)

    async def scenario() -> None:
        folder = rig.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            js = client.jetstream()
            await put(js, "sw1", small)
            assert await messages(js, EVIDENCE_STREAM) == 1
            await put(js, "sw1", large, "b" * 16)  # another worker is too late
            end, data = parse_end(
                await last_of(js, EVIDENCE_STREAM, end_subject("tokyo", "run1", "sw1")) or b""
            )
            assert (end.attempt, end.parts, data) == ("a" * 16, 0, small)

            await put(js, "sw2", large, "b" * 16)
            await put(js, "sw3", b"")
            reading = stored_ends(client, "run1")
            found = list(await anext(reading))
            while len(found) < 3:
                found += await anext(reading)
            assert [end.device for end in found] == ["sw1", "sw2", "sw3"]
            end, data = parse_end(found[1].data)
            assert end.parts == 3
            assert await fetch(js, ("tokyo", "run1", "sw2"), end) == large

            rig.kill_process(rig.broker())
            again: list[str] = []
            while len(again) < 3:
                again += [end.device for end in await anext(reading)]
            assert again == ["sw1", "sw2", "sw3"]

            await remove_before(js, EVIDENCE_STREAM, ends_of("run1"), found[2].sequence)
            assert await last_of(js, EVIDENCE_STREAM, end_subject("tokyo", "run1", "sw1")) is None
            assert await last_of(js, EVIDENCE_STREAM, end_subject("tokyo", "run1", "sw3")) is not None

            tasks = [subject(TASK, "tokyo", "run1", f"sw{number}") for number in range(5)]
            known = {name: await publish_once(js, name, b"{}") for name in tasks}
            await remove_tasks(client, TASKS_STREAM, {})
            await remove_tasks(client, TASKS_STREAM, {name: known[name] for name in tasks[:3]})
            assert await messages(js, TASKS_STREAM) == 2
            for _ in range(2):  # the second time there is none
                await remove_tasks(client, TASKS_STREAM, {tasks[3]: known[tasks[3]], tasks[4]: None})
            assert await messages(js, TASKS_STREAM) == 0

            # The connection breaks behind what is sent without an answer, which the broker has not had.
            known = {name: await publish_once(js, name, b"{}") for name in tasks}
            os.kill(rig.broker(), signal.SIGSTOP)
            removing = asyncio.create_task(remove_tasks(client, TASKS_STREAM, known))
            await asyncio.sleep(0.1)
            rig.kill_process(rig.broker())
            await removing
            assert await messages(js, TASKS_STREAM) == 0
            await reading.aclose()

    async def in_time() -> None:
        async with asyncio.timeout(_PATIENCE):
            await scenario()

    asyncio.run(in_time())


@pytest.mark.slow
def test_a_task_is_answered_from_its_evidence_on_also_when_the_run_has_removed_both(rig: Rig) -> None:
    async def scenario() -> list[bool]:
        folder = rig.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            js = client.jetstream()
            name = subject(TASK, "tokyo", "run1", "sw1")
            sequence = await publish_once(js, name, b"{}")
            found = [await is_answered(js, "tokyo", "run1", "sw1")]
            await put(js, "sw1", b"evidence")
            found.append(await is_answered(js, "tokyo", "run1", "sw1"))
            await remove_tasks(client, TASKS_STREAM, {name: sequence})
            found.append(await is_answered(js, "tokyo", "run1", "sw1"))
            await remove_before(js, EVIDENCE_STREAM, ends_of("run1"), 2**31)
            return [*found, await is_answered(js, "tokyo", "run1", "sw1")]

    assert asyncio.run(scenario()) == [False, True, True, True]
