"""A worker of a site: visits switches close to it for runs elsewhere, and only connects outwards.

Inventory, credentials, host keys and limits are its own. A task names a switch; one that is not in the
worker's inventory with the same address and login is refused, so that no hub can make it log in elsewhere.
"""

from __future__ import annotations

import asyncio
import binascii
import re
import secrets
import shutil
from base64 import b64decode
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final
from weakref import WeakValueDictionary

from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from slp_ops.app.change_task import CHANGES
from slp_ops.app.device_outcome import Outcome, outcome_of
from slp_ops.app.device_work import ChangeTools, DeviceTools
from slp_ops.app.foreign_errors import is_foreign
from slp_ops.app.site_changes import SiteChanges
from slp_ops.app.site_host_keys import CopiesWithFirstKeys, FirstKeys, WithFirstKeys
from slp_ops.app.site_limits import SiteLimits
from slp_ops.app.works import USAGE_IMPORT, USAGE_SAVE, WORKS, work_of
from slp_ops.cluster.broker import ACK_WAIT
from slp_ops.cluster.broker_config import CONTROL_STREAM, TASKS_STREAM
from slp_ops.cluster.calls import Calls
from slp_ops.cluster.connection import check_access, connected
from slp_ops.cluster.evidence_parts import is_answered, send
from slp_ops.cluster.messages import (
    HEARTBEAT_SECONDS,
    CallAnswer,
    Event,
    Heartbeat,
    InvalidMessage,
    OwnerCall,
    RunControl,
    TaskMessage,
    from_message,
    to_message,
)
from slp_ops.cluster.once import last_of
from slp_ops.cluster.subjects import CONTROL, EVENT, HEARTBEAT, OWNER, TASK, names_in, subject, token
from slp_ops.cluster.task_pull import TaskPull
from slp_ops.engine.pacing import Paced, PacedCopies
from slp_ops.errors import ChangeRefused, HubError, SlpOpsError
from slp_ops.json_documents import ShapeError, decode, encode
from slp_ops.model import DeviceFailure
from slp_ops.ports import SESSION_LOGS, StandingNotice
from slp_ops.runs import atomic_files
from slp_ops.runs.device_archive import InvalidArchive, extract
from slp_ops.runs.device_transfer import pack
from slp_ops.runs.held_folder import HeldFolder
from slp_ops.runs.mask_key import key_id
from slp_ops.runs.names import is_plain
from slp_ops.runs.run_writer import RunEvidence
from slp_ops.temporary_files import temporary_folder
from slp_ops.version import __version__

try:
    from isal.isal_zlib import compressobj
except ImportError:  # upgraded without the extra: the same stream, in five times the time
    from zlib import compressobj  # type: ignore[assignment]  # it takes a level as the other does

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, MutableMapping
    from pathlib import Path

    from nats.aio.client import Client
    from nats.js import JetStreamContext

    from slp_ops.app.change_task import ChangeAnswer, ChangeTask
    from slp_ops.app.device_work import AnyWork
    from slp_ops.app.site_hops import SiteHops
    from slp_ops.app.site_policy import ChangePolicy
    from slp_ops.cluster.access_folder import HubAddress
    from slp_ops.model import Device
    from slp_ops.planning.model import SwitchPlan
    from slp_ops.ports import CopyingTransport, ProgressEvent, Transport
    from slp_ops.runs import DeviceFolder
    from slp_ops.transport.known_hosts import Key

_STOP_SECONDS: Final = 5.0
_PAUSE: Final = 0.5
_MOST_TAKEN: Final = 1000  # names of captures in a task
# Tasks that other workers have passed, at once: the site's keys are at all of them, and one may be lost.
_MOST_PASSED: Final = 256
_LOOK_SECONDS: Final = 10.0
_PROGRESS_SECONDS: Final = 0.2  # of one visit; what comes between is not sent
_WITH_FILES: Final = frozenset({USAGE_SAVE, *CHANGES})  # works that may leave files beside the captures
# Fields of a device that decide where a session goes and with what.
_LOGIN: Final = ("site", "host", "port", "username", "credential", "platform", "jump", "legacy_ssh")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSettings:
    """Policy and sessions of a worker that may change switches. ``transport`` does not pace its logins."""

    policy: ChangePolicy
    transport: CopyingTransport


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerSettings:
    """A worker's own side of its work. ``devices`` are the only ones that it logs in to, by their names.

    ``transport`` does not pace its logins: they are paced together with those of the site's other workers, of
    which ``login_rate`` is the limit. ``secret_ids`` name the secret of each credential. ``claimed_keys`` are
    those of the transport's ``HostKeys``, ``hops`` is the gate of its jump hosts.
    ``copying`` is set where it may save usage reports for ``usage save``, with the approval that ``changes``
    checks.
    """

    site: str
    devices: Mapping[str, Device]
    transport: Transport
    claimed_keys: MutableMapping[tuple[str, int], Key]
    hops: SiteHops
    login_rate: float
    secret_ids: Mapping[str, str]
    mask_key: bytes
    max_sessions: int
    notice: Callable[[str], None]
    copying: CopyingTransport | None = None
    changes: ChangeSettings | None = None


async def serve(folder: Path, address: HubAddress, settings: WorkerSettings) -> None:
    """Do tasks until the caller is cancelled; another worker takes what is at work then.

    Raises InputError, HubError.
    """
    try:
        with temporary_folder() as root:
            while True:
                async with connected(folder, address) as client:
                    worker = _SiteWorker.connected(settings, address.holder, client, root)
                    if await worker.is_heard():
                        settings.notice(f"site {settings.site}: connected to {address.host}:{address.port}")
                        await worker.run(partial(check_access, folder, address))
    finally:
        await settings.transport.close()


class _PassedTask(Msg):
    """A task of a change that was begun here, passed by another worker of the site."""


@dataclass(slots=True, eq=False)
class _Visit:
    """The visit of a task, which ends at its first login where the task needs it no more."""

    names: tuple[str, str, str]
    has_begun: bool = False
    is_needless: bool = False
    task: asyncio.Task[Outcome] | None = None


_VISIT: Final = ContextVar[_Visit]("_VISIT")


@dataclass(slots=True)
class _SiteWorker:
    settings: WorkerSettings
    holder: str
    client: Client
    js: JetStreamContext
    root: Path
    limits: SiteLimits
    transport: Transport = field(init=False)
    copying: PacedCopies | None = field(init=False, default=None)
    serving: set[asyncio.Task[None]] = field(default_factory=set)
    at_hand: dict[int, Msg] = field(default_factory=dict)  # tasks that are served
    visits: dict[str, set[asyncio.Task[Outcome]]] = field(default_factory=dict)
    # Runs that were not cancelled when that was asked; see _is_cancelled.
    going_on: set[str] = field(default_factory=set)
    cancellations: int = 0  # that were received
    reconnects: int = 0
    changes: SiteChanges | None = None
    at_work: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = field(
        default_factory=WeakValueDictionary
    )
    passed: set[tuple[str, str, str]] = field(default_factory=set)  # tasks that another worker has passed

    @classmethod
    def connected(cls, settings: WorkerSettings, holder: str, client: Client, root: Path) -> _SiteWorker:
        """Return a worker with a connection to its hub."""
        js = client.jetstream()
        limits = SiteLimits(
            js,
            settings.site,
            max_sessions=settings.max_sessions,
            login_rate=settings.login_rate,
            secret_ids=settings.secret_ids,
            notice=settings.notice,
        )
        settings.hops.gate = limits
        keys = FirstKeys(js, settings.site, settings.claimed_keys, settings.notice)
        changes, copying = settings.changes, settings.copying
        worker = cls(settings, holder, client, js, root, limits)
        ending = worker._end_needless_visit
        if copying is None:
            worker.transport = Paced(WithFirstKeys(settings.transport, keys), limits, before_login=ending)
        else:
            worker.transport = worker.copying = PacedCopies(
                CopiesWithFirstKeys(copying, keys), limits, before_login=ending
            )
        if changes is not None:
            worker.changes = SiteChanges(
                policy=changes.policy,
                site=settings.site,
                holder=holder,
                client=client,
                js=js,
                calls=Calls(client, settings.site, holder),
                transport=PacedCopies(CopiesWithFirstKeys(changes.transport, keys), limits),
            )
        return worker

    async def is_heard(self) -> bool:
        """Return whether the hub takes heartbeats. A connection of a moment of change may be deaf."""
        try:
            await self.js.publish(self._heart, self._heartbeat(), timeout=HEARTBEAT_SECONDS)
        except (NatsError, OSError):
            await asyncio.sleep(_PAUSE)
            return False
        return True

    @property
    def _heart(self) -> str:
        return subject(HEARTBEAT, self.settings.site, self.holder)

    def _heartbeat(self, *, leaving: bool = False) -> bytes:
        return to_message(
            Heartbeat(
                version=__version__,
                works=tuple(name for name in (*WORKS, *CHANGES) if self._permits(name)),
                clock=datetime.now(UTC),
                max_sessions=self.settings.max_sessions,
                sessions=len(self.serving),
                leaving=leaving,
            )
        )

    def _permits(self, work: str) -> bool:
        """Return whether the worker's owner permits a work: what writes files to flash needs an option."""
        changes = self.settings.changes
        if work == USAGE_IMPORT:
            return changes is not None and changes.policy.imports_usage
        return work != USAGE_SAVE or self.settings.copying is not None

    async def run(self, check: Callable[[], Awaitable[None]]) -> None:
        """Do tasks. ``check`` raises HubError where the hub refuses this worker now."""
        site = self.settings.site
        await self.client.subscribe(f"{subject(CONTROL, site)}.>", cb=self._controlled)
        await self.client.subscribe(subject(OWNER, site, self.holder), cb=self._called)
        pull = TaskPull(self.client, site, self.limits.slots, self._take)
        holding = asyncio.create_task(self._hold())
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._beat(check))
                group.create_task(self.limits.run())
                group.create_task(pull.run())
        except* HubError as errors:
            raise errors.exceptions[0] from None
        finally:
            if self.changes is not None:
                await self.changes.end()
            for task in self.serving:
                task.cancel()
            if self.serving:
                await asyncio.wait(self.serving, timeout=_STOP_SECONDS)
            holding.cancel()
            await self.limits.leave()
            with suppress(NatsError, OSError):
                await self.js.publish(self._heart, self._heartbeat(leaving=True), timeout=_PAUSE)

    async def _beat(self, check: Callable[[], Awaitable[None]]) -> None:
        """Tell that this worker is alive; end where the hub does not want it any more."""
        was_connected = True
        while True:
            # The client tries for ever, whatever the reason: a revoked site looks like a link that is down.
            if not was_connected:
                await check()
            if self.client.is_closed:
                raise HubError("the hub has ended the connection", hint="the site was revoked: join again")
            if self.client.is_connected != was_connected:
                was_connected = self.client.is_connected
                self.settings.notice(
                    "the hub is connected again" if was_connected else "the hub does not answer; trying again"
                )
            if was_connected:
                with suppress(NatsError, OSError):
                    await self.client.publish(self._heart, self._heartbeat())
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def _hold(self) -> None:
        """Tell the broker of each task that it is at work, so that it gives it to no other worker."""
        while True:
            await asyncio.sleep(ACK_WAIT / 4)
            for message in list(self.at_hand.values()):
                with suppress(NatsError, OSError):
                    await message.in_progress()

    def _take(self, message: Msg) -> None:
        task = asyncio.create_task(self._serve(message))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        task.add_done_callback(lambda _: self.limits.slots.release())

    async def _controlled(self, message: Msg) -> None:
        """Stop the visits of a run that was cancelled."""
        with suppress(InvalidMessage, ValueError):
            _, run = names_in(CONTROL, message.subject)
            if from_message(RunControl, message.data).cancelled:
                self.going_on.discard(run)
                self.cancellations += 1
                for visit in self.visits.get(run, ()):
                    visit.cancel()
                if self.changes is not None:
                    self.changes.stop(run)

    async def _called(self, message: Msg) -> None:
        """Answer another worker of the site, which may pass a task of a change that was begun here."""
        with suppress(InvalidMessage, ValueError, NatsError, OSError):
            call = from_message(OwnerCall, message.data)
            names = self.settings.site, call.run, call.device
            at_work, has_room = names in self.at_work or names in self.passed, True
            if not at_work and call.order is not None:
                has_room = len(self.passed) < _MOST_PASSED
                at_work = has_room and self._is_taken(call, names)
            await message.respond(to_message(CallAnswer(at_work=at_work, has_room=has_room)))

    def _is_taken(self, call: OwnerCall, names: tuple[str, str, str]) -> bool:
        """Begin a task that another worker has passed; its session takes the place of that worker's."""
        order = call.order
        if self.changes is None or order is None or order.work not in CHANGES:
            return False
        prefix = re.escape(f"$JS.ACK.{TASKS_STREAM}.{token(self.settings.site)}")
        # Strict: it becomes a subject that this worker publishes to.
        acknowledges = re.fullmatch(rf"{prefix}(\.[0-9]{{1,20}}){{5}}", call.ack) is not None
        if not acknowledges or not self.changes.has_begun(call.change, call.device):
            return False
        message = _PassedTask(
            _client=self.client, subject=subject(TASK, *names), reply=call.ack, data=to_message(order)
        )
        self.passed.add(names)
        task = asyncio.create_task(self._serve(message))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        task.add_done_callback(lambda _: self.passed.discard(names))
        return True

    async def _serve(self, message: Msg) -> None:
        """Do a task, and acknowledge it when its evidence is stored, by whom ever."""
        self.at_hand[id(message)] = message
        try:
            names = _names_of(message, self.settings.site)
            try:
                # A broker that was killed, or was out of reach for long, delivers again what is at work here.
                lock = self.at_work.setdefault(names, asyncio.Lock())
                async with lock:
                    await self._answer(message, names)
            except BaseException as err:
                if not is_foreign(err) and not isinstance(err, SlpOpsError):
                    raise
                await self._refuse(names, _why(err))
            await _acknowledge(message)
        except InvalidMessage as err:  # there is no run that an answer could go to
            self.settings.notice(f"a task of the hub was refused: {err}")
            with suppress(NatsError, OSError):
                await message.term()
        except asyncio.CancelledError:
            with suppress(NatsError, OSError):
                await message.nak()  # another worker takes it now
            raise
        finally:
            del self.at_hand[id(message)]

    async def _answer(self, message: Msg, names: tuple[str, str, str]) -> None:
        """Do a task unless it needs no visit or its run is cancelled.

        Raises InvalidMessage, SlpOpsError.
        """
        if await self._is_cancelled(names[1]):
            return
        order = from_message(TaskMessage, message.data)
        # A change has its own sessions, and begins before them; other works look when they log in.
        if order.work in CHANGES and await self._is_answered(names):
            return
        if (order.run, order.device) != names[1:]:
            raise InvalidMessage("it names another run or switch than its subject")
        if not is_plain(order.folder) or not all(map(is_plain, order.taken)):
            raise InvalidMessage("a name that no run gives")
        if len(order.taken) > _MOST_TAKEN:
            raise InvalidMessage("more captures than a run has of a switch")
        await self._visit(order, message)

    async def _refuse(self, names: tuple[str, str, str], failure: DeviceFailure) -> None:
        """Answer a task that cannot be done, so that its run does not wait for it."""
        self.settings.notice(f"a task of the hub was refused: {failure.message}")
        await send(
            self.js,
            names,
            b"",
            attempt=secrets.token_hex(8),
            full=self._full,
            worker=self.holder,
            mask_key=key_id(self.settings.mask_key),
            folder="",
            outcome=encode(Outcome(failure=failure)),
        )

    async def _is_cancelled(self, run: str) -> bool:
        """Return whether a run was cancelled. It is asked for once; after that it is announced."""
        if self.client.stats["reconnects"] != self.reconnects:
            self.reconnects = self.client.stats["reconnects"]
            self.going_on.clear()
        if run in self.going_on:
            return False
        before = self.cancellations, self.reconnects
        data = await last_of(self.js, CONTROL_STREAM, subject(CONTROL, self.settings.site, run))
        if data is not None and from_message(RunControl, data).cancelled:
            return True
        if before == (self.cancellations, self.client.stats["reconnects"]):
            self.going_on.add(run)
        return False

    async def _visit(self, order: TaskMessage, message: Msg) -> None:
        """Visit the device and publish its evidence under an attempt of its own."""
        attempt = secrets.token_hex(8)
        folder = self.root / attempt
        try:
            kept = RunEvidence(folder, key=self.settings.mask_key)
            if order.taken or order.debug or order.work in _WITH_FILES:
                folder.mkdir(mode=0o700)
            held: HeldFolder | None = None
            if order.taken:
                self._put_earlier(folder / order.folder, order)
                evidence = kept.folder(order.folder)
            else:
                evidence = held = kept.folder_as(HeldFolder, order.folder)
            visiting = _Visit((self.settings.site, order.run, order.device))
            _VISIT.set(visiting)
            visiting.task = visit = asyncio.create_task(self._outcome(order, message, kept, evidence))
            visits = self.visits.setdefault(order.run, set())
            if order.work not in CHANGES:  # a change is not cut off in a step
                visits.add(visit)
            try:
                outcome = await visit
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is None or task.cancelling():
                    raise
                if visiting.is_needless:
                    return
                outcome = None
            finally:
                visits.discard(visit)
                if not visits:
                    self.visits.pop(order.run, None)
            packing = partial(
                pack,
                held={} if held is None else held.files(),
                compressor=compressobj,
                digests=None if held is None else held.digests(),
            )
            if held is not None and not folder.exists():  # so little that another thread would cost more
                data = packing(None)
            else:
                data = await asyncio.to_thread(
                    packing,
                    folder / order.folder,
                    without=set(order.taken),
                    exchanged=evidence.exchanged,
                )
            await send(
                self.js,
                visiting.names,
                data,
                attempt=attempt,
                full=self._full,
                worker=self.holder,
                mask_key=key_id(self.settings.mask_key),
                folder=str(folder),
                outcome=None if outcome is None else encode(outcome),
            )
        finally:
            if folder.exists():
                shutil.rmtree(folder, ignore_errors=True)

    async def _end_needless_visit(self) -> None:
        """End a visit before its first login where its task needs it no more.

        A broker that was killed gives out again what another worker has. Where logins wait long for their
        turn, that one may be done by then.
        """
        visit = _VISIT.get()
        if visit.has_begun:
            return
        visit.has_begun = True
        if await self._is_answered(visit.names) and visit.task is not None:
            visit.is_needless = True
            visit.task.cancel()
            await asyncio.get_running_loop().create_future()  # until the cancellation arrives

    async def _is_answered(self, names: tuple[str, str, str]) -> bool:
        """Return whether a task needs no visit. It waits for the hub."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    return await is_answered(self.js, *names)
            if self.client.is_connected:
                self.settings.notice(
                    StandingNotice(
                        "the hub does not answer whether a task is done already: its release may be older; "
                        "start slp-ops hub up again with the release of the workers"
                    )
                )

    @staticmethod
    def _put_earlier(folder: Path, order: TaskMessage) -> None:
        """Write the captures that the run has, or reserve their names. Raises InvalidMessage."""
        try:
            files = extract(b64decode(order.earlier, validate=True)) if order.earlier else {}
        except (InvalidArchive, binascii.Error) as err:
            raise InvalidMessage(f"the earlier captures: {err}") from None
        folder.mkdir(mode=0o700)
        for name in order.taken:
            atomic_files.replace(folder / name, files.get(name, b""))

    async def _outcome(
        self, order: TaskMessage, message: Msg, kept: RunEvidence, evidence: DeviceFolder
    ) -> Outcome:
        try:
            work = self._work(order, message, kept.masked)
            task = decode(work.task, order.task)
        except (ShapeError, ValueError) as err:
            return Outcome(failure=_refused("unknown_task", f"the worker does not know this task: {err}"))
        if not self._permits(order.work):
            reason = f"the worker is not permitted to do {order.work}"
            return Outcome(failure=_refused("not_permitted", reason))
        if task.own_rules:
            return Outcome(failure=_refused("own_rules", "rules of an operator do not run at a worker"))
        if reason := self._not_ours(task.device, order):
            return Outcome(failure=_refused("not_at_site", reason))
        if work.approved_plan is not None:
            try:
                self._check_approval(order, task, work.approved_plan(task))
            except ChangeRefused as err:
                return Outcome(failure=DeviceFailure(kind=err.kind, message=err.message, hint=err.hint))
        if order.debug:
            SESSION_LOGS.set(lambda _: kept.session_log(order.folder))
        copying = self.copying
        tools = DeviceTools(
            transport=self.transport,
            changing=None if copying is None else ChangeTools(transport=copying, mask=kept.masked),
            evidence=evidence,
            on_event=_Progress(self.client, subject(EVENT, self.settings.site, order.run, order.device)).take,
        )
        return await outcome_of(work, task, tools)

    def _work(self, order: TaskMessage, message: Msg, mask: Callable[[str], str]) -> AnyWork:
        """Return the work of a task. Raises ValueError."""
        changes = self.changes
        if order.work not in CHANGES or changes is None:
            return work_of(order.work)

        async def visit(task: ChangeTask, tools: DeviceTools) -> ChangeAnswer:
            return await changes.change(
                task,
                order,
                message,
                is_passed=isinstance(message, _PassedTask),
                evidence=tools.evidence,
                mask=mask,
                on_event=tools.on_event,
            )

        return replace(CHANGES[order.work], visit=visit)

    def _check_approval(self, order: TaskMessage, task: object, plan: SwitchPlan) -> None:
        """Refuse a task that does not only read, and that no operator has approved. Raises ChangeRefused."""
        changes = self.settings.changes
        if changes is None or (plan.name, plan.site) != (order.device, self.settings.site):
            raise ChangeRefused("the task of a change is not well formed")
        changes.policy.check_in_advance(order, task, plan)

    def _not_ours(self, device: Device, order: TaskMessage) -> str:
        """Return why a task would lead elsewhere than the worker's own inventory."""
        own = self.settings.devices.get(device.name)
        if own is None or device.name != order.device:
            return f"the inventory of the worker has no switch {device.name} at site {self.settings.site}"
        for name in _LOGIN:
            if getattr(own, name) != getattr(device, name):
                return f"the inventory of the worker has another {name} for this switch"
        return ""

    def _full(self) -> None:
        self.settings.notice(
            StandingNotice("the hub's disk for evidence is full: results wait here until there is room")
        )


@dataclass(slots=True)
class _Progress:
    """Progress of one visit; of what comes fast, only some is sent."""

    client: Client
    subject: str
    sending: asyncio.Task[None] | None = None
    latest: ProgressEvent | None = None

    def take(self, event: ProgressEvent) -> None:
        self.latest = event
        if self.sending is None or self.sending.done():
            self.sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while (event := self.latest) is not None:
            self.latest = None
            with suppress(NatsError, OSError):
                message = Event(what=event.what, detail=event.detail, bytes=event.bytes)
                await self.client.publish(self.subject, to_message(message))
            await asyncio.sleep(_PROGRESS_SECONDS)


async def _acknowledge(message: Msg) -> None:
    """Acknowledge. Where that is lost, the task is delivered again; its evidence is stored by then."""
    with suppress(NatsError, OSError):
        await message.ack()


def _names_of(message: Msg, site: str) -> tuple[str, str, str]:
    """Return site, run and device of a task. Raises InvalidMessage for a subject that no slp-ops makes."""
    try:
        names = names_in(TASK, message.subject)
        if len(names) != 3 or names[0] != site:
            raise ValueError("it is not a task of this site")
    except ValueError as err:
        raise InvalidMessage(str(err)) from err
    return names[0], names[1], names[2]


def _why(err: BaseException) -> DeviceFailure:
    """Return why a task has no evidence: it is not understood, this computer cannot keep it, or a defect."""
    match err:
        case InvalidMessage():
            kind, message = "unknown_task", f"the worker does not know this task: {err}"
        case SlpOpsError():
            return DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
        case OSError():
            kind, message = "store", f"the worker cannot keep the evidence: {err.strerror or err}"
        case _:
            kind, message = "defect", f"a defect of slp-ops at the worker: {type(err).__name__}: {err}"
    return _refused(kind, message)


def _refused(kind: str, message: str) -> DeviceFailure:
    return DeviceFailure(
        kind=kind,
        message=message,
        hint="give the worker the same inventory and the same release as the computer that sent the task",
    )
