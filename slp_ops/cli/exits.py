"""Exit codes: each result of a verb has one code. The documentation's tables are generated from here."""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slp_ops.app.audit import AuditResult
    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.results import ChangeResult, PlanResult
    from slp_ops.app.check_reachability import ReachabilityResult
    from slp_ops.app.check_version import ReleasesResult
    from slp_ops.app.flow import FlowResult
    from slp_ops.model import Severity


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


_MEANINGS: Final = {
    Exit.FINE: "everything that was asked was done, and nothing was found at or above the threshold",
    Exit.BUG: "a defect of slp-ops; the path of a file with the traceback is printed",
    Exit.USAGE: "a wrong option or a bad file, or a parameter is missing; nothing was sent to any device",
    Exit.FINDINGS: "findings at or above the threshold, or findings that remain",
    Exit.UNREAD: "some devices could not be read, or a result could not be determined",
    Exit.CHANGE_FAILED: "a change failed, could not be verified, or an earlier one is not at its end",
    Exit.INTERRUPTED: "interrupted by the operator; what was read is saved",
}


class Result(Enum):
    """Results of verbs: the exit code, the verbs that have it, and a sentence for the documentation."""

    DONE = (Exit.FINE, "all", "done, and none of the results below applies")
    PLANNED = (
        Exit.FINE,
        "remediate, usage save, usage import",
        "`--dry-run` has a plan, and no parameter is missing",
    )
    DECLINED = (
        Exit.FINE,
        "remediate, usage save, usage import, runs prune",
        "the operator declined; nothing was sent, or removed",
    )
    DEFECT = (Exit.BUG, "all", "a defect of slp-ops")
    WRONG_INPUT = (
        Exit.USAGE,
        "all",
        "a wrong option, a bad file, nothing is selected, or the run cannot be written (full disk)",
    )
    PARAMETER_MISSING = (
        Exit.USAGE,
        "remediate",
        "a parameter is missing for all switches that need one; nothing was planned",
    )
    UNANSWERED = (
        Exit.USAGE,
        "remediate, usage save, usage import, runs prune, bundle",
        "a question cannot be asked, as there is no terminal, or has no answer; nothing was sent, or removed",
    )
    FINDINGS = (Exit.FINDINGS, "audit, check-version", "a finding at or above `--fail-on`")
    NEW_FINDINGS = (Exit.FINDINGS, "watch --once", "a new finding at warning or above")
    BLOCKED = (Exit.FINDINGS, "check-reachability", "a switch cannot reach its licence server")
    PARAMETER_MISSING_FOR_SOME = (
        Exit.FINDINGS,
        "remediate",
        "a parameter is missing for some switches, which are named",
    )
    NOTHING_PLANNED = (Exit.FINDINGS, "remediate", "nothing is planned, although there are findings")
    FINDINGS_REMAIN = (
        Exit.FINDINGS,
        "remediate",
        "the change succeeded, and findings at warning or above remain; they are named",
    )
    FILE_SKIPPED = (Exit.FINDINGS, "usage import", "a file was skipped and needs attention")
    HUB_REMARKS = (
        Exit.FINDINGS,
        "hub status",
        "a site has no worker, or a certificate, a clock, a release or the disk needs attention",
    )
    RULE_NOT_PROVEN = (
        Exit.FINDINGS,
        "rules test",
        "an example is judged otherwise than its file expects, or a rule over rows lacks one",
    )
    DAMAGED = (
        Exit.FINDINGS,
        "runs verify, runs export, bundle --check",
        "something is missing, was changed, or is not masked",
    )
    UNREAD = (
        Exit.UNREAD,
        "audit, check-reachability, check-version, collect, remediate, usage, watch --once",
        "a switch could not be read, or not completely",
    )
    UNDETERMINED = (
        Exit.UNREAD,
        "audit, check-reachability, check-version, remediate",
        "a result could not be determined from what was read",
    )
    CHANGE_FAILED = (
        Exit.CHANGE_FAILED,
        "remediate, usage save, usage import",
        "a change failed, could not be verified, or waits for the operator",
    )
    CHANGE_OPEN = (
        Exit.CHANGE_FAILED,
        "remediate, usage save, usage import",
        "an earlier change is unfinished, and prevents a new one",
    )
    INTERRUPTED = (Exit.INTERRUPTED, "all", "Ctrl-C or a signal ended it; what was read is saved")

    def __init__(self, code: Exit, verbs: str, when: str) -> None:
        self.code = code
        self.verbs = verbs
        self.when = when


_ORDER: Final = (
    Exit.BUG,
    Exit.INTERRUPTED,
    Exit.USAGE,
    Exit.CHANGE_FAILED,
    Exit.UNREAD,
    Exit.FINDINGS,
)


def code_of(*results: Result) -> Exit:
    """Return the code that outranks the others: 1, 130, 2, then 5, 4, 3, 0."""
    codes = {result.code for result in results}
    return next((code for code in _ORDER if code in codes), Exit.FINE)


def read_result(*, complete: bool) -> Result:
    """Return whether every device was read completely, as a result."""
    return Result.DONE if complete else Result.UNREAD


def flow_results(result: FlowResult) -> Iterator[Result]:
    """Yield the results of a flow, one for each switch."""
    from slp_ops.app.flow import StageState

    if result.stopped:
        yield Result.INTERRUPTED
    for switch in result.switches:
        match switch.state:
            case StageState.PROVEN:
                yield Result.FINDINGS_REMAIN if switch.remaining else Result.DONE
            case StageState.NO_REMEDY:
                yield Result.FINDINGS_REMAIN
            case StageState.OPEN:
                yield Result.UNREAD if switch.licence is None else Result.FINDINGS_REMAIN
            case _:
                yield Result.CHANGE_FAILED


def audit_results(result: AuditResult, threshold: Severity) -> Iterator[Result]:
    """Yield the results of an audit, live or of a saved run."""
    if result.reaches(threshold):
        yield Result.FINDINGS
    if not result.is_decided(threshold):
        yield Result.UNDETERMINED if result.complete else Result.UNREAD


def version_results(result: ReleasesResult, threshold: Severity) -> Iterator[Result]:
    """Yield the results of releases, live or of a saved run."""
    if result.reaches(threshold):
        yield Result.FINDINGS
    if not result.complete:
        yield Result.UNREAD
    if not result.is_decided(threshold):
        yield Result.UNDETERMINED


def reachability_results(result: ReachabilityResult) -> Iterator[Result]:
    """Yield the results of a reachability test."""
    if result.blocked:
        yield Result.BLOCKED
    if not result.complete:
        yield Result.UNREAD
    if result.undetermined:
        yield Result.UNDETERMINED


def plan_results(planned: PlanResult, *, complete: bool) -> Iterator[Result]:
    """Yield the results of a plan. ``complete``: enough was read of every switch."""
    if not complete:
        yield Result.UNREAD
    if planned.undetermined:
        yield Result.UNDETERMINED
    if planned.blocked:
        yield Result.CHANGE_OPEN
    if any(not each.out.harmless for each in planned.left_out or ()):
        yield Result.FILE_SKIPPED
    if planned.plans:
        yield Result.PLANNED
    if planned.lacking:
        everywhere = not planned.plans and planned.lacking >= planned.unplanned
        yield Result.PARAMETER_MISSING if everywhere else Result.PARAMETER_MISSING_FOR_SOME
    elif planned.findings and not planned.plans:
        yield Result.NOTHING_PLANNED


def change_results(change: ChangeResult) -> Iterator[Result]:
    """Yield the results of a change, of each switch, and of those that it did not begin."""
    ends = [_change_result(applied, change) for applied in change.devices]
    if change.not_begun and change.stopped:
        yield Result.INTERRUPTED
    elif change.not_begun and all(end.code in (Exit.FINE, Exit.FINDINGS) for end in ends):
        yield Result.CHANGE_FAILED
    yield from ends


def _change_result(applied: DeviceChangeResult, change: ChangeResult) -> Result:
    from slp_ops.app.change.results import ChangeOutcome

    match applied.end:
        case ChangeOutcome.DONE | ChangeOutcome.NOTHING:
            return Result.FINDINGS_REMAIN if applied.remaining and not change.back else Result.DONE
        case ChangeOutcome.ROLLED_BACK if change.back:
            return Result.DONE
        case ChangeOutcome.UNREAD:
            return Result.UNREAD
        case ChangeOutcome.STOPPED if change.stopped:  # else a worker stopped it, which had lost its hub
            return Result.INTERRUPTED
        case _:
            return Result.CHANGE_FAILED
