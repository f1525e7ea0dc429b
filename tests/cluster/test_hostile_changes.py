"""A client with the rights of the hub, over a real broker: what no operator has approved is not sent."""

from __future__ import annotations

import asyncio
import copy
import json
import shutil
import sys
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from slp_ops.cluster.access_folder import read_address
from slp_ops.cluster.approval import Approval, SignedApproval, digest_of, new_signing_key, sign
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import CallAnswer, ClaimAnswer, Fence, from_message, to_message
from slp_ops.cluster.subjects import APPROVAL, EVIDENCE, FENCE, LEASE, OPERATOR, TASK, names_in, subject
from tests.cluster.campaign_worker import typed_lines

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg

    from tests.cluster.conftest import Rig

Document = dict[str, Any]
OURS, THEIRS = "sw00000", "sw00001"  # changed before by their operator, at tokyo and at osaka
SERVERS: Final = ("10.10.0.53", "10.10.1.53")


def with_another_line(task: Document) -> None:
    step = task["plan"]["actions"][0]["steps"][0]
    step["changes"].append(copy.deepcopy(step["changes"][0]))
    step["changes"][-1]["line"]["text"] = "username mallory privilege 15 secret x"


def with_other_values(task: Document) -> None:
    task["plan"]["actions"][0]["params"]["name_servers"] = "192.0.2.66"


def of_another_switch(task: Document) -> None:
    task["plan"]["serials"] = ["FOC00000000"]


def as_it_is(task: Document) -> None:
    pass


ALTERED: dict[str, Callable[[Document], None]] = {
    "more lines": with_another_line,
    "other values": with_other_values,
    "backwards": lambda task: task.update(back=True),
    "steps done": lambda task: task.update(done=[0]),
    "other serials": of_another_switch,
    "other owner": lambda task: task.update(owner="worker-0"),
}


class Hub:
    """A hub that keeps all that passes, and sends what it likes. ``key`` is that of an operator."""

    def __init__(self, client: Client, key: bytes) -> None:
        self.client = client
        self.js = client.jetstream()
        self.key = key
        self.tasks: dict[str, Document] = {}  # by switch, the first of each
        self.fences: dict[str, Fence] = {}
        self.answers: dict[str, ClaimAnswer] = {}
        self.ends: dict[tuple[str, str], Document] = {}  # by run and switch

    async def listen(self) -> None:
        async def keep(message: Msg) -> None:
            if message.subject.startswith(f"{TASK}."):
                order = json.loads(message.data)
                if order["work"] == "change":
                    self.tasks.setdefault(order["device"], order)
            elif message.subject.startswith(f"{FENCE}."):
                self.fences[names_in(FENCE, message.subject)[2]] = from_message(Fence, message.data)
            elif message.subject.startswith(f"{APPROVAL}."):
                name = names_in(APPROVAL, message.subject)[2]
                self.answers.setdefault(name, from_message(ClaimAnswer, message.data))
            elif message.subject.endswith(".end"):
                _, run, name, _ = names_in(EVIDENCE, message.subject)
                self.ends[run, name] = json.loads(message.data.partition(b"\n")[0])["outcome"]

        async def lives(message: Msg) -> None:
            await message.respond(to_message(CallAnswer(at_work=True)))

        for family in (TASK, FENCE, APPROVAL, EVIDENCE):
            await self.client.subscribe(f"{family}.>", cb=keep)
        await self.client.subscribe(f"{OPERATOR}.*.*", cb=lives)

    def signed(self, name: str, run: str, key: bytes | None = None, **other: Any) -> ClaimAnswer:
        """Return the answer of an operator who has approved the task as it was sent first."""
        task, fence = {**self.tasks[name]["task"]}, self.fences[name]
        fields: Document = {
            "id": "0",
            "change": task["change"],
            "run": run,
            "site": task["device"]["site"],
            "device": name,
            "serials": tuple(task["plan"]["serials"]),
            "task": digest_of("change", task, debug=False),
            "claim": fence.claim,
            "worker": fence.worker,
            "number": 1,
            "expires": datetime.now(UTC) + timedelta(hours=1),
        }
        approval = sign(Approval(**{**fields, **other}), key or self.key)
        return ClaimAnswer(approval=approval, owner=fence.worker)

    async def deliver(
        self,
        name: str,
        run: str,
        answer: bytes,
        alter: Callable[[Document], None] = as_it_is,
        claim: str = "",
    ) -> None:
        """Send a task again, with an answer to its claim."""
        order = copy.deepcopy(self.tasks[name])
        site, change = order["task"]["device"]["site"], order["task"]["change"]
        alter(order["task"])
        order["run"] = run
        await self.js.publish(subject(APPROVAL, site, change, name, claim or self.fences[name].claim), answer)
        await self.js.publish(subject(TASK, site, run, name), json.dumps(order).encode())

    async def forget(self, name: str) -> None:
        """Delete fence and lease of a switch, and what is left of its run."""
        for stream, wanted in (
            ("FENCES", f"{FENCE}.*.*.{name}"),
            ("LEASES", f"{LEASE}.*.{name}"),
            ("EVIDENCE", f"{EVIDENCE}.*.*.{name}.>"),
            ("TASKS", f"{TASK}.*.*.{name}"),
        ):
            await self.js.purge_stream(stream, subject=wanted)

    async def end_of(self, name: str, run: str) -> Document:
        async with asyncio.timeout(60):
            while (run, name) not in self.ends:
                await asyncio.sleep(0.05)
        return self.ends[run, name]


class Sites:
    """Two sites whose switches are files; tokyo has two workers, of which one is at work."""

    def __init__(self, rig: Rig, names: list[str]) -> None:
        self.rig = rig
        self.typed = rig.folder / "typed"
        self.typed.mkdir()
        self.inventory = rig.folder / "inventory.yaml"
        sites = {"tokyo": [name for name in names if name != THEIRS], "osaka": [THEIRS]}
        document = {
            "version": 1,
            "defaults": {"username": "netops"},
            "sites": {
                site: {"devices": {name: {"host": f"{name}.example.net"} for name in switches}}
                for site, switches in sites.items()
            },
        }
        self.inventory.write_text(yaml.safe_dump(document), encoding="utf-8")
        workers = {"one": "tokyo", "two": "tokyo", "osaka": "osaka"}
        self.access = {name: (site, rig.join(site, rig.folder / name)) for name, site in workers.items()}

    def start(self, name: str) -> None:
        site, access = self.access[name]
        program = [sys.executable, "-m", "tests.cluster.campaign_worker", str(self.typed), "1", "2", "worker"]
        words = ("--site", site, "--access", str(access), "-i", str(self.inventory), "--login-rate", "0")
        self.rig.start_program(name, [*program, *words])
        self.rig.wait_for(lambda: "connected to" in self.rig.log(name), name)
        self.rig.wait_for(lambda: all(each.workers for each in self.rig.status() if each.name == site), name)

    def lines(self, name: str) -> list[str]:
        return typed_lines(self.typed / name)

    def remediate(self, *words: str, hub: Path | None = None) -> Any:
        values = [f"--param=name_servers={each}" for each in SERVERS]
        how = words if "--rollback" in words else ("--playbook", "name-server", *values, *words)
        pace = ("--batch", "100%", "--max-fail", "100")
        environment = {} if hub is None else {"SLP_OPS_HUB": str(hub)}
        return self.rig.collect(
            self.inventory, *how, *pace, "--yes", "--json", verb="remediate", **environment
        )


@pytest.mark.slow
def test_what_a_hub_forges_repeats_reorders_and_alters_is_not_sent(rig: Rig) -> None:
    cases = [f"sw{number:05}" for number in range(2, 24)]
    sites = Sites(rig, [OURS, THEIRS, *cases])
    for name in ("one", "osaka"):
        sites.start(name)
    robbed = rig.folder / "robbed"
    shutil.copytree(rig.hub_folder / "operator", robbed)
    (robbed / "signing.key").write_bytes(new_signing_key())
    asyncio.run(_attack(sites, robbed, cases))


async def _attack(sites: Sites, robbed: Path, cases: list[str]) -> None:
    folder = sites.rig.hub_folder
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(
            connected(folder / "hub", read_address(folder / "hub", hint=""))
        )
        hub = Hub(client, (folder / "operator" / "signing.key").read_bytes())
        await hub.listen()
        # What operators do: two changes, and one call whose key no worker knows.
        done = await asyncio.to_thread(sites.remediate, "--limit", f"{OURS}:{THEIRS}")
        assert done.exit_code in (0, 3), done.output
        wanted = [f"ip name-server {each}" for each in SERVERS]
        assert sites.lines(OURS) == sites.lines(THEIRS) == wanted
        forged = await asyncio.to_thread(sites.remediate, "--limit", ":".join(cases), hub=robbed)
        assert forged.output.count("is not signed by an operator") >= len(cases), forged.output
        assert set(cases) <= set(hub.tasks)

        # What the hub makes of it.
        names = iter(cases)
        refused: dict[str, tuple[str, str]] = {}  # by case: the switch, and the words of the refusal

        async def attempt(case: str, answer: Any, words: str, alter: Any = as_it_is) -> None:
            name = next(names)
            refused[case] = name, words
            run = f"forged-{name}"
            data = answer(name, run)
            await hub.deliver(name, run, data if isinstance(data, bytes) else to_message(data), alter)

        def altered(name: str, run: str) -> ClaimAnswer:
            """The approval of another switch, with the names of this one."""
            found = hub.answers[OURS].approval
            assert found is not None
            task, fence = hub.tasks[name]["task"], hub.fences[name]
            text = json.loads(found.text) | {
                "device": name,
                "run": run,
                "change": task["change"],
                "task": digest_of("change", task, debug=False),
                "claim": fence.claim,
            }
            return ClaimAnswer(
                approval=SignedApproval(text=json.dumps(text), signature=found.signature), owner=""
            )

        await attempt("another switch's", lambda *_: hub.answers[OURS], "for another device")
        await attempt("another site's", lambda *_: hub.answers[THEIRS], "for another site")
        await attempt("altered text", altered, "is not signed by an operator")
        await attempt("own key", lambda name, run: hub.signed(name, run, new_signing_key()), "is not signed")
        await attempt("no document", lambda *_: b"{}", "is not valid")
        await attempt("no JSON", lambda *_: b"\xff", "is not valid")
        for field, value in (
            ("claim", "0" * 32),
            ("worker", "worker-0"),
            ("change", "20261127T000000Z-remediate-000000"),
            ("expires", datetime(2026, 1, 1, tzinfo=UTC)),
        ):
            words = "expired" if field == "expires" else f"for another {field}"
            await attempt(field, lambda name, run, f=field, v=value: hub.signed(name, run, **{f: v}), words)
        await attempt("another call's", lambda name, run: hub.signed(name, "run0"), "for another call")
        for case, alter in ALTERED.items():
            await attempt(case, hub.signed, "changed on the way", alter)
        for case, (name, words) in refused.items():
            failure = (await hub.end_of(name, f"forged-{name}"))["failure"]
            assert failure is not None, case
            assert words in failure["message"], (case, failure)
            assert sites.lines(name) == [], case
        # The same task and approval as they were: this is what the others differ from.
        name = next(names)
        await hub.deliver(name, f"forged-{name}", to_message(hub.signed(name, f"forged-{name}")))
        assert (await hub.end_of(name, f"forged-{name}"))["result"]["report"]["end"] == "done"
        assert sites.lines(name) == wanted

        # A change that was made, and rolled back: what the hub kept is delivered again.
        run = hub.tasks[OURS]["run"]
        kept = to_message(hub.answers[OURS])
        claim = hub.fences[OURS].claim
        journal = json.loads(done.stdout)["journal"]
        back = await asyncio.to_thread(sites.remediate, "--rollback", journal)
        assert back.exit_code == 0, (back.output, back.exception)
        typed = {name: sites.lines(name) for name in (OURS, THEIRS)}
        await hub.forget(OURS)
        hub.ends.pop((run, OURS), None)
        await hub.deliver(OURS, run, kept, claim=claim)
        await hub.end_of(OURS, run)
        # And to the other worker of the site, which has no journal of it.
        sites.rig.processes["one"].terminate()
        assert await asyncio.to_thread(sites.rig.processes.pop("one").wait, 120) == 0
        await asyncio.to_thread(sites.start, "two")
        await hub.forget(OURS)
        hub.fences.pop(OURS)
        hub.ends.pop((run, OURS))
        await hub.deliver(OURS, run, kept, claim=claim)
        async with asyncio.timeout(60):
            while OURS not in hub.fences:
                await asyncio.sleep(0.02)
        fence = hub.fences[OURS]
        assert fence.claim != claim
        change = hub.tasks[OURS]["task"]["change"]
        await hub.js.publish(subject(APPROVAL, "tokyo", change, OURS, fence.claim), kept)
        failure = (await hub.end_of(OURS, run))["failure"]
        assert "for another claim" in failure["message"], failure
        assert typed == {name: sites.lines(name) for name in (OURS, THEIRS)}
