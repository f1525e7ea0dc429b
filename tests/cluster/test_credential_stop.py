"""Three refusals stop a credential at every worker of a site, whatever is killed: the switches count them."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.cli.exits import Exit
from slp_ops.cli.main import cli
from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory
from tests.cluster.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.conftest import Rig

pytestmark = pytest.mark.slow


def kinds(rig: Rig) -> Counter[str]:
    """Count the errors of the newest run."""
    run = Runs(rig.folder / "runs").open("last").path
    lines = [json.loads(line) for line in (run / "devices.jsonl").read_text().splitlines()]
    latest = {line["name"]: line for line in lines}
    return Counter(line["error"]["kind"] if line["error"] else "ok" for line in latest.values())


def test_switches_refuse_three_times_as_without_a_hub(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(**{f"sw{number}": "healthy" for number in range(8)})
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": running.names})
    keys = [rig.join("tokyo", rig.folder / name) for name in ("one", "two")]
    for name, key in zip(("one", "two"), keys, strict=True):
        rig.worker("tokyo", key, inventory, name=name, SLP_OPS_PASSWORD="wrong")

    def refusals() -> int:
        return sum(
            line == "refused netops" for name in running.names for line in running.lines(name, "login")
        )

    over_hub = rig.collect(inventory)

    assert refusals() == 3
    assert kinds(rig) == {"authentication_failed": 3, "credential_stopped": 5}
    here = rig.collect(inventory, SLP_OPS_HUB="", SLP_OPS_PASSWORD="wrong")
    assert over_hub.exit_code == here.exit_code == 4
    stopped = "not tried: credential 'default' was not accepted 3 times in a row"
    assert over_hub.output.count(stopped) == here.output.count(stopped) > 0
    assert kinds(rig) == {"authentication_failed": 3, "credential_stopped": 5}

    words = ("hub", "status", "--folder", str(rig.hub_folder))
    shown = CliRunner().invoke(cli, [*words, "--json"])
    assert shown.exit_code == Exit.FINDINGS, shown.output
    document = json.loads(shown.stdout)
    assert [each["kind"] for each in document["remarks"]] == ["credential"]
    (entry,) = document["sites"][0]["stopped_credentials"]
    assert (entry["name"], entry["refused"]) == ("default", 3)
    since = datetime.now(UTC) - datetime.fromisoformat(entry["since"])
    assert timedelta(0) <= since < timedelta(minutes=5)
    assert "credential default was refused 3 times" in CliRunner().invoke(cli, words).stdout

    # Corrected at one worker: the next run has its tries, and this worker reads.
    before = refusals()
    for name in ("one", "two"):
        rig.processes[name].send_signal(signal.SIGTERM)
        assert rig.processes.pop(name).wait(120) == 0
    rig.worker("tokyo", keys[0], inventory, name="corrected")
    found = rig.collect(inventory, "--resume", "last")
    assert found.exit_code == 0, found.output
    assert refusals() == before
    assert not rig.status()[0].stopped


def test_a_bastion_that_refuses_is_tried_once_by_each_worker(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(sw1="healthy", sw2="healthy", sw3="healthy")
    asyncio.run_coroutine_threadsafe(running.rack.put_behind(1, None), running._loop).result(timeout=60)
    hop = {
        "host": "127.0.0.1",
        "port": running.rack.bastions[0].port,
        "username": "netops",
        "credential": "hop",
    }
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": running.names}, jump=[hop], transport="asyncssh"
    )
    keys = [rig.join("tokyo", rig.folder / name) for name in ("one", "two")]
    for name, key in zip(("one", "two"), keys, strict=True):
        rig.worker("tokyo", key, inventory, name=name, SLP_OPS_HOP_PASSWORD="wrong")

    assert rig.collect(inventory).exit_code == 4

    # Three at most for the site; and each worker waits a minute before it tries again.
    refused = running.lines("bastion-1").count("refused netops")
    assert 1 <= refused <= 2
    assert kinds(rig) == {"hop_failed": 3}
    for name in ("one", "two"):
        rig.processes[name].send_signal(signal.SIGTERM)
        assert rig.processes.pop(name).wait(120) == 0
    rig.worker("tokyo", keys[0], inventory, name="corrected", SLP_OPS_HOP_PASSWORD="netops")
    assert rig.collect(inventory, "--resume", "last").exit_code == 0
    assert running.lines("bastion-1").count("refused netops") == refused


def test_killed_workers_and_a_killed_broker_add_no_refusal(rig: Rig) -> None:
    fleet = Fleet(rig, 40)
    refused = rig.folder / "refused"
    refused.touch()
    environment = {"STUB_REFUSED": str(refused)}
    keys = [fleet.access(), fleet.access()]
    (rig.folder / "moment").mkdir()
    dies = ("in the login", "*", str(rig.folder / "moment" / "self"))
    for name, key in zip(("one", "two"), keys, strict=True):
        fleet.worker(name, key, 10, 1.0, *dies, **environment)
    collecting = fleet.collect()
    # The first login goes alone, and its worker dies in it; only the switch has seen the refusal.
    rig.wait_for(lambda: -9 in [rig.processes[name].poll() for name in ("one", "two")], "hub")
    dead = next(name for name in ("one", "two") if rig.processes[name].poll() == -9)
    rig.processes.pop(dead)
    rig.kill_process(rig.broker())
    fleet.worker("again", keys[("one", "two").index(dead)], 10, 1.0, **environment)
    time.sleep(0.5)
    assert collecting.poll() is None

    assert collecting.wait(300) == 4, rig.log("collect")
    rig.processes.pop("collect")
    assert len(refused.read_text().split()) == 3
    found = kinds(rig)
    assert found["credential_stopped"] == 38
    assert found["authentication_failed"] == 2
