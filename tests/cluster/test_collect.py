"""``collect --hub``: workers read, and everything is as without a hub."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cluster.conftest import Rig

CLOCK = datetime(2026, 11, 24, 4, 11, 31, tzinfo=UTC)


def newest(rig: Rig) -> Path:
    return Runs(rig.folder / "runs").open("last").path


def evidence(run: Path) -> dict[str, bytes]:
    """Every capture of a run, byte for byte."""
    return {str(path.relative_to(run)): path.read_bytes() for path in sorted(run.glob("*/*.txt"))}


def results(run: Path) -> dict[str, Any]:
    lines = map(json.loads, (run / "devices.jsonl").read_text().splitlines())
    return {line["name"]: line for line in lines}


def commands(run: Path, name: str) -> list[str]:
    """The commands in a manifest, in which each file is listed once and exists."""
    listed = [json.loads(line) for line in (run / name / "manifest.jsonl").read_text().splitlines()]
    files = sorted(each["file"] for each in listed if each["file"])
    assert files == sorted(path.name for path in (run / name).glob("*.txt"))
    return [each["command"] for each in listed]


def without_times(text: str) -> str:
    """JSON without what differs between any two runs."""
    text = re.sub(r"(over-hub|here)/\d{8}T\d{6}Z-[a-z-]+-[0-9a-f]{6}", "RUN", text)
    text = re.sub(r'"(run|run_id|id)": "[0-9a-f]{6}"', "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^\"]*", "TIME", text)
    return re.sub(r'"seconds": [0-9.]+', "SECONDS", text)


def findings(text: str) -> list[Any]:
    """The verdicts of an audit."""
    outcomes = json.loads(text)["outcomes"]
    return sorted((each["device"], each["rule"], each["verdict"]) for each in outcomes)


@pytest.mark.slow
def test_two_sites_are_read_as_without_a_hub(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(clock=CLOCK, a1="healthy", a2="dns-failure", a3="bulky", b1="healthy", b2="aaa-denied")
    sites = {"tokyo": ["a1", "a2", "a3"], "osaka": ["b1", "b2"]}
    inventory = write_inventory(rig.folder / "inventory.yaml", running, sites)
    for site in sites:
        rig.worker(site, rig.join(site), inventory)

    over_hub = rig.collect(inventory, "--debug")
    first = newest(rig)
    here = rig.collect(inventory, "--debug", SLP_OPS_HUB="")
    second = newest(rig)

    assert first != second
    assert (over_hub.exit_code, here.exit_code) == (4, 4), over_hub.output
    assert evidence(first) == evidence(second)
    assert len(evidence(first)) > 60
    assert results(first) == results(second)
    assert {name: commands(first, name) for name in running.names} == {
        name: commands(second, name) for name in running.names
    }
    assert len(list(first.glob("session-*.log"))) == len(running.names)
    assert [(site.waiting, site.running) for site in rig.status()] == [(0, 0), (0, 0)]
    assert not list(rig.folder.glob("state/slp-ops/*part"))

    # Judged by workers: the same verdicts. A version and the way of a switch to its server, too.
    for verb, *words in (["audit"], ["check-version"], ["check-reachability"]):
        over_hub = rig.collect(inventory, "--json", *words, verb=verb, runs="over-hub")
        here = rig.collect(inventory, "--json", *words, verb=verb, runs="here", SLP_OPS_HUB="")
        assert over_hub.exit_code == here.exit_code, over_hub.output
        pairs = zip(*(without_times(each.stdout).split(",") for each in (over_hub, here)), strict=True)
        assert [(one, other) for one, other in pairs if one != other] == []

    # A worker at one site of two: the other is reported at once, and the rest is read.
    rig.processes["worker-osaka"].send_signal(signal.SIGTERM)
    assert rig.processes.pop("worker-osaka").wait(60) == 0
    assert [bool(site.workers) for site in rig.status()] == [True, False]
    began = time.monotonic()
    half = rig.collect(inventory, "--limit", "a1:b1", verb="audit")
    audited = newest(rig)
    assert half.exit_code in (3, 4)
    assert "site osaka has no worker: 1 switch cannot be visited" in half.output
    assert results(newest(rig))["a1"]["status"] == "ok"
    assert results(newest(rig))["b1"]["error"]["kind"] == "no_worker"
    none = rig.collect(inventory, "--site", "osaka", SLP_OPS_LANG="ja")
    assert none.exit_code == 2 or isinstance(none.exception, Exception)
    assert "osaka" in str(none.exception)
    assert time.monotonic() - began < 300  # a worker that is gone in mid-run is waited for for 900 s

    # Resumed when the worker is back: what was read is judged with the rest, and is not read again.
    rig.worker("osaka", rig.folder / "access-osaka" / "slp-ops" / "workers" / "osaka", inventory)
    sent = len(running.lines("a1"))
    resumed = rig.collect(inventory, "--resume", audited.name, "--json", verb="audit")
    assert len(running.lines("a1")) == sent
    alone = rig.collect(inventory, "--run", audited.name, "--json", verb="audit")
    assert resumed.exit_code == alone.exit_code
    assert findings(resumed.stdout) == findings(alone.stdout) != []


def test_a_worker_logs_in_to_its_own_inventory_alone(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(a1="healthy", a2="healthy", other="healthy")
    own = write_inventory(rig.folder / "own.yaml", running, {"tokyo": ["a1", "a2"]})
    rig.worker("tokyo", rig.join("tokyo"), own)
    asked = write_inventory(rig.folder / "asked.yaml", running, {"tokyo": ["a1", "a2", "other"]})
    here, there = (str(running.rack[name].port) for name in ("a2", "other"))
    asked.write_text(asked.read_text().replace(here, "?").replace(there, here).replace("?", there))

    done = rig.collect(asked)

    assert done.exit_code == 4
    found = results(newest(rig))
    assert found["a1"]["status"] == "ok"
    assert found["a2"]["error"]["kind"] == found["other"]["error"]["kind"] == "not_at_site"
    assert "the inventory of the worker has another port for this switch" in done.output
    assert not running.lines("other")
    assert not running.lines("a2")


@pytest.mark.slow
def test_what_a_killed_worker_and_a_killed_broker_had_is_read_by_another(
    lab: Callable[..., Any], rig: Rig
) -> None:
    running = lab(clock=CLOCK, **{f"sw{number}": "healthy" for number in range(6)})
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": running.names})
    for name in running.names:
        running.fault(name, command_delay=0.1)
    access = rig.join("tokyo")
    rig.worker("tokyo", access, inventory, "--max-sessions", "2", name="one")
    rig.worker("tokyo", rig.join("tokyo", rig.folder / "two"), inventory, "--max-sessions", "2", name="two")
    collecting = rig.start(
        "collect",
        "collect",
        "-i",
        str(inventory),
        "--runs-dir",
        str(rig.folder / "runs"),
        "--hub",
        str(rig.hub_folder),
    )
    rig.wait_for(lambda: any(running.lines(name) for name in running.names), "collect")
    rig.kill("one")
    time.sleep(0.3)
    os.kill(rig.broker(), signal.SIGKILL)

    assert collecting.wait(240) == 0, rig.log("collect")
    rig.processes.pop("collect")
    run = newest(rig)
    assert "6 devices: 6 ok" in rig.log("collect")
    for name in running.names:
        read = commands(run, name)
        assert len(read) == len(set(read))
    assert "is started again" in rig.log("hub")


@pytest.mark.slow
def test_an_interrupted_run_stops_the_workers_and_is_resumed(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(clock=CLOCK, **{f"sw{number}": "healthy" for number in range(4)})
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": running.names})
    for name in running.names:
        running.fault(name, command_delay=0.2)
    rig.worker("tokyo", rig.join("tokyo"), inventory, "--max-sessions", "2")
    words = ("-i", str(inventory), "--runs-dir", str(rig.folder / "runs"), "--hub", str(rig.hub_folder))
    collecting = rig.start("collect", "collect", *words)
    rig.wait_for(lambda: sum(len(running.lines(name)) for name in running.names) > 12, "collect")
    collecting.send_signal(signal.SIGINT)
    assert collecting.wait(120) == 130, rig.log("collect")
    rig.processes.pop("collect")
    # A busy computer takes its time to stop its worker; then no session is opened any more.
    hosts = [running.rack[name].host for name in running.names]
    rig.wait_for(lambda: not running.call(lambda: any(each._lines for each in hosts)), "worker-tokyo")
    sent = {name: len(running.lines(name)) for name in running.names}
    time.sleep(1.0)
    assert {name: len(running.lines(name)) for name in running.names} == sent
    assert [(site.waiting, site.running) for site in rig.status()] == [(0, 0)]
    run = newest(rig)
    assert any(path.stat().st_size for path in run.glob("*/*.txt"))

    for name in running.names:
        running.fault(name, command_delay=0.0)
    resumed = rig.collect(inventory, "--resume", "last")

    assert resumed.exit_code == 0, resumed.output
    assert newest(rig) == run
    assert {each["status"] for each in results(run).values()} == {"ok"}
    for name in running.names:
        commands(run, name)


@pytest.mark.slow
def test_the_operators_process_killed_at_work_loses_nothing(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(clock=CLOCK, **{f"sw{number}": "healthy" for number in range(4)})
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": running.names})
    for name in running.names:
        running.fault(name, command_delay=0.05)
    rig.worker("tokyo", rig.join("tokyo"), inventory, "--max-sessions", "2")
    words = ("-i", str(inventory), "--runs-dir", str(rig.folder / "runs"), "--hub", str(rig.hub_folder))
    rig.start("collect", "collect", *words)
    rig.wait_for(lambda: any(running.lines(name) for name in running.names), "collect")
    rig.kill("collect")
    rig.wait_for(lambda: rig.status()[0].running == rig.status()[0].waiting == 0, "hub")
    sent = {name: len(running.lines(name)) for name in running.names}

    resumed = rig.collect(inventory, "--resume", "last")

    assert resumed.exit_code == 0, resumed.output
    assert {name: len(running.lines(name)) for name in running.names} == sent, "read twice"
    assert {each["status"] for each in results(newest(rig)).values()} == {"ok"}


def test_without_a_hub_nothing_of_it_is_imported() -> None:
    code = (
        "import sys; from slp_ops.cli.main import main; sys.argv = ['slp-ops', 'collect', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "import slp_ops.app.engines, slp_ops.app.collect\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'nats' or 'cluster.' in name],"
        "file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("option", [("--login-rate", "1"), ("--host-key", "strict"), ("--processes", "2")])
def test_options_of_workers_are_refused_with_a_hub(tmp_path: Path, option: tuple[str, ...]) -> None:
    done = CliRunner().invoke(cli, ["collect", "--hub", str(tmp_path), *option])
    assert done.exit_code == 2
    assert f"{option[0]} is an option of slp-ops worker, not of --hub" in done.output


def test_a_folder_that_is_no_hub_and_a_hub_that_does_not_run(lab: Callable[..., Any], tmp_path: Path) -> None:
    from tests.cluster.conftest import Rig

    running = lab(sw="healthy")
    inventory = write_inventory(tmp_path / "inventory.yaml", running, {"tokyo": ["sw"]})
    rig = Rig(tmp_path)
    stopped = rig.collect(inventory)
    assert "was not reached" in str(stopped.exception)
    none = rig.collect(inventory, SLP_OPS_HUB=str(tmp_path / "none"))
    assert "hub.json" in str(none.exception)
    assert not (tmp_path / "runs").exists()
