"""The one session on which a switch is changed: opened when it is needed, and again when it was lost."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from slp_ops.app.change.context import RUNNING, BufferedEvidence
from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.errors import (
    AuthenticationFailed,
    ConnectError,
    CredentialError,
    CredentialStopped,
    DeviceError,
    EnableFailed,
    HostKeyChanged,
    HostKeyRevoked,
    HostKeyUnknown,
    SessionLost,
)
from slp_ops.model import CaptureStatus
from slp_ops.ports import NO_SECRETS, CommandEnd, ProgressEvent
from slp_ops.readonly import ReadCommand
from slp_ops.rules.dependencies import FactContext

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping

    from slp_ops.app.change.context import ChangeContext
    from slp_ops.planning.running_config import RunningConfig
    from slp_ops.ports import CommandResult, Secret, Sink, Writer
    from slp_ops.steps import ConfigStep, ExecStep

# What another try does not change.
_FINAL: Final = (
    AuthenticationFailed,
    CredentialError,
    CredentialStopped,
    EnableFailed,
    HostKeyChanged,
    HostKeyRevoked,
    HostKeyUnknown,
)
_SHOW_SECONDS: Final = 120.0
_LEVEL: Final = re.compile(r"privilege level is (\d+)")
_CONFIGURES: Final = 15


class DeviceSession:
    """A session with one switch. Everything that is read on it goes into the evidence."""

    def __init__(self, context: ChangeContext) -> None:
        self._context = context
        self._stack: AsyncExitStack | None = None
        self._writer: Writer | None = None
        self._hostname = ""

    async def send(
        self,
        step: ConfigStep | ExecStep,
        *,
        secrets: Mapping[str, Secret] = NO_SECRETS,
        sink: Sink | None = None,
    ) -> CommandResult:
        """Send a step; raises SessionLost, or ConnectError when there is no session to send it on."""
        writer = await self.open()
        async with self._own_errors(SessionLost):
            return await writer.send(step, secrets=secrets, sink=sink)

    async def read_facts(self, commands: Iterable[str]) -> FactContext:
        """Return the facts of these show commands; raises as ``send``. A refused one yields none."""
        memory = BufferedEvidence(self._context.evidence, self._context.mask)
        for command in commands:
            await self._show(memory, command)
        return FactContext(memory.facts)

    async def running(self) -> RunningConfig | None:
        """The running configuration as it is now; None when it is refused. Raises as ``send``."""
        memory = BufferedEvidence(self._context.evidence, self._context.mask)
        await self._show(memory, RUNNING)
        return memory.running

    async def open(self) -> Writer:
        """The session, opened unless it is; raises ConnectError."""
        if self._writer is not None and self._writer.alive:
            return self._writer
        await self.close()
        self._context.on_event(
            ProgressEvent(device=self._context.device.name, what="connecting", detail="to change it")
        )
        stack = AsyncExitStack()
        try:
            async with self._own_errors(ConnectError):
                writer = await stack.enter_async_context(self._context.transport.write(self._context.device))
        except BaseException:
            await stack.aclose()
            raise
        self._stack, self._writer = stack, writer
        if self._hostname and writer.hostname != self._hostname:
            await self.close()
            raise SessionLost(
                f"another switch answers now: it calls itself {writer.hostname}, not {self._hostname}",
                hint="nothing more was sent; find the device that uses this address",
            )
        if not self._hostname:
            await self._check_privilege(writer)
        self._hostname = writer.hostname
        return writer

    async def reconnect(self, within: float) -> DeviceError | CredentialError | None:
        """Open a new session, as ``connect``."""
        await self.close()
        return await self.connect(within)

    async def connect(self, within: float) -> DeviceError | CredentialError | None:
        """Open the session unless it is, trying for so many seconds; why not, when it could not be had.

        A switch frees the vty of an earlier session some seconds late.
        """
        stop_controller = self._context.stop_controller
        deadline = stop_controller.now() + within
        while True:
            try:
                await self.open()
            except (ConnectError, SessionLost, CredentialError) as err:
                if isinstance(err, _FINAL) or stop_controller.now() >= deadline:
                    return err
                # Also while stopping: a running step is resolved first.
                await stop_controller.pause(
                    min(self._context.timeouts.first_interval, max(deadline - stop_controller.now(), 0.0))
                )
            else:
                return None

    async def close(self) -> None:
        """End the session."""
        stack, self._stack, self._writer = self._stack, None, None
        if stack is not None:
            await stack.aclose()

    @asynccontextmanager
    async def _own_errors(self, kind: type[DeviceError]) -> AsyncIterator[None]:
        """Raise an exception of any other type as ``kind``; the session is not used any more."""
        try:
            yield
        except BaseException as err:
            if not is_foreign(err):
                raise
            failure = failure_of(err, self._context.evidence)
            with suppress(Exception):
                await self.close()
            raise kind(failure.message, hint=failure.hint) from err

    async def _check_privilege(self, writer: Writer) -> None:
        """A prompt with # may still be one of few commands. Where AAA hides the level, lines will tell."""
        text = _Text()
        await writer.show(ReadCommand("show privilege"), timeout=_SHOW_SECONDS, sink=text)
        found = _LEVEL.search("".join(text.pieces))
        if found is not None and int(found[1]) < _CONFIGURES:
            await self.close()
            raise EnableFailed(
                f"privilege level {found[1]} on {writer.hostname}, and a change needs {_CONFIGURES}",
                hint="set SLP_OPS_ENABLE, or let AAA give this user privilege level 15",
            )

    async def _show(self, memory: BufferedEvidence, command: str) -> CommandEnd:
        writer = await self.open()
        capture = memory.open(command)
        try:
            async with self._own_errors(SessionLost):
                ending = await writer.show(ReadCommand(command), timeout=_SHOW_SECONDS, sink=capture)
        except SessionLost as err:
            capture.commit(_lost(err.message))
            raise
        except BaseException:
            capture.commit(_lost("interrupted"))
            raise
        capture.commit(ending)
        return ending


class _Text:
    """A sink that keeps a short text."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def write(self, text: str) -> None:
        self.pieces.append(text)


def _lost(reason: str) -> CommandEnd:
    return CommandEnd(status=CaptureStatus.LOST, reason=reason)
