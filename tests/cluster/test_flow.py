"""``remediate --flow --hub``: each stage is read, planned and approved here, and made by a worker."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.lab import cssm
from tests.cluster.conftest import write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.testing import Result

    from tests.cluster.conftest import Rig

OPTIONS = ("--yes", "--json", "--wait", "60", "--batch", "100%")


def states(done: Result) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(done.stdout)["devices"]}


def answer_uploads(done: Result) -> None:
    """Work in CSSM: answer what is to be uploaded, into the folder of the flow."""
    exchange = json.loads(done.stdout)["exchange"]
    folder = Path(exchange["answers"])
    for upload in exchange["uploads"]:
        for bundle in upload["bundles"]:
            path = Path(bundle["path"])
            name, data = cssm.acknowledge_bundle(path.name, path.read_bytes())
            (folder / name).write_bytes(data)
        for each in upload["files"]:
            path = Path(upload["folder"], each["file"])
            (folder / f"ACK_{path.name}").write_bytes(cssm.acknowledge(path.read_bytes()))


@pytest.mark.slow
def test_an_exchange_of_files_as_a_flow_over_a_hub(lab: Callable[..., Any], rig: Rig) -> None:
    running = lab(scale=600.0, scp="offline-overdue", hand="offline-overdue", drifted="healthy")
    for name in ("scp", "drifted"):
        running.change(name, lambda switch: switch.configure("ip scp server enable"))
    inventory = write_inventory(
        rig.folder / "inventory.yaml", running, {"tokyo": list(running.names)}, intent={"topology": "offline"}
    )
    rig.worker("tokyo", rig.join("tokyo"), inventory, "--usage-save", "--usage-import")

    # The transport of one is switched off first; then the files of all are saved.
    waits = rig.collect(inventory, "--flow", "offline-exchange", *OPTIONS, verb="remediate")
    assert waits.exit_code == 5, waits.output + str(waits.exception)
    assert set(states(waits).values()) == {"waiting"}, waits.stdout
    assert [line for line in running.lines("drifted", "config") if "transport off" in line]
    assert not running.lines("scp", "config")
    journal = json.loads(waits.stdout)["journal"]
    answer_uploads(waits)

    copies = rig.collect(inventory, "--resume", journal, *OPTIONS, verb="remediate")
    assert states(copies) == {"scp": "proven", "hand": "waiting", "drifted": "proven"}, copies.stdout
    (hand,) = (each for each in json.loads(copies.stdout)["devices"] if each["name"] == "hand")
    target = hand["stages"][-1]["why"]["en"].split(" as flash:")[1].split(",")[0]
    serial = running.switch("hand").active.serial.encode()
    (ack,) = {
        path.read_bytes()
        for path in rig.folder.glob("runs/*-usage-import-*/acks/*")
        if serial in path.read_bytes()
    }
    running.change("hand", lambda switch: switch.flash.update({target: ack}))
    done = rig.collect(inventory, "--resume", journal, *OPTIONS, verb="remediate")
    assert done.exit_code == 0, done.stdout + done.stderr
    assert set(states(done).values()) == {"proven"}
    for name in running.names:
        imports = [line for line in running.lines(name, "exec") if line.startswith("license smart import")]
        assert len(imports) == 1, name
