"""Run show commands on one switch and keep what it says.

A command that fails costs that command. A session that is lost is opened again once. Whatever
happens, what was read is in the evidence, and the result says what is missing and why.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from slp_ops.errors import (
    CredentialError,
    CredentialStopped,
    DeviceError,
    InvalidRelease,
    SessionLost,
)
from slp_ops.model import CaptureStatus, DeviceResult, DeviceStatus, Trouble
from slp_ops.ports import Ending, Event, silent
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.commands import ShowCommand
    from slp_ops.model import Capture, Device
    from slp_ops.ports import CaptureWriter, Evidence, OnEvent, Reader, Transport

_SESSIONS: Final = 2
# The release stands in the first lines of "show version"; the rest need not be kept in memory.
_VERSION_TEXT: Final = 4096


async def collect(
    device: Device,
    *,
    transport: Transport,
    evidence: Evidence,
    commands: Iterable[ShowCommand],
    command_timeout: float | None = None,
    on_event: OnEvent = silent,
) -> DeviceResult:
    """Read one device; raises StoreError only.

    ``command_timeout`` in seconds replaces each command's own longest silence.
    """
    visit = _Visit(device, evidence, deque(commands), command_timeout, on_event)
    trouble: Trouble | None = None
    for _ in range(_SESSIONS):
        try:
            on_event(Event(device=device.name, what="connecting"))
            async with transport.read(device) as reader:
                await visit.read(reader)
        except (DeviceError, CredentialError) as err:
            trouble = Trouble(kind=err.kind, message=err.message, hint=err.hint)
            if not visit.captures:
                skipped = isinstance(err, CredentialStopped | CredentialError)
                return DeviceResult(
                    name=device.name,
                    site=device.site,
                    status=DeviceStatus.SKIPPED if skipped else DeviceStatus.FAILED,
                    error=trouble,
                )
            break
        if visit.lost is not None:
            trouble = Trouble(kind=visit.lost.kind, message=visit.lost.message, hint=visit.lost.hint)
        if not visit.waiting:
            break
    visit.give_up(trouble.message if trouble else "the session did not come back to a prompt")
    return DeviceResult(
        name=device.name,
        site=device.site,
        status=status_of(visit.captures),
        captures=tuple(visit.captures),
        error=trouble,
        release=visit.release_text,
    )


def status_of(captures: Iterable[Capture]) -> DeviceStatus:
    """ok when nothing is missing, failed when nothing could be read, else partial."""
    statuses = {capture.status for capture in captures}
    if not statuses & {CaptureStatus.DENIED, CaptureStatus.TIMEOUT, CaptureStatus.LOST}:
        return DeviceStatus.OK
    if not statuses & {CaptureStatus.OK, CaptureStatus.UNSUPPORTED}:
        return DeviceStatus.FAILED
    return DeviceStatus.PARTIAL


def not_sent_because(command: ShowCommand, release: Release | None) -> str:
    """Why a command is not sent to a switch of that release; empty when it is sent.

    When the release could not be read, the switch itself may say what it does not know.
    """
    if release is not None:
        if command.since is not None and release.at_least(command.since) is False:
            return f"needs {command.since} or later; this is {release}"
        if command.until is not None and release > command.until:
            return f"only up to {command.until.major}.{command.until.minor}; this is {release}"
    if command.needs_config:
        return (
            f"needs the configuration line '{command.needs_config}', and reading never changes a switch; "
            "see the playbook rum-listing"
        )
    return ""


class _Visit:
    """One device while it is being read, over as many sessions as it takes."""

    def __init__(
        self,
        device: Device,
        evidence: Evidence,
        waiting: deque[ShowCommand],
        command_timeout: float | None,
        on_event: OnEvent,
    ) -> None:
        self.waiting = waiting
        self.captures: list[Capture] = []
        self.lost: DeviceError | None = None
        self.release: Release | None = None
        self.release_text: str | None = None
        self._device = device
        self._evidence = evidence
        self._command_timeout = command_timeout
        self._on_event = on_event

    async def read(self, reader: Reader) -> None:
        """Send what is waiting, until nothing is or the session cannot be relied on."""
        while self.waiting and reader.alive:
            command = self.waiting[0]
            if reason := not_sent_because(command, self.release):
                self._record(command, CaptureStatus.SKIPPED, reason)
            else:
                self._on_event(Event(device=self._device.name, what="running", detail=command.command))
                self.captures.append(await self._show(reader, command))
            self.waiting.popleft()

    def give_up(self, reason: str) -> None:
        """Record what is still waiting as lost."""
        for command in self.waiting:
            self._record(command, CaptureStatus.LOST, reason)
        self.waiting.clear()

    def _record(self, command: ShowCommand, status: CaptureStatus, reason: str) -> None:
        self.captures.append(self._evidence.record(command.command, Ending(status=status, reason=reason)))

    async def _show(self, reader: Reader, command: ShowCommand) -> Capture:
        timeout = self._command_timeout or command.timeout
        writer = self._evidence.open(command.command)
        sink = _Opening(writer)
        try:
            ending = await reader.show(command.read_command(), timeout=timeout, sink=sink)
        except SessionLost as err:
            self.lost = err
            ending = Ending(status=CaptureStatus.LOST, reason=err.message)
        except BaseException:
            # The operator stopped the run, or a defect did: what came so far is kept.
            writer.commit(Ending(status=CaptureStatus.LOST, reason="interrupted"))
            raise
        capture = writer.commit(ending)
        if command.command == "show version" and ending.status is CaptureStatus.OK:
            self._note_release("".join(sink.pieces))
        return capture

    def _note_release(self, text: str) -> None:
        for line in text.split("\n"):
            if "Version" in line:
                try:
                    self.release = Release.parse(line)
                except InvalidRelease:
                    continue
                self.release_text = str(self.release)
                return


class _Opening:
    """Passes everything on and remembers how it began."""

    def __init__(self, writer: CaptureWriter) -> None:
        self._writer = writer
        self._kept = 0
        self.pieces: list[str] = []

    def write(self, text: str) -> None:
        self._writer.write(text)
        if self._kept < _VERSION_TEXT:
            self.pieces.append(text)
            self._kept += len(text)
