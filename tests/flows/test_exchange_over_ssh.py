"""Flows with an exchange of files: out, a pause, in, and a proof; over real SSH and SCP."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slp_ops.lab import cssm
from tests.flows.test_flow_over_ssh import SCALE, TOKEN, inventory, killed_at, remediate, sent, state

if TYPE_CHECKING:
    import subprocess

__all__ = ["remediate"]  # the fixture
WAIT = ("--yes", "--json", "--wait", "20")


def scp(running: Any, *names: str) -> None:
    for name in names:
        running.change(name, lambda switch: switch.configure("ip scp server enable"))


def trust(switch: Any) -> None:
    """Install trust as a direct registration does: CSSM forgets it with the product instance."""
    switch.licensing.trust = {member.serial: switch.now() for member in switch.members}


def hide_account(switch: Any) -> None:
    switch.licensing.account = switch.licensing.virtual_account = ""
    switch.licensing.account_as_of = None


def uploads(done: subprocess.CompletedProcess[str], root: Path) -> tuple[list[Path], list[Path], Path]:
    """Return the bundles and single files to upload, and the folder for the answers."""
    exchange = json.loads(done.stdout)["exchange"]
    bundles = [Path(bundle["path"]) for each in exchange["uploads"] for bundle in each["bundles"]]
    files = [Path(each["folder"], file["file"]) for each in exchange["uploads"] for file in each["files"]]
    return bundles, files, root / exchange["answers"]


def answer(done: subprocess.CompletedProcess[str], root: Path) -> None:
    """Work in CSSM: answer what is to be uploaded."""
    bundles, files, folder = uploads(done, root)
    answer_bundles(bundles, folder)
    for path in files:
        (folder / f"ACK_{path.name}").write_bytes(cssm.acknowledge(path.read_bytes()))


def answer_bundles(bundles: list[Path], folder: Path) -> None:
    for path in bundles:
        name, data = cssm.acknowledge_bundle(path.name, path.read_bytes())
        (folder / name).write_bytes(data)


def imports(running: Any, name: str) -> int:
    return len([line for line in sent(running, name) if line.startswith("license smart import")])


@pytest.mark.slow
def test_a_site_exchanges_files_through_kills(lab: Any, remediate: Any, tmp_path: Path) -> None:
    names = ("sw1", "sw2", "sw3", "sw4")
    running = lab(
        scale=SCALE, sw1="offline-overdue", sw2="offline-overdue", sw3="offline-overdue", sw4="healthy"
    )
    scp(running, "sw1", "sw2")  # the operator copies the answer of sw3
    running.change("sw2", hide_account)
    path = inventory(tmp_path / "inv.yaml", running, *names)
    flow = ("-i", path, "--flow", "offline-exchange")
    dry = remediate(*flow, "--dry-run", "--lang", "ja")
    assert dry.returncode == 0, dry.stderr
    assert "license smart save usage" in dry.stdout
    assert not any(sent(running, name) for name in names)

    code = killed_at([*flow, *WAIT], tmp_path, '"state":"begun"', "runs/*-usage-save-*/journal.jsonl")
    assert code == -signal.SIGKILL
    (journal,) = tmp_path.glob("runs/*-flow-*/flow.jsonl")
    resume = ["-i", path, "--resume", str(journal), *WAIT]
    waits = remediate(*resume)
    assert waits.returncode == 5, waits.stderr
    found = {name: state(waits, name)["state"] for name in names}
    assert found == {"sw1": "waiting", "sw2": "waiting", "sw3": "waiting", "sw4": "proven"}, waits.stdout
    bundles, files_, folder = uploads(waits, tmp_path)
    assert (len(bundles) >= 1, len(files_)) == (True, 1), waits.stdout  # sw2 shows no account
    assert sent(running, "sw4") == []

    # Nothing yet: it waits on. A foreign answer is listed.
    foreign = (
        b'<smartLicense><RUMACK><![CDATA[{"pid":"C9300-24UX","sn":"FOC0000ZZZZ"}]]></RUMACK></smartLicense>'
    )
    (folder / "foreign.txt").write_bytes(foreign)
    still = remediate("-i", path, "--resume", str(journal), "--yes", "--wait", "20")
    assert still.returncode == 5
    assert "FOC0000ZZZZ" in still.stdout
    assert "Upload Usage Data" in still.stdout
    assert bundles[0].name in still.stdout

    answer_bundles(bundles, folder)  # the answer for sw2 comes later
    code = killed_at(resume, tmp_path, '"kind":"exec"', "runs/*-usage-import-*/journal.jsonl")
    assert code == -signal.SIGKILL
    copies = remediate(*resume, "--settle", "sw1=again")
    found = {name: state(copies, name)["state"] for name in names}
    assert found == {"sw1": "proven", "sw2": "waiting", "sw3": "waiting", "sw4": "proven"}, copies.stdout
    # What is answered is not to be uploaded again.
    again, rest, _ = uploads(copies, tmp_path)
    assert (again, rest) == ([], files_)
    answer(copies, tmp_path)
    why = state(copies, "sw3")["stages"][-1]["why"]["en"]
    target = why.split(" as ")[1].split(",")[0]
    assert target.startswith("flash:")
    ack = next(
        data.read_bytes()
        for data in tmp_path.glob("runs/*-usage-import-*/acks/*")
        if running.switch("sw3").active.serial.encode() in data.read_bytes()
    )
    running.change("sw3", lambda switch: switch.flash.update({target.removeprefix("flash:"): ack}))
    done = remediate(*resume)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {state(done, name)["state"] for name in names} == {"proven"}
    assert json.loads(done.stdout)["exchange"] is None
    left = {each["why"]["en"]: each["reason"] for each in json.loads(done.stdout)["left_out"]}
    assert left.pop("the import on sw1 is done, or begun already") == "imported", left
    assert left.pop("the import on sw3 is done, or begun already") == "imported", left
    assert list(left.values()) == ["no_switch"], left  # the foreign one
    assert all(imports(running, name) <= 2 for name in names)


@pytest.mark.slow
def test_fn72578_by_an_exchange_of_files_ends_with_new_trust(
    lab: Any, remediate: Any, tmp_path: Path
) -> None:
    running = lab(scale=SCALE, sw1="rum-backlog")
    scp(running, "sw1")
    running.change("sw1", trust)
    path = inventory(tmp_path / "inv.yaml", running, "sw1", intent={"topology": "smart"})
    common = (*WAIT, "--allow", "disruptive", "--confirm", "sw1", "--manual-done")
    waits = remediate("-i", path, "--flow", "fn72578-exchange", *common, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert waits.returncode == 5, waits.stderr
    assert "find why no ACK came" in waits.stderr
    assert state(waits)["state"] == "waiting", json.dumps(state(waits), indent=1)
    journal = json.loads(waits.stdout)["journal"]
    config = running.call(lambda: running.rack["sw1"].host.switch.config.render())
    assert "license smart transport off" in config
    bundles, files, folder = uploads(waits, tmp_path)
    assert len(bundles) + len(files) == 1
    running.change("sw1", lambda switch: setattr(switch.licensing.backend, "knows_instance", False))

    # A refused answer, then another one in its place: only the import is repeated.
    answer(waits, tmp_path)
    (good,) = folder.iterdir()
    data = good.read_bytes()
    good.unlink()
    serial = running.switch("sw1").active.serial
    pid = running.switch("sw1").active.pid
    unsigned = f'<smartLicense><ack><data>{{"pid":"{pid}","sn":"{serial}"}}</data></ack></smartLicense>'
    (folder / "a.txt").write_text(unsigned)
    arguments = ["-i", path, "--resume", journal, *common]
    refused = remediate(*arguments, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert (refused.returncode, state(refused)["state"]) == (5, "failed"), refused.stdout
    assert "Invalid data format" in state(refused)["stages"][-1]["why"]["en"]
    # A new start would demand the removal of the instance again.
    anew = remediate("-i", path, "--flow", "fn72578-exchange", *common, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert (anew.returncode, anew.stdout) == (2, ""), anew.stdout
    assert f"--resume {journal}" in anew.stderr.replace(f"-i {path} ", "")
    (folder / good.name).write_bytes(data)
    code = killed_at(arguments, tmp_path, '"event":"rollback"', "runs/*/journal.jsonl")
    done = remediate(*arguments, SLP_OPS_PARAM_TOKEN=TOKEN)
    assert code == -signal.SIGKILL
    # Proven, and yet what the audit finds beside the flow's rules is named.
    code = 3 if state(done)["remaining"] else 0
    assert (done.returncode, state(done)["state"]) == (code, "proven"), (state(done), done.stderr)
    lines = sent(running)
    assert imports(running, "sw1") == 2
    assert any("idtoken" in line and line.endswith("force") for line in lines)
    config = running.call(lambda: running.rack["sw1"].host.switch.config.render())
    assert "license smart transport smart" in config
    assert "license smart transport off" not in config


@pytest.mark.slow
def test_case_1_offline_ends_with_the_exchange(lab: Any, remediate: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="factory-fresh")
    scp(running, "sw1")
    path = tmp_path / "inv.yaml"
    inventory(path, running, "sw1", intent={"topology": "offline"})
    tree = yaml.safe_load(path.read_text())
    accounts = {"smart_account": "EXAMPLE-SA", "virtual_account": "LAB"}
    tree["sites"]["tokyo"]["devices"]["sw1"]["intent"] = {"topology": "offline", **accounts}
    path.write_text(yaml.safe_dump(tree))
    values = ("--param", "name_servers=10.10.0.53", "--param", "ntp_servers=10.10.0.123")
    waits = remediate("-i", str(path), "--flow", "case-1", *values, *WAIT)
    assert (waits.returncode, state(waits)["state"]) == (5, "waiting"), waits.stderr
    bundles, files, _ = uploads(waits, tmp_path)
    assert (len(bundles), files) == (1, [])
    (tmp_path / "usb").mkdir()
    name, data = cssm.acknowledge_bundle(bundles[0].name, bundles[0].read_bytes())
    (tmp_path / "usb" / name).write_bytes(data)
    journal = json.loads(waits.stdout)["journal"]
    done = remediate("-i", str(path), "--resume", journal, *WAIT, "--answers", "usb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (state(done)["state"], state(done)["licence"]["last_ack"] is not None) == ("proven", True)
    assert not any("idtoken" in line or "sync" in line for line in sent(running))
