"""Outcome of a task, as JSON: its result, or the failure of its device."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slp_ops.app.device_work import VisitFailed
from slp_ops.app.foreign_errors import failure_of, is_foreign
from slp_ops.errors import SlpOpsError
from slp_ops.json_documents import as_is, decode, encode, json_document, json_field
from slp_ops.model import DeviceFailure

if TYPE_CHECKING:
    from slp_ops.app.device_work import AnyWork, DeviceTools, DeviceWork, Result, Task


@json_document
class Outcome:
    """Result of a task, or the failure of its device."""

    result: Any = json_field(default=None, encoder=as_is)
    failure: DeviceFailure | None = None

    def result_of(self, work: DeviceWork[Task, Result]) -> Result:
        """Return the result. Raises VisitFailed with the failure, ShapeError for what is no result."""
        if self.failure is not None:
            raise VisitFailed(self.failure)
        return decode(work.result, self.result)


async def outcome_of(work: AnyWork, task: Any, tools: DeviceTools) -> Outcome:
    """Do a task. An exception of any type costs this device, not the process; a stop is passed on."""
    try:
        return Outcome(result=encode(await work.visit(task, tools)))
    except SlpOpsError as err:
        failure = DeviceFailure(kind=err.kind, message=err.message, hint=err.hint)
    except BaseException as err:
        if not is_foreign(err):
            raise
        failure = failure_of(err, tools.evidence)
    return Outcome(failure=failure)
