"""The side of a worker process: it does tasks, many at once, until the connection to its parent ends.

The worker writes nothing to its standard streams. Its parent alone decides when a login may start. Where the
parent dies, however it dies, the connection ends, and the worker at once with it.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import socket
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Protocol

from slp_ops.engine.pacing import Login, LoginEnd
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
    frame,
    read_to_worker,
)
from slp_ops.errors import CredentialStopped, HopFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from slp_ops.ports import OnEvent, ProgressEvent

_ORPHANED: Final = 3  # exit code of a worker without a parent; nothing reads it
_PROGRESS_SECONDS: Final = 0.1  # progress that is newer replaces what was not sent yet


class TaskHandler(Protocol):
    """Handler of the tasks of a worker process, made once from the configuration."""

    async def run(self, task: Any, on_event: OnEvent) -> Any:
        """Do a task and return its result, both JSON. Raises only where the process is defective."""

    async def close(self) -> None:
        """Close what the tasks shared."""


class Parent:
    """The connection to the parent. Its methods may be called from any thread."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[LoginAdmitted]] = {}

    def notice(self, text: str) -> None:
        """Pass a notice to the operator."""
        self._loop.call_soon_threadsafe(self.send, Notice.of(text))

    def host_key_learned(self, text: str) -> None:
        """Report a first host key that was added to the file."""
        self._loop.call_soon_threadsafe(self.send, HostKeyLearned(text=text))

    async def admit(self, credential: str) -> Login:
        """See ``LoginGate``: the parent admits the logins of all its workers."""
        number = next(self._numbers)
        refusal = await self._ask(LoginWanted(login=number, credential=credential))
        if refusal is not None:
            raise CredentialStopped(refusal.refusal, hint=refusal.hint)
        return _RemoteLogin(self, number, self._loop)

    @asynccontextmanager
    async def hop_login(self, hop: str) -> AsyncIterator[None]:
        """See ``HopGate``."""
        number = next(self._numbers)
        refusal = await self._ask(LoginWanted(login=number, hop=hop))
        if refusal is not None:
            raise HopFailed(refusal.refusal, hint=refusal.hint)
        ended: FromWorker = LoginFinished(login=number, end=LoginEnd.UNKNOWN)
        try:
            yield
            ended = LoginFinished(login=number, end=LoginEnd.OPENED)
        except HopFailed as err:
            ended = HopLoginFailed(login=number, message=err.message, hint=err.hint)
            raise
        finally:
            self.send(ended)

    async def _ask(self, wanted: LoginWanted) -> LoginAdmitted | None:
        """Wait until a login is admitted; return the answer where it is refused."""
        self._waiting[wanted.login] = answer = self._loop.create_future()
        self.send(wanted)
        try:
            admitted = await answer
        except asyncio.CancelledError:
            self.send(LoginFinished(login=wanted.login, end=LoginEnd.UNKNOWN))
            raise
        finally:
            del self._waiting[wanted.login]
        return admitted if admitted.refusal else None

    def admitted(self, message: LoginAdmitted) -> None:
        """Let a login start, or refuse it."""
        answer = self._waiting.get(message.login)
        if answer is not None and not answer.done():
            answer.set_result(message)

    def send(self, message: FromWorker) -> None:
        """Send a message, in the thread of the loop."""
        if not self._writer.is_closing():
            self._writer.write(frame(message))

    async def flush(self) -> None:
        """Wait until the parent's end has taken everything."""
        await self._writer.drain()
        self._writer.close()
        await self._writer.wait_closed()


class _RemoteLogin(Login):
    """A login that the parent admitted."""

    def __init__(self, parent: Parent, number: int, loop: asyncio.AbstractEventLoop) -> None:
        self._parent = parent
        self._number = number
        self._loop = loop
        self._made = False

    @property
    def made(self) -> bool:
        """Return whether the secret was offered."""
        return self._made

    @made.setter
    def made(self, value: bool) -> None:
        self._made = value
        self._loop.call_soon_threadsafe(self._parent.send, SecretOffered(login=self._number))

    async def finish(self, end: LoginEnd) -> None:
        """See ``Login``."""
        self._parent.send(LoginFinished(login=self._number, end=end))


class _Progress:
    """Progress of the tasks: the newest of each is sent, some times a second."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._latest: dict[int, ProgressEvent] = {}
        self._is_scheduled = False

    def take(self, number: int, event: ProgressEvent) -> None:
        """Take what a task does now."""
        self._latest[number] = event
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_later(_PROGRESS_SECONDS, self._send)

    def ended(self, number: int) -> None:
        """Forget a task."""
        self._latest.pop(number, None)

    def _send(self) -> None:
        self._is_scheduled = False
        for number, event in self._latest.items():
            self._parent.send(
                TaskProgress(number=number, what=event.what, detail=event.detail, bytes=event.bytes)
            )
        self._latest.clear()


def parent_socket() -> socket.socket:
    """Return the connection that the parent gave as standard input, in whose place nothing can be read."""
    connection = socket.socket(fileno=os.dup(0))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    return connection


async def serve(connection: socket.socket, configure: Callable[[Any, Parent], TaskHandler]) -> None:
    """Do tasks until the parent stops this process. ``configure`` makes their handler of its JSON."""
    reader, writer = await asyncio.open_connection(sock=connection)
    parent = Parent(writer)
    tasks: dict[int, asyncio.Task[None]] = {}
    try:
        first = await read_to_worker(reader)
        if not isinstance(first, Configure):
            raise InvalidMessage("the first message must be the configuration")
        handler = configure(first.configuration, parent)
        progress = _Progress(parent)
        while not isinstance(message := await read_to_worker(reader), Stop):
            match message:
                case RunTask():
                    task = asyncio.create_task(_run(handler, message, parent, progress))
                    tasks[message.number] = task
                    task.add_done_callback(partial(_forget, tasks, message.number))
                case CancelTask() if message.number in tasks:
                    tasks[message.number].cancel()
                case LoginAdmitted():
                    parent.admitted(message)
                case _:
                    pass  # the task has ended meanwhile
    except (asyncio.IncompleteReadError, ConnectionError):
        os._exit(_ORPHANED)  # without a parent nothing may be written any more
    for task in tasks.values():
        task.cancel()
    if tasks:
        await asyncio.wait(tasks.values())
    await handler.close()
    await parent.flush()


def _forget(tasks: dict[int, asyncio.Task[None]], number: int, _: asyncio.Task[None]) -> None:
    tasks.pop(number, None)


async def _run(handler: TaskHandler, message: RunTask, parent: Parent, progress: _Progress) -> None:
    number = message.number
    result = None
    try:
        result = await handler.run(message.task, lambda event: progress.take(number, event))
    finally:
        progress.ended(number)
        try:
            parent.send(TaskEnded(number=number, result=result))
        except InvalidMessage as err:  # too large, as a hostile switch may have it
            parent.send(TaskEnded(number=number, problem=str(err)))
