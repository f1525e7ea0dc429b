"""Worker processes of this computer: tasks are spread over them, and each may die without the others.

Tasks and results are JSON, of which the pool knows nothing. A worker starts as a new interpreter, gets its
configuration and its tasks over a socket, and ends when that is closed. Stopping signals are blocked in
workers: Ctrl-C reaches every process of a terminal, and this one alone decides what it stops.
"""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from slp_ops.engine.pacing import HopLogin, HopLogins, Login, LoginEnd
from slp_ops.engine.process_messages import (
    CancelTask,
    Configure,
    FromWorker,
    HopLoginFailed,
    HostKeyLearned,
    InvalidMessage,
    LoginAdmitted,
    LoginFinished,
    LoginWanted,
    Notice,
    RunTask,
    SecretOffered,
    Stop,
    TaskEnded,
    TaskProgress,
    ToWorker,
    frame,
    read_from_worker,
)
from slp_ops.errors import CredentialStopped, HopFailed
from slp_ops.ports import ProgressEvent
from slp_ops.signals import STOPPING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slp_ops.engine.pacing import LoginGate
    from slp_ops.ports import OnEvent

# Workers that die one after the other, for each process, before a task has ended: no more are started.
_MOST_DEATHS: Final = 3
# How long a worker gets to close its sessions, and a cancelled task to keep what it has, in seconds.
_GRACE: Final = 3.0


class WorkerDied(Exception):
    """The worker process of a task ended before the task; the message is the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerCommand:
    """Start of a worker process. ``configuration`` is JSON that it gets over its socket."""

    arguments: Sequence[str]
    environment: Mapping[str, str]
    inherited: Sequence[int]  # descriptors that stay open in it
    configuration: Any


class ProcessPool:
    """A number of worker processes, started with the first task."""

    def __init__(
        self,
        command: WorkerCommand,
        processes: int,
        *,
        gate: LoginGate,
        notice: Callable[[str], None],
        host_key_learned: Callable[[str], None],
    ) -> None:
        self._command = command
        self._processes = processes
        self._gate = gate
        self._hops = HopLogins()
        self._notice = notice
        self._host_key_learned = host_key_learned
        self._workers: list[_Worker] = []
        self._starting = asyncio.Lock()
        self._deaths = 0  # since a task ended
        self._last_death = ""

    async def run(self, task: Any, device: str, on_event: OnEvent) -> Any:
        """Do a task in the worker with the fewest, and return its result. ``device`` is for its progress.

        Raises WorkerDied, and InvalidMessage for a task or a result that is too large. When the caller is
        cancelled, so is the task, and its end is waited for briefly.
        """
        async with self._starting:
            self._workers = [worker for worker in self._workers if worker.alive]
            if self._deaths >= _MOST_DEATHS * self._processes:
                raise WorkerDied(self._last_death)
            while len(self._workers) < self._processes:
                self._workers.append(await _Worker.start(self._command, self))
        worker = min(self._workers, key=lambda each: each.load)
        return await worker.run(task, device, on_event)

    async def close(self) -> None:
        """End every worker; one that does not end in time is killed."""
        workers, self._workers = self._workers, []
        try:
            await asyncio.gather(*(worker.stop() for worker in workers))
        finally:
            for worker in workers:
                worker.kill()

    async def admit(self, wanted: LoginWanted) -> Login:
        """Admit a login of a worker; see ``LoginGate`` and ``HopLogins``."""
        if wanted.hop:
            return await self._hops.admit(wanted.hop)
        return await self._gate.admit(wanted.credential)

    def died(self, reason: str) -> None:
        """Count a worker that died."""
        self._deaths += 1
        self._last_death = reason

    def task_ended(self) -> None:
        """Note that workers do their tasks."""
        self._deaths = 0

    def take(self, message: Notice | HostKeyLearned) -> None:
        """Take a message of a worker that is for the operator."""
        if isinstance(message, Notice):
            self._notice(message.notice())
        else:
            self._host_key_learned(message.text)


@dataclass(slots=True)
class _Task:
    device: str
    on_event: OnEvent
    ended: asyncio.Future[Any]


@dataclass(slots=True)
class _PendingLogin:
    asking: asyncio.Task[None]
    admitted: Login | None = None


@dataclass(slots=True)
class _Worker:
    """One worker process."""

    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    pool: ProcessPool
    tasks: dict[int, _Task] = field(default_factory=dict)
    logins: dict[int, _PendingLogin] = field(default_factory=dict)
    numbers: itertools.count[int] = field(default_factory=itertools.count)
    reading: asyncio.Task[None] | None = None
    finishing: set[asyncio.Task[None]] = field(default_factory=set)
    alive: bool = True
    is_stopping: bool = False

    @classmethod
    async def start(cls, command: WorkerCommand, pool: ProcessPool) -> _Worker:
        ours, theirs = socket.socketpair()
        with theirs:
            process = _spawn(command, theirs)
        reader, writer = await asyncio.open_connection(sock=ours)
        worker = cls(process, reader, writer, pool)
        worker.reading = asyncio.create_task(worker.read())
        worker.send(Configure(configuration=command.configuration))
        return worker

    @property
    def load(self) -> int:
        return len(self.tasks)

    def send(self, message: ToWorker) -> None:
        if not self.writer.is_closing():
            self.writer.write(frame(message))

    async def run(self, task: Any, device: str, on_event: OnEvent) -> Any:
        number = next(self.numbers)
        ended = asyncio.get_running_loop().create_future()
        self.tasks[number] = _Task(device, on_event, ended)
        try:
            self.send(RunTask(number=number, task=task))
            return await asyncio.shield(ended)
        except asyncio.CancelledError:
            self.send(CancelTask(number=number))
            await asyncio.wait([ended], timeout=_GRACE)
            raise
        finally:
            self.tasks.pop(number, None)
            if ended.done() and not ended.cancelled():
                ended.exception()  # marks it as seen where the cancellation is what the caller gets

    async def read(self) -> None:
        """Take what comes until the worker ends, or sends what no worker sends."""
        reason = ""
        try:
            while True:
                self.take(await read_from_worker(self.reader))
        except InvalidMessage as err:
            reason = f"it sent an invalid message ({err})"
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.alive = False
            self.writer.close()
            self.process.kill()  # whatever it was: a process without a connection must not write
            reason = reason or _describe_exit(self.process.wait())
            if not self.is_stopping:
                self.pool.died(reason)
            for task in self.tasks.values():
                if not task.ended.done():
                    task.ended.set_exception(WorkerDied(reason))
            for number in list(self.logins):
                self.finish(number, LoginEnd.UNKNOWN)

    def take(self, message: FromWorker) -> None:
        match message:
            case TaskEnded():
                self.pool.task_ended()
                task = self.tasks.get(message.number)
                if task is not None and not task.ended.done():
                    if message.problem:
                        task.ended.set_exception(InvalidMessage(message.problem))
                    else:
                        task.ended.set_result(message.result)
            case TaskProgress():
                if (task := self.tasks.get(message.number)) is not None:
                    event = ProgressEvent(
                        device=task.device, what=message.what, detail=message.detail, bytes=message.bytes
                    )
                    task.on_event(event)
            case LoginWanted():
                asking = asyncio.create_task(self.admit(message))
                self.logins[message.login] = _PendingLogin(asking)
            case SecretOffered():
                pending = self.logins.get(message.login)
                if pending is not None and pending.admitted is not None:
                    pending.admitted.made = True
            case LoginFinished():
                self.finish(message.login, message.end)
            case HopLoginFailed():
                self.finish(message.login, HopFailed(message.message, hint=message.hint))
            case Notice() | HostKeyLearned():
                self.pool.take(message)

    async def admit(self, wanted: LoginWanted) -> None:
        """Ask the gate for a login of the worker, and answer."""
        try:
            login = await self.pool.admit(wanted)
        except (CredentialStopped, HopFailed) as err:
            self.logins.pop(wanted.login, None)
            self.send(LoginAdmitted(login=wanted.login, refusal=err.message, hint=err.hint))
            return
        self.logins[wanted.login].admitted = login
        self.send(LoginAdmitted(login=wanted.login))

    def finish(self, number: int, end: LoginEnd | HopFailed) -> None:
        """End a login, or withdraw it from the gate."""
        pending = self.logins.pop(number, None)
        if pending is None:
            return
        if pending.admitted is None:
            pending.asking.cancel()
        else:
            finishing = asyncio.create_task(_finish(pending.admitted, end))
            self.finishing.add(finishing)
            finishing.add_done_callback(self.finishing.discard)

    async def stop(self) -> None:
        """Let the worker close its sessions and end."""
        self.is_stopping = True
        self.send(Stop())
        if self.reading is not None:
            await asyncio.wait([self.reading], timeout=_GRACE)

    def kill(self) -> None:
        """End the process now, whatever it does."""
        if self.reading is not None:
            self.reading.cancel()
        self.writer.close()
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()


async def _finish(login: Login, end: LoginEnd | HopFailed) -> None:
    if isinstance(end, LoginEnd):
        await login.finish(end)
    elif isinstance(login, HopLogin):
        await login.fail(end)
    else:
        await login.finish(LoginEnd.UNKNOWN)  # no jump host


def _spawn(command: WorkerCommand, connection: socket.socket) -> subprocess.Popen[bytes]:
    """Start a worker, with the stopping signals blocked from its first instruction on."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            list(command.arguments),
            stdin=connection.fileno(),
            stdout=subprocess.DEVNULL,
            env=dict(command.environment),
            pass_fds=tuple(command.inherited),
        )
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _describe_exit(code: int) -> str:
    """Return how a process ended, as a part of a sentence."""
    if code >= 0:
        return f"it ended with exit code {code}"
    with suppress(ValueError):
        return f"it was killed by {signal.Signals(-code).name}"
    return f"it was killed by signal {-code}"
