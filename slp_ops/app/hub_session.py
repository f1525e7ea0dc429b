"""The session of a run with its hub: a task for each device is submitted, and evidence is taken into the run.

This process owns the run, and its folder is the truth: what was taken is removed from the broker, and what is
not in the folder is submitted again when the run is resumed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, aclosing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from nats.errors import Error as NatsError

from slp_ops.app.device_outcome import Outcome
from slp_ops.app.device_work import TaskLeft, VisitFailed
from slp_ops.app.worker_answers import outcome_in, read_end
from slp_ops.cluster.broker import is_known, live_workers
from slp_ops.cluster.broker_config import CONTROL_STREAM, EVIDENCE_STREAM, TASKS_STREAM
from slp_ops.cluster.connection import connected
from slp_ops.cluster.evidence_parts import end_subject, ends_of, fetch
from slp_ops.cluster.evidence_stream import stored_ends
from slp_ops.cluster.messages import (
    Event,
    HubNotice,
    InvalidMessage,
    RunControl,
    TaskMessage,
    from_message,
    to_message,
)
from slp_ops.cluster.once import last_of, publish_last, publish_once, remove, remove_before, remove_tasks
from slp_ops.cluster.subjects import ANY, CONTROL, EVENT, EVIDENCE, HUB, TASK, names_in, subject
from slp_ops.errors import StoreError
from slp_ops.i18n import pluralize
from slp_ops.json_documents import ShapeError
from slp_ops.model import DeviceFailure
from slp_ops.ports import ProgressEvent, StandingNotice
from slp_ops.runs.device_archive import InvalidArchive
from slp_ops.runs.device_transfer import take
from slp_ops.runs.mask_key import key_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js import JetStreamContext

    from slp_ops.cluster.access_folder import HubAddress
    from slp_ops.cluster.evidence_stream import StoredEnd
    from slp_ops.cluster.messages import EvidenceEnd
    from slp_ops.model import Device
    from slp_ops.ports import OnEvent
    from slp_ops.runs import Run

# How often the workers are looked for, in seconds.
_SWEEP: Final = 5.0
# Without a result for so long, it is looked whether the broker has the tasks.
_QUIET: Final = 30.0
# How long a visit that was cancelled gets to send what it has; a pass waits 4 s for all of it.
_GRACE: Final = 3.0
# How long a run that has ended waits for a broker that is started again: workers would do tasks that stay.
_CLEARING: Final = 30.0
_LOOK_AGAIN: Final = 0.2
# How long a run waits for a site without a worker, and for a hub that does not answer: a computer and its
# services are started again in less.
_PATIENCE: Final = 900.0
_NEARLY_FULL: Final = 0.9
# How long the hub gets to take a task that is left to the workers.
_SUBMIT: Final = 10.0
_REMOVED_AT_ONCE: Final = 200
_MOST_PENDING: Final = 5000  # messages that wait to be looked at
_LARGEST_PENDING: Final = 16 * 2**20


@dataclass(slots=True, eq=False)
class _Visit:
    device: Device
    order: bytes
    on_event: OnEvent
    ended: asyncio.Future[Outcome | None]
    limit: asyncio.Timeout
    gives_files: bool
    sequence: int | None = None  # of the task, unless an earlier process submitted it
    is_submitted: bool = False
    is_begun: bool = False
    is_taken: bool = False


@dataclass(slots=True)
class HubSession:
    """The connection of a run to its hub, from the first task to the last."""

    run: Run
    client: Client
    js: JetStreamContext
    notice: Callable[[str], None]
    stack: AsyncExitStack
    visits: dict[str, _Visit] = field(default_factory=dict)
    background: set[asyncio.Task[None]] = field(default_factory=set)
    cancelling: asyncio.Task[None] | None = None
    sites: set[str] = field(default_factory=set)  # of tasks that were submitted
    is_leaving: bool = False
    left: int = 0  # tasks that workers continue with
    is_connected: bool = True
    lonely: dict[str, float] = field(default_factory=dict)  # since when a site has no worker
    unknown: set[str] = field(default_factory=set)  # sites that the hub did not know at the last look
    silent_since: float | None = None  # since when the hub does not answer
    large: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    taken: set[str] = field(default_factory=set)  # devices whose evidence is in the run
    held: dict[str, int] = field(default_factory=dict)  # devices whose end is not taken, and its sequence
    removable: asyncio.Queue[_Removable] = field(default_factory=asyncio.Queue)
    result_at: float = 0.0  # time of the last result

    @classmethod
    async def open(
        cls, folder: Path, address: HubAddress, run: Run, notice: Callable[[str], None]
    ) -> HubSession:
        """Connect. What an earlier process of the run has cancelled is in force again. Raises HubError."""
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(connected(folder, address))
            session = cls(run, client, client.jetstream(), notice, stack.pop_all())
        await session._end_cancellation()
        # What a site floods this process with is dropped.
        await client.subscribe(
            subject(EVENT, ANY, run.id, ANY),
            cb=session._event,
            pending_msgs_limit=_MOST_PENDING,
            pending_bytes_limit=_LARGEST_PENDING,
        )
        await client.subscribe(HUB, cb=session._hub_notice)
        session._start(session._sweep())
        session._start(session._take_stored())
        session._start(session._remove_taken())
        return session

    async def visit(
        self, device: Device, order: TaskMessage, on_event: OnEvent, *, gives_files: bool
    ) -> Outcome | None:
        """Have a device visited; None where the worker was stopped in it. Evidence is in the run.

        Cancelled, it gives the worker a moment to send what it has. Raises TaskLeft, VisitFailed.
        """
        ended = asyncio.get_running_loop().create_future()
        try:
            visit = _Visit(device, to_message(order), on_event, ended, self._submission_limit(), gives_files)
        except InvalidMessage as err:
            raise VisitFailed(_invalid(device, str(err))) from None
        self.visits[device.name] = visit
        self.sites.add(device.site)
        if device.name in self.held:
            self._start(self._take(device.site, device.name))
        try:
            await self._submit_in_time(visit)
            return await asyncio.shield(ended)
        except asyncio.CancelledError:
            if self.cancelling is None:
                self.cancelling = asyncio.create_task(self._cancel())
            await asyncio.shield(self.cancelling)
            if visit.is_begun:
                await asyncio.wait([ended], timeout=_GRACE)
            raise
        finally:
            del self.visits[device.name]
            self.held.pop(device.name, None)
            if ended.done() and not ended.cancelled():
                ended.exception()  # marks it as seen where the cancellation is what the caller gets

    async def _submit(self, visit: _Visit) -> None:
        name = subject(TASK, visit.device.site, self.run.id, visit.device.name)
        visit.sequence = await publish_once(self.js, name, visit.order, full=self._full)
        visit.is_submitted = True
        if visit.sequence is None:  # an earlier process of the run submitted it: it may be done
            self._start(self._take(visit.device.site, visit.device.name))

    async def _submit_in_time(self, visit: _Visit) -> None:
        """Submit a task, and leave it where all are left. Raises TaskLeft where it is not taken in time."""
        try:
            async with visit.limit:
                await self._submit(visit)
        except TimeoutError:
            if visit.ended.done():  # given up
                return
            raise TaskLeft(is_submitted=False) from None
        if self.is_leaving:
            self._leave(visit)

    def leave(self) -> None:
        """Leave every task to the workers, unless its evidence is being taken."""
        self.is_leaving = True
        for visit in self.visits.values():
            if visit.is_submitted:
                self._leave(visit)
            else:
                visit.limit.reschedule(self._submission_limit().when())

    def _leave(self, visit: _Visit) -> None:
        if not visit.is_taken and not visit.ended.done():
            self.left += 1
            visit.ended.set_exception(TaskLeft(is_submitted=True))

    def _submission_limit(self) -> asyncio.Timeout:
        """Return the limit of a submission: none as long as the result is waited for."""
        if not self.is_leaving:
            return asyncio.timeout(None)
        return asyncio.timeout(_SUBMIT if self.client.is_connected else 0)

    async def _submit_lost(self) -> None:
        """Submit again what a broker that lost its folder does not have."""
        waiting = [each for each in self.visits.values() if each.is_submitted and not each.is_taken]
        wanted = subject(TASK, ANY, self.run.id, ANY)
        there = (await self.js.stream_info(TASKS_STREAM, subjects_filter=wanted)).state.subjects or {}
        for visit in waiting:
            is_there = subject(TASK, visit.device.site, self.run.id, visit.device.name) in there
            if not is_there and not visit.is_taken and not visit.ended.done() and self.cancelling is None:
                await self._submit(visit)

    async def close(self) -> None:
        """Remove what is left of the run from the broker, unless workers continue, and disconnect."""
        if self.left:
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await self.removable.join()
        for task in list(self.background):
            task.cancel()
        if not self.left or self.cancelling is not None:
            with suppress(TimeoutError):  # without a connection it stays until it is too old
                async with asyncio.timeout(_CLEARING if self.cancelling is None else _GRACE):
                    await self._clear()
        await self.stack.aclose()

    async def _clear(self) -> None:
        """Remove what is left of the run. A broker that is started again meanwhile is waited for."""
        run = self.run.id
        while True:
            with suppress(NatsError, OSError):
                await self._remove_tasks()
                break
            await asyncio.sleep(_LOOK_AGAIN)
        await remove(self.js, EVIDENCE_STREAM, f"{subject(EVIDENCE, ANY, run)}.>")
        await remove(self.js, CONTROL_STREAM, subject(CONTROL, ANY, run))

    async def _cancel(self) -> None:
        """Stop every task of the run: those that wait, and those that workers do."""
        with suppress(TimeoutError, NatsError):
            async with asyncio.timeout(_GRACE / 2):
                message = to_message(RunControl(cancelled=True))
                for site in self.sites:
                    await publish_last(self.js, subject(CONTROL, site, self.run.id), message)
                await self._remove_tasks()

    async def _end_cancellation(self) -> None:
        """End the cancellation of an earlier process of the run, which may have been killed in it.

        Workers have acknowledged the tasks that it left, so that no worker gets these any more.
        """
        wanted = subject(CONTROL, ANY, self.run.id)
        if (await self.js.stream_info(CONTROL_STREAM, subjects_filter=wanted)).state.subjects:
            await self._remove_tasks()
            await remove(self.js, CONTROL_STREAM, wanted)

    async def _remove_tasks(self) -> None:
        """Remove the tasks of the run that are still there."""
        info = await self.js.stream_info(TASKS_STREAM, subjects_filter=subject(TASK, ANY, self.run.id, ANY))
        known = {
            subject(TASK, visit.device.site, self.run.id, name): visit.sequence
            for name, visit in self.visits.items()
        }
        left = list(info.state.subjects or {})
        for start in range(0, len(left), _REMOVED_AT_ONCE):
            some = left[start : start + _REMOVED_AT_ONCE]
            await remove_tasks(self.client, TASKS_STREAM, {each: known.get(each) for each in some})

    def _start(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self.background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """End every visit with what ended the work that they rely on."""
        self.background.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        for visit in self.visits.values():
            if not visit.ended.done():
                visit.ended.set_exception(error)

    def _full(self) -> None:
        self.notice(
            StandingNotice("the hub's disk for tasks is full: the rest is submitted when there is room")
        )

    async def _hub_notice(self, message: Msg) -> None:
        with suppress(InvalidMessage):
            if from_message(HubNotice, message.data).disk_full:
                self.notice(
                    StandingNotice(
                        "the hub's disk is full: it stores nothing, and results wait at the workers; "
                        "free some space on the hub, which then continues by itself"
                    )
                )

    async def _event(self, message: Msg) -> None:
        """Show progress. A message of another site than the device's is none."""
        with suppress(InvalidMessage, ValueError):
            site, _, name = names_in(EVENT, message.subject)
            visit = self.visits.get(name)
            if visit is None or visit.device.site != site:
                return
            event = from_message(Event, message.data)
            visit.is_begun = True
            visit.on_event(
                ProgressEvent(device=name, what=event.what, detail=event.detail, bytes=event.bytes)
            )

    async def _take_stored(self) -> None:
        """Take evidence in the order in which the broker stores it."""
        async with aclosing(stored_ends(self.client, self.run.id)) as stored:
            async for ends in stored:
                await self._take_delivered(ends)

    async def _take_delivered(self, ends: Sequence[StoredEnd]) -> None:
        batch = []
        for end in ends:
            # Delivered again, behind a connection that was broken; or of no task of the run.
            if end.device in self.taken or self.run.site_of(end.device) != end.site:
                continue
            self.held[end.device] = end.sequence
            visit = self._claim(end.site, end.device)
            if visit is not None:
                batch.append((visit, end.data))
        if batch:
            await self._take_into_run(batch, last=ends[-1])

    async def _take(self, site: str, name: str) -> None:
        """Take the evidence of a device that was stored before its visit began here."""
        before = self.held.get(name)
        visit = self._claim(site, name)
        if visit is None:
            return
        data = await last_of(self.js, EVIDENCE_STREAM, end_subject(site, self.run.id, name))
        if data is not None:
            await self._take_into_run([(visit, data)])
            return
        visit.is_taken = False
        if self.held.get(name) != before:  # it was stored, and delivered, since the broker was asked
            await self._take(site, name)
        elif self.is_leaving:
            self._leave(visit)

    def _claim(self, site: str, name: str) -> _Visit | None:
        """Return the visit whose evidence is to be taken, once."""
        visit = self.visits.get(name)
        if visit is None or visit.device.site != site or visit.is_taken:
            return None
        visit.is_taken = True
        return visit

    async def _take_into_run(
        self, batch: Sequence[tuple[_Visit, bytes]], *, last: StoredEnd | None = None
    ) -> None:
        """Take the evidence of devices into the run, then end their visits, and have it removed.

        ``last`` is the last end that was delivered.
        """
        small: list[_Found] = []
        outcomes: list[tuple[_Visit, Outcome | Exception | None]] = []
        parts = []
        for visit, message in batch:
            try:
                end, data = read_end(message)
                if not end.parts:
                    small.append((visit, end, data))
                    continue
                parts.append(visit)
                async with self.large:
                    data = await fetch(self.js, self._names(visit), end)
                    outcomes += await asyncio.to_thread(self._store, [(visit, end, data)])
            except InvalidMessage as err:
                outcomes.append((visit, Outcome(failure=rejected_evidence(visit.device.site, str(err)))))
        outcomes += await asyncio.to_thread(self._store, small)
        stopped = [visit for visit, outcome in outcomes if outcome is None]
        if self.cancelling is None:  # otherwise all are removed at the end
            await self._remove_tasks_of(stopped)  # they may be visited again
            for visit in stopped:
                await self._remove_evidence(visit)
        self.result_at = asyncio.get_running_loop().time()
        for visit, outcome in outcomes:
            self.held.pop(visit.device.name, None)
            if visit not in stopped:
                self.taken.add(visit.device.name)
            if visit.ended.done():
                continue
            if isinstance(outcome, Exception):
                visit.ended.set_exception(outcome)
            else:
                visit.ended.set_result(outcome)
        self.removable.put_nowait(
            _Removable(
                tasks=[visit for visit, _ in outcomes if visit not in stopped],
                parts=parts,
                # What is not taken stays, with all behind it.
                ends_before=0 if last is None else min((last.sequence + 1, *self.held.values())),
                connection=0 if last is None else last.connection,
            )
        )

    def _store(self, found: Sequence[_Found]) -> list[tuple[_Visit, Outcome | Exception | None]]:
        """Have evidence in the run, on the disk where it is packed; return what each visit ends with."""
        outcomes: list[tuple[_Visit, Outcome | Exception | None]] = []
        for visit, end, data in found:
            outcome: Outcome | Exception | None
            try:
                take(data, self.run, visit.device, gives_files=visit.gives_files)
                outcome = self._outcome(visit.device.site, end)
            except (InvalidMessage, InvalidArchive, ShapeError) as err:
                outcome = Outcome(failure=rejected_evidence(visit.device.site, str(err)))
            except Exception as err:  # noqa: BLE001 - a disk that is full, or a defect: it is this device's
                outcome = err
            outcomes.append((visit, outcome))
        try:
            self.run.sync_packs()
        except StoreError as err:
            return [(visit, err) for visit, _, _ in found]
        return outcomes

    def _outcome(self, site: str, end: EvidenceEnd) -> Outcome | None:
        if end.mask_key != key_id(self.run.evidence.key):
            self.notice(
                StandingNotice(f"site {site} masks with another key: its masks do not compare with others")
            )
        return outcome_in(end, str(self.run.path))

    async def _remove_taken(self) -> None:
        """Remove from the broker what is in the run.

        The tasks first: evidence that is still there when this process is killed is taken again.
        """
        while True:
            wanted = [await self.removable.get()]
            while not self.removable.empty():
                wanted.append(self.removable.get_nowait())
            await self._remove_tasks_of([visit for each in wanted for visit in each.tasks])
            connection = self.client.stats["reconnects"]
            before = max((each.ends_before for each in wanted if each.connection == connection), default=0)
            if before:
                await remove_before(self.js, EVIDENCE_STREAM, ends_of(self.run.id), before)
            for visit in (visit for each in wanted for visit in each.parts):
                await self._remove_evidence(visit)
            for _ in wanted:
                self.removable.task_done()

    async def _remove_tasks_of(self, visits: Sequence[_Visit]) -> None:
        tasks = {subject(TASK, *self._names(visit)): visit.sequence for visit in visits}
        await remove_tasks(self.client, TASKS_STREAM, tasks)

    async def _remove_evidence(self, visit: _Visit) -> None:
        await remove(self.js, EVIDENCE_STREAM, f"{subject(EVIDENCE, *self._names(visit))}.>")

    def _names(self, visit: _Visit) -> tuple[str, str, str]:
        """Return site, run and device."""
        return visit.device.site, self.run.id, visit.device.name

    async def _sweep(self) -> None:
        """Submit what the broker has lost, and tell where nothing goes on."""
        loop = asyncio.get_running_loop()
        reconnects, looked_at = self.client.stats["reconnects"], loop.time()
        while True:
            await asyncio.sleep(_SWEEP)
            with suppress(NatsError, OSError):
                is_quiet = loop.time() - max(self.result_at, looked_at) > _QUIET
                if is_quiet or self.client.stats["reconnects"] != reconnects:
                    seen = self.client.stats["reconnects"]
                    await self._submit_lost()
                    reconnects, looked_at = seen, loop.time()
                await self._look_after_sites({worker.site for worker in await live_workers(self.js)})
                await self._look_after_disk()
            self._look_after_connection()

    async def _look_after_sites(self, attended: set[str]) -> None:
        """Name sites that have lost their workers; end what waits for one that is gone for good."""
        waiting = Counter(visit.device.site for visit in self.visits.values())
        now = asyncio.get_running_loop().time()
        self.lonely = {site: self.lonely.get(site, now) for site in waiting if site not in attended}
        for site, since in self.lonely.items():
            if since == now:
                switches = pluralize(waiting[site], "switch")
                self.notice(f"site {site} has no worker any more: {switches} wait until one is started")
            elif now - since > _PATIENCE:
                self._give_up(
                    _gone("no_worker", f"site {site} had no worker for {_PATIENCE / 60:.0f} minutes"), site
                )
        unknown = {site for site in self.lonely if not await is_known(self.js, site)}
        for site in unknown & self.unknown:  # a broker that was started again does not know any for a moment
            self._give_up(
                DeviceFailure(
                    kind="site_revoked",
                    message=f"site {site} was revoked at the hub while its switches were read",
                    hint="add it again: slp-ops hub site add; then read the rest with --resume last",
                ),
                site,
            )
        self.unknown = unknown

    async def _look_after_disk(self) -> None:
        """Name a hub that has hardly room for evidence: workers wait with what they have read."""
        info = await self.js.stream_info(EVIDENCE_STREAM)
        if info.config.max_bytes and info.state.bytes > _NEARLY_FULL * info.config.max_bytes:
            self.notice(
                StandingNotice(
                    "the hub's disk for evidence is nearly full: workers wait until there is room; "
                    "slp-ops hub status shows it"
                )
            )

    def _give_up(self, failure: DeviceFailure, site: str | None = None) -> None:
        """End the visits that wait, of one site or all."""
        for visit in self.visits.values():
            # Evidence that is being taken comes, unless the hub is silent.
            concerned = site == visit.device.site and not visit.is_taken
            if (concerned or site is None) and not visit.ended.done():
                visit.ended.set_result(Outcome(failure=failure))
                if not visit.is_submitted:
                    visit.limit.reschedule(asyncio.get_running_loop().time())

    def _look_after_connection(self) -> None:
        now = asyncio.get_running_loop().time()
        if self.client.is_connected:
            self.silent_since = None
        elif self.silent_since is None:
            self.silent_since = now
        elif now - self.silent_since > _PATIENCE:
            self._give_up(_gone("hub", f"the hub did not answer for {_PATIENCE / 60:.0f} minutes"))
        if self.is_connected != self.client.is_connected:
            self.is_connected = self.client.is_connected
            self.notice(
                "the hub is connected again"
                if self.is_connected
                else "the hub does not answer; workers continue, and their results are taken when it is back"
            )


_Found: TypeAlias = "tuple[_Visit, EvidenceEnd, bytes]"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Removable:
    """Tasks whose evidence is in the run, those of which it has parts, and the first end that stays.

    The sequence of the end is that of a connection: the number of reconnections before it.
    """

    tasks: Sequence[_Visit]
    parts: Sequence[_Visit]
    ends_before: int
    connection: int


def _invalid(device: Device, reason: str) -> DeviceFailure:
    return DeviceFailure(
        kind="defect",
        message=f"a defect of slp-ops: an invalid message for or of a worker of site {device.site}: {reason}",
        hint="use the same release at every worker and here; report it if that is so",
    )


def _gone(kind: str, message: str) -> DeviceFailure:
    return DeviceFailure(
        kind=kind,
        message=message,
        hint="slp-ops hub status shows what is wrong; then read the rest with --resume last",
    )


def rejected_evidence(site: str, reason: str) -> DeviceFailure:
    """Return the failure of a device whose evidence, from a worker of this site, cannot be used."""
    return DeviceFailure(
        kind="evidence",
        message=f"the evidence of a worker of site {site} is not accepted: {reason}",
        hint="use the same release at every worker and here; look at who uses the worker's computer",
    )
