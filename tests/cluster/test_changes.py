"""``remediate --hub``: planned here from what workers read, and sent by them only with an approval."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

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

    # Nothing else is done over it.
    applied = rig.collect(inventory, "--playbook", "transport-smart", "--yes", verb="remediate")
    assert "changes are not sent over a hub" in str(applied.exception)
    assert not [line for name in running.names for line in running.lines(name, "config")]
