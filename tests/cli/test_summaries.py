"""Fleets on a terminal: a summary first, and what is the same once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cli.conftest import Slp


def test_switches_with_the_same_plan_are_one_entry(lab: Any, slp: Slp) -> None:
    names = [f"sw{number}" for number in range(1, 5)]
    running = lab(**dict.fromkeys(names, "name-server-missing"), fine1="healthy", fine2="healthy")
    words = ("remediate", "--dry-run", "--playbook", "name-server")
    params = {"name_servers": "10.10.0.53"}
    printed = slp(running, *words, params=params).stdout
    assert printed.count("ip name-server 10.10.0.53") * 4 == (
        slp(running, *words, "--details", params=params).stdout.count("ip name-server 10.10.0.53")
    )
    assert "  the same plan for 3 more: sw2, sw3, sw4\n" in printed
    assert printed.count("fine1") == 1
    assert "  fine1, fine2: " in printed
    japanese = slp(running, *words, "--lang", "ja", params=params).stdout
    assert "  同じプラン ほか 3 台: sw2, sw3, sw4\n" in japanese
    plan = json.loads(slp(running, *words, "--json", params=params).stdout)
    assert [each["name"] for each in plan["devices"]] == names


def test_plans_that_differ_in_a_line_are_entries_of_their_own(lab: Any, slp: Slp) -> None:
    running = lab(sw1="name-server-missing", sw2="name-server-missing")
    running.change("sw2", lambda switch: switch.config.apply("ip name-server 192.0.2.1"))
    printed = slp(
        running, "remediate", "--dry-run", "--playbook", "name-server", params={"name_servers": "10.10.0.53"}
    ).stdout
    assert "the same plan" not in printed
