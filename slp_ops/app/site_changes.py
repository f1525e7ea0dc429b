"""Changes that a worker makes for an operator elsewhere: a fence, an approval, a journal, then the change.

A worker claims a device with a random number that it has written down before. The operator signs an approval
for this claim and for exactly this task, so that what a hub forges, repeats or alters permits nothing. The
journal here, in the worker's state directory, decides what is sent; a worker without it only reads.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakValueDictionary

from nats.errors import Error as NatsError

from slp_ops.app.change.apply import DeviceChangeResult, apply, revert
from slp_ops.app.change.context import (
    BufferedEvidence,
    ChangeContext,
    EvidenceRecord,
    FileCopying,
    StopController,
    Timeouts,
)
from slp_ops.app.change.operator import Decisions, ScriptedAnswers
from slp_ops.app.change_task import IMPORT, ChangeAnswer, ChangeReport, TaskFiles
from slp_ops.app.read_device import collect
from slp_ops.app.site_journals import CLAIM_FILE, held
from slp_ops.app.site_leases import NOTHING_SENT, SwitchLease, refuse_full
from slp_ops.app.site_planning import PlaybookPlanning
from slp_ops.app.site_policy import check_expiry
from slp_ops.app.usage_import_task import ImportPlanning
from slp_ops.cluster.approval import differing_field, digest_of
from slp_ops.cluster.broker import ACK_WAIT
from slp_ops.cluster.broker_config import CONTROL_STREAM, FENCE_STREAM
from slp_ops.cluster.evidence_parts import is_stored
from slp_ops.cluster.messages import (
    ClaimAnswer,
    Fence,
    InvalidMessage,
    Lease,
    OwnerCall,
    from_message,
    to_message,
)
from slp_ops.cluster.once import last_of, publish_once
from slp_ops.cluster.subjects import APPROVAL, FENCE, OPERATOR, OWNER, subject
from slp_ops.errors import ChangeRefused, SlpOpsError
from slp_ops.i18n import Text
from slp_ops.json_documents import ShapeError, decode, encode, json_document, parse_json, to_json
from slp_ops.messages import message_text
from slp_ops.planning.journal_state import (
    ApprovedEvent,
    BeginEvent,
    ChangeOutcome,
    StepState,
    SwitchState,
)
from slp_ops.planning.model import plan_differences, what_changed
from slp_ops.planning.planner import serials_of
from slp_ops.rules.dependencies import FactContext
from slp_ops.runs import atomic_files
from slp_ops.runs.change_index import NO_SEAL
from slp_ops.runs.journal import FILE, JournalFile
from slp_ops.runs.journal import read as read_journal
from slp_ops.runs.names import folder_name, is_plain
from slp_ops.steps import ConfigStep, unsendable
from slp_ops.temporary_files import replacing
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from slp_ops.app.change_task import ChangeTask
    from slp_ops.app.site_journals import KnownJournal
    from slp_ops.app.site_planning import SitePlanning
    from slp_ops.app.site_policy import ChangePolicy
    from slp_ops.cluster.approval import Approval
    from slp_ops.cluster.calls import Calls
    from slp_ops.cluster.messages import TaskMessage
    from slp_ops.parsing import Facts
    from slp_ops.planning.journal_state import RecordedChange
    from slp_ops.planning.model import PlanningResult
    from slp_ops.ports import CopyingTransport, OnEvent
    from slp_ops.rules.values import Outcome
    from slp_ops.runs.run_writer import DeviceFolder

# How long an operator's process may take to answer a claim: it is at work, or has ended.
_APPROVAL_SECONDS: Final = 60.0
# Without a sign of life for so long it has ended; a link that was cut is back in less.
_OPERATOR_SILENT: Final = ACK_WAIT
_LOOK_AGAIN: Final = 0.1
# An owner stops half a wait after its last answered heartbeat; another worker looks after two whole ones.
_LEASE: Final = 2 * ACK_WAIT
_ASK_OWNER: Final = 0.5
_LOST: Final = ACK_WAIT / 2
_BEAT: Final = ACK_WAIT / 4
_BEAT_ANSWER: Final = 3.0
_BEAT_AGAIN: Final = 1.0
_LONGEST_STEP: Final = 30.0  # what a worker that ends grants the steps that run
_KEPT: Final = timedelta(days=60)


@json_document
class OwnClaim:
    """The number with which this worker claims a change, written before it is used."""

    claim: str


class _NotTheOwner(Exception):
    """Another worker has the change."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(slots=True)
class SiteChanges:
    """The changes of one worker."""

    policy: ChangePolicy
    site: str
    holder: str
    client: Client
    js: JetStreamContext
    calls: Calls
    transport: CopyingTransport
    _running: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _stops: dict[str, set[StopController]] = field(default_factory=dict)

    def stop(self, run: str, why: Text | None = None) -> None:
        """Begin no further step in the changes of a run. ``why`` is None where the operator stopped it."""
        for each in self._stops.get(run, ()):
            each.stop(why)

    async def end(self) -> None:
        """Begin no further step anywhere, and wait for those that run."""
        for run in list(self._stops):
            self.stop(run, _WORKER_ENDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST_STEP):
                while self._stops:
                    await asyncio.sleep(_LOOK_AGAIN)

    def has_begun(self, change: str, device: str) -> bool:
        """Return whether this worker has claimed a change of a device."""
        return is_plain(change) and (self.policy.folder / change / folder_name(device) / CLAIM_FILE).exists()

    async def change(
        self,
        task: ChangeTask,
        order: TaskMessage,
        message: Msg,
        *,
        is_passed: bool = False,
        evidence: DeviceFolder,
        mask: Callable[[str], str],
        on_event: OnEvent,
    ) -> ChangeAnswer:
        """Make an approved change, or report what became of it.

        One of which another worker has the journal is passed to that worker, unless it ``is_passed`` by one
        itself. Raises ChangeRefused, StoreError.
        """
        is_import = order.work == IMPORT.name
        planning: SitePlanning = ImportPlanning() if is_import else PlaybookPlanning(self.policy.wanted)
        self._check(task, order.task, planning)
        stop = StopController()
        device = task.device.name
        change = _Change(
            owner=self,
            task=task,
            planning=planning,
            order=order,
            ack="" if is_passed else message.reply,
            digest=digest_of(order.work, order.task, debug=order.debug),
            place=self.policy.folder / task.change / folder_name(device),
            lease=SwitchLease(
                self.js,
                self.calls,
                self.site,
                device,
                Lease(
                    worker=self.holder,
                    change=task.change,
                    run=order.run,
                    operator=task.operator,
                    timer=max((getattr(step, "timer", None) or 0 for _, step in task.plan.steps), default=0),
                ),
                stop=stop,
                silence=_LEASE,
            ),
            stop=stop,
            evidence=EvidenceRecord(evidence),
            mask=mask,
            on_event=on_event,
        )
        beating = asyncio.create_task(self._watch(message, stop, change.lease))
        # A task may be delivered a second time while it is done: the second one gets the result of the first.
        lock = self._running.setdefault((task.change, device), asyncio.Lock())
        self._stops.setdefault(order.run, set()).add(stop)
        try:
            async with lock:
                return await change.answer()
        finally:
            beating.cancel()
            self._stops[order.run].discard(stop)
            if not self._stops[order.run]:
                del self._stops[order.run]

    async def _watch(self, message: Msg, stop: StopController, lease: SwitchLease) -> None:
        """Begin no further step where the broker has not answered for too long: another worker looks then.

        It has answered where the lease is known to be this worker's as well.
        """
        answered = stop.now()
        while True:
            stop.permit_until(answered + _LOST, _HUB_LOST)
            asked = stop.now()
            try:
                await self.client.request(message.reply, b"+WPI", timeout=_BEAT_ANSWER)
                async with asyncio.timeout(_BEAT_ANSWER):
                    await lease.confirm()
                answered = asked
                await asyncio.sleep(_BEAT)
            except (NatsError, OSError, TimeoutError, ChangeRefused):
                await asyncio.sleep(_BEAT_AGAIN)
            if stop.now() - answered > _LOST:
                stop.stop(_HUB_LOST)

    def _check(self, task: ChangeTask, sent: Any, planning: SitePlanning) -> None:
        """Refuse what this worker never does. ``sent`` is the task as it came. Raises ChangeRefused."""
        plan = task.plan
        if not is_plain(task.change) or plan.name != task.device.name or plan.site != self.site:
            raise ChangeRefused("the task of a change is not well formed")
        self.policy.check(task, sent, plan, planning.verb)
        planning.check(task)
        for _, step in plan.steps:
            if unsendable(step) is not None:
                raise ChangeRefused("a line of the plan has a control character")


@dataclass(slots=True, kw_only=True)
class _Change:
    """One change of one device. ``ack`` is empty for a task that another worker has passed."""

    owner: SiteChanges
    task: ChangeTask
    planning: SitePlanning
    order: TaskMessage
    ack: str
    digest: str
    place: Path
    lease: SwitchLease
    stop: StopController
    evidence: EvidenceRecord
    mask: Callable[[str], str]
    on_event: OnEvent
    is_sent: bool = False  # steps of the change may have been sent, now or earlier

    @property
    def run(self) -> str:
        """Return the run of the operator's call."""
        return self.order.run

    @property
    def _names(self) -> tuple[str, str, str]:
        return self.owner.site, self.task.change, self.task.device.name

    @property
    def _journal_path(self) -> Path:
        return self.place / FILE

    def _has_journal(self, known: KnownJournal) -> bool:
        """Return whether this worker has begun the change; a journal without a whole line is removed.

        Raises ChangeRefused where a journal was begun that is gone, StoreError.
        """
        data = self._content(self._journal_path)
        if data is not None and b"\n" in data:
            return True
        if data is not None:
            self._journal_path.unlink()
        if known.last_seal is not None:
            raise self._not_trusted("is gone")
        return False

    def _content(self, path: Path) -> bytes | None:
        """Return the content of a file of this change; None without one. Raises StoreError."""
        with atomic_files.store_errors("read", path):
            try:
                return atomic_files.read(path, within=self.place)
            except FileNotFoundError:
                return None

    def _not_trusted(self, what: str) -> ChangeRefused:
        return ChangeRefused(
            f"the worker's journal of this change {what}: what was sent is unknown, and nothing is sent",
            hint=f"look at the switch; restore {self._journal_path} at {self.owner.holder}, or abandon the "
            "change",
        )

    async def answer(self) -> ChangeAnswer:
        """Make the change where it is this worker's."""
        patience = _APPROVAL_SECONDS + self.task.wait + self.task.reload_wait
        known = await held(self.place, self.stop, patience)
        try:
            answer = await self._made(known)
            if answer.report.end is not ChangeOutcome.UNSETTLED:
                await self.lease.give_back(is_sent=self.is_sent)
            return answer
        except _NotTheOwner as other:
            await self.lease.give_back(is_sent=False)
            return await self._of_owner(other.owner)
        except SlpOpsError:
            await self.lease.give_back(is_sent=self.is_sent)
            raise
        finally:
            known.entry.close(done=False)

    async def _made(self, known: KnownJournal) -> ChangeAnswer:
        """Make the change. Raises _NotTheOwner, ChangeRefused, StoreError.

        Where this ends in another way, as by a kill, or with a step of unknown outcome, the lease stays.
        """
        if self._has_journal(known):
            return await self._continued(known)
        approval = await self._approval(await self._claim())
        begin = BeginEvent(
            slp_ops=__version__, run=self.run, change=self.task.change, plans=(self.task.plan,)
        )
        with JournalFile.create(self._journal_path, begin, entry=known.entry) as journal:
            journal.write(self._approved(approval))
            known.entry.sync()
            return await self._make(journal, SwitchState(self.task.plan), decision=True)

    async def _continued(self, known: KnownJournal) -> ChangeAnswer:
        """Continue a change of which this worker has the journal."""
        journal, recorded = JournalFile.resume(self._journal_path, last_seal=known.last_seal or NO_SEAL)
        with journal:
            if not journal.sealed:
                raise self._not_trusted("was altered, or is not complete")
            journal.hold(known.entry)
            state = recorded.states[self.task.device.name]
            begun = recorded.begin.plans[0]
            if begun != self.task.plan:
                parts = "; ".join(plan_differences(begun, self.task.plan))
                raise ChangeRefused(
                    f"the plan differs from that of the change which this worker began ({parts})",
                    hint="a step with other values is repeated at the site: "
                    f"SLP_OPS_HUB= slp-ops {self.planning.verb}",
                )
            last = state.approved
            is_same = last is not None and (last.task, last.run) == (self.digest, self.run)
            if is_same and state.end is not None:
                return self._answer(self._recorded(state), recorded)  # the approval is used
            self.is_sent = bool(state.steps)
            is_left = not replace(state, is_at_worker=False).finished and state.has_steps_left
            await self.lease.take(is_owner=True, has_begun=self.is_sent and is_left)
            if is_same and last is not None:
                check_expiry(last.expires)
            else:
                approval = await self._approval(await self._claim() if last is None else last.claim)
                if last is not None and approval.number <= last.number:
                    raise ChangeRefused("the approval was used already, or a later one was")
                journal.write(self._approved(approval))
            state.is_at_worker = False  # it is this one
            for number in self.task.done:
                state.steps[number] = StepState.DONE
            # A decision is for one moment: a process that was killed may have acted on it.
            return await self._make(journal, state, decision=not is_same)

    # -- fence and approval -----------------------------------------------------------------------

    def _own_claim(self) -> str | None:
        """Return the number with which this worker has claimed the change. Raises StoreError."""
        data = self._content(self.place / CLAIM_FILE)
        if data is None:
            return None
        try:
            return decode(OwnClaim, parse_json(data)).claim
        except (ShapeError, ValueError):
            return None

    async def _claim(self) -> str:
        """Claim the change, behind the lease of its switch. Raises _NotTheOwner, ChangeRefused.

        An operator approves what is claimed: a change of a switch at work is not.
        """
        claim = self._own_claim()
        if claim is None:
            if self.task.owner:
                raise _NotTheOwner(self.task.owner)
            claim = secrets.token_hex(16)
            with replacing(self.place / CLAIM_FILE, sync=True) as file:
                file.write(to_json(OwnClaim(claim=claim)).encode())
        if owner := await self.lease.take(is_owner=False):
            raise _NotTheOwner(owner)
        name = subject(FENCE, *self._names)
        mine = to_message(Fence(worker=self.owner.holder, claim=claim))
        try:
            async with asyncio.timeout(_APPROVAL_SECONDS):
                await publish_once(self.owner.js, name, mine, full=refuse_full)
                data = await last_of(self.owner.js, FENCE_STREAM, name)
        except TimeoutError:
            raise ChangeRefused(
                f"the hub has not taken the claim of the worker within {_APPROVAL_SECONDS:g} s",
                hint="start the hub with the release of the worker, and its slp-ops hub up again",
            ) from None
        if data is not None and (fence := from_message(Fence, data)).claim != claim:
            raise _NotTheOwner(fence.worker)
        return claim

    async def _approval(self, claim: str) -> Approval:
        """Wait for the approval of this claim and task. Raises ChangeRefused, _NotTheOwner."""
        name = subject(APPROVAL, *self._names, claim)
        reason = f"the operator has not approved it within {_APPROVAL_SECONDS:g} s"
        process = subject(OPERATOR, self.owner.site, self.run)
        with suppress(TimeoutError):
            async with asyncio.timeout(_APPROVAL_SECONDS):
                while not self.stop.stopping:
                    data = await last_of(self.owner.js, CONTROL_STREAM, name)
                    if data is not None:
                        found = self._read_answer(data, claim)
                        if found is not None:
                            return found
                        reason = "the approval is for another call"
                    if await self.owner.calls.silence(process) > _OPERATOR_SILENT:
                        reason = "the process that approves it has ended, or does not reach the hub"
                        break
                    await asyncio.sleep(_LOOK_AGAIN)
                else:
                    reason = "it was stopped before it was approved"
        raise ChangeRefused(reason, hint=NOTHING_SENT)

    def _read_answer(self, data: bytes, claim: str) -> Approval | None:
        """Return the approval in an operator's answer; None for one of an earlier call."""
        try:
            answer = from_message(ClaimAnswer, data)
        except InvalidMessage as error:
            raise ChangeRefused(f"the approval is not valid: {error}") from None
        if answer.approval is None:
            raise _NotTheOwner(answer.owner)
        approval = self.owner.policy.verified(answer.approval)
        if other := differing_field(
            approval,
            site=self.owner.site,
            device=self.task.device.name,
            change=self.task.change,
            claim=claim,
            worker=self.owner.holder,
        ):
            raise ChangeRefused(f"the approval is for another {other}")
        if approval.run != self.run:
            return None
        if approval.task != self.digest:
            raise ChangeRefused("the plan was changed on the way: another one was approved")
        if approval.serials != self.task.plan.serials:
            raise ChangeRefused("the approval is for another serial number")
        check_expiry(approval.expires)
        return approval

    def _approved(self, approval: Approval) -> ApprovedEvent:
        return ApprovedEvent(
            device=approval.device,
            site=approval.site,
            worker=approval.worker,
            claim=approval.claim,
            approval=approval.id,
            run=approval.run,
            task=approval.task,
            number=approval.number,
            expires=approval.expires,
        )

    # -- the change -------------------------------------------------------------------------------

    def _judge(self, facts: Facts) -> tuple[Outcome, ...]:
        return self.planning.judge(self.task, facts)

    def _plan_again(self, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]) -> PlanningResult:
        return self.planning.replan(self.task, memory, outcomes)

    async def _make(self, journal: JournalFile, state: SwitchState, *, decision: bool) -> ChangeAnswer:
        task = self.task
        settled = {task.device.name: task.decision} if decision and task.decision is not None else {}
        journal.reserve((task.plan,))
        context = ChangeContext(
            device=task.device,
            plan=task.plan,
            transport=self.owner.transport,
            evidence=self.evidence,
            mask=self.mask,
            journal=journal,
            commands=self.planning.commands,
            row_commands=self.planning.row_commands,
            judge=self._judge,
            replan=self._plan_again,
            operator=ScriptedAnswers(
                manual_done=task.manual_done, settled=Decisions(settled, {task.device.name: state})
            ),
            stop_controller=self.stop,
            timeouts=Timeouts(wait=task.wait, reload=task.reload_wait),
            copying=FileCopying(transport=self.owner.transport, file_store=TaskFiles(task)),
            on_event=self.on_event,
        )
        self.is_sent = True
        if task.back:
            applied = await revert(context, state)
        else:
            applied = await apply(context, state, rollback_on_fail=task.rollback_on_fail)
        self.is_sent = bool(state.steps)
        return self._answer(applied, read_journal(self._journal_path))

    def _recorded(self, state: SwitchState) -> DeviceChangeResult:
        """Return the result of a change that has ended, by its journal."""
        device = self.task.device
        return DeviceChangeResult(
            name=device.name,
            site=device.site,
            end=state.end or ChangeOutcome.UNSETTLED,
            why=state.why,
            steps_done=state.next_step,
            steps=len(state.plan.steps),
            refused=StepState.REFUSED in state.steps.values(),
            can_repeat=state.can_repeat,
            can_roll_back=state.can_roll_back,
        )

    def _answer(self, applied: DeviceChangeResult, recorded: RecordedChange) -> ChangeAnswer:
        return ChangeAnswer(
            worker=self.owner.holder,
            device=self.task.device.name,
            site=self.owner.site,
            report=ChangeReport.of(applied),
            captures=tuple(self.evidence.captures),
            events=tuple(_events_of(recorded, self.task.device.name)),
        )

    # -- a change of another worker ---------------------------------------------------------------

    async def _of_owner(self, owner: str) -> ChangeAnswer:
        """Have the change done by the worker that has begun it.

        Where that one is gone, read what the switch shows, and send nothing.
        """
        shown = _UNKNOWN if await self._is_done_by(owner) else await self._shown()
        why = _AT_OTHER.format(worker=owner, shown=shown)
        plan = self.task.plan
        return ChangeAnswer(
            worker=self.owner.holder,
            device=self.task.device.name,
            site=self.owner.site,
            report=ChangeReport.of(
                DeviceChangeResult(
                    name=plan.name,
                    site=plan.site,
                    end=ChangeOutcome.UNSETTLED,
                    why=why,
                    steps=len(plan.steps),
                )
            ),
            captures=tuple(self.evidence.captures),
            is_whole=False,
        )

    async def _is_done_by(self, owner: str) -> bool:
        """Pass the task to its owner, and return whether that one has done it: this result is not stored.

        Return False where the owner has been silent for so long that it sends nothing more, or has not begun
        the change.
        """
        site, change, device = self._names
        asks = bool(owner and self.ack) and owner != self.owner.holder
        where = subject(OWNER, site, owner) if asks else ""
        since, has_it = self.stop.now(), False
        longest = since + self.task.wait + self.task.reload_wait + 2 * _LEASE
        while not self.stop.stopping and self.stop.now() < longest:
            if await is_stored(self.owner.js, site, self.run, device):
                return True
            order = None if has_it else self.order
            call = OwnerCall(run=self.run, change=change, device=device, ack=self.ack, order=order)
            answer = await self.owner.calls.ask(where, to_message(call)) if asks else None
            now = self.stop.now()
            if answer is not None:
                if not answer.at_work and answer.has_room:
                    return has_it  # it stores its result before it answers so
                since = now
            elif now - since >= _LEASE or (asks and self.owner.calls.silent_for(where) >= _LEASE):
                return False
            has_it = answer is not None and answer.at_work
            await self.stop.wait_or_stop(min(_ASK_OWNER, _LEASE))
        return False

    async def _read(self) -> tuple[BufferedEvidence, Text | None]:
        """Read the switch; return also why that was not possible."""
        memory = BufferedEvidence(self.evidence, self.mask, self.planning.row_commands)
        result = await collect(
            self.task.device,
            transport=self.owner.transport,
            evidence=memory,
            commands=self.planning.commands,
            on_event=self.on_event,
        )
        if memory.any_read:
            return memory, None
        why = _NO_REASON if result.error is None else message_text(result.error.message)
        return memory, _UNREAD.format(why=why)

    async def _shown(self) -> Text:
        """Return what the switch shows of the plan: applied, not applied, or unknown."""
        task = self.task
        memory, why = await self._read()
        if why is not None:
            return why
        facts = memory.facts
        if serials_of(FactContext(facts)) != task.plan.serials:
            return _OTHER_SWITCH
        found = self._plan_again(memory, self._judge(facts))
        if task.back or memory.any_cut:
            return _UNKNOWN
        if found.plan is None:
            return _APPLIED if all(each.needless for each in found.skipped) else _UNKNOWN
        same = not what_changed(task.plan.fields, found.plan.fields) and not plan_differences(
            task.plan, found.plan
        )
        only_lines = all(isinstance(step, ConfigStep) for _, step in task.plan.steps)
        return _NOT_APPLIED if same and only_lines else _UNKNOWN


def forget_finished(folder: Path) -> None:
    """Remove the journals of changes that ended long ago: their approvals and fences have expired."""
    before = datetime.now(UTC) - _KEPT
    for journal in folder.glob(f"*/*/{FILE}"):
        with suppress(OSError, SlpOpsError):
            if datetime.fromtimestamp(journal.stat().st_mtime, UTC) > before:
                continue
            states = [
                replace(each, is_at_worker=False)  # it is this one
                for each in read_journal(journal).states.values()
            ]
            if all(each.finished or not each.touched for each in states):
                shutil.rmtree(journal.parent)
                journal.parent.parent.rmdir()


def _events_of(recorded: RecordedChange, device: str) -> Iterator[Any]:
    """Yield the events of a device that its operator's journal has to have."""
    for event in recorded.events:
        if getattr(event, "device", None) == device and not isinstance(event, ApprovedEvent):
            yield encode(event)


_WORKER_ENDS: Final = Text("its worker was stopped", "ワーカが停止されました")
_HUB_LOST: Final = Text(
    "its worker had no answer of the hub for {seconds} s",
    "ワーカは {seconds} 秒間、ハブの応答を受信していません",
).format(seconds=f"{_LOST:g}")
_AT_OTHER: Final = Text(
    "worker {worker} has this change and its journal, and does not answer; another worker has only read the "
    "switch: {shown}. Start {worker} again, with its state directory, and resume",
    "この変更とジャーナルはワーカ {worker} にありますが、応答がありません。"
    "別のワーカがスイッチを読み取っただけです: {shown}。"
    "{worker} を元の状態ディレクトリで再び起動し、再開してください",
)
_APPLIED: Final = Text("the change is applied", "変更は適用されています")
_NOT_APPLIED: Final = Text("the change is not applied", "変更は適用されていません")
_UNKNOWN: Final = Text("it is unknown if the change is applied", "変更が適用されたかどうかは不明です")
_OTHER_SWITCH: Final = Text("another switch answers at its address", "このアドレスで別のスイッチが応答します")
_UNREAD: Final = Text("it could not be read: {why}", "読み取れませんでした: {why}")
_NO_REASON: Final = Text("no reason is known", "理由不明")
