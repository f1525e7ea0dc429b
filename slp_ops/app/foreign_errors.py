"""Exceptions of any type inside the visit of one device: only that device fails, its traceback is kept."""

from __future__ import annotations

import asyncio
import traceback
from typing import TYPE_CHECKING

from slp_ops.errors import SlpOpsError, StoreError
from slp_ops.model import DeviceFailure

if TYPE_CHECKING:
    from slp_ops.ports import EvidenceStore


def is_foreign(err: BaseException) -> bool:
    """Return whether an exception is neither one of ours nor a stop: libraries may raise any type.

    A cancellation that was not requested is a library's.
    """
    if isinstance(err, asyncio.CancelledError):
        task = asyncio.current_task()
        return task is not None and not task.cancelling()
    return not isinstance(err, SlpOpsError | KeyboardInterrupt | GeneratorExit)


def failure_of(err: BaseException, evidence: EvidenceStore) -> DeviceFailure:
    """Keep the traceback with the device's evidence, and return the failure that names its file."""
    try:
        where = f"the traceback is in {evidence.keep_traceback(''.join(traceback.format_exception(err)))}"
    except StoreError as trouble:
        where = f"the traceback could not be saved: {trouble.message}"
    return DeviceFailure(
        kind="defect",
        message=f"a defect of slp-ops: {type(err).__name__}; {where}",
        hint="report it with that file",
    )
