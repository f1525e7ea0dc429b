"""Answer of a worker for a device, taken as the word of another computer.

The worker may be hostile: what it sends is of its own site's switch alone, it names no file of this computer,
and its own troubles are not taken for those of this one.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from slp_ops.app.device_outcome import Outcome
from slp_ops.cluster.evidence_parts import parse_end
from slp_ops.cluster.messages import InvalidMessage
from slp_ops.errors import StoreError
from slp_ops.json_documents import ShapeError, decode

if TYPE_CHECKING:
    from slp_ops.app.device_work import DeviceWork, Result, Task
    from slp_ops.cluster.messages import EvidenceEnd
    from slp_ops.model import Device

_ATTEMPT: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)
_DISK_OF_WORKER: Final = "worker_store"


def read_end(message: bytes) -> tuple[EvidenceEnd, bytes]:
    """Return the end of an attempt, and the evidence in it. Raises InvalidMessage for what no slp-ops sends.

    The attempt becomes a part of subjects, and the folder is searched for in every text of the answer.
    """
    end, data = parse_end(message)
    if not _ATTEMPT.fullmatch(end.attempt):
        raise InvalidMessage("an attempt that no worker makes")
    if end.folder and PurePosixPath(end.folder).name != end.attempt:
        raise InvalidMessage("a folder that no worker makes")
    return end, data


def outcome_in(end: EvidenceEnd, run: str) -> Outcome | None:
    """Return the outcome of an attempt, whose files are in the folder ``run``; None where it was cancelled.

    Raises ShapeError.
    """
    if end.outcome is None:
        return None
    return decode(Outcome, _of_this_computer(end.outcome, end.folder, run))


def result_in(outcome: Outcome, work: DeviceWork[Task, Result], device: Device) -> Result:
    """Return the result of a device. Raises VisitFailed with the failure, ShapeError for another device's."""
    result = outcome.result_of(work)
    for found in work.devices_in(result):
        if found != (device.name, device.site):
            raise ShapeError("device", f"{device.name} of site {device.site}", found)
    return result


def _of_this_computer(value: object, folder: str, run: str) -> object:
    """Return JSON as if it had been made here.

    Texts name files in the run instead of those in a worker's folder. A disk that is full is the worker's:
    the kind of a failure of this computer's disk would end the run.
    """
    match value:
        case str() if folder:
            return value.replace(folder, run)
        case list():
            return [_of_this_computer(each, folder, run) for each in value]
        case dict():
            found: dict[Any, Any] = {key: _of_this_computer(each, folder, run) for key, each in value.items()}
            if found.get("kind") == StoreError.kind and "message" in found:
                found["kind"] = _DISK_OF_WORKER
            return found
        case _:
            return value
