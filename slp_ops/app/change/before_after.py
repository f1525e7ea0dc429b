"""Before and after a change: findings, configuration, and licence state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.facts import LicenseTransport, TrustCodes, UsageReporting
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document
from slp_ops.model import Severity, Verdict

if TYPE_CHECKING:
    from slp_ops.facts import DeviceTime
    from slp_ops.parsing import Facts
    from slp_ops.planning.running_config import RunningConfig
    from slp_ops.rules.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One look at a switch."""

    outcomes: tuple[Outcome, ...]
    facts: Facts
    running: RunningConfig | None

    @property
    def failing(self) -> dict[str, Outcome]:
        """The rules that fail, at warning or above."""
        return {outcome.rule: outcome for outcome in self.outcomes if outcome.is_problem}

    def outcome(self, rule: str) -> Outcome | None:
        """Return the outcome of a rule; None for one that was not evaluated."""
        return next((outcome for outcome in self.outcomes if outcome.rule == rule), None)

    def verdict(self, rule: str) -> Verdict | None:
        """Return the verdict of a rule; None for one that was not evaluated."""
        outcome = self.outcome(rule)
        return None if outcome is None else outcome.verdict

    def lacks(self, rule: str) -> bool:
        """Return whether the switch itself has not what the rule needs; a cut output proves nothing."""
        outcome = self.outcome(rule)
        return outcome is not None and outcome.verdict is Verdict.UNKNOWN and not outcome.incomplete


def not_passing(rules: tuple[str, ...], before: Snapshot | None, now: Snapshot) -> tuple[str, ...]:
    """Return the verification rules that do not pass.

    One that cannot be judged counts, unless complete outputs did not let it be judged before either.
    """
    sound = (Verdict.PASS, Verdict.NOT_APPLICABLE)
    found = []
    for rule in dict.fromkeys(rules):
        never = before is not None and before.lacks(rule) and now.lacks(rule)
        if now.verdict(rule) not in sound and not never:
            found.append(rule)
    return tuple(found)


def regressions(before: Snapshot, now: Snapshot) -> tuple[str, ...]:
    """The rules that passed before the change and fail after it, apart from consequences of old failures."""
    known = before.failing
    return tuple(
        rule
        for rule, outcome in now.failing.items()
        if before.verdict(rule) is Verdict.PASS and outcome.root not in known
    )


@json_document
class FindingChange:
    """A finding that came, went or stayed."""

    rule: str
    severity: Severity
    summary: Text | None


@json_document
class FindingDifference:
    """Findings at warning or above, before and after a change.

    One that cannot be judged afterwards, or is information then, is none of these.
    """

    gone: tuple[FindingChange, ...]
    new: tuple[FindingChange, ...]
    still: tuple[FindingChange, ...]


@json_document
class ConfigDifference:
    """Lines of the running configuration, each behind the lines of its mode."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


@json_document
class LicenceState:
    """Reporting state in the licence pages."""

    transport: str | None
    url: str | None
    trust: bool | None
    last_ack: str | None
    next_ack_deadline: str | None
    last_report_push: str | None


@json_document
class LicenceDifference:
    """Licence state before and after."""

    before: LicenceState
    after: LicenceState


@json_document
class BeforeAfter:
    """Differences made by a change; None for parts that were not read."""

    findings: FindingDifference | None = None
    configuration: ConfigDifference | None = None
    licence: LicenceDifference | None = None


def difference(before: Snapshot | None, after: Snapshot | None) -> BeforeAfter:
    """Return what differs between two looks at a switch."""
    if before is None or after is None:
        return BeforeAfter()
    was, now = before.failing, after.failing
    return BeforeAfter(
        findings=FindingDifference(
            gone=tuple(_finding(was[rule]) for rule in was if _is_gone(after.verdict(rule))),
            new=tuple(_finding(now[rule]) for rule in now if rule not in was),
            still=tuple(_finding(now[rule]) for rule in now if rule in was),
        ),
        configuration=_config(before.running, after.running),
        licence=LicenceDifference(before=licence_state(before.facts), after=licence_state(after.facts)),
    )


def _is_gone(verdict: Verdict | None) -> bool:
    """Return whether nothing is found any more; not where it cannot be judged, or is information now."""
    return verdict in (None, Verdict.PASS, Verdict.NOT_APPLICABLE)


def _finding(outcome: Outcome) -> FindingChange:
    summary = None if outcome.finding is None else outcome.finding.summary
    return FindingChange(rule=outcome.rule, severity=outcome.severity, summary=summary)


def _config(before: RunningConfig | None, after: RunningConfig | None) -> ConfigDifference | None:
    if before is None or after is None:
        return None
    was, now = (
        dict.fromkeys(" / ".join((*place, line)) for place, line in one.lines) for one in (before, after)
    )
    return ConfigDifference(
        removed=tuple(line for line in was if line not in now),
        added=tuple(line for line in now if line not in was),
    )


def licence_state(facts: Facts) -> LicenceState:
    """Return the reporting state of a switch."""
    transport, trust = facts.get(LicenseTransport), facts.get(TrustCodes)
    reporting = facts.get(UsageReporting)

    def text(time: DeviceTime | None) -> str | None:
        return None if time is None else time.text

    return LicenceState(
        transport=None if transport is None else transport.type,
        url=None if transport is None else transport.url or transport.cslu_address,
        trust=None if trust is None else trust.any_installed and not trust.without,
        last_ack=None if reporting is None else text(reporting.last_ack),
        next_ack_deadline=None if reporting is None else text(reporting.next_ack_deadline),
        last_report_push=None if reporting is None else text(reporting.last_report_push),
    )
