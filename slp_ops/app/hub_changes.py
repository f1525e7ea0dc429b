"""The operator's side of changes over a hub: tasks for workers, approvals of their claims, events back.

Each claim is answered once, and noted in the journal before the answer is sent: a second worker that claims
the same device gets the name of the first, also after this process was killed.
"""

from __future__ import annotations

import asyncio
import getpass
import platform
import secrets
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from nats.errors import Error as NatsError

from slp_ops.app.change.apply import DeviceChangeResult
from slp_ops.app.cluster_engine import Cluster
from slp_ops.app.device_work import VisitFailed
from slp_ops.cluster.access_folder import find_access, read_signing_key
from slp_ops.cluster.approval import Approval, digest_of, sign
from slp_ops.cluster.broker_config import CONTROL_STREAM, FENCE_STREAM
from slp_ops.cluster.connection import connected
from slp_ops.cluster.messages import (
    CallAnswer,
    ClaimAnswer,
    Fence,
    InvalidMessage,
    RunControl,
    from_message,
    to_message,
)
from slp_ops.cluster.once import last_of, publish_last, remove
from slp_ops.cluster.subjects import ANY, APPROVAL, CONTROL, FENCE, OPERATOR, names_in, subject, token
from slp_ops.errors import BadFile, ChangeRefused, StoreError
from slp_ops.json_documents import ShapeError, decode, encode
from slp_ops.messages import message_text
from slp_ops.planning.journal_state import (
    ApprovedEvent,
    ChangeOutcome,
    EndEvent,
    ReturnedEvent,
    RollbackEvent,
    SavedEvent,
    StepEvent,
    SwitchState,
    VerifiedEvent,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from slp_ops.app.change.context import EvidenceRecord, Journal, StopController
    from slp_ops.app.change_task import ChangeAnswer, ChangeTask
    from slp_ops.app.device_work import DeviceWork
    from slp_ops.app.operator import Operator
    from slp_ops.app.sessions import SessionOptions
    from slp_ops.model import Device, DeviceFailure
    from slp_ops.planning.journal_state import JournalEvent
    from slp_ops.ports import OnEvent
    from slp_ops.runs import Run

_SWEEP: Final = 2.0
_STORED: Final = 2.0  # an announcement comes before the broker has stored a claim
_LOOK_AGAIN: Final = 0.02
_MARGIN: Final = timedelta(hours=1)  # of an approval, beyond what the change may take; and for clocks
_LONGEST_WAIT: Final = 10**9
# What a worker's journal may say; values that decide what is sent are not among it.
_EVENTS: Final[dict[str, Any]] = {
    "step": StepEvent,
    "verified": VerifiedEvent,
    "saved": SavedEvent,
    "rollback": RollbackEvent,
    "end": EndEvent,
}
# Failures before anything was asked of a switch: it was not read.
_NOT_READ: Final = frozenset(
    {"no_worker", "old_worker", "not_at_site", "not_permitted", "site_revoked", "hub", "unknown_task"}
)


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A device whose change is at a worker."""

    task: ChangeTask
    digest: str
    state: SwitchState
    answers: dict[str, ClaimAnswer] = field(default_factory=dict)  # by claim
    approval: str = ""


class HubChanges:
    """The changes of one call. ``close`` ends its connections."""

    def __init__(
        self,
        hub: Path,
        devices: Sequence[Device],
        connecting: SessionOptions,
        operator: Operator,
        *,
        run: Run,
        journal: Journal,
        states: Mapping[str, SwitchState],
        captures: Mapping[str, EvidenceRecord],
        change: str,
        work: DeviceWork[ChangeTask, ChangeAnswer],
        task_of: Callable[[Device, bool], ChangeTask],
    ) -> None:
        """Raises InputError where this operator cannot approve changes, and HubError."""
        self._folder, self._address = find_access(hub)
        self._key = read_signing_key(self._folder)
        self._debug = connecting.debug
        self._cluster = Cluster(hub, devices, connecting, operator)
        self._run = run
        self._journal = journal
        self._states = states
        self._captures = captures
        self._change = change
        self._work = work
        self._task_of = task_of
        self._waiting: dict[str, _Waiting] = {}
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._js: JetStreamContext | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._looking: set[str] = set()  # claims that were announced, by subject
        self._is_stopping = False

    async def change(
        self, device: Device, stop: StopController, on_event: OnEvent, *, back: bool
    ) -> DeviceChangeResult | None:
        """See ``ChangeMaking``. Raises StoreError where the journal cannot be written."""
        state = self._states[device.name]
        try:
            task = self._work.for_hub(replace(self._task_of(device, back), operator=_operator()))
        except (BadFile, StoreError) as error:
            end = ChangeOutcome.UNSETTLED if state.touched else ChangeOutcome.STALE
            return self._ended(device, state, end, message_text(error.message))
        digest = digest_of(self._work.name, encode(task), debug=self._debug)
        waiting = _Waiting(task=task, digest=digest, state=state)
        await self._open()
        self._waiting[device.name] = waiting
        if state.approved is not None:  # its worker's claim is known, whatever the broker has kept
            await self._answer(waiting, state.approved.claim, state.approved.worker)
        visit = asyncio.create_task(self._cluster.visit(self._work, task, self._run, on_event))
        stopping = asyncio.create_task(stop.wait_or_stop(_LONGEST_WAIT))
        try:
            await asyncio.wait({visit, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not visit.done() and stop.stopping:
                await self._stop()
                if not waiting.approval:
                    visit.cancel()
            answer = await visit
        except VisitFailed as error:
            return self._ended(device, state, *_end_of(waiting, error.failure))
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            return None
        finally:
            visit.cancel()
            stopping.cancel()
            del self._waiting[device.name]
        return self._take(waiting, answer)

    async def close(self) -> None:
        """Leave the hub. What workers still do is in their journals."""
        for each in list(self._background):
            each.cancel()
        await self._cluster.close()
        with suppress(TimeoutError, NatsError):
            async with asyncio.timeout(_STORED):
                await self._clear()
        await self._stack.aclose()

    async def _clear(self) -> None:
        """Remove the answers, and the claims of a change that is over."""
        if self._js is None:
            return
        await remove(self._js, CONTROL_STREAM, f"{subject(APPROVAL, ANY, self._change)}.>")
        if all(state.finished for state in self._states.values()):
            await remove(self._js, FENCE_STREAM, subject(FENCE, ANY, self._change, ANY))

    # -- what comes back --------------------------------------------------------------------------

    def _take(self, waiting: _Waiting, answer: ChangeAnswer) -> DeviceChangeResult:
        """Note in the journal what a worker did. Raises StoreError."""
        device, state = waiting.task.device, waiting.state
        self._captures[device.name].captures.extend(answer.captures)
        if not answer.is_whole:
            return self._ended(device, state, answer.report.end, answer.report.why)
        try:
            events = list(valid_events(answer, waiting.task))
        except (ShapeError, ChangeRefused) as error:
            words = message_text(f"the journal of the worker is not accepted: {error}")
            return self._ended(device, state, ChangeOutcome.UNSETTLED, words)
        known = state.returned if state.returned <= len(events) else 0
        for event in events[known:]:
            self._write(state, event)
        # The last: a process that is killed before it asks the worker again.
        self._write(state, ReturnedEvent(device=device.name, worker=answer.worker, events=len(events)))
        return answer.report.result_for(device)

    def _ended(self, device: Device, state: SwitchState, end: ChangeOutcome, why: Any) -> DeviceChangeResult:
        """Note the end of a device whose worker's journal did not come."""
        self._write(state, EndEvent(device=device.name, state=end, why=why.en, why_ja=why.ja))
        steps = len(state.plan.steps)
        return DeviceChangeResult(name=device.name, site=device.site, end=end, why=why, steps=steps)

    def _write(self, state: SwitchState, event: JournalEvent) -> None:
        self._journal.write(event)
        state.apply(event)

    # -- approvals --------------------------------------------------------------------------------

    async def _open(self) -> None:
        async with self._opening:
            if self._js is not None:
                return
            client: Client = await self._stack.enter_async_context(connected(self._folder, self._address))
            self._js = client.jetstream()
            await client.subscribe(subject(OPERATOR, ANY, self._run.id), cb=_live)
            await client.subscribe(subject(FENCE, ANY, self._change, ANY), cb=self._announced)
            self._start(self._sweep())

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _announced(self, message: Msg) -> None:
        """Look for a claim. However often it is announced, it is looked for once at a time."""
        if message.subject not in self._looking:
            self._looking.add(message.subject)
            self._start(self._look(message.subject))

    async def _look(self, name: str) -> None:
        try:
            await self._claimed(name, patience=_STORED)
        finally:
            self._looking.discard(name)

    async def _sweep(self) -> None:
        """Answer claims that were not announced, and again what a broker has lost."""
        assert self._js is not None  # noqa: S101 - it is connected
        while True:
            with suppress(NatsError, OSError):
                wanted = subject(FENCE, ANY, self._change, ANY)
                info = await self._js.stream_info(FENCE_STREAM, subjects_filter=wanted)
                for name in info.state.subjects or {}:
                    await self._claimed(name)
            await asyncio.sleep(_SWEEP)

    async def _claimed(self, name: str, *, patience: float = 0.0) -> None:
        """Answer the claim that the broker has stored for a device."""
        assert self._js is not None  # noqa: S101 - it is connected
        with suppress(InvalidMessage, ValueError):
            site, _, device = names_in(FENCE, name)
            waiting = self._waiting.get(device)
            if waiting is None or waiting.task.device.site != site:
                return
            data = await last_of(self._js, FENCE_STREAM, name)
            give_up = asyncio.get_running_loop().time() + patience
            while data is None and asyncio.get_running_loop().time() < give_up:
                await asyncio.sleep(_LOOK_AGAIN)
                data = await last_of(self._js, FENCE_STREAM, name)
            if data is None:
                return
            fence = from_message(Fence, data)
            token(fence.worker)
            if token(fence.claim) in waiting.answers and not patience:
                where = subject(APPROVAL, site, waiting.task.change, device, fence.claim)
                if await last_of(self._js, CONTROL_STREAM, where) is not None:
                    return
            await self._answer(waiting, fence.claim, fence.worker)

    async def _answer(self, waiting: _Waiting, claim: str, worker: str) -> None:
        """Approve the first claim of a device, and name its owner to every other; the journal first."""
        assert self._js is not None  # noqa: S101 - it is connected
        task, known = waiting.task, waiting.state.approved
        answer = waiting.answers.get(claim)
        if answer is None:
            if self._is_stopping:
                return
            if known is not None and known.claim != claim:
                answer = ClaimAnswer(approval=None, owner=known.worker)
            else:
                answer = self._approve(waiting, claim, worker)
            waiting.answers[claim] = answer
        device = task.device
        where = subject(APPROVAL, device.site, task.change, device.name, claim)
        await publish_last(self._js, where, to_message(answer))

    def _approve(self, waiting: _Waiting, claim: str, worker: str) -> ClaimAnswer:
        task, device, last = waiting.task, waiting.task.device, waiting.state.approved
        seconds = timedelta(seconds=task.wait + task.reload_wait)
        approval = Approval(
            id=secrets.token_hex(16),
            change=task.change,
            run=self._run.id,
            site=device.site,
            device=device.name,
            serials=task.plan.serials,
            task=waiting.digest,
            claim=claim,
            worker=worker,
            number=1 if last is None else last.number + 1,
            expires=datetime.now(UTC) + seconds + _MARGIN,
        )
        event = ApprovedEvent(
            device=device.name,
            site=device.site,
            worker=worker,
            claim=claim,
            approval=approval.id,
            run=approval.run,
            task=approval.task,
            number=approval.number,
            expires=approval.expires,
        )
        self._write(waiting.state, event)
        waiting.approval = approval.id
        return ClaimAnswer(approval=sign(approval, self._key), owner=worker)

    async def _stop(self) -> None:
        """Tell the workers of the call to begin no further step."""
        if self._is_stopping or self._js is None:
            return
        self._is_stopping = True
        sites = {each.task.device.site for each in self._waiting.values()}
        with suppress(TimeoutError):
            async with asyncio.timeout(_STORED):
                for site in sites:
                    where = subject(CONTROL, site, self._run.id)
                    await publish_last(self._js, where, to_message(RunControl(cancelled=True)))


async def _live(message: Msg) -> None:
    """Answer a worker that waits for an approval: this process lives."""
    with suppress(NatsError, OSError):
        await message.respond(to_message(CallAnswer(at_work=True)))


def _operator() -> str:
    """Return USER@HOST of this process, for the operators who find a switch at work."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for the user
        user = "an operator"
    return f"{user}@{platform.node()}"


def _end_of(waiting: _Waiting, failure: DeviceFailure) -> tuple[ChangeOutcome, Any]:
    """Return how a device ended of which there is a failure alone."""
    words = message_text(f"{failure.message}: {failure.hint}" if failure.hint else failure.message)
    if waiting.approval:
        return ChangeOutcome.UNSETTLED, words
    if waiting.state.touched:
        return ChangeOutcome.UNSETTLED, words
    return (ChangeOutcome.UNREAD if failure.kind in _NOT_READ else ChangeOutcome.STALE), words


def valid_events(answer: ChangeAnswer, task: ChangeTask) -> Iterator[JournalEvent]:
    """Yield the events of a worker's journal. Raises ShapeError, ChangeRefused.

    What a worker says is input: it tells how far the approved steps came, and never what they are.
    """
    steps = len(task.plan.steps)
    for each in answer.events:
        kind = each.get("event") if isinstance(each, dict) else None
        if not isinstance(kind, str) or kind not in _EVENTS:
            raise ChangeRefused(f"an event of kind {str(kind)[:40]}")
        event = decode(_EVENTS[kind], each)
        if event.device != task.device.name:
            raise ChangeRefused("an event of another device")
        if isinstance(event, StepEvent) and not 0 <= event.step < steps:
            raise ChangeRefused(f"step {event.step + 1} of {steps}")
        yield event
