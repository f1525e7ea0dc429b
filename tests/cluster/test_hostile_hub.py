"""A hub or an operator that sends what it likes: a worker opens no session for it, answers, and goes on."""

from __future__ import annotations

import asyncio
import json
import zlib
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slp_ops.app.collect_task import CollectTask
from slp_ops.app.commands import CommandList
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.selection import read_inventory
from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import TaskMessage
from slp_ops.cluster.subjects import CONTROL, EVIDENCE, TASK, names_in, subject
from slp_ops.json_documents import encode
from tests.cluster.conftest import Silent
from tests.cluster.fleet import Fleet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.cluster.conftest import Rig

Document = dict[str, Any]
BOMB = b64encode(zlib.compress(b"\0" * 400_000_000, 9)).decode()
JUMP = {"host": "192.0.2.1", "port": 22, "username": "root", "credential": "default"}


def in_task(**changed: Any) -> Callable[[Document], None]:
    def change(order: Document) -> None:
        order["task"] |= changed

    return change


def in_device(**changed: Any) -> Callable[[Document], None]:
    def change(order: Document) -> None:
        order["task"]["device"] |= changed

    return change


def in_order(**changed: Any) -> Callable[[Document], None]:
    def change(order: Document) -> None:
        order |= changed

    return change


def typed(*commands: str) -> Callable[[Document], None]:
    return in_task(commands={"documented": [], "typed": list(commands)})


HOSTILE: Mapping[str, Callable[[Document], None]] = {
    # Commands that do more than read.
    "configure": typed("configure terminal"),
    "reload": typed("reload"),
    "two-lines": typed("show version\nreload"),
    "carriage": typed("show version\rreload"),
    "redirect": typed("show running-config | redirect tftp://192.0.2.1/x"),
    "append": typed("show clock | append flash:x"),
    "license": typed("license smart trust idtoken x local"),
    "clear": typed("clear logging"),
    "copy": typed("copy running-config tftp:"),
    "do": typed("do reload"),
    "unknown-command": in_task(commands={"documented": ["show no such thing"], "typed": []}),
    # Another switch, or the same one by another way.
    "port": in_device(port=2222),
    "host": in_device(host="192.0.2.7"),
    "jump": in_device(jump=[JUMP]),
    "username": in_device(username="root"),
    "credential": in_device(credential="other"),
    "site": in_device(site="osaka"),
    "name": in_device(name="good"),
    "legacy": in_device(legacy_ssh=True),
    "platform": in_device(platform="linux"),
    "stranger": in_device(name="stranger-9"),
    # Paths.
    "folder-parent": in_order(folder="../../stolen"),
    "folder-absolute": in_order(folder="/tmp/stolen"),  # noqa: S108 - it must not be written
    "folder-empty": in_order(folder=""),
    "folder-nul": in_order(folder="a\0b"),
    "folder-deep": in_order(folder="a/b"),
    "taken-parent": in_order(taken=["../stolen.txt"]),
    "taken-many": in_order(taken=[f"a{number}.txt" for number in range(5000)]),
    "earlier-text": in_order(taken=["a.txt"], earlier="%%%"),
    "earlier-bomb": in_order(taken=["a.txt"], earlier=BOMB),
    # Documents of another release, and of none.
    "newer-order": in_order(schema="slp-ops/cluster-task/2"),
    "newer-task": in_task(schema="slp-ops/collect-task/9"),
    "newer-work": in_order(work="remediate"),
    "other-work": in_order(work="audit"),
    "no-task": in_order(task=None),
    "deep-task": in_order(task=json.loads("[" * 60 + "]" * 60)),
    "other-run": in_order(run="another-run"),
    "other-device": in_order(device="good"),
    "surrogate": in_order(folder="\ud800"),
}
RAW = {"no-json": b"\xff{", "empty": b"", "deep": b"[" * 300_000, "number": b'{"schema": 1e999}'}
# Tasks that are delivered just behind an empty one come again after 30 s only, see ``task_pull.py``.
LAST = "empty"


def test_a_worker_refuses_what_is_not_its_own_and_answers(rig: Rig) -> None:
    fleet = Fleet(rig, 0)
    names = [*HOSTILE, *RAW, "good", "newer-fields", "newer-control"]
    names.sort(key=lambda name: name == LAST)
    fleet.write_inventory(names)
    fleet.worker("worker", fleet.access(), 4, 0.0)
    devices = {each.name: each for each in read_inventory(fleet.inventory, Path("none"), Silent()).devices}

    def order_of(name: str) -> Document:
        task = CollectTask(
            device=devices[name],
            commands=CommandList(documented=("show clock",)),
            collect_options=CollectOptions(),
        )
        order = TaskMessage(
            run="run1",
            device=name,
            work="collect",
            folder=name,
            taken=(),
            mask_key="",
            debug=False,
            task=encode(task),
        )
        found: Document = encode(order)
        return found

    async def answers() -> dict[str, Document]:
        ended: dict[str, Document] = {}
        everything = asyncio.Event()

        async def take(message: Any) -> None:
            name = names_in(EVIDENCE, message.subject)[2]
            ended[name] = json.loads(message.data.partition(b"\n")[0])  # the evidence follows
            if len(ended) == len(names):
                everything.set()

        folder = rig.hub_folder / "operator"
        async with connected(folder, read_address(folder, hint="")) as client:
            js = client.jetstream()
            for run in ("run1", "run2"):
                await client.subscribe(f"{EVIDENCE}.tokyo.{run}.*.end", cb=take)
            newer = b'{"schema": "slp-ops/cluster-control/2", "paused": true}'
            await js.publish(subject(CONTROL, "tokyo", "run2"), newer)
            for name in names:
                order = order_of(name)
                if name == "newer-fields":  # of a later release under the same schemas
                    order |= {"priority": 3}
                    order["task"] |= {"colour": "red"}
                    order["task"]["device"] |= {"rack": {"row": [1]}}
                elif name in HOSTILE:
                    HOSTILE[name](order)
                run = "run2" if name == "newer-control" else "run1"
                data = RAW.get(name) or json.dumps(order | ({"run": run} if run == "run2" else {})).encode()
                await js.publish(subject(TASK, "tokyo", run, name), b"" if name == LAST else data)
            async with asyncio.timeout(60):
                await everything.wait()
        return ended

    ended = asyncio.run(answers())

    for name in names:
        outcome = ended[name]["outcome"]
        if name in ("good", "newer-fields"):
            assert outcome["failure"] is None, (name, outcome)
            assert outcome["result"]["status"] == "ok"
            continue
        failure = outcome["failure"]
        assert failure is not None, (name, outcome)
        assert failure["kind"] != "defect", (name, failure)
        assert failure["message"], name
        assert failure["hint"], (name, failure)
        assert "\n" not in failure["message"], (name, failure)
    # Sessions were opened for the two honest tasks alone.
    assert sorted(name for what, name, _ in fleet.lines() if what == "read") == ["good", "newer-fields"]
    assert not list(rig.folder.rglob("stolen*"))
    assert rig.processes["worker"].poll() is None
    assert "Traceback" not in rig.log("worker")
    assert max(map(len, rig.log("worker").splitlines())) < 1000
    assert "\x1b" not in rig.log("worker")
