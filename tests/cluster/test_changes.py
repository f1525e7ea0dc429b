"""``remediate --hub``: planned here from what workers read, and sent by them only with an approval."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
