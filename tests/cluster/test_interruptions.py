"""Links that are down, disks that are full, a site that is revoked: the run names it, and loses nothing."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from nats.js.errors import APIError

from slp_ops.app import hub as service
from slp_ops.app import hub_session, hub_status
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.hub_folder import HUB_FILE
from slp_ops.cluster.messages import HubNotice, RunControl, to_message
from slp_ops.cluster.subjects import CONTROL, FENCE, HUB, subject
from slp_ops.runs import Runs
from tests.cluster.conftest import Rig
from tests.cluster.fleet import Fleet
from tests.cluster.link import Link

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from nats.js import JetStreamContext

pytestmark = pytest.mark.slow

# A connection that stalls is noticed within 20 to 30 s, and a task is delivered again after 30.
STALLED = 25.0


def reads(fleet: Fleet) -> int:
    return sum(what == "read" for what, *_ in fleet.lines())


def failures(rig: Rig) -> dict[str, Any]:
    """The failure of each device without a result, by its name."""
    run = Runs(rig.folder / "runs").open("last").path
    lines = map(json.loads, (run / "devices.jsonl").read_text().splitlines())
    return {each["name"]: each["error"] for each in lines if each.get("error")}


def test_links_that_stall_for_25_seconds_and_links_that_are_cut(rig: Rig) -> None:
    fleet = Fleet(rig, 200)
    access, operator = fleet.access(), rig.hub_folder / "operator"
    with Link(rig.port) as to_worker, Link(rig.port) as to_operator:
        to_worker.lead(access)
        to_operator.lead(operator)
        fleet.worker("worker", access, 10, 0.4)
        collecting = fleet.collect()
        rig.wait_for(lambda: reads(fleet) > 20, "collect")

        to_worker.cut()
        to_operator.cut()
        rig.wait_for(lambda: "the hub does not answer; workers continue" in rig.log("collect"), "collect")
        rig.wait_for(lambda: "the hub does not answer; trying again" in rig.log("worker"), "worker")
        to_worker.mend()
        to_operator.mend()
        before = reads(fleet)
        rig.wait_for(lambda: reads(fleet) > before + 30, "collect")
        rig.wait_for(lambda: "the hub is connected again" in rig.log("collect"), "collect")

        to_worker.hole(is_open=True)
        to_operator.hole(is_open=True)
        time.sleep(STALLED)
        to_worker.hole(is_open=False)
        to_operator.hole(is_open=False)
        fleet.finish(collecting)

    assert "the hub is connected again" in rig.log("worker")
    found = fleet.check()
    # What was at work when the worker was away for longer than the broker waits for it.
    assert found.reads <= found.devices + 2 * 10, found


@pytest.fixture
def small_rig(tmp_path: Path) -> Iterator[Rig]:
    """A hub that may use 8 MB."""
    made = Rig(tmp_path)
    path = made.hub_folder / HUB_FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"disk_bytes": 8 * 2**20}))
    try:
        made.up()
        yield made
    finally:
        made.close()


def with_broker(rig: Rig, work: Any) -> None:
    async def connect() -> None:
        folder = rig.hub_folder / "hub"
        async with connected(folder, read_address(folder, hint="")) as client:
            await work(client.jetstream())

    asyncio.run(connect())


@pytest.mark.parametrize(
    ("stream", "subject", "message"),
    [
        ("EVIDENCE", "slp.evidence.tokyo.other.sw", "the hub's disk for evidence is nearly full"),
        ("TASKS", "slp.task.tokyo2.other.sw", "the hub's disk for tasks is full"),
    ],
)
def test_a_full_disk_is_named_and_goes_on_when_there_is_room(
    small_rig: Rig, stream: str, subject: str, message: str
) -> None:
    rig, fleet = small_rig, Fleet(small_rig, 30)
    fleet.worker("worker", fleet.access(), 10, 0.05)

    async def fill(js: JetStreamContext) -> None:
        for size in (100_000, 1000, 100):
            with suppress(APIError):
                for number in itertools.count():
                    await js.publish(f"{subject}{size}-{number}", bytes(size))

    async def tell(js: JetStreamContext) -> None:
        """As the hub does whose disk is full below the streams, and as no hub does."""
        for notice in (b"{}", to_message(HubNotice(disk_full=True))):
            await js._nc.publish(HUB, notice)
        await js._nc.flush()

    async def purge(js: JetStreamContext) -> None:
        await js.purge_stream(stream, subject="slp.*.*.other.>")

    with_broker(rig, fill)
    collecting = fleet.collect()
    rig.wait_for(lambda: message in rig.log("collect"), "collect")
    if stream == "EVIDENCE":
        rig.wait_for(lambda: "results wait here until there is room" in rig.log("worker"), "worker")
        assert "disk" in {each.kind for each in hub_status.status(rig.hub_folder).remarks}
    with_broker(rig, tell)
    rig.wait_for(lambda: "the hub's disk is full: it stores nothing" in rig.log("collect"), "collect")
    assert collecting.poll() is None
    with_broker(rig, purge)

    fleet.finish(collecting)
    assert fleet.check().reads == 30


def test_a_run_whose_cancellation_was_killed_is_resumed(rig: Rig) -> None:
    """Its process is killed when it has told the workers, and before it has removed the tasks."""
    fleet = Fleet(rig, 120)
    fleet.worker("worker", fleet.access(), 4, 0.3)
    fleet.collect()
    rig.wait_for(lambda: reads(fleet) > 0, "collect")
    rig.kill("collect")
    run = Runs(rig.folder / "runs").open("last").id

    async def cancel(js: JetStreamContext) -> None:
        await js.publish(subject(CONTROL, "tokyo", run), to_message(RunControl(cancelled=True)))

    with_broker(rig, cancel)
    rig.wait_for(lambda: not any(site.waiting or site.running for site in rig.status()), "worker")
    assert reads(fleet) < 120

    fleet.finish(fleet.collect("--resume", "last"))
    fleet.check()


def test_a_site_that_is_revoked_while_its_worker_reads(rig: Rig) -> None:
    fleet = Fleet(rig, 200)  # so many take longer than what interrupts them
    fleet.worker("worker", fleet.access(), 4, 1.0)
    collecting = fleet.collect()
    rig.wait_for(lambda: reads(fleet) > 5, "collect")

    async def fence(js: JetStreamContext) -> None:
        await js.publish(subject(FENCE, "tokyo", "change1", "sw00001"), b"{}")

    with_broker(rig, fence)
    service.revoke_site(rig.hub_folder, "tokyo")

    assert collecting.wait(120) == 4, rig.log("collect")
    assert rig.processes["worker"].wait(120) != 0
    assert "join again" in rig.log("worker"), rig.log("worker")
    found = failures(rig)
    assert {each["kind"] for each in found.values()} == {"site_revoked"}
    assert "slp-ops hub site add" in next(iter(found.values()))["hint"]

    async def nothing_left(js: JetStreamContext) -> None:
        for stream in ("TASKS", "EVIDENCE", "CONTROL", "HEARTBEATS"):
            state = (await js.stream_info(stream, subjects_filter="slp.*.tokyo.>")).state
            assert not state.subjects, stream
        assert not await js.consumers_info("TASKS")
        for stream in ("LIMITS", "HOSTKEYS"):  # also a first host key that it has published
            assert not (await js.stream_info(stream, subjects_filter="slp.*.tokyo.>")).state.subjects, stream
        assert (await js.stream_info("FENCES")).state.messages == 1

    with_broker(rig, nothing_left)

    # Added again, the rest is read.
    fleet.worker("again", fleet.access(), 10, 0.0)
    fleet.finish(fleet.collect("--resume", "last"))
    fleet.check()


@pytest.mark.parametrize(("victim", "kind"), [("worker", "no_worker"), ("hub", "hub")])
def test_a_run_does_not_wait_for_ever(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, victim: str, kind: str
) -> None:
    monkeypatch.setattr(hub_session, "_PATIENCE", 3.0)
    fleet = Fleet(rig, 200)  # so many take longer than what interrupts them
    fleet.worker("worker", fleet.access(), 4, 1.0)

    def end() -> None:
        rig.wait_for(lambda: reads(fleet) > 5, "worker")
        broker = rig.broker()
        rig.kill(victim)
        if victim == "hub":
            rig.kill_process(broker)

    ending = threading.Thread(target=end)
    ending.start()
    began = time.monotonic()
    done = rig.collect(fleet.inventory)
    ending.join(60)

    assert done.exit_code in (3, 4), (done.output, done.exception)
    assert time.monotonic() - began < 300  # without the shorter patience it is 900 s
    found = failures(rig)
    assert {each["kind"] for each in found.values()} == {kind}, found
    assert "--resume" in next(iter(found.values()))["hint"]
