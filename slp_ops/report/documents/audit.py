"""Documents of ``audit`` and of the changes that ``watch`` prints."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from slp_ops.app.audit_device import DeviceState
from slp_ops.history.changes import ChangeKind, DeviceChange
from slp_ops.json_documents import json_document, json_field, seconds
from slp_ops.model import Confidence, DeviceStatus, Evidence, Severity, Verdict
from slp_ops.playbook import Risk, risks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.audit_device import AuditedDevice, FindingsComparison
    from slp_ops.app.watch import WatchedChange
    from slp_ops.i18n import Lang
    from slp_ops.rules.required_inputs import MissingInput
    from slp_ops.rules.values import Outcome


@json_document
class UnjudgedEntry:
    """A rule that could not be judged; ``rule`` is null for a device of which nothing was read."""

    rule: str | None
    why: str


@json_document
class MissingEntry:
    """A required input that was not read, and the command that it needs."""

    name: str
    why: str


@json_document
class AuditDevice:
    """One device.

    ``state``: clean, information (findings that only inform), findings (at least a warning),
    not_enough_to_judge (no such finding, and a required input was not read), partial (no such finding, but
    the device was not read completely, or a check failed), or unread. ``missing`` are the required inputs
    that were not read.
    """

    name: str
    site: str
    release: str | None
    status: DeviceStatus
    state: DeviceState
    missing: tuple[MissingEntry, ...]
    unjudged: tuple[UnjudgedEntry, ...]


@json_document
class OutcomeEntry:
    """The verdict of one rule on one device."""

    device: str
    rule: str
    verdict: Verdict
    severity: Severity
    confidence: Confidence
    summary: str | None
    cause: str | None
    remedy: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    links: tuple[str, ...]
    playbooks: tuple[str, ...]
    risk: Mapping[str, Risk | None]
    why: str | None
    root: str | None


@json_document
class FindingRef:
    """A finding by its device and rule."""

    device: str
    rule: str


@json_document
class UnclearRef:
    """A finding of the earlier run that is no longer judged, and why."""

    device: str
    rule: str
    why: str


@json_document
class AuditDocument:
    """An audit: every outcome, also those that pass; the comparison where one was asked for."""

    schema: Literal["slp-ops/audit/1"] = "slp-ops/audit/1"
    run: str | None
    devices: tuple[AuditDevice, ...]
    outcomes: tuple[OutcomeEntry, ...]
    new: tuple[FindingRef, ...] | None = json_field(omit_none=True, default=None)
    gone: tuple[FindingRef, ...] | None = json_field(omit_none=True, default=None)
    unchanged: tuple[FindingRef, ...] | None = json_field(omit_none=True, default=None)
    unclear: tuple[UnclearRef, ...] | None = json_field(omit_none=True, default=None)


def audit_document(
    run: str | None, devices: Sequence[AuditedDevice], lang: Lang, compared: FindingsComparison | None
) -> AuditDocument:
    """Return the document of an audit."""
    return AuditDocument(
        run=run,
        devices=tuple(_device(device, lang) for device in devices),
        outcomes=tuple(
            outcome_entry(device.name, outcome, lang) for device in devices for outcome in device.outcomes
        ),
        new=None if compared is None else _references(compared.new),
        gone=None if compared is None else _references(compared.gone),
        unchanged=None if compared is None else _references(compared.unchanged),
        unclear=None
        if compared is None
        else tuple(
            UnclearRef(device=each.device, rule=each.rule, why=each.why.render(lang))
            for each in compared.unclear
        ),
    )


def _device(device: AuditedDevice, lang: Lang) -> AuditDevice:
    unjudged = [
        UnjudgedEntry(rule=outcome.rule, why="" if outcome.why is None else outcome.why.render(lang))
        for outcome in device.unjudged
    ]
    if not device.outcomes and device.error is not None:
        unjudged.append(UnjudgedEntry(rule=None, why=device.error.message))
    return AuditDevice(
        name=device.name,
        site=device.site,
        release=device.release,
        status=device.status,
        state=device.state,
        missing=missing_entries(device.missing, lang),
        unjudged=tuple(unjudged),
    )


def missing_entries(missing: Sequence[MissingInput], lang: Lang) -> tuple[MissingEntry, ...]:
    """Return the required inputs that were not read, in one language."""
    return tuple(MissingEntry(name=each.name.render(lang), why=each.why.render(lang)) for each in missing)


def outcome_entry(device: str, outcome: Outcome, lang: Lang) -> OutcomeEntry:
    """Return one outcome in one language."""
    finding = outcome.finding
    return OutcomeEntry(
        device=device,
        rule=outcome.rule,
        verdict=outcome.verdict,
        severity=outcome.severity,
        confidence=outcome.confidence,
        summary=None if finding is None else finding.summary.render(lang),
        cause=None if finding is None else finding.cause.render(lang),
        remedy=() if finding is None else tuple(step.render(lang) for step in finding.remedy),
        evidence=() if finding is None else finding.evidence,
        links=() if finding is None else finding.links,
        playbooks=() if finding is None else finding.playbooks,
        risk={} if finding is None else risks_of(finding.playbooks),
        why=None if outcome.why is None else outcome.why.render(lang),
        root=outcome.root,
    )


def _references(pairs: Sequence[tuple[str, str]]) -> tuple[FindingRef, ...]:
    return tuple(FindingRef(device=device, rule=rule) for device, rule in pairs)


@json_document
class RuleSeverity:
    """A finding by its rule and severity."""

    rule: str
    severity: Severity


@json_document
class ChangeDocument:
    """One change of one device. ``findings`` is there for a device that is seen for the first time."""

    schema: Literal["slp-ops/change/1"] = "slp-ops/change/1"
    at: datetime = json_field(encoder=seconds)
    run: str
    device: str
    site: str
    what: ChangeKind
    rule: str | None
    severity: Severity | None
    summary: str | None
    old: str | None
    new: str | None
    findings: tuple[RuleSeverity, ...] | None


def change_document(found: WatchedChange, lang: Lang) -> ChangeDocument:
    """Return the document of one change."""
    change, device = found.change, found.device
    return ChangeDocument(
        at=found.at,
        run=found.run_id,
        device=change.device,
        site=change.site,
        what=change.what,
        rule=change.rule,
        severity=change.severity,
        summary=change_summary(change, device, lang),
        old=change.old,
        new=change.new,
        findings=tuple(RuleSeverity(rule=each.rule, severity=each.severity) for each in device.failing)
        if change.what is ChangeKind.FIRST_LOOK
        else None,
    )


@json_document
class NewFindingDocument:
    """A new finding, for the program that ``watch`` runs."""

    schema: Literal["slp-ops/new-finding/1"] = "slp-ops/new-finding/1"
    run: str
    runs_dir: str
    site: str
    release: str | None
    outcome: OutcomeEntry = json_field(inline=True)


def new_finding_document(found: WatchedChange, lang: Lang) -> NewFindingDocument:
    """Return the document of a change that is a new finding."""
    device = found.device
    outcome = next(each for each in device.failing if each.rule == found.change.rule)
    return NewFindingDocument(
        run=found.run_id,
        runs_dir=str(found.runs_dir),
        site=device.site,
        release=device.release,
        outcome=outcome_entry(device.name, outcome, lang),
    )


def change_summary(change: DeviceChange, device: AuditedDevice, lang: Lang) -> str | None:
    """Return the summary of a new finding; None for every other change."""
    if change.what is not ChangeKind.NEW:
        return None
    hit = next((each for each in device.failing if each.rule == change.rule), None)
    return None if hit is None or hit.finding is None else hit.finding.summary.render(lang)
