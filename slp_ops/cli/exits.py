"""Exit codes, as one enum; the documentation's table is generated from it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.flow import FlowResult
    from slp_ops.model import DeviceResult


class Exit(IntEnum):
    """Process exit codes. Where several apply, 5 outranks 4 and 4 outranks 3."""

    FINE = 0
    BUG = 1
    USAGE = 2
    FINDINGS = 3
    UNREAD = 4
    CHANGE_FAILED = 5
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        """One sentence for the documentation and for ``--help``."""
        return _MEANINGS[self]


_MEANINGS = {
    Exit.FINE: "everything that was asked was done, and nothing was found at or above the threshold",
    Exit.BUG: "a defect of slp-ops; the path of a file with the traceback is printed",
    Exit.USAGE: "a wrong option or a bad file; nothing was sent to any device",
    Exit.FINDINGS: "findings at or above the threshold",
    Exit.UNREAD: "some devices could not be read, or not completely enough to judge them",
    Exit.CHANGE_FAILED: "a change failed, could not be verified, or an earlier one is not at its end",
    Exit.INTERRUPTED: "interrupted by the operator; what was read is saved",
}


def worst(*codes: Exit) -> Exit:
    """The code that outranks the others: 1, 130, 2, then 5, 4, 3, 0."""
    order = (Exit.BUG, Exit.INTERRUPTED, Exit.USAGE, Exit.CHANGE_FAILED, Exit.UNREAD, Exit.FINDINGS)
    return next((code for code in order if code in codes), Exit.FINE)


def read_code(*, complete: bool) -> Exit:
    """Return 4 when a device could not be read completely."""
    return Exit.FINE if complete else Exit.UNREAD


def plan_exit_code(planned: PlanResult) -> Exit:
    """Return the code of a plan: that of its devices, or 5 where an earlier change is not at its end."""
    return worst(exit_code(planned.results), Exit.CHANGE_FAILED if planned.blocked else Exit.FINE)


def exit_code(results: Sequence[DeviceResult]) -> Exit:
    """Return the code of devices that were read."""
    from slp_ops.app.fleet import is_complete

    return read_code(complete=is_complete(results))


def flow_exit_code(result: FlowResult) -> Exit:
    """5 unless every switch is proven to report."""
    return Exit.FINE if result.proven else Exit.CHANGE_FAILED


def change_exit_code(change: ChangeResult) -> Exit:
    """5 when a change failed or could not be verified, 4 when a switch could not be read."""
    from slp_ops.app.change.results import ChangeOutcome

    codes = [Exit.INTERRUPTED] if change.stopped and change.not_begun else []
    for applied in change.devices:
        match applied.end:
            case ChangeOutcome.DONE | ChangeOutcome.NOTHING:
                continue
            case ChangeOutcome.ROLLED_BACK if change.back:
                continue
            case ChangeOutcome.UNREAD:
                codes.append(Exit.UNREAD)
            case ChangeOutcome.STOPPED:
                codes.append(Exit.INTERRUPTED)
            case _:
                codes.append(Exit.CHANGE_FAILED)
    return worst(*codes) if codes or not change.not_begun else Exit.CHANGE_FAILED
