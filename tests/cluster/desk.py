"""An operator and workers of a site without a hub: their broker is in memory, their switch too."""

from __future__ import annotations

import asyncio
import json
import os
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from nats.errors import NoRespondersError
from nats.js.errors import APIError, NotFoundError

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.change_task import ChangeAnswer, ChangeTask, rules_digest
from slp_ops.app.remediate import Wanted
from slp_ops.app.site_changes import SiteChanges
from slp_ops.app.site_policy import ChangePolicy
from slp_ops.cluster.approval import Approval, digest_of, new_signing_key, public_key_of, sign
from slp_ops.cluster.messages import (
    CallAnswer,
    ClaimAnswer,
    Fence,
    OwnerCall,
    TaskMessage,
    from_message,
    to_message,
)
from slp_ops.cluster.subjects import APPROVAL, FENCE, OWNER, names_in, subject
from slp_ops.json_documents import decode, encode
from slp_ops.lab.journal import Mode
from slp_ops.playbook import Risk, packaged
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.runs.journal import JournalFile
from tests import simulated_time
from tests.remediate.conftest import Bench, InMemory, Killed, Vty

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from slp_ops.model import Device

KEY = new_signing_key()
CHANGE = "20261127T000000Z-remediate-abcdef"
SERVERS = {"name_servers": "10.10.0.53,10.10.1.53"}


class Broker:
    """The streams of a broker, in memory, and the workers that it connects.

    It answers nothing while it is ``down``.
    """

    def __init__(self) -> None:
        self.messages: dict[str, bytes] = {}
        self.sequences: dict[str, int] = {}
        self.workers: dict[str, SiteChanges] = {}
        self.operator_silence = 0.0
        self.down = False

    def sequence(self, subject: str) -> int:
        return self.sequences.get(subject, 1) if subject in self.messages else 0

    async def publish(self, subject: str, data: bytes, headers: Any = None, **_: Any) -> Any:
        if headers and int(headers["Nats-Expected-Last-Subject-Sequence"]) != self.sequence(subject):
            raise APIError(code=400, err_code=10071)
        self.messages[subject] = data
        self.sequences[subject] = sum(self.sequences.values()) + 2
        return SimpleNamespace(seq=self.sequences[subject])

    async def get_msg(self, stream: str, subject: str, **_: Any) -> Any:
        if subject not in self.messages:
            raise NotFoundError
        return SimpleNamespace(data=self.messages[subject], seq=self.sequence(subject))

    async def request(self, *_: Any, **__: Any) -> None:
        if self.down:
            raise NoRespondersError

    # -- as ``Calls``

    async def ask(self, where: str, data: bytes = b"") -> CallAnswer | None:
        _, worker = names_in(OWNER, where)
        call = from_message(OwnerCall, data)
        if worker not in self.workers:
            return None
        return CallAnswer(at_work=(call.change, call.device) in self.workers[worker]._running)

    def silent_for(self, where: str) -> float:
        return 0.0

    async def silence(self, where: str) -> float:
        return self.operator_silence


class Desk:
    """The operator: plans, asks for the change, and approves the claim of a worker."""

    def __init__(self, bench: Bench, broker: Broker, playbook: str = "name-server") -> None:
        self.bench = bench
        self.broker = broker
        plan = bench.plan(playbook).plan
        assert plan is not None
        self.plan = plan
        bench.typed.clear()

    def task(self, **more: Any) -> ChangeTask:
        settings: dict[str, Any] = {
            "device": self.bench.device,
            "change": CHANGE,
            "plan": self.plan,
            "rules": rules_digest(packaged_ruleset()),
            "timer": 10,
            "wait": 60.0,
            "reload_wait": 60.0,
        }
        return ChangeTask(**{**settings, **more})

    def approval(
        self, asked: ChangeTask, fence: Fence, run: str = "run1", work: str = "change", **other: Any
    ) -> Approval:
        fields: dict[str, Any] = {
            "id": f"of-{run}",
            "change": CHANGE,
            "run": run,
            "site": "tokyo",
            "device": self.bench.device.name,
            "serials": asked.plan.serials,
            "task": digest_of(work, encode(asked), debug=False),
            "claim": fence.claim,
            "worker": fence.worker,
            "number": int(run[-1]),
            "expires": datetime.now(UTC) + timedelta(hours=1),
        }
        return Approval(**{**fields, **other})

    @property
    def fence(self) -> Fence | None:
        data = self.broker.messages.get(subject(FENCE, "tokyo", CHANGE, self.bench.device.name))
        return None if data is None else from_message(Fence, data)

    def answer(self, claim: str, answer: ClaimAnswer) -> None:
        where = subject(APPROVAL, "tokyo", CHANGE, self.bench.device.name, claim)
        self.broker.messages[where] = to_message(answer)

    async def answering(self, make: Callable[[Fence], ClaimAnswer]) -> None:
        while self.fence is None:
            await asyncio.sleep(0.005)
        self.answer(self.fence.claim, make(self.fence))


class Worker:
    """A worker with a state directory of its own."""

    def __init__(self, desk: Desk, folder: Path, name: str = "worker-1", **policy: Any) -> None:
        self.desk = desk
        settings: dict[str, Any] = {
            "approvers": (public_key_of(KEY),),
            "allow": Risk.CHANGE,
            "wanted": Wanted(playbooks=packaged(), audit_options=AuditOptions()),
            "folder": folder / name,
        }
        self.changes = SiteChanges(
            policy=ChangePolicy(**{**settings, **policy}),
            site="tokyo",
            holder=name,
            client=desk.broker,  # type: ignore[arg-type]
            js=desk.broker,  # type: ignore[arg-type]
            calls=desk.broker,  # type: ignore[arg-type]
            transport=desk.bench.transport,
        )

    @property
    def journal(self) -> Path:
        return self.changes.policy.folder / CHANGE / self.desk.bench.device.name / "journal.jsonl"

    def do(
        self,
        task: ChangeTask,
        make: Callable[[Fence], ClaimAnswer] | None = None,
        *,
        run: str = "run1",
        sent: Any = None,
        work: str = "change",
        debug: bool = False,
    ) -> ChangeAnswer:
        """Take a task as a hub delivers it: ``sent`` instead of what the operator has sent."""
        document = json.loads(json.dumps(encode(task) if sent is None else sent))
        order = TaskMessage(
            run=run,
            device=task.device.name,
            work=work,
            folder="sw",
            taken=(),
            mask_key="",
            debug=debug,
            task=document,
        )
        make = make or (lambda fence: approved(self.desk.approval(task, fence, run, work)))
        bench = self.desk.bench

        async def both() -> ChangeAnswer:
            answering = asyncio.create_task(self.desk.answering(make))
            try:
                return await self.changes.change(
                    decode(ChangeTask, document),
                    order,
                    SimpleNamespace(reply="ack"),  # type: ignore[arg-type]
                    evidence=bench.run.device(bench.device),
                    mask=bench.run.masked,
                    on_event=lambda event: None,
                )
            finally:
                answering.cancel()

        return simulated_time.run(both())


def approved(approval: Approval, key: bytes = KEY) -> ClaimAnswer:
    return ClaimAnswer(approval=sign(approval, key), owner=approval.worker)


def lines(desk: Desk) -> list[str]:
    return [line for line in desk.bench.sent(Mode.CONFIG) if line != "end"]


class Slow(InMemory):
    """A switch that takes a moment to be logged in to."""

    @asynccontextmanager
    async def read(self, device: Device) -> AsyncIterator[Vty]:
        await asyncio.sleep(0.2)
        async with super().read(device) as vty:
            yield vty


class KillingJournal(JournalFile):
    """A journal whose process is killed at its Nth event, before or after it is on the disk."""

    at: tuple[int, str] = (-1, "")
    written = 0

    def write(self, event: Any) -> None:
        number, when = KillingJournal.at
        kill = KillingJournal.written == number
        KillingJournal.written += 1
        if not kill or when == "after":
            super().write(event)
        if kill:
            assert self._fd is not None
            os.close(self._fd)  # with its lock, as the end of the process does
            self._fd = None
            raise Killed
