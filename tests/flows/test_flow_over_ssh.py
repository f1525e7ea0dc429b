"""``slp-ops remediate --flow``: from the broken state to a proven acknowledgement, over real SSH."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slp_ops.lab import agent
from slp_ops.release import Release
from tests.docs.language import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOKEN = "LAB-VALID-TOKEN"
SCALE = 900.0
IMPATIENT = (sys.executable, "-m", "tests.flows.slp_ops_in_a_hurry")
CASE_1 = ("--param", "name_servers=10.10.0.53", "--param", "ntp_servers=10.10.0.123")


def environment(**more: str) -> dict[str, str]:
    usual = {"SLP_OPS_PASSWORD": "netops", "SLP_OPS_LOGIN_RATE": "0", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **usual, **more}


@pytest.fixture
def remediate(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*IMPATIENT, "remediate", *arguments],
            cwd=tmp_path,
            env=environment(**environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


def inventory(path: Path, running: Any, *names: str, **defaults: Any) -> str:
    devices = {name: {"host": "127.0.0.1", "port": running.rack[name].port} for name in names}
    path.write_text(
        yaml.safe_dump(
            {
                "version": 1,
                "defaults": {"username": "netops", **defaults},
                "sites": {"tokyo": {"devices": devices}},
            }
        )
    )
    return str(path)


def state(done: subprocess.CompletedProcess[str], name: str = "sw1") -> Any:
    (found,) = (each for each in json.loads(done.stdout)["devices"] if each["name"] == name)
    return found


def sent(running: Any, name: str = "sw1") -> list[str]:
    """Everything that changes the switch."""
    return [
        *(line for line in running.lines(name, "config") if line != "end"),
        *(
            line
            for line in running.lines(name, "exec")
            if line and not line.startswith(("show ", "terminal ", "dir ", "configure "))
        ),
    ]


def carried(switch: Any) -> None:
    """Carry the files between CSLU and CSSM; the switch asks CSLU for its answer a little later."""
    switch.licensing.backend.relays = True
    switch.licensing.poll_due = switch.now() + timedelta(minutes=5)


def killed_at(arguments: list[str], folder: Path, marker: str, files: str) -> int:
    """Start it, and kill it as soon as a journal contains ``marker``."""
    return signalled_at(arguments, folder, marker, files, signal.SIGKILL)


def signalled_at(arguments: list[str], folder: Path, marker: str, files: str, signal_: int) -> int:
    """Start it, and send a signal as soon as a journal contains ``marker``."""
    seen = {path: path.read_text().count(marker) for path in folder.glob(files)}
    with subprocess.Popen(
        [*IMPATIENT, "remediate", *arguments],
        cwd=folder,
        env=environment(SLP_OPS_PARAM_TOKEN=TOKEN),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < deadline:
            if any(path.read_text().count(marker) > seen.get(path, 0) for path in folder.glob(files)):
                process.send_signal(signal_)
                break
            time.sleep(0.002)  # only how often we look
        return process.wait(timeout=60)


@pytest.mark.slow
def test_case_1_by_smart_transport_with_a_refused_token(lab: Any, remediate: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="factory-fresh")
    path = inventory(tmp_path / "inv.yaml", running, "sw1")
    common = ("-i", path, "--flow", "case-1", *CASE_1, "--playbook", "transport-smart", "--wait", "20")
    dry = remediate(*common, "--dry-run", "--lang", "ja")
    assert dry.returncode == 0, dry.stderr
    assert sent(running) == []
    assert "ステージ 6/9: trust-token" in dry.stdout
    assert "does not talk to CSSM" not in dry.stdout
    assert "license smart trust idtoken {token} all" in dry.stdout

    refused = remediate(*common, "--yes", "--json", SLP_OPS_PARAM_TOKEN="EXPIRED")
    (journal,) = tmp_path.glob("runs/*-flow-*/flow.jsonl")
    assert refused.returncode == 5, refused.stderr
    found = state(refused)
    assert (found["state"], len(found["stages"])) == ("failed", 6)
    assert "is not valid" in found["stages"][5]["why"]["en"]
    assert "ライセンスサーバが拒否しました" in found["stages"][5]["why"]["ja"]
    assert json.loads(refused.stdout)["resume"].endswith(str(journal.relative_to(tmp_path)))
    assert "is unfinished" not in refused.stderr  # the way on is that of the flow

    # A new start skips what passes, and names the unfinished change once. See test_matrix for --resume.
    done = remediate(*common, "--yes", "--json", SLP_OPS_PARAM_TOKEN=TOKEN)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.count("is unfinished") == 1
    found = state(done)
    assert (found["state"], found["failing"]) == ("proven", [])
    assert found["licence"]["trust"] is True
    assert found["licence"]["last_ack"]
    lines = sent(running)
    assert len([line for line in lines if "idtoken" in line]) == 2
    for line in ("ip name-server 10.10.0.53", "license smart transport smart"):
        assert lines.count(line) == 1
    assert TOKEN not in journal.read_text()

    again = remediate("-i", path, "--flow", "case-1", "--yes", "--json", SLP_OPS_PARAM_TOKEN=TOKEN)
    assert (again.returncode, {each["state"] for each in state(again)["stages"]}) == (0, {"passed"})
    assert sent(running) == lines


@pytest.mark.slow
def test_case_1_by_every_other_way(lab: Any, remediate: Any, tmp_path: Path) -> None:
    ways = {
        "sw1": {"topology": "cslu", "url": "http://cslu.example.net:8182/cslu/v1/pi"},
        "sw2": {"topology": "on-prem", "url": "https://ssm.example.net/cslu/v1/pi/lab-1"},
        "sw3": {"topology": "callhome"},
        "sw4": {"topology": "offline"},
        "sw5": {},
        "sw6": {"topology": "cslu", "url": "http://cslu.example.net:8182/cslu/v1/pi"},
        "sw7": {"topology": "on-prem", "url": "https://ssm.example.net/cslu/v1/pi/lab-1"},
    }
    running = lab(scale=SCALE, **dict.fromkeys(ways, "factory-fresh"))
    for name in ("sw1", "sw2", "sw6", "sw7"):  # trust comes with the ACK from 17.7.1 on
        running.change(name, lambda switch: agent.upgraded(switch, Release.parse("17.9.5")))
    for name in ("sw6", "sw7"):
        running.change(name, lambda switch: setattr(switch.licensing.backend, "gives_trust", False))
    path = tmp_path / "inv.yaml"
    inventory(path, running, *ways)
    tree = yaml.safe_load(path.read_text())
    for name, intent in ways.items():
        tree["sites"]["tokyo"]["devices"][name]["intent"] = intent
    path.write_text(yaml.safe_dump(tree))
    done = remediate(
        "-i",
        str(path),
        "--flow",
        "case-1",
        *CASE_1,
        "--yes",
        "--json",
        "--wait",
        "20",
        "--max-fail",
        "7",
        SLP_OPS_PARAM_TOKEN=TOKEN,
    )
    assert done.returncode == 5, done.stderr
    found = {name: state(done, name) for name in ways}
    assert {name: each["state"] for name, each in found.items()} == {
        "sw1": "proven",
        "sw2": "proven",
        "sw3": "proven",
        "sw4": "waiting",
        "sw5": "waiting",
        "sw6": "open",
        "sw7": "open",
    }, found["sw1"]
    # Through CSLU and On-Prem, trust is a part of the proof; without it the ACK alone proves nothing more.
    assert all(found[name]["licence"]["trust"] for name in ("sw1", "sw2"))
    for name in ("sw6", "sw7"):
        assert found[name]["failing"] == ["trust-not-received"]
        assert found[name]["licence"]["last_ack"]
    # Trust comes with the ACK; only the direct way takes a token.
    assert [name for name in ways if any("idtoken" in line for line in sent(running, name))] == ["sw3"]
    # What is open names the way on.
    assert found["sw4"]["failing"] == ["never-acknowledged"]
    assert found["sw4"]["stages"][-1]["playbook"] == "usage-import"
    (upload,) = json.loads(done.stdout)["exchange"]["uploads"]
    assert [each["name"] for each in upload["files"]] == ["sw4"]
    assert "--playbook" in found["sw5"]["stages"][-1]["why"]["en"]
    journal = json.loads(done.stdout)["journal"]
    chosen = remediate(
        "-i",
        str(path),
        "--limit",
        "sw5",
        "--resume",
        journal,
        "--playbook",
        "transport-off",
        "--yes",
        "--json",
    )
    assert [each["playbook"] for each in state(chosen, "sw5")["stages"]][3] == "transport-off"


@pytest.mark.slow
def test_cscwa11048_by_a_reset_in_an_order_that_works(lab: Any, remediate: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="polling-id-invalid")
    path = inventory(tmp_path / "inv.yaml", running, "sw1")
    flow = ("-i", path, "--flow", "cscwa11048", "--yes", "--json", "--wait", "20")
    refused = remediate(*flow, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert refused.returncode == 2
    assert "17.3.5, 17.6.3, 17.8.1" in refused.stderr
    assert "--resume runs/" in refused.stderr
    assert sent(running) == []
    (journal,) = tmp_path.glob("runs/*-flow-*/flow.jsonl")
    consent = (
        "--yes",
        "--json",
        "--wait",
        "20",
        "--allow",
        "destructive",
        "--confirm",
        "sw1",
        "--manual-done",
    )
    resume = ["-i", path, "--resume", str(journal), *consent]
    code = killed_at(resume, tmp_path, '"command":"reload"', "runs/*-remediate-*/journal.jsonl")
    assert code == -signal.SIGKILL
    done = remediate(*resume, "--settle", "sw1=again", SLP_OPS_PARAM_TOKEN=TOKEN)
    assert done.returncode in (0, 3), (done.returncode, done.stdout, done.stderr)
    assert state(done)["state"] == "proven", state(done)
    lines = sent(running)
    order = [
        lines.index(each)
        for each in ("license smart factory reset", "reload", f"license smart trust idtoken {TOKEN} all")
    ]
    assert order == sorted(order)
    assert lines.count("license smart factory reset") == lines.count("reload") == 1


@pytest.mark.slow
def test_an_upgrade_keeps_the_registration_as_trust_and_needs_a_token_without(
    lab: Any, remediate: Any, tmp_path: Path
) -> None:
    names = ("sw1", "sw2")
    running = lab(scale=SCALE, sw1="pre-slp-registered", sw2="pre-slp-eval")
    path = inventory(tmp_path / "inv.yaml", running, *names, intent={"topology": "callhome"})
    consent = (
        "--yes",
        "--json",
        "--wait",
        "20",
        "--allow",
        "disruptive",
        "--confirm",
        "sw1",
        "--confirm",
        "sw2",
        "--max-fail",
        "2",
    )
    waits = remediate("-i", path, "--flow", "upgrade-to-slp", *consent, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert waits.returncode == 5, waits.stderr
    assert "16.12.4 or later" in waits.stderr
    assert {state(waits, name)["state"] for name in names} == {"waiting"}
    assert sent(running) == sent(running, "sw2") == []
    resume = ("-i", path, "--resume", json.loads(waits.stdout)["journal"], *consent, "--manual-done")
    early = remediate(*resume[:-1], "--manual-done", "--wait", "1", SLP_OPS_PARAM_TOKEN=TOKEN)
    assert "pre-slp-release" in state(early)["stages"][0]["why"]["en"]
    for name in names:
        running.change(name, lambda switch: agent.upgraded(switch, Release.parse("17.9.5")))
    done = remediate(*resume, SLP_OPS_PARAM_TOKEN=TOKEN)
    found = {name: state(done, name) for name in names}
    assert {name: each["state"] for name, each in found.items()} == dict.fromkeys(names, "proven"), (
        found,
        done.stderr,
    )
    assert [any("idtoken" in line for line in sent(running, name)) for name in names] == [False, True]


@pytest.mark.slow
def test_a_cslu_without_cssm_ends_with_the_ack_that_was_carried(
    lab: Any, remediate: Any, tmp_path: Path
) -> None:
    running = lab(scale=SCALE, sw1="cslu-offline")
    url = "http://cslu.example.net:8182/cslu/v1/pi"
    path = inventory(tmp_path / "inv.yaml", running, "sw1", intent={"topology": "cslu-offline", "url": url})
    waits = remediate("-i", path, "--flow", "cslu-offline", "--yes", "--json", "--wait", "5")
    assert (waits.returncode, state(waits)["state"]) == (5, "waiting"), waits.stderr
    assert sent(running) == ["license smart sync all"]
    resume = ("-i", path, "--resume", json.loads(waits.stdout)["journal"], "--yes", "--json", "--manual-done")
    early = remediate(*resume, "--wait", "1")
    assert early.returncode == 5, early.stderr
    running.change("sw1", carried)
    done = remediate(*resume, "--wait", "30")
    code = 3 if state(done)["remaining"] else 0
    assert (done.returncode, state(done)["state"]) == (code, "proven"), (state(done), done.stderr)


@pytest.mark.slow
def test_ctrl_c_ends_the_stage_and_begins_no_other(lab: Any, remediate: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="factory-fresh")
    path = inventory(tmp_path / "inv.yaml", running, "sw1", intent={"topology": "callhome"})
    arguments = ["-i", path, "--flow", "case-1", *CASE_1, "--wait", "20", "--yes"]
    code = signalled_at(
        arguments, tmp_path, '"state":"begun"', "runs/*-remediate-*/journal.jsonl", signal.SIGINT
    )
    assert code == 130
    (journal,) = tmp_path.glob("runs/*-flow-*/flow.jsonl")
    assert '"stage":1' not in journal.read_text()
    done = remediate("-i", path, "--resume", str(journal), "--yes", "--json", SLP_OPS_PARAM_TOKEN=TOKEN)
    assert state(done)["state"] == "proven", (state(done), done.stderr)
    assert sent(running).count("ip name-server 10.10.0.53") == 1
