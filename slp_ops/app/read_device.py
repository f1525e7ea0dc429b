"""Run show commands on one switch and keep what it says.

A command that fails costs that command. A session that is lost is opened again once. Whatever
happens, what was read is in the evidence, and the result says what is missing and why.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.commands import find
from slp_ops.errors import (
    CredentialError,
    CredentialStopped,
    DeviceError,
    InvalidRelease,
    LimitReached,
    SessionLost,
    StoreError,
)
from slp_ops.facts.platform import CpuLoad, Software
from slp_ops.model import CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd, ProgressEvent, ReadLimits, ignore_event
from slp_ops.release import Release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slp_ops.commands import ShowCommand
    from slp_ops.model import Capture, Device
    from slp_ops.parsing import ParsedCapture
    from slp_ops.ports import CaptureWriter, EvidenceStore, OnEvent, Reader, Transport

_SESSIONS: Final = 2
# The release and the CPU load are in the first lines, in characters; the rest need not be kept in
# memory, nor be read before the next command is sent.
_OPENING: Final = 2048
_ANSWERED: Final = frozenset({CaptureStatus.OK, CaptureStatus.UNSUPPORTED})
_MISSING: Final = frozenset(
    {CaptureStatus.DENIED, CaptureStatus.TIMEOUT, CaptureStatus.LOST, CaptureStatus.DAMAGED}
)
# A long output shows its progress so often, in bytes.
_PROGRESS: Final = 1 << 19


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectOptions:
    """Options of reading a device.

    ``command_timeout`` in seconds replaces each command's own longest silence. The heavy commands are
    not sent to a switch whose five-minute CPU load is ``max_cpu`` percent or more, or unknown; None
    sends them whatever the load.
    """

    command_timeout: float | None = None
    max_cpu: float | None = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviousCaptures:
    """Captures of a device in a resumed run."""

    captures: tuple[Capture, ...]
    release: Release | None = None

    @classmethod
    def of(cls, captures: tuple[Capture, ...], release: str | None) -> PreviousCaptures:
        """Return the captures; the text of the release may be of any form."""
        try:
            return cls(captures=captures, release=None if release is None else Release.parse(release))
        except InvalidRelease:
            return cls(captures=captures)

    def result(self, device: Device) -> DeviceResult:
        """Return the result of a device of which nothing else is read."""
        return DeviceResult(
            name=device.name,
            site=device.site,
            status=status_of(self.captures),
            captures=self.captures,
            release=None if self.release is None else str(self.release),
        )

    def missing(self, commands: Sequence[ShowCommand]) -> tuple[ShowCommand, ...]:
        """The commands that are still to be sent.

        The CPU load is read again where a heavy command waits: an old one must not decide about it.
        """
        read = {capture.command for capture in self.captures if capture.status in _ANSWERED}
        skipped = {capture.command for capture in self.captures if capture.status is CaptureStatus.SKIPPED}
        waiting = [
            command
            for command in commands
            if command.command not in read
            and not (command.command in skipped and not_sent_because(command, self.release))
        ]
        if any(command.heavy for command in waiting):
            waiting += [
                command for command in commands if CpuLoad in command.provides and command not in waiting
            ]
        return tuple(sorted(waiting, key=lambda command: command.order))

    def merged_with(self, result: DeviceResult) -> DeviceResult:
        """The device's result over both parts of the run."""
        captures = {capture.command: capture for capture in (*self.captures, *result.captures)}
        status = _status_after(captures.values(), result.error)
        if not result.captures and result.error is not None:
            status = DeviceStatus.PARTIAL if captures else result.status
        release = result.release or (str(self.release) if self.release else None)
        return replace(result, captures=tuple(captures.values()), status=status, release=release)


async def collect(
    device: Device,
    *,
    transport: Transport,
    evidence: EvidenceStore,
    commands: Iterable[ShowCommand],
    collect_options: CollectOptions = CollectOptions(),
    release: Release | None = None,
    on_event: OnEvent = ignore_event,
) -> DeviceResult:
    """Read one device. Where the evidence cannot be written, reading ends and what was kept is the result.

    ``release`` is what an earlier part of the run has read; the commands' gates need it.
    """
    visit = _Visit(device, evidence, deque(commands), collect_options, release, on_event)
    trouble: DeviceFailure | None = None
    for _ in range(_SESSIONS):
        try:
            on_event(ProgressEvent(device=device.name, what="connecting"))
            async with transport.read(device) as reader:
                await visit.read(reader)
        except (DeviceError, CredentialError) as err:
            trouble = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
            if not visit.captures:
                return _failed_result(device, trouble, err)
            break
        except StoreError as err:
            return visit.ended_by(err)
        except BaseException as err:
            if not is_foreign(err):
                raise
            trouble = failure_of(err, evidence)
            if not visit.captures:
                return _failed_result(device, trouble, err)
            break
        if visit.lost is not None:
            trouble = DeviceFailure(kind=visit.lost.kind, message=visit.lost.message, hint=visit.lost.hint)
        # A switch that never stops would do so again.
        if not visit.waiting or isinstance(visit.lost, LimitReached):
            break
    try:
        visit.give_up(trouble.message if trouble else "the session did not come back to a prompt")
    except StoreError as err:
        return visit.ended_by(err)
    return DeviceResult(
        name=device.name,
        site=device.site,
        status=_status_after(visit.captures, trouble),
        captures=tuple(visit.captures),
        error=trouble,
        release=visit.version,
    )


def _failed_result(device: Device, failure: DeviceFailure, err: BaseException) -> DeviceResult:
    untried = isinstance(err, CredentialStopped | CredentialError)
    status = DeviceStatus.SKIPPED if untried else DeviceStatus.FAILED
    return DeviceResult(name=device.name, site=device.site, status=status, error=failure)


def _status_after(captures: Iterable[Capture], failure: DeviceFailure | None) -> DeviceStatus:
    """Return the status of captures; a defect is a failure even if nothing is missing."""
    status = status_of(captures)
    is_defect = failure is not None and failure.kind == "defect"
    return DeviceStatus.PARTIAL if is_defect and status is DeviceStatus.OK else status


def status_of(captures: Iterable[Capture | ParsedCapture]) -> DeviceStatus:
    """ok when nothing is missing, failed when nothing could be read, else partial."""
    statuses = {capture.status for capture in captures}
    if not statuses & _MISSING:
        return DeviceStatus.OK
    if not statuses & _ANSWERED:
        return DeviceStatus.FAILED
    return DeviceStatus.PARTIAL


def not_sent_because(command: ShowCommand, release: Release | None) -> str:
    """Return why a command is not sent to a switch of that release; empty when it is sent.

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
        evidence: EvidenceStore,
        waiting: deque[ShowCommand],
        collect_options: CollectOptions,
        release: Release | None,
        on_event: OnEvent,
    ) -> None:
        self.waiting = waiting
        self.captures: list[Capture] = []
        self.lost: DeviceError | None = None
        self.version: str | None = None
        self._release = release
        self._load: float | None = None
        self._device = device
        self._evidence = evidence
        self._collect_options = collect_options
        self._on_event = on_event

    async def read(self, reader: Reader) -> None:
        """Send what is waiting, until nothing is or the session cannot be relied on."""
        while self.waiting and reader.alive:
            command = self.waiting[0]
            if reason := not_sent_because(command, self._release):
                self._record(command, CaptureStatus.SKIPPED, reason)
            elif reason := self._too_heavy(command):
                # If the command with the load was cut, this one is missing for the same cause.
                cut = self._load is None and self._load_was_cut()
                self._record(command, CaptureStatus.LOST if cut else CaptureStatus.SKIPPED, reason)
            else:
                self.captures.append(await self._show(reader, command))
            self.waiting.popleft()

    def ended_by(self, err: StoreError) -> DeviceResult:
        """Return the result of a device whose evidence could not be written any more."""
        return DeviceResult(
            name=self._device.name,
            site=self._device.site,
            status=DeviceStatus.PARTIAL if self.captures else DeviceStatus.FAILED,
            captures=tuple(self.captures),
            error=DeviceFailure(kind=err.kind, message=err.message, hint=err.hint),
            release=self.version,
        )

    def give_up(self, reason: str) -> None:
        """Record what is still waiting as lost."""
        for command in self.waiting:
            self._record(command, CaptureStatus.LOST, reason)
        self.waiting.clear()

    def _record(self, command: ShowCommand, status: CaptureStatus, reason: str) -> None:
        self.captures.append(self._evidence.record(command.command, CommandEnd(status=status, reason=reason)))

    def _load_was_cut(self) -> bool:
        return any(
            each.status in (CaptureStatus.LOST, CaptureStatus.TIMEOUT)
            and (known := find(each.command)) is not None
            and CpuLoad in known.provides
            for each in self.captures
        )

    def _too_heavy(self, command: ShowCommand) -> str:
        """Return why a heavy command is skipped: many megabytes would load a busy CPU further."""
        limit = self._collect_options.max_cpu
        if not command.heavy or limit is None:
            return ""
        if self._load is None:
            return "the five-minute CPU load could not be read; --force-heavy sends the command anyway"
        if self._load >= limit:
            return f"the five-minute CPU load is {self._load:g} %, and the limit {limit:g} % (--max-cpu)"
        return ""

    async def _show(self, reader: Reader, command: ShowCommand) -> Capture:
        self._on_event(ProgressEvent(device=self._device.name, what="running", detail=command.command))
        writer = self._evidence.open(command.command)
        sink = _Opening(writer, lambda size: self._on_event(self._progress(command, size)))
        timeout = self._collect_options.command_timeout or command.timeout
        try:
            ending = await reader.show(
                command.read_command(),
                timeout=timeout,
                sink=sink,
                limits=ReadLimits.of(self._device, heavy=command.heavy),
            )
        except SessionLost as err:
            self.lost = err
            ending = CommandEnd(status=CaptureStatus.LOST, reason=err.message)
        except BaseException:
            # The operator stopped the run, or a defect did: what came so far is kept.
            self.captures.append(writer.commit(CommandEnd(status=CaptureStatus.LOST, reason="interrupted")))
            self.waiting.popleft()
            raise
        capture = writer.commit(ending)
        if ending.status is CaptureStatus.OK and {Software, CpuLoad} & set(command.provides):
            self._learn(command, sink.opening())
        return capture

    def _progress(self, command: ShowCommand, size: int) -> ProgressEvent:
        return ProgressEvent(device=self._device.name, what="running", detail=command.command, bytes=size)

    def _learn(self, command: ShowCommand, text: str) -> None:
        """Note what decides about the commands to come."""
        for fact in command.parse(text).facts:
            if isinstance(fact, Software):
                self._release = fact.release
                self.version = str(fact.release) if fact.release else fact.version
            elif isinstance(fact, CpuLoad):
                self._load = fact.five_minutes


class _Opening:
    """Passes everything on, remembers how it began, and says how much it is."""

    def __init__(self, writer: CaptureWriter, progress: Callable[[int], None]) -> None:
        self._writer = writer
        self._progress = progress
        self._size = 0
        self._pieces: list[str] = []

    def opening(self) -> str:
        """The first lines. None of them is cut: half a release number is another release."""
        text = "".join(self._pieces)
        return text if len(text) <= _OPENING else text[: text.rfind("\n", 0, _OPENING) + 1]

    def write(self, text: str) -> None:
        self._writer.write(text)
        if (missing := _OPENING + 1 - self._size) > 0:
            self._pieces.append(text[:missing])
        before, self._size = self._size, self._size + len(text)
        if before // _PROGRESS != self._size // _PROGRESS:
            self._progress(self._size)
