"""Service of ``diff``: two runs compared, device by device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.app.audit_device import audit_device, compare
from slp_ops.app.changes_made import with_last_change
from slp_ops.app.inputs import facts_of, open_run
from slp_ops.history.config import is_other_key, line_changes
from slp_ops.history.fields import field_changes
from slp_ops.i18n import pluralize
from slp_ops.model import CaptureStatus
from slp_ops.parsing import Facts
from slp_ops.rules.settings import Intent
from slp_ops.runs import Runs
from slp_ops.runs.applied_changes import AppliedChanges

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from slp_ops.app.audit_device import AuditedDevice, AuditOptions, FindingsComparison
    from slp_ops.app.operator import Operator
    from slp_ops.history.config import LineChange
    from slp_ops.history.fields import FieldChange
    from slp_ops.i18n import Text
    from slp_ops.model import DeviceResult
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import StoredRun

_RUNNING_CONFIG: Final = "show running-config"
_MANY: Final = 20  # devices; reading more takes about a second


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffRequest:
    """Two runs by their references; without ``only`` all devices that both have."""

    runs_dir: Path
    old: str
    new: str
    only: tuple[str, ...] = ()
    all_facts: bool = False
    audit_options: AuditOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDiff:
    """One switch that both runs have. ``lines`` is None when a configuration was not read in both.

    ``other_key``: the runs mask with different keys, so that all secrets look different. The findings are
    sorted by what became of them; ``unclear_findings`` are no longer judged, each with the reason.
    """

    old: AuditedDevice
    new: AuditedDevice
    new_findings: tuple[Outcome, ...]
    gone_findings: tuple[Outcome, ...]
    unchanged_findings: tuple[Outcome, ...]
    unclear_findings: tuple[tuple[Outcome, Text], ...]
    fields: tuple[FieldChange, ...]
    lines: tuple[LineChange, ...] | None
    other_key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffResult:
    """Two runs compared; ``only_old`` and ``only_new`` are devices of one run alone."""

    old: StoredRun
    new: StoredRun
    devices: tuple[DeviceDiff, ...] = ()
    compared: FindingsComparison
    only_old: tuple[str, ...] = ()
    only_new: tuple[str, ...] = ()


class UnknownDevice(Exception):
    """A device that was asked for and is in neither run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    old: AuditedDevice
    new: AuditedDevice
    fields: tuple[FieldChange, ...]
    lines: tuple[LineChange, ...] | None
    other_key: bool


def diff(request: DiffRequest, operator: Operator) -> DiffResult:
    """Compare two runs, both judged by the rules of today. Raises UnknownDevice and StoreError."""
    runs, only = Runs(request.runs_dir), request.only
    old, new = open_run(runs, request.old, operator), open_run(runs, request.new, operator)
    if old.path == new.path:
        operator.notice(f"both are run {old.id}: name an earlier run as OLD; slp-ops runs list names them")
    before = {result.name: result for result in old.devices}
    after = {result.name: result for result in new.devices}
    for name in only:
        if name not in before and name not in after:
            raise UnknownDevice(name)
    both = [name for name in after if name in before and (not only or name in only)]
    if len(both) > _MANY:
        operator.status(f"reading {pluralize(len(both), 'switch')} of both runs")
    changes = AppliedChanges(request.runs_dir)
    pairs = [_pair(old, before[name], new, after[name], request, changes) for name in both]
    compared = compare(tuple(each.old for each in pairs), tuple(each.new for each in pairs))
    return DiffResult(
        old=old,
        new=new,
        devices=tuple(_sorted_findings(pairs, compared)),
        compared=compared,
        only_old=_only_in(before, after, only),
        only_new=_only_in(after, before, only),
    )


def _pair(
    old: StoredRun,
    before: DeviceResult,
    new: StoredRun,
    after: DeviceResult,
    request: DiffRequest,
    changes: AppliedChanges,
) -> _Pair:
    keep = request.audit_options.knowledge.row_commands
    was, now = _facts(old, before, keep), _facts(new, after, keep)
    made = changes.of(after.name)
    judged = with_last_change(before, was, made), with_last_change(after, now, made)
    # The intent of the inventory may have changed as well; both are judged by the newer one.
    intent = Intent.of(new.about[after.name].intent)
    configs = _config(old, before), _config(new, after)
    is_read = configs[0] is not None and configs[1] is not None
    return _Pair(
        old=audit_device(
            before, judged[0] if was.all() else None, audit_options=request.audit_options, intent=intent
        ),
        new=audit_device(
            after, judged[1] if now.all() else None, audit_options=request.audit_options, intent=intent
        ),
        fields=field_changes(was, now, everything=request.all_facts),
        lines=line_changes(configs[0] or "", configs[1] or "") if is_read else None,
        other_key=is_read and is_other_key(configs[0] or "", configs[1] or ""),
    )


def _facts(run: StoredRun, result: DeviceResult, keep: Collection[str]) -> Facts:
    """Return the facts of a device; none where nothing of it can be read, as its result says."""
    return facts_of(run, result.name, keep=keep) if result.captures else Facts({})


def _sorted_findings(pairs: Iterable[_Pair], compared: FindingsComparison) -> Iterable[DeviceDiff]:
    new, gone = set(compared.new), set(compared.gone)
    unchanged = set(compared.unchanged)
    unclear = {(each.device, each.rule): each.why for each in compared.unclear}

    def among(audit: AuditedDevice, findings: set[tuple[str, str]]) -> tuple[Outcome, ...]:
        return tuple(outcome for outcome in audit.failing if (audit.name, outcome.rule) in findings)

    for each in pairs:
        yield DeviceDiff(
            old=each.old,
            new=each.new,
            new_findings=among(each.new, new),
            gone_findings=among(each.old, gone),
            unchanged_findings=among(each.new, unchanged),
            unclear_findings=tuple(
                (outcome, unclear[each.old.name, outcome.rule]) for outcome in among(each.old, set(unclear))
            ),
            fields=each.fields,
            lines=each.lines,
            other_key=each.other_key,
        )


def _config(run: StoredRun, result: DeviceResult) -> str | None:
    for capture in result.captures:
        is_read = capture.status is CaptureStatus.OK and capture.file is not None
        if capture.command == _RUNNING_CONFIG and is_read:
            return run.text(result.name, capture)
    return None


def _only_in(these: Iterable[str], others: dict[str, DeviceResult], only: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in these if name not in others and (not only or name in only))
