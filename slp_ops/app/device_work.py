"""Work on one device, the same wherever it is done: in this process, or in a worker process.

A task is a JSON document with a schema id and without secrets. Its result is evidence in the device's folder,
and a JSON document.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slp_ops.model import Capture, Device, DeviceFailure
    from slp_ops.ports import OnEvent, Transport
    from slp_ops.runs import Run
    from slp_ops.runs.run_writer import DeviceFolder


class DeviceTask(Protocol):
    """Task of one device, a frozen dataclass. ``earlier`` is what the run already has of the device."""

    @property
    def device(self) -> Device:
        """Return the device."""

    @property
    def earlier(self) -> tuple[Capture, ...]:
        """Return the captures that are not read again."""


Task = TypeVar("Task", bound=DeviceTask)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTools:
    """Transport, evidence and progress of a task."""

    transport: Transport
    evidence: DeviceFolder
    on_event: OnEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceWork(Generic[Task, Result]):
    """A kind of task. ``visit`` does one; it raises SlpOpsError where the device has no result."""

    name: str
    task: type[Task]
    result: type[Result]
    visit: Callable[[Task, DeviceTools], Awaitable[Result]]


class VisitFailed(Exception):
    """A device without a result, with the failure that a worker process reported."""

    def __init__(self, failure: DeviceFailure) -> None:
        super().__init__(failure.message)
        self.failure = failure


class DeviceEngine(Protocol):
    """Does the tasks of the devices of a run. It knows nothing of verbs."""

    async def visit(self, work: DeviceWork[Task, Result], task: Task, run: Run, on_event: OnEvent) -> Result:
        """Do a task, with its evidence in the run. Raises SlpOpsError or VisitFailed."""

    async def close(self) -> None:
        """Release sessions and processes."""


class InProcess:
    """Does every task in this process."""

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
