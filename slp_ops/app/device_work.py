"""Work on one device, the same wherever it is done: in this process, or in a worker process.

A task is a JSON document with a schema id and without secrets. Its result is evidence in the device's folder,
and a JSON document.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from slp_ops.app.read_device import PreviousCaptures
from slp_ops.json_documents import json_document
from slp_ops.model import Capture, DeviceResult

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slp_ops.model import Device, DeviceFailure
    from slp_ops.planning.model import SwitchPlan
    from slp_ops.ports import CopyingTransport, OnEvent, Transport
    from slp_ops.runs import Run
    from slp_ops.runs.run_writer import DeviceFolder


@json_document
class EarlierPart:
    """Captures of a device in a run, which are not read again, and its release.

    ``recorded`` is the result where the run has one; it stays as it is when nothing is missing.
    """

    captures: tuple[Capture, ...] = ()
    release: str | None = None
    recorded: DeviceResult | None = None

    @property
    def previous(self) -> PreviousCaptures:
        """Return the captures with the release."""
        return PreviousCaptures.of(self.captures, self.release)

    def recovered(self, captures: tuple[Capture, ...]) -> EarlierPart:
        """Return the part after a reader of the device died, with everything that it left."""
        return replace(self, captures=captures, recorded=None)


class DeviceTask(Protocol):
    """Task of one device: a frozen dataclass made by ``json_document``, with a schema id."""

    @property
    def device(self) -> Device:
        """Return the device."""

    @property
    def earlier(self) -> EarlierPart:
        """Return what the run already has of the device."""

    @property
    def own_rules(self) -> bool:
        """Return whether the operator's own rules are in the task: their patterns run where it is done."""


Task = TypeVar("Task", bound=DeviceTask)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTools:
    """Tools of a task that does not only read: sessions that change and copy, and masked words."""

    transport: CopyingTransport
    mask: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTools:
    """Transport, evidence and progress of a task. ``changing`` is None where tasks only read."""

    transport: Transport
    evidence: DeviceFolder
    on_event: OnEvent
    changing: ChangeTools | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWork(Generic[Task, Result]):
    """A kind of task.

    ``visit`` does one; it raises SlpOpsError where the device has no result. ``device_result`` is the part of
    a result that the run keeps, ``also_in`` returns name and site of the devices in its other parts.
    A work that ``works.py`` lists is the same in every engine: its tasks and results pass JSON unchanged.
    A change is made over a hub only, see ``change_task.py``. A work that ``gives_files`` may put files of the
    exchange with CSSM beside the evidence, see ``DeviceFolder.exchanged``. One that ``needs_params`` plans
    with the parameters of the inventory. ``approved_plan`` returns the plan of a task that does not only
    read, and that may be repeated: over a hub its operator approves it in advance.
    """

    name: str
    task: type[Task]
    result: type[Result]
    visit: Callable[[Task, DeviceTools], Awaitable[Result]]
    device_result: Callable[[Result], DeviceResult]
    gives_files: bool = False
    needs_params: bool = False
    approved_plan: Callable[[Task], SwitchPlan] | None = None
    also_in: Callable[[Result], tuple[tuple[str, str], ...]] = lambda _: ()

    def devices_in(self, result: Result) -> tuple[tuple[str, str], ...]:
        """Return name and site of each device that a result is about, as another computer may have it."""
        part = self.device_result(result)
        return ((part.name, part.site), *self.also_in(result))

    def for_hub(self, task: Task) -> Task:
        """Return a task as it leaves this computer: a hub keeps it, and parameters may be secrets."""
        if self.needs_params or not task.device.params:
            return task
        return replace(task, device=replace(task.device, params={}))  # type: ignore[type-var]


class VisitFailed(Exception):
    """A device without a result, with the failure that a worker process reported."""

    def __init__(self, failure: DeviceFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class TaskLeft(Exception):
    """A task that others do after this process has ended; its evidence is taken when the run is resumed.

    ``is_submitted`` is False where the hub did not take the task in time: it is submitted then.
    """

    def __init__(self, *, is_submitted: bool) -> None:
        super().__init__("left")
        self.is_submitted = is_submitted


class DeviceEngine(Protocol):
    """Does the tasks of the devices of a run. It knows nothing of verbs."""

    @property
    def detach(self) -> Callable[[], None] | None:
        """Return the function that leaves all tasks to others: each visit raises TaskLeft from then on.

        None where the tasks end with this process.
        """

    async def visit(self, work: DeviceWork[Task, Result], task: Task, run: Run, on_event: OnEvent) -> Result:
        """Do a task, with its evidence in the run. Raises SlpOpsError, VisitFailed or TaskLeft."""

    async def close(self) -> None:
        """Release sessions and processes."""


class InProcess:
    """Does every task in this process."""

    detach: ClassVar[None] = None

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def visit(self, work: DeviceWork[Task, Result], task: Task, run: Run, on_event: OnEvent) -> Result:
        """See ``DeviceEngine``."""
        tools = DeviceTools(transport=self._transport, evidence=run.device(task.device), on_event=on_event)
        return await work.visit(task, tools)

    async def close(self) -> None:
        """Close the transport."""
        await self._transport.close()


AnyWork = DeviceWork[Any, Any]
