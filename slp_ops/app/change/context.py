"""Context of a change on one switch: the ports, the timeouts, and the state kept during the change."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from slp_ops.errors import StoreError
from slp_ops.model import Capture, CaptureStatus
from slp_ops.parsing import CUT, Facts, read
from slp_ops.planning.running_config import RunningConfig
from slp_ops.ports import ignore_event
from slp_ops.steps import ExecStep

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

    from slp_ops.commands import ShowCommand
    from slp_ops.i18n import Text
    from slp_ops.model import Device
    from slp_ops.planning.journal_state import JournalEvent
    from slp_ops.planning.model import PlanningResult, SwitchPlan
    from slp_ops.ports import (
        CaptureWriter,
        ChangingTransport,
        CommandEnd,
        CopyingTransport,
        EvidenceStore,
        FileStore,
        OnEvent,
        Secret,
    )
    from slp_ops.rules.values import Outcome
    from slp_ops.runs.run_writer import DeviceFolder

T = TypeVar("T")
RUNNING: Final = "show running-config"
SAVE: Final = ExecStep(command="write memory", expects=("[OK]",), seconds=120)


class StepDecision(StrEnum):
    """Operator's decision on a step that the switch does not prove."""

    DONE = "done"
    AGAIN = "again"  # it did not happen: send it
    UNKNOWN = "unknown"


class StepOperator(Protocol):
    """Operator at the terminal, or a substitute."""

    async def has_done(self, device: str, text: Text) -> bool:
        """Show what is to be done by hand; whether it has been done."""

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Return whether a command was executed, if the switch has no proof of it.

        ``again`` tells what sending it twice does.
        """


class NoStepOperator:
    """No terminal: manual steps wait."""

    async def has_done(self, device: str, text: Text) -> bool:
        """Return False: manual steps are open."""
        return False

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Return UNKNOWN: there is no operator to decide."""
        return StepDecision.UNKNOWN


class Journal(Protocol):
    """Record of a change; each event is on disk before the next action."""

    def write(self, event: JournalEvent) -> None:
        """Append one event; raises StoreError, after which nothing may be sent."""


class StopController:
    """Time, and the wish to stop."""

    def __init__(self) -> None:
        self._stop = asyncio.Event()
        self._why: Text | None = None
        self._until = float("inf")
        self._late: Text | None = None

    @property
    def why(self) -> Text | None:
        """Return the reason; None where the operator wants it."""
        return self._why if self._stop.is_set() else self._late

    @property
    def stopping(self) -> bool:
        """Return whether no further step may start."""
        return self._stop.is_set() or self.now() > self._until

    def permit_until(self, moment: float, why: Text) -> None:
        """Begin no step after this moment, by ``now``, for this reason, unless a later one is set by then.

        It holds for a process that was suspended too, whose other tasks are as late as its steps.
        """
        self._until, self._late = moment, why

    def stop(self, why: Text | None = None) -> None:
        """Begin no further step. The first reason stays."""
        if not self._stop.is_set():
            self._why = why
        self._stop.set()

    def now(self) -> float:
        """Seconds on a clock that only goes forward."""
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        """Wait, also while stopping: a running step is resolved first."""
        await asyncio.sleep(seconds)

    async def wait_or_stop(self, seconds: float) -> None:
        """Let time pass, until it shall stop."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Timeouts, in seconds."""

    wait: float = 3600.0  # for proofs, and for the rules to pass: an ACK takes 5 minutes to an hour
    reload: float = 1800.0  # until a switch that reloads answers again
    reconnect: float = 300.0  # until a lost session can be opened again
    first_interval: float = 5.0  # between the first looks; later ones take their time
    max_interval: float = 60.0


class EvidenceRecord:
    """Evidence of a switch under change: remembers its captures, for the record of the run.

    A disk that refuses it does not stop a change: ``lost`` is the reason, and nothing more is kept.
    """

    def __init__(self, evidence: EvidenceStore) -> None:
        self._evidence = evidence
        self.captures: list[Capture] = []
        self.lost = ""

    def open(self, command: str) -> CaptureWriter:
        """See ``ports.EvidenceStore``."""
        return _RecordedCapture(command, self, self.attempt(lambda: self._evidence.open(command)))

    def record(self, command: str, ending: CommandEnd) -> Capture:
        """See ``ports.EvidenceStore``."""
        return self.add(command, ending, lambda: self._evidence.record(command, ending))

    def attempt(self, write: Callable[[], T]) -> T | None:
        """Write to the disk; None where it refuses, or has refused before."""
        if self.lost:
            return None
        try:
            return write()
        except StoreError as err:
            self.lost = err.message
            return None

    def add(self, command: str, ending: CommandEnd, write: Callable[[], Capture]) -> Capture:
        """Return the capture that was written, or one without a text."""
        written = self.attempt(write)
        if written is None:
            return Capture(command=command, status=ending.status, reason=ending.reason)
        self.captures.append(written)
        return written

    def keep_traceback(self, text: str) -> Path:
        """See ``ports.EvidenceStore``."""
        return self._evidence.keep_traceback(text)


@dataclass(slots=True)
class _RecordedCapture:
    command: str
    evidence: EvidenceRecord
    writer: CaptureWriter | None

    def write(self, text: str) -> None:
        if (writer := self.writer) is not None:
            self.evidence.attempt(lambda: writer.write(text))

    def commit(self, ending: CommandEnd) -> Capture:
        if (writer := self.writer) is None:
            return Capture(command=self.command, status=ending.status, reason=ending.reason)
        return self.evidence.add(self.command, ending, lambda: writer.commit(ending))


class BufferedEvidence:
    """Evidence that also keeps the texts, masked as on disk, so that facts can be read at once.

    ``keep`` names the commands whose texts the facts contain.
    """

    def __init__(
        self, evidence: EvidenceStore, mask: Callable[[str], str], keep: Collection[str] = ()
    ) -> None:
        self._evidence = evidence
        self._mask = mask
        self._keep = keep
        self.captures: dict[str, tuple[CaptureStatus, str]] = {}

    @classmethod
    def of_run(
        cls,
        folder: DeviceFolder,
        captures: Iterable[Capture],
        mask: Callable[[str], str],
        keep: Collection[str],
    ) -> BufferedEvidence:
        """Return the evidence of captures that a run has. Raises StoreError."""
        memory = cls(folder, mask, keep)
        memory.captures = {each.command: (each.status, folder.text(each)) for each in captures}
        return memory

    def open(self, command: str) -> CaptureWriter:
        """See ``ports.EvidenceStore``."""
        return _Teed(self._evidence.open(command), command, self)

    def record(self, command: str, ending: CommandEnd) -> Capture:
        """See ``ports.EvidenceStore``."""
        self.captures[command] = (ending.status, "")
        return self._evidence.record(command, ending)

    def keep_traceback(self, text: str) -> Path:
        """See ``ports.EvidenceStore``."""
        return self._evidence.keep_traceback(text)

    def add(self, command: str, status: CaptureStatus, text: str) -> None:
        """Remember a text."""
        self.captures[command] = (status, self._mask(text))

    @property
    def any_read(self) -> bool:
        """Return whether at least one command was answered."""
        return any(status is CaptureStatus.OK for status, _ in self.captures.values())

    @property
    def any_cut(self) -> bool:
        """Return whether at least one command timed out or was lost with the session."""
        return any(status in CUT for status, _ in self.captures.values())

    @property
    def facts(self) -> Facts:
        """Return the facts of the texts."""
        captures = ((command, status, text) for command, (status, text) in self.captures.items())
        return read(captures, keep=self._keep)

    @property
    def running(self) -> RunningConfig | None:
        """The running configuration; None when it could not be read."""
        status, text = self.captures.get(RUNNING, (CaptureStatus.SKIPPED, ""))
        return RunningConfig.parse(text) if status is CaptureStatus.OK else None


@dataclass(slots=True)
class _Teed:
    writer: CaptureWriter
    command: str
    memory: BufferedEvidence
    pieces: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.pieces.append(text)
        self.writer.write(text)

    def commit(self, ending: CommandEnd) -> Capture:
        self.memory.add(self.command, ending.status, "".join(self.pieces))
        return self.writer.commit(ending)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCopying:
    """Copying of files: the transport, and the local file store."""

    transport: CopyingTransport
    file_store: FileStore


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContext:
    """One switch to be changed. ``judge`` audits it, ``replan`` plans it anew from what was read.

    ``copying`` is set if the plan copies files. ``row_commands`` are those of the operator's rules over rows.
    """

    device: Device
    plan: SwitchPlan
    transport: ChangingTransport
    evidence: EvidenceStore
    mask: Callable[[str], str]
    journal: Journal
    commands: tuple[ShowCommand, ...]
    row_commands: tuple[str, ...] = ()
    judge: Callable[[Facts], tuple[Outcome, ...]]
    replan: Callable[[BufferedEvidence, tuple[Outcome, ...]], PlanningResult]
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    operator: StepOperator = field(default_factory=NoStepOperator)
    stop_controller: StopController
    timeouts: Timeouts = field(default_factory=Timeouts)
    copying: FileCopying | None = None
    on_event: OnEvent = ignore_event
