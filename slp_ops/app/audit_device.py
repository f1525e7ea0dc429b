"""Judge one device: facts in, outcomes of every rule out.

The same for a live switch, a saved run, and a pasted text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from slp_ops.facts import Probes
from slp_ops.i18n import Text, verbatim
from slp_ops.json_documents import json_document
from slp_ops.model import DeviceFailure, DeviceStatus, Severity, Verdict
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.derived.route import effective
from slp_ops.rules.engine import audit
from slp_ops.rules.required_inputs import MissingInput, missing_inputs
from slp_ops.rules.rule import Group
from slp_ops.rules.ruleset import Ruleset, packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.rules.values import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from slp_ops.model import DeviceResult
    from slp_ops.parsing import Facts
    from slp_ops.rules.row_tables import RowTables
    from slp_ops.rules.rule import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditOptions:
    """Options of an audit: its rules and thresholds."""

    knowledge: Ruleset = field(default_factory=packaged_ruleset)
    thresholds: Thresholds = field(default_factory=Thresholds)
    select: frozenset[str] = frozenset()  # these rules alone; empty is every rule
    ignore: frozenset[str] = frozenset()

    def rules(self, facts: Facts) -> tuple[Rule, ...]:
        """Return the rules to evaluate on a device; those on probes only if probes were sent."""
        probed = facts.get(Probes) is not None
        return tuple(
            rule
            for rule in self.knowledge.rules
            if rule.id not in self.ignore
            and (rule.id in self.select or (not self.select and (probed or rule.group is not Group.PROBES)))
        )

    def known(self, facts: Facts, intent: Intent) -> FactContext:
        """Return everything known about a device, for the rules."""
        settings = (self.knowledge.catalogue, self.thresholds, intent)
        return FactContext(effective(facts), (*settings, *self._tables()))

    def _tables(self) -> tuple[RowTables, ...]:
        """Return the tables of a device for the operator's rules over rows; none without such rules."""
        if not self.knowledge.row_rules:
            return ()
        from slp_ops.app.bounded_tables import bounded_tables
        from slp_ops.rules.row_tables import RowTables

        return (RowTables(bounded_tables()),)


class DeviceState(StrEnum):
    """State of a device after an audit, in one word."""

    CLEAN = "clean"  # no finding
    INFORMATION = "information"  # findings, but none that asks for anything to be done
    FINDINGS = "findings"  # at least one warning, error or critical finding
    NOT_ENOUGH = "not_enough_to_judge"  # no such finding, and an input that decides was not read
    PARTIAL = "partial"  # no such finding, but the device was not read completely, or a check failed
    UNREAD = "unread"  # without evidence there is no outcome


@json_document
class AuditedDevice:
    """One device judged. Without evidence there are no outcomes, and ``error`` gives the reason."""

    name: str
    site: str
    status: DeviceStatus
    release: str | None = None
    outcomes: tuple[Outcome, ...] = ()
    error: DeviceFailure | None = None
    missing: tuple[MissingInput, ...] = ()  # required inputs that were not read
    platform: str | None = None  # set where the text is of another one than IOS-XE

    @property
    def failing(self) -> tuple[Outcome, ...]:
        """The findings, the gravest first."""
        hits = [outcome for outcome in self.outcomes if outcome.verdict is Verdict.FAIL]
        return tuple(sorted(hits, key=lambda outcome: -outcome.severity.rank))

    @property
    def root_causes(self) -> tuple[Outcome, ...]:
        """The findings that no other finding explains, the gravest first."""
        return tuple(each for each in self.failing if each.root is None)

    @property
    def unjudged(self) -> tuple[Outcome, ...]:
        """Return the outcomes that could not be judged: a fact is missing, or the check has a defect."""
        return tuple(each for each in self.outcomes if each.verdict in (Verdict.UNKNOWN, Verdict.ERROR))

    @property
    def worst(self) -> Severity | None:
        """The severity of the gravest finding."""
        return max((each.severity for each in self.failing), key=lambda each: each.rank, default=None)

    @property
    def state(self) -> DeviceState:
        """The device in one word: for every form of output, live and of a saved run."""
        if not self.outcomes:
            return DeviceState.UNREAD
        if self.worst is not None and self.worst is not Severity.INFO:
            return DeviceState.FINDINGS
        if self.missing:
            return DeviceState.NOT_ENOUGH
        if self.status is not DeviceStatus.OK or any(each.verdict is Verdict.ERROR for each in self.outcomes):
            return DeviceState.PARTIAL
        return DeviceState.CLEAN if self.worst is None else DeviceState.INFORMATION

    def reaches(self, threshold: Severity) -> bool:
        """Return whether there is a finding at or above a severity."""
        return self.worst is not None and self.worst.rank >= threshold.rank

    def is_decided(self, threshold: Severity) -> bool:
        """Return whether the device was read and is judged: what is missing cannot hide a finding below
        the threshold."""
        if self.status is not DeviceStatus.OK or not self.outcomes:
            return False
        return not self.missing or self.reaches(threshold)


def run_rules(
    facts: Facts, *, audit_options: AuditOptions, intent: Intent, known: FactContext | None = None
) -> tuple[Outcome, ...]:
    """Evaluate every selected rule on these facts; ``known`` holds what was derived from them already."""
    return audit(audit_options.rules(facts), known or audit_options.known(facts, intent))


def audit_device(
    result: DeviceResult,
    facts: Facts | None,
    *,
    audit_options: AuditOptions,
    intent: Intent,
    known: FactContext | None = None,
) -> AuditedDevice:
    """A device of a run, judged by its facts; None when nothing was read.

    ``known`` holds what the caller has derived from these facts. Text of another platform is reported as
    such, and not judged.
    """
    error = result.error
    outcomes: tuple[Outcome, ...] = ()
    missing: tuple[MissingInput, ...] = ()
    if facts is not None and facts.platform is not None:
        error = other_platform(facts.platform)
    elif facts is not None:
        # What is derived for one rule serves the next, and the inputs.
        known = known or audit_options.known(facts, intent)
        outcomes = audit(audit_options.rules(facts), known)
        # With some of the rules only, these alone are judged.
        missing = () if audit_options.select else missing_inputs(known)
    return AuditedDevice(
        name=result.name,
        site=result.site,
        status=result.status,
        release=result.release,
        outcomes=outcomes,
        error=error,
        missing=missing,
        platform=None if facts is None else facts.platform,
    )


# A device that does not run IOS-XE: the message, and the hint.
OTHER_PLATFORM: Final = Text(
    "this is output of {name}, not of IOS-XE: it is not judged",
    "{name} の出力です。IOS-XE ではないため、判定の対象外です",
)
ONLY_IOS_XE: Final = Text(
    "slp-ops judges Catalyst 9000 switches with IOS-XE only",
    "slp-ops は、IOS-XE が動作する Catalyst 9000 スイッチのみを判定します",
)


def other_platform(name: str) -> DeviceFailure:
    """Return the failure of a device that does not run IOS-XE."""
    return DeviceFailure(
        kind="other-platform", message=OTHER_PLATFORM.format(name=name).en, hint=ONLY_IOS_XE.en
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class UnclearFinding:
    """A finding of the earlier audit that the later one could not judge, with the reason."""

    device: str
    rule: str
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsComparison:
    """Findings of two audits, as (device, rule). ``unclear`` were found and are no longer judged."""

    new: tuple[tuple[str, str], ...]
    gone: tuple[tuple[str, str], ...]
    unchanged: tuple[tuple[str, str], ...]
    unclear: tuple[UnclearFinding, ...] = ()


def compare(before: tuple[AuditedDevice, ...], now: tuple[AuditedDevice, ...]) -> FindingsComparison:
    """Compare the findings of devices in both runs. One that the later run did not judge is not gone."""
    later = {each.name: each for each in now}
    was = _findings(before, later.keys())
    are = _findings(now, {each.name for each in before})
    unclear = [
        UnclearFinding(device=name, rule=rule, why=why)
        for name, rule in was
        if (name, rule) not in are and (why := _not_judged(later[name], rule)) is not None
    ]
    undecided = {(each.device, each.rule) for each in unclear}
    return FindingsComparison(
        new=tuple(pair for pair in are if pair not in was),
        gone=tuple(pair for pair in was if pair not in are and pair not in undecided),
        unchanged=tuple(pair for pair in are if pair in was),
        unclear=tuple(unclear),
    )


def _not_judged(device: AuditedDevice, rule: str) -> Text | None:
    """Return the reason why a rule has no verdict on a device; None when it has one."""
    if not device.outcomes:
        return NOT_READ if device.error is None else verbatim(device.error.message)
    outcome = next((each for each in device.outcomes if each.rule == rule), None)
    if outcome is None:
        return NOT_ASKED
    if outcome.verdict in (Verdict.UNKNOWN, Verdict.ERROR):
        return outcome.why or NOT_ASKED
    return None


NOT_READ: Final = Text("the switch was not read", "スイッチを取得できていません")
NOT_ASKED: Final = Text("the rule was not evaluated", "このルールは判定していません")


def _findings(devices: tuple[AuditedDevice, ...], names: Collection[str]) -> dict[tuple[str, str], None]:
    return {
        (each.name, outcome.rule): None for each in devices if each.name in names for outcome in each.failing
    }
