"""``usage save --hub``: workers save the reports, and the files come back to the byte."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import cluster_engine
from slp_ops.cluster.approval import new_signing_key
from slp_ops.runs import Runs
from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cluster.conftest import Rig


@pytest.mark.slow
def test_reports_are_saved_by_a_worker_that_permits_it(
    lab: Callable[..., Any], rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = lab(scale=600.0, a1="offline-overdue", a2="healthy-stack")
    running.change("a1", lambda switch: switch.configure("ip scp server enable"))  # a2 is read in-band
    inventory = write_inventory(rig.folder / "inventory.yaml", running, {"tokyo": ["a1", "a2"]})
    access = rig.join("tokyo")
    rig.worker("tokyo", access, inventory)

    refused = rig.collect(inventory, "save", "--yes", verb="usage")
    assert refused.exit_code == 4, refused.output
    assert "is not permitted to do usage-save" in refused.output
    sent = [line for name in running.names for line in running.lines(name)]
    assert not [line for line in sent if line.startswith("license smart save")]
    rig.processes["worker-tokyo"].send_signal(signal.SIGTERM)
    assert rig.processes.pop("worker-tokyo").wait(60) == 0

    rig.worker("tokyo", access, inventory, "--usage-save")
    with monkeypatch.context() as forging:
        forging.setattr(cluster_engine, "read_signing_key", lambda _: new_signing_key())
        forged = rig.collect(inventory, "save", "--yes", verb="usage")
    assert forged.exit_code == 4, forged.output
    assert "is not signed by an operator" in forged.output
    sent = [line for name in running.names for line in running.lines(name)]
    assert not [line for line in sent if line.startswith("license smart save")]

    done = rig.collect(inventory, "save", "--yes", "--json", "--clean", verb="usage")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    files = {each["host"]: Path(each["path"]) for each in document["files"]}
    assert files.keys() == {"a1", "a2"}
    folder = Path(document["folder"])
    assert {path.name for path in folder.iterdir()} >= {"index.csv", "UPLOAD.txt"}
    for name, path in files.items():
        assert b"<RUMReport>" in path.read_bytes()
        assert path.name not in running.switch(name).flash, "--clean deletes it"
    run = Runs(rig.folder / "runs").open("last").path
    assert not list(run.glob("files-*"))
    assert any(path.name.startswith("verify-md5") for path in run.glob("a1/*"))
    lines = [json.loads(line) for line in (run / "journal.jsonl").read_text().splitlines()]
    ends = {line["device"]: line["state"] for line in lines if line["event"] == "end"}
    assert ends == {"a1": "done", "a2": "done"}
    received = [line for line in lines if line.get("received")]
    assert {line["received"]["host"] for line in received} == {"a1", "a2"}

    # To the byte: each file as it is on flash.
    again = rig.collect(inventory, "save", "--yes", "--json", "--all", verb="usage")
    assert again.exit_code == 0, again.output
    for each in json.loads(again.stdout)["files"]:
        path = Path(each["path"])
        assert path.read_bytes() == running.switch(each["host"]).flash[path.name]
    assert [(site.waiting, site.running) for site in rig.status()] == [(0, 0)]

    # The operator's process is killed in the middle: --resume completes it, into the same folder.
    for name in running.names:
        running.fault(name, command_delay=0.1)
    before = {name: len(running.lines(name)) for name in running.names}
    words = ("-i", str(inventory), "--runs-dir", str(rig.folder / "runs"), "--hub", str(rig.hub_folder))
    rig.start("usage", "usage", "save", "--yes", "--all", *words)

    def saving() -> bool:
        new = [line for name in running.names for line in running.lines(name)[before[name] :]]
        return any(line.startswith("license smart save") for line in new)

    rig.wait_for(saving, "usage")
    rig.kill("usage")
    for name in running.names:
        running.fault(name, command_delay=0.0)
    (journal,) = Runs(rig.folder / "runs").open("last").path.glob("journal.jsonl")
    resumed = rig.collect(inventory, "save", "--resume", str(journal), "--json", verb="usage")
    assert resumed.exit_code == 0, resumed.output
    document = json.loads(resumed.stdout)
    assert {each["host"] for each in document["files"]} == {"a1", "a2"}
    assert Path(document["folder"]).parent == journal.parent
