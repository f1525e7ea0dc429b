"""Worker, broker and the operator's process may be killed at any moment: nothing is lost or stored twice."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.device_outcome import Outcome
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.evidence_parts import send
from slp_ops.json_documents import encode
from slp_ops.model import DeviceFailure
from slp_ops.runs import Runs
from tests.cluster.fleet import Fleet, kill_at_random

if TYPE_CHECKING:
    from tests.cluster.conftest import Rig

pytestmark = pytest.mark.slow

MOMENTS = ("before the read", "in the read", "evidence sent", "answered", "stored")


def test_a_worker_killed_at_each_moment(rig: Rig) -> None:
    fleet = Fleet(rig, 60)
    access = [fleet.access() for _ in MOMENTS]
    fleet.worker("first", fleet.access(), 4, 0.5)
    collecting = fleet.collect()
    # The credential is accepted once: otherwise three workers that die in a login would stop it.
    rig.wait_for(lambda: any(what == "stored" for what, _, _ in fleet.lines()), "collect")
    rig.processes["first"].terminate()
    rig.processes.pop("first").wait(120)
    for number, moment in enumerate(MOMENTS):
        # The first device that each worker gets is not known: it dies with whichever comes at that moment.
        target = rig.folder / f"{number}" / "self"
        target.parent.mkdir()
        fleet.start_worker(f"worker{number}", access[number], 4, 0.05, moment, "*", str(target))
    # Only then another worker comes: on a busy machine it could get every task.
    for number, _ in enumerate(MOMENTS):
        assert rig.processes.pop(f"worker{number}").wait(120) == -9
    fleet.worker("good", fleet.access(), 4, 0.05)

    fleet.finish(collecting)

    reads = fleet.check()
    # Each worker had four visits at work; what was stored of them is not read again.
    assert reads.reads <= len(fleet.names) + 4 * (1 + len(MOMENTS))


@pytest.mark.parametrize("target", ["broker", "collect"])
def test_broker_and_operator_killed_at_each_moment(rig: Rig, target: str) -> None:
    fleet = Fleet(rig, 40)
    access = [fleet.access() for _ in MOMENTS]
    files = []
    for number, moment in enumerate(MOMENTS):
        folder = rig.folder / f"{number}"
        folder.mkdir()
        files.append(folder / "pid")
        fleet.worker(f"worker{number}", access[number], 2, 0.05, moment, "*", str(files[-1]))
    collecting = fleet.collect()
    for _ in range(3000):
        pid = collecting.pid if target == "collect" else rig.broker_or_none()
        for file in files:
            file.write_text(str(pid or 2**22))  # an id that no process has
        if target == "collect" and collecting.poll() == -9:
            collecting = fleet.collect("--resume", "last")
        elif collecting.poll() is not None:
            break
        time.sleep(0.1)

    fleet.finish(collecting)
    reads = fleet.check()
    assert reads.reads <= len(fleet.names) + 2 * len(MOMENTS)


def test_a_task_that_is_delivered_again_opens_no_second_session(rig: Rig) -> None:
    """A broker forgets deliveries when it is killed, and delivers a task again after 30 s without a sign."""
    fleet = Fleet(rig, 1)
    fleet.worker("one", fleet.access(), 4, 2.0)
    collecting = fleet.collect()
    rig.wait_for(lambda: bool(fleet.lines()), "collect")
    rig.processes["one"].send_signal(signal.SIGSTOP)  # so that the session is still open

    async def give_back() -> None:
        folder = rig.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            # The first delivery of the first message is refused, as by its worker.
            await client.publish("$JS.ACK.TASKS.tokyo.1.1.1.1700000000000000000.0", b"-NAK")
            await client.flush()
            async with asyncio.timeout(60):
                while not (await client.jetstream().consumer_info("TASKS", "tokyo")).num_redelivered:
                    await asyncio.sleep(0.05)

    asyncio.run(give_back())
    rig.processes["one"].send_signal(signal.SIGCONT)
    fleet.finish(collecting)
    assert fleet.check().reads == 1


def test_a_task_that_another_worker_does_while_its_login_waits_is_not_done_again(rig: Rig) -> None:
    """A broker that was killed gives a task to two workers, and the login of one may wait for long."""
    fleet = Fleet(rig, 2)
    fleet.worker("one", fleet.access(), 4, 0.05, SLP_OPS_LOGIN_RATE="0.15")
    collecting = fleet.collect()
    rig.wait_for(lambda: bool(fleet.lines()), "collect")
    waiting = rig.processes["one"]
    waiting.send_signal(signal.SIGSTOP)
    (begun,) = {name for _, name, _ in fleet.lines()}
    (other,) = {*fleet.names} - {begun}

    async def answer() -> None:
        folder = rig.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            await send(
                client.jetstream(),
                ("tokyo", Runs(rig.folder / "runs").open("last").id, other),
                b"",
                attempt="a" * 16,
                full=lambda: None,
                worker="worker-2",
                mask_key="k",
                folder="",
                outcome=encode(Outcome(failure=DeviceFailure(kind="defect", message="by worker 2", hint=""))),
            )

    asyncio.run(answer())
    rig.wait_for(lambda: "by worker 2" in rig.log("collect"), "collect")
    waiting.send_signal(signal.SIGCONT)
    assert collecting.wait(120) == 4
    rig.processes.pop("collect")
    # Logins keep their order: behind this one, the login that waited has had its turn.
    assert fleet.collect("--limit", begun).wait(120) == 0
    assert [name for what, name, _ in fleet.lines() if what == "read"] == [begun, begun]


def test_a_broker_whose_folder_is_deleted_gets_its_tasks_again(rig: Rig) -> None:
    fleet = Fleet(rig, 40)
    fleet.worker("one", fleet.access(), 2, 0.1)
    collecting = fleet.collect()
    rig.wait_for(lambda: len(fleet.lines()) > 10, "collect")
    rig.kill_process(rig.broker())
    shutil.rmtree(rig.hub_folder / "store")

    fleet.finish(collecting)
    reads = fleet.check()
    assert reads.reads <= len(fleet.names) + 4


def test_random_kills(rig: Rig) -> None:
    """``make test-cluster`` kills fifty times in a fleet of 2,000."""
    fleet = Fleet(rig, 800)

    killed = kill_at_random(rig, fleet, seed=20261127, kills=10, seconds=0.6, patience=400)

    found = fleet.check()
    assert killed.total() == 10
    # Only what was at work in a kill may be read again.
    assert found.reads <= len(fleet.names) + 10 * 80
    assert found.read_after_stored <= 2, found
