"""View of an audit: findings grouped by device, root cause and rule, ready to be rendered."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import DeviceState
from slp_ops.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.app.audit_device import AuditedDevice, FindingsComparison
    from slp_ops.i18n import Text
    from slp_ops.model import DeviceFailure
    from slp_ops.rules.required_inputs import MissingInput
    from slp_ops.rules.ruleset import Ruleset
    from slp_ops.rules.values import Finding, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedRule:
    """A finding of one device, with the findings that follow from it."""

    rule: str
    severity: Severity
    finding: Finding
    consequences: tuple[FailedRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFindings:
    """One device. ``counts`` are its findings by severity, the gravest first."""

    name: str
    site: str
    release: str | None
    state: DeviceState
    error: DeviceFailure | None
    platform: str | None  # set where it is another one than IOS-XE
    missing: tuple[MissingInput, ...]
    counts: tuple[tuple[Severity, int], ...]
    roots: tuple[FailedRule, ...]
    unjudged: tuple[tuple[Text | None, str], ...]  # the reason and the rule


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFindings:
    """A rule that fails on some devices; ``finding`` is the gravest."""

    rule: str
    title: Text | None
    severity: Severity
    devices: tuple[str, ...]
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTotals:
    """Counts of the whole audit. ``by_worst`` counts devices with findings by the gravest one."""

    devices: int
    by_worst: Mapping[Severity | None, int]
    by_state: Mapping[DeviceState, int]
    unjudged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditView:
    """The audit. Root causes and rules come with the gravest and most frequent first."""

    devices: tuple[DeviceFindings, ...]
    causes: tuple[RuleFindings, ...]
    rules: tuple[RuleFindings, ...]
    totals: AuditTotals
    compared: FindingsComparison | None
    seconds: float


def audit_view(
    devices: Sequence[AuditedDevice],
    knowledge: Ruleset,
    compared: FindingsComparison | None,
    *,
    seconds: float,
) -> AuditView:
    """Return the view of an audit that took so many seconds."""
    return AuditView(
        devices=tuple(map(_device, devices)),
        causes=_by_rule(devices, knowledge, roots_only=True),
        rules=_by_rule(devices, knowledge, roots_only=False),
        totals=AuditTotals(
            devices=len(devices),
            by_worst=Counter(device.worst for device in devices if device.state is DeviceState.FINDINGS),
            by_state=Counter(device.state for device in devices),
            unjudged=sum(len(device.unjudged) for device in devices),
        ),
        compared=compared,
        seconds=seconds,
    )


def _device(device: AuditedDevice) -> DeviceFindings:
    failing = device.failing
    counts = Counter(outcome.severity for outcome in failing)
    return DeviceFindings(
        name=device.name,
        site=device.site,
        release=device.release,
        state=device.state,
        error=device.error,
        platform=device.platform,
        missing=device.missing,
        counts=tuple((severity, counts[severity]) for severity in reversed(Severity) if counts[severity]),
        roots=tuple(
            FailedRule(
                rule=outcome.rule,
                severity=outcome.severity,
                finding=outcome.finding,
                consequences=tuple(_consequences(failing, outcome)),
            )
            for outcome in failing
            if outcome.root is None and outcome.finding is not None
        ),
        unjudged=tuple((outcome.why, outcome.rule) for outcome in device.unjudged),
    )


def _consequences(failing: Sequence[Outcome], root: Outcome) -> list[FailedRule]:
    return [
        FailedRule(rule=other.rule, severity=other.severity, finding=other.finding)
        for other in failing
        if other.root == root.rule and other.finding is not None
    ]


def _by_rule(
    devices: Sequence[AuditedDevice], knowledge: Ruleset, *, roots_only: bool
) -> tuple[RuleFindings, ...]:
    """Group the findings by rule; root causes only are those that are more than information."""
    found: dict[str, list[tuple[str, Severity, Finding]]] = {}
    for device in devices:
        for outcome in device.failing:
            if roots_only and (outcome.root is not None or outcome.severity is Severity.INFO):
                continue
            if outcome.finding is not None:
                found.setdefault(outcome.rule, []).append((device.name, outcome.severity, outcome.finding))
    groups = [_rule_findings(rule, entries, knowledge) for rule, entries in found.items()]
    return tuple(sorted(groups, key=lambda each: (-each.severity.rank, -len(each.devices), each.rule)))


def _rule_findings(
    rule: str, entries: Sequence[tuple[str, Severity, Finding]], knowledge: Ruleset
) -> RuleFindings:
    _, severity, finding = max(entries, key=lambda entry: entry[1].rank)
    known = knowledge.rule(rule)
    return RuleFindings(
        rule=rule,
        title=None if known is None else known.title,
        severity=severity,
        devices=tuple(name for name, _, _ in entries),
        finding=finding,
    )
