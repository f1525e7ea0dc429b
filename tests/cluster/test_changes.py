"""``remediate --hub``: planned here from what workers read, and sent by them only with an approval."""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.cluster.conftest import Rig

CLOCK = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)
OF_THE_CALL = ("created", "run", "seal")


def test_a_plan_is_the_same_over_a_hub(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(clock=CLOCK, a1="factory-fresh", a2="healthy", b1="factory-fresh")
    sites = {"tokyo": ["a1", "a2"], "osaka": ["b1"]}
    inventory = write_inventory(rig.folder / "inventory.yaml", running, sites, intent={"topology": "smart"})
    rig.worker("tokyo", rig.join("tokyo"), inventory)
    words = ("--dry-run", "--playbook", "transport-smart", "--json")

    over_hub = rig.collect(inventory, *words, verb="remediate")
    here = rig.collect(inventory, *words, "--limit", "a1:a2", verb="remediate", SLP_OPS_HUB="")

    assert over_hub.exit_code == 4, over_hub.output
    assert here.exit_code in (0, 3), here.output
    assert "site osaka has no worker: 1 switch cannot be visited" in over_hub.stderr
    there, alone = json.loads(over_hub.stdout), json.loads(here.stdout)
    assert [each["name"] for each in there["unread"]] == ["b1"]
    for name in (*OF_THE_CALL, "unread"):
        there.pop(name, None)
        alone.pop(name, None)
    assert there == alone
    assert [each["name"] for each in there["devices"]] == ["a1"]
    assert not [line for name in running.names for line in running.lines(name, "config")]


def test_a_change_is_approved_here_made_by_a_worker_and_rolled_back(
    lab: Callable[..., Any], rig: Rig
) -> None:
    running = lab(clock=CLOCK, scale=900.0, a1="factory-fresh", a2="factory-fresh")
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": ["a1", "a2"]}, intent={"topology": "smart"}
    )
    rig.worker("tokyo", rig.join("tokyo"), inventory)
    before = config_of(running, "a1")
    words = ("--playbook", "transport-smart", "--yes", "--json")

    over_hub = rig.collect(inventory, *words, "--limit", "a1", verb="remediate")
    here = rig.collect(inventory, *words, "--limit", "a2", verb="remediate", SLP_OPS_HUB="")

    assert over_hub.exit_code == here.exit_code, over_hub.output + str(over_hub.exception)
    assert compared(over_hub.stdout) == compared(here.stdout)
    assert ends(over_hub) == {"a1": "done"}
    assert config_lines(running, "a1") == config_lines(running, "a2") != []
    journal = journal_of(over_hub)
    kinds = [(each["event"], each.get("state")) for each in events(journal)]
    assert kinds[:2] == [("begin", None), ("approved", None)]
    ours = [each for each in kinds if each[0] not in ("approved", "returned")]
    assert ours == [(each["event"], each.get("state")) for each in events(journal_of(here))]

    again = rig.collect(inventory, "--resume", str(journal), "--yes", verb="remediate")
    assert again.exit_code == 0, again.output
    assert "every switch of this journal is finished" in again.stderr

    back = rig.collect(inventory, "--rollback", str(journal), "--yes", "--json", verb="remediate")
    assert back.exit_code == 0, back.output + str(back.exception)
    assert ends(back) == {"a1": "rolled_back"}
    assert set(before.splitlines()) <= set(config_of(running, "a1").splitlines())


@pytest.mark.slow
def test_no_kill_has_a_change_applied_twice(lab: Callable[..., Any], rig: Rig) -> None:
    """At fence, sent and done the worker is started again; after begun another one of the site looks."""
    moments = ("fence", "sent", "done", "begun")
    running = lab(clock=CLOCK, scale=900.0, **{f"{moment}-sw": "factory-fresh" for moment in moments})
    inventory = write_inventory(
        rig.folder / "inventory.yaml",
        running,
        {moment: [f"{moment}-sw"] for moment in moments},
        intent={"topology": "smart"},
    )
    words = {}
    for moment in moments:
        access = rig.join(moment)
        words[moment] = ("worker", "--site", moment, "--access", str(access), "-i", str(inventory))
        start_killed(rig, moment, words[moment], moment)
    other = rig.join("begun", rig.folder / "other")
    rig.wait_for(lambda: all(each.workers for each in rig.status()), "hub")
    command = ("remediate", "-i", str(inventory), "--runs-dir", str(rig.folder / "runs"))
    applying = ("--hub", str(rig.hub_folder), "--playbook", "transport-smart", "--yes", "--json")
    rig.start("remediate", *command, *applying, "--batch", "100%", "--max-fail", "5")
    rig.wait_for(lambda: all((rig.folder / moment).exists() for moment in moments), "remediate")
    for moment in moments:
        rig.processes.pop(f"worker-{moment}").wait(120)
    sent = config_lines(running, "begun-sw")
    for moment in ("fence", "sent", "done"):
        start_killed(rig, moment, words[moment], "none")
    start_killed(
        rig, "other", ("worker", "--site", "begun", "--access", str(other), *words["begun"][5:]), "none"
    )

    process = rig.processes.pop("remediate")
    assert process.wait(300) == 5, rig.log("remediate")

    result = json.loads((Runs(rig.folder / "runs").open("last").path / "change.json").read_text())
    ended = {each["name"]: each for each in result["devices"]}
    for moment in ("fence", "sent", "done"):
        name = f"{moment}-sw"
        assert ended[name]["end"] == "done", ended[name]
        typed = config_lines(running, name)
        assert len(typed) == len(set(typed)), typed
    assert ended["begun-sw"]["end"] == "unsettled"
    why = ended["begun-sw"]["why"]["en"]
    assert "has this change and its journal, and does not answer" in why
    assert "the change is not applied" in why
    assert config_lines(running, "begun-sw") == sent

    # Nothing new is planned for it, and it is not continued from here; its own worker continues.
    journal = result["journal"]
    planned = rig.collect(inventory, "--dry-run", "--limit", "begun-sw", verb="remediate")
    assert "a change of begun-sw is unfinished" in planned.stderr
    alone = rig.collect(inventory, "--resume", journal, "--yes", verb="remediate", SLP_OPS_HUB="")
    assert "the change of begun-sw is with worker-" in str(alone.exception)
    # Although the other worker of the site gets the task: it passes it.
    start_killed(rig, "begun", words["begun"], "deaf")
    rig.wait_for(lambda: rig.log("worker-begun").count("connected to") == 2, "worker-begun")
    resumed = rig.collect(inventory, "--resume", journal, "--yes", "--json", verb="remediate")
    assert ends(resumed) == {"begun-sw": "done"}, resumed.output
    typed = config_lines(running, "begun-sw")
    assert len(typed) == len(set(typed)), typed


@pytest.mark.slow
def test_two_operators_change_a_switch_one_after_the_other(lab: Callable[..., Any], rig: Rig) -> None:
    """Also where the worker of the first is killed: the second takes over, and the first does not resume."""
    running = lab(clock=CLOCK, scale=900.0, a1="factory-fresh")
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": ["a1"]}, intent={"topology": "smart"}
    )
    words = {
        name: ("worker", "--site", "tokyo", "--access", str(access), "-i", str(inventory))
        for name in ("one", "two")
        for access in (rig.join("tokyo", rig.folder / f"access-{name}"),)
    }
    start_killed(rig, "one", words["one"], "held")
    rig.wait_for(lambda: len(rig.status()[0].workers) == 1, "hub")
    applying = ("--hub", str(rig.hub_folder), "--playbook", "transport-smart", "--yes")
    command = ("remediate", "-i", str(inventory), "--runs-dir", str(rig.folder / "runs"))
    rig.start("remediate", *command, *applying)
    rig.wait_for((rig.folder / "held").exists, "remediate")
    start_killed(rig, "two", words["two"], "none")
    rig.wait_for(lambda: len(rig.status()[0].workers) == 2, "hub")

    def second() -> Result:
        how = ("--playbook", "transport-smart", "--yes", "--json")
        return rig.collect(inventory, *how, verb="remediate", runs="runs-2", XDG_STATE_HOME=str(rig.folder))

    refused = second()
    assert ends(refused) == {"a1": "stale"}, refused.output
    (device,) = json.loads(refused.stdout)["devices"]
    assert "a1 is being changed by " in device["why"]["en"]
    assert "wait until that change has ended" in device["why"]["en"]
    assert not config_lines(running, "a1")

    for name in ("remediate", "worker-one"):
        rig.kill(name)
    assert ends(second()) == {"a1": "done"}
    typed = config_lines(running, "a1")
    start_killed(rig, "one", words["one"], "none")
    (journal,) = (rig.folder / "runs").glob("*/journal.jsonl")
    rig.wait_for(lambda: rig.log("worker-one").count("connected to") == 2, "worker-one")
    resumed = rig.collect(inventory, "--resume", str(journal), "--yes", "--json", verb="remediate")
    (device,) = json.loads(resumed.stdout)["devices"]
    assert "a1 was changed since by " in device["why"]["en"], resumed.output
    assert config_lines(running, "a1") == typed


@pytest.mark.slow
def test_an_operators_process_that_is_killed_is_told_what_its_worker_did(
    lab: Callable[..., Any], rig: Rig
) -> None:
    """Its other tasks hold the worker's session for half a minute in all, not for a minute each."""
    names = ("a1", "a2", "a3", "a4")
    running = lab(clock=CLOCK, scale=900.0, **dict.fromkeys(names, "factory-fresh"))
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": running.names}, intent={"topology": "smart"}
    )
    rig.worker("tokyo", rig.join("tokyo"), inventory, "--max-sessions", "1")
    for name in running.names:
        running.fault(name, command_delay=0.02)
    command = ("remediate", "-i", str(inventory), "--runs-dir", str(rig.folder / "runs"))
    applying = ("--hub", str(rig.hub_folder), "--playbook", "transport-smart", "--yes", "--batch", "100%")
    rig.start("remediate", *command, *applying)

    def journals() -> list[Path]:
        return list((rig.folder / "runs").glob("*/journal.jsonl"))

    # The journal has an approval before the worker does: it is there when the worker types.
    rig.wait_for(lambda: any(config_lines(running, name) for name in names), "remediate")
    rig.kill("remediate")
    (journal,) = journals()
    begin, approved = events(journal)
    assert (begin["event"], approved["event"]) == ("begin", "approved")
    first = approved["device"]
    rig.wait_for(lambda: rig.status()[0].running == rig.status()[0].waiting == 0, "hub", patience=300)
    typed = config_lines(running, first)
    assert typed
    assert not [line for name in running.names if name != first for line in config_lines(running, name)]

    back = rig.collect(inventory, "--rollback", str(journal), "--yes", verb="remediate", SLP_OPS_HUB="")
    assert f"the change of {first} is with worker-" in str(back.exception)
    resumed = rig.collect(inventory, "--resume", str(journal), "--yes", "--json", verb="remediate")

    assert ends(resumed) == dict.fromkeys(running.names, "done"), resumed.output
    assert config_lines(running, first) == typed
    kinds = [each["event"] for each in events(journal)]
    assert kinds[:3] == ["begin", "approved", "resumed"]
    assert kinds[-2:] == ["end", "returned"]


@pytest.mark.slow
def test_ctrl_c_stops_a_worker_after_its_step_and_the_change_is_resumed(
    lab: Callable[..., Any], rig: Rig
) -> None:
    running = lab(clock=CLOCK, scale=900.0, a1="factory-fresh", a2="factory-fresh")
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": ["a1", "a2"]}, intent={"topology": "smart"}
    )
    rig.worker("tokyo", rig.join("tokyo"), inventory)
    for name in running.names:
        running.fault(name, command_delay=0.2)
    words = ("-i", str(inventory), "--runs-dir", str(rig.folder / "runs"), "--hub", str(rig.hub_folder))
    process = rig.start("remediate", "remediate", *words, "--playbook", "transport-smart", "--yes")

    def journals() -> list[Path]:
        return list((rig.folder / "runs").glob("*/journal.jsonl"))

    rig.wait_for(lambda: any("approved" in each.read_text() for each in journals()), "remediate")
    process.send_signal(signal.SIGINT)
    assert rig.processes.pop("remediate").wait(120) == 130, rig.log("remediate")
    (journal,) = journals()
    by_device = {each["device"]: each for each in events(journal) if each["event"] == "end"}
    # A worker of a busy computer answers later than the call waits; the resume then takes what it did.
    assert list(by_device) == ["a1"]
    assert by_device["a1"]["state"] in ("stopped", "unsettled")
    assert by_device["a1"]["state"] == "unsettled" or events(journal)[-1]["event"] == "returned"
    assert "approved" not in [each["event"] for each in events(journal) if each.get("device") == "a2"]

    for name in running.names:
        running.fault(name, command_delay=0.0)
    resumed = rig.collect(inventory, "--resume", str(journal), "--yes", "--json", verb="remediate")
    assert ends(resumed) == {"a1": "done", "a2": "done"}, resumed.output
    for name in running.names:
        typed = config_lines(running, name)
        assert len(typed) == len(set(typed)), typed


def start_killed(rig: Rig, name: str, words: tuple[str, ...], moment: str) -> None:
    program = [sys.executable, "-m", "tests.cluster.killed_worker", moment, str(rig.folder / moment)]
    rig.start_program(f"worker-{name}", [*program, *words])


def config_of(running: Any, name: str) -> str:
    text: str = running.call(lambda: running.rack[name].host.switch.config.render())
    return text


def config_lines(running: Any, name: str) -> list[str]:
    return [line for line in running.lines(name, "config") if line != "end"]


def journal_of(done: Result) -> Path:
    return Path(json.loads(done.stdout)["journal"])


def events(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text().splitlines()]


def ends(done: Result) -> dict[str, str]:
    return {each["name"]: each["end"] for each in json.loads(done.stdout)["devices"]}


def compared(text: str) -> Any:
    """A result without names, times and serial numbers, which differ between two switches."""
    found = json.loads(text)
    for name in ("run", "journal"):
        found.pop(name)
    for each in found["devices"]:
        each.pop("name")
    return found
