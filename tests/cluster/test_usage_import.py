"""``usage import --hub``: workers import the acknowledgements, once, whatever is killed meanwhile."""

from __future__ import annotations

import json
import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.lab import cssm
from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory
from tests.cluster.test_changes import compared, ends, events, journal_of, start_killed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.conftest import Rig

BY_HAND = "flash:by-hand.txt"


def answer_of(running: Any, name: str, folder: Path) -> bytes:
    """Save the reports of a switch, and put CSSM's answer into the folder under a name that tells nothing."""
    running.change(name, lambda switch: switch.configure("ip scp server enable"))
    running.change(name, lambda switch: switch.save_usage("all", "", BY_HAND))
    answer = cssm.acknowledge(running.switch(name).flash[BY_HAND.removeprefix("flash:")])
    folder.mkdir(exist_ok=True)
    (folder / f"download ({len(list(folder.iterdir()))}).txt").write_bytes(answer)
    return answer


def without_times(text: str) -> Any:
    """A result without what differs between two switches: names, times of their clocks, what was not read."""
    found = compared(re.sub(r"\d\d:\d\d:\d\d", "TIME", text))
    return {name: value for name, value in found.items() if name not in ("left_out", "unread")}


def imports(running: Any, name: str) -> list[str]:
    return [line for line in running.lines(name, "exec") if line.startswith("license smart import")]


@pytest.mark.slow
def test_acknowledgements_are_imported_once_by_a_worker_that_permits_it(
    lab: Callable[..., Any], rig: Rig
) -> None:
    names = ("killed", "there", "here", "alone")
    running = lab(scale=600.0, **dict.fromkeys(names, "offline-overdue"))
    sites = {"tokyo": ["killed", "there", "here"], "osaka": ["alone"]}
    inventory = write_inventory(rig.folder / "inventory.yaml", running, sites)
    acks = rig.folder / "acks"
    answers = {name: answer_of(running, name, acks) for name in names}
    access = rig.join("tokyo")
    words = ("worker", "--site", "tokyo", "--access", str(access), "-i", str(inventory))

    # A worker reads, and imports only where its owner permits it.
    rig.worker("tokyo", access, inventory)
    refused = rig.collect(
        inventory, "import", str(acks), "--limit", "killed", "--yes", "--wait", "60", verb="usage"
    )
    assert refused.exit_code == 4, refused.output
    before = refused.output.index("is not permitted to do usage-import: start each worker of the site")
    assert before < refused.output.index("risk: change"), "before the plan"
    assert "is not permitted to do usage-import" in refused.output
    assert "with the option --usage-import" in refused.output
    assert not running.lines("killed", "scp")
    rig.processes["worker-tokyo"].send_signal(signal.SIGTERM)
    assert rig.processes.pop("worker-tokyo").wait(60) == 0

    # Worker, broker and verb are killed right after the command was sent: --resume sends it no second time.
    start_killed(rig, "tokyo", (*words, "--usage-import"), "imported")
    rig.wait_for(lambda: any(each.workers for each in rig.status()), "hub")
    call = ("-i", str(inventory), "--runs-dir", str(rig.folder / "runs"), "--hub", str(rig.hub_folder))
    rig.start("usage", "usage", "import", str(acks), "--limit", "killed", "--yes", *call)
    rig.wait_for((rig.folder / "imported").exists, "usage")
    rig.kill("usage")
    rig.kill_process(rig.broker())
    assert rig.processes.pop("worker-tokyo").wait(60) == -signal.SIGKILL
    assert len(imports(running, "killed")) == 1
    (journal,) = Runs(rig.folder / "runs").open("last").path.glob("journal.jsonl")
    assert [each["event"] for each in events(journal)] == ["begin", "approved"]
    rig.worker("tokyo", access, inventory, "--usage-import")
    alone = rig.collect(inventory, "import", "--resume", str(journal), verb="usage", SLP_OPS_HUB="")
    assert "the change of killed is with worker-" in str(alone.exception)
    resumed = rig.collect(
        inventory, "import", "--resume", str(journal), "--json", "--wait", "60", verb="usage"
    )
    assert resumed.exit_code == 0, resumed.output + str(resumed.exception)
    assert ends(resumed) == {"killed": "done"}
    assert len(imports(running, "killed")) == 1
    assert answers["killed"] in running.switch("killed").flash.values()

    # The same output, exit code and journal as without a hub.
    options = ("import", str(acks), "--clean", "--yes", "--json", "--wait", "60")
    there = rig.collect(inventory, *options, "--limit", "there:alone", verb="usage")
    here = rig.collect(inventory, *options, "--limit", "here", verb="usage", SLP_OPS_HUB="")
    assert "site osaka has no worker: 1 switch cannot be visited" in there.stderr
    assert there.exit_code == 4, there.output + str(there.exception)
    assert (ends(there), ends(here)) == ({"there": "done"}, {"here": "done"})
    assert without_times(there.stdout) == without_times(here.stdout)
    ours = [each for each in events(journal_of(there)) if each["event"] not in ("approved", "returned")]
    kinds = [(each["event"], each.get("state"), each.get("kind")) for each in ours]
    assert kinds == [
        (each["event"], each.get("state"), each.get("kind")) for each in events(journal_of(here))
    ]
    for name in ("there", "here"):
        assert len(imports(running, name)) == 1
        assert answers[name] not in running.switch(name).flash.values(), "--clean deletes it"
    assert not running.lines("alone", "scp")

    # And what is left to do, read over the hub.
    status = [
        rig.collect(inventory, "status", str(acks), "--json", "--limit", name, verb="usage", **environment)
        for name, environment in (("there", {}), ("here", {"SLP_OPS_HUB": ""}))
    ]
    assert [each.exit_code for each in status] == [0, 0], [each.output for each in status]
    of_there, of_here = (json.loads(each.stdout)["devices"][0] for each in status)
    assert (of_there["next"], of_there["unacknowledged"]) == (of_here["next"], of_here["unacknowledged"])
