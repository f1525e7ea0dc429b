"""Two processes on one switch, and a change that a killed process left unfinished."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.signals import Signals
from tests.faults.trial import (
    APPLIED,
    FACTORY_RESET,
    NAME_SERVER,
    ONE_WAY,
    TRANSPORTS,
    acknowledged,
    in_turn,
    named,
)

if TYPE_CHECKING:
    from tests.faults.bench import Ended

pytestmark = pytest.mark.slow

TOKEN = ("--playbook", "trust-token", "--yes", "--wait", "30")


def both(running: Any, *arguments: str, apart: float = 0.0) -> list[Ended]:
    """Run the same command twice at once."""
    ended: list[Ended] = []
    threads = [
        threading.Thread(target=lambda: ended.append(running.run(*arguments))),
        threading.Timer(apart, lambda: ended.append(running.run(*arguments))),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.mark.parametrize(
    ("scenario", "apart", "transport"), in_turn(("polling-id-invalid", "invalid-token"), (0.0, 0.7))
)
def test_the_second_process_is_refused(bench: Any, scenario: str, apart: float, transport: str) -> None:
    options = FACTORY_RESET if scenario == "polling-id-invalid" else TOKEN
    running = bench({"sw1": scenario}, transport=transport, scale=900.0)
    ended = both(running, "remediate", "-i", "inventory.yaml", *options, apart=apart)
    received = running.changing_lines("sw1")
    twice = [line for line in ONE_WAY if sum(each.startswith(line) for each in received) > 1]
    assert twice == []
    refused = [each for each in ended if each.code not in APPLIED]
    assert len(refused) < len(ended), [each.text for each in ended]
    # The later one has found nothing to do, or was refused with the name of the first.
    assert all("remediate-" in each.err for each in refused), [each.text for each in refused]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_two_imports_send_one(bench: Any, transport: str) -> None:
    running = bench({"sw1": "offline-overdue"}, transport=transport, scale=600.0)
    running.do(lambda: running.rack["sw1"].host.switch.configure("ip scp server enable"))
    saved = running.run("usage", "save", "-i", "inventory.yaml", "--yes", "--json", "--to", "out")
    (running.folder / "acks").mkdir()
    for file in saved.json["files"]:
        usage = (running.folder / "out" / file["file"]).read_bytes()
        (running.folder / "acks" / f"{file['host']}.txt").write_bytes(acknowledged(usage))
    both(running, "usage", "import", "acks", "-i", "inventory.yaml", "--yes", "--wait", "30")
    assert sum(line.startswith("license smart import") for line in running.changing_lines("sw1")) == 1


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_one_plan_is_applied_once(bench: Any, transport: str) -> None:
    running = bench(
        {"sw1": "name-server-missing"},
        transport=transport,
        scale=900.0,
        defaults={"params": {"name_servers": "10.10.0.53"}},
    )
    planned = running.run(
        "remediate", "-i", "inventory.yaml", "--playbook", "name-server", "--dry-run", "--out", "plan.json"
    )
    assert planned.code == 0, planned.text
    both(running, "remediate", "-i", "inventory.yaml", "--plan", "plan.json", "--yes", "--wait", "20")
    received = running.changing_lines("sw1")
    assert received.count("ip name-server 10.10.0.53") == 1, received
    assert received.count("write memory") == 1, received


@pytest.mark.parametrize(
    ("moment", "name", "transport"),
    in_turn(("license smart factory reset", "ip name-server"), ("KILL", "HUP")),
)
def test_an_unfinished_change_is_named_before_anything_new_is_planned(
    bench: Any, moment: str, name: str, transport: str
) -> None:
    is_reset = moment == "license smart factory reset"
    scenario = "polling-id-invalid" if is_reset else "name-server-missing"
    options = FACTORY_RESET if is_reset else NAME_SERVER
    running = bench(
        {"sw1": scenario},
        transport=transport,
        scale=900.0,
        defaults={} if is_reset else {"params": {"name_servers": "10.10.0.53"}},
    )
    first = running.run(
        "remediate", "-i", "inventory.yaml", *options, signals=Signals(name=name, lines=1, line=moment)
    )
    assert first.code == (-9 if name == "KILL" else 130), first.text
    sent = running.changing_lines("sw1")
    second = running.run("remediate", "-i", "inventory.yaml", *options)
    assert second.code not in (0, 1), second.text
    assert running.changing_lines("sw1") == sent
    way_on = named(second)
    assert way_on is not None, second.text
    assert way_on == ("--resume", str(running.journals()[0].relative_to(running.folder)))
