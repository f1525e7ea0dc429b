"""Ctrl-C, SIGTERM and a closed terminal end every verb in the same way, at every moment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.faults.proxies import Fault, Kind, Stage
from tests.faults.signals import Signals
from tests.faults.trial import APPLIED, FACTORY_RESET, NAME_SERVER, TRANSPORTS, in_turn, named

pytestmark = pytest.mark.slow

_ALIKE = ("INT", "TERM", "HUP")
_READING = {
    "collect": ("collect",),
    "audit": ("audit",),
    "check-reachability": ("check-reachability",),
    "check-version": ("check-version",),
    "watch": ("watch", "--every", "1s"),
    "dry-run": ("remediate", "--playbook", "name-server", "--dry-run"),
    "usage save": ("usage", "save", "--dry-run"),
}


# Signals have little to do with the transport.
@pytest.mark.parametrize(("verb", "transport"), in_turn(_READING))
def test_reading_verbs_end_alike(bench: Any, verb: str, transport: str) -> None:
    running = bench(
        {"sw1": "name-server-missing"},
        transport=transport,
        defaults={"params": {"name_servers": "10.10.0.53"}},
    )
    # A signal that comes when everything is done changes nothing any more.
    done = {130} if verb == "watch" else {130, running.run(*_READING[verb], "-i", "inventory.yaml").code}
    # Slow enough that every moment is met. With each verb the signals are at other moments.
    running.arm("sw1", Fault(kind=Kind.SLOW, stage=Stage.LINE, line="show clock", rate=30_000, times=None))
    moments: list[dict[str, Any]] = [
        {"lines": 1, "line": "show version"},
        {"lines": 1, "line": "show license all"},
        {"text": "evidence in"},
        {"seconds": 0.15},
        {"seconds": 0.3},
    ]
    ends = {}
    for number, moment in enumerate(moments, list(_READING).index(verb)):
        name = _ALIKE[number % len(_ALIKE)]
        ended = running.run(*_READING[verb], "-i", "inventory.yaml", signals=Signals(name=name, **moment))
        ends[name, str(moment)] = ended.code
        assert "Traceback" not in ended.err
    assert {key: code for key, code in ends.items() if code not in done} == {}


@pytest.mark.parametrize(
    ("moment", "name", "transport"),
    in_turn(("ip name-server", "end", "write memory", "show running-config"), _ALIKE),
)
def test_a_change_comes_to_the_end_of_its_step(bench: Any, moment: str, name: str, transport: str) -> None:
    running = bench(
        {"sw1": "name-server-missing"},
        transport=transport,
        scale=900.0,
        defaults={"params": {"name_servers": "10.10.0.53"}},
    )
    ended = running.run(
        "remediate", "-i", "inventory.yaml", *NAME_SERVER, signals=Signals(name=name, lines=1, line=moment)
    )
    received = running.changing_lines("sw1")
    if "write memory" in received and ended.code in APPLIED:
        return  # everything was done: the code is the result's
    assert ended.code == 130, ended.text
    if not received:
        assert running.journals() == []
        return
    way_on = named(ended)
    assert way_on is not None, ended.text
    done = running.run("remediate", "-i", "inventory.yaml", *way_on, "--wait", "20")
    assert done.code in APPLIED, done.text
    received = running.changing_lines("sw1")
    assert received.count("ip name-server 10.10.0.53") == 1
    assert received.count("write memory") == 1


@pytest.mark.parametrize(("transport", "name"), [("netmiko", "INT"), ("asyncssh", "HUP")])
def test_a_second_signal_names_the_command_that_resumes(bench: Any, transport: str, name: str) -> None:
    running = bench({"sw1": "polling-id-invalid"}, transport=transport, scale=900.0)
    # The switch reloads: the step is not at its end when the second signal comes.
    ended = running.run(
        "remediate",
        "-i",
        "inventory.yaml",
        *FACTORY_RESET,
        signals=Signals(name=name, lines=1, line="reload", times=2),
    )
    assert ended.code == 130, ended.text
    assert named(ended) == ("--resume", str(running.journals()[0].relative_to(running.folder)))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_killed_run_leaves_nothing_after_the_next_one(bench: Any, transport: str) -> None:
    running = bench({"sw1": "healthy"}, transport=transport)
    for verb in ("collect", "audit"):
        for lines in (1, 5, 12):
            running.run(verb, "-i", "inventory.yaml", signals=Signals(name="KILL", lines=lines))
    run = running.runs()[-1].name
    for seconds in (0.2, 0.3, 0.4, 0.5, 0.6):
        running.run("bundle", run, "--out", "b.zip", signals=Signals(name="KILL", seconds=seconds))
    (running.folder / "b.zip").unlink(missing_ok=True)
    running.run("bundle", run, "--out", "b.zip")
    running.run("collect", "-i", "inventory.yaml")
    assert running.left_behind() == []
