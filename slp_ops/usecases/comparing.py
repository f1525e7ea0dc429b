"""Before and after a change: findings, configuration, and what licensing says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slp_ops.facts import LicenseTransport, TrustCodes, UsageReporting
from slp_ops.model import Severity, Verdict

if TYPE_CHECKING:
    from slp_ops.plan.running import Running
    from slp_ops.reading import Facts
    from slp_ops.rules.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One look at a switch."""

    outcomes: tuple[Outcome, ...]
    facts: Facts
    running: Running | None

    @property
    def failing(self) -> dict[str, Outcome]:
        """The rules that fail, at warning or above."""
        return {
            outcome.rule: outcome
            for outcome in self.outcomes
            if outcome.verdict is Verdict.FAIL and outcome.severity.rank >= Severity.WARNING.rank
        }

    def verdict(self, rule: str) -> Verdict | None:
        """What a rule says; None for one that was not asked."""
        return next((outcome.verdict for outcome in self.outcomes if outcome.rule == rule), None)


def not_passing(rules: tuple[str, ...], before: Picture | None, now: Picture) -> tuple[str, ...]:
    """Of the rules by which a change is verified, those that do not pass.

    One that cannot be judged counts, unless this switch never let it be judged.
    """
    sound = (Verdict.PASS, Verdict.NOT_APPLICABLE)
    found = []
    for rule in dict.fromkeys(rules):
        verdict = now.verdict(rule)
        never = verdict is Verdict.UNKNOWN and before is not None and before.verdict(rule) is verdict
        if verdict not in sound and not never:
            found.append(rule)
    return tuple(found)


def regressions(before: Picture, now: Picture) -> tuple[str, ...]:
    """The rules that passed before the change and fail after it, apart from consequences of old failures."""
    known = before.failing
    return tuple(
        rule
        for rule, outcome in now.failing.items()
        if before.verdict(rule) is Verdict.PASS and outcome.root not in known
    )


def report(before: Picture | None, after: Picture | None) -> dict[str, Any]:
    """What changed, as a record; what was not read is null."""
    if before is None or after is None:
        return {"findings": None, "configuration": None, "licence": None}
    was, now = before.failing, after.failing
    return {
        "findings": {
            "gone": [_finding(was[rule]) for rule in was if rule not in now],
            "new": [_finding(now[rule]) for rule in now if rule not in was],
            "still": [_finding(now[rule]) for rule in now if rule in was],
        },
        "configuration": _difference(before.running, after.running),
        "licence": {"before": _licence(before.facts), "after": _licence(after.facts)},
    }


def _finding(outcome: Outcome) -> dict[str, Any]:
    summary = None if outcome.finding is None else outcome.finding.summary
    return {
        "rule": outcome.rule,
        "severity": outcome.severity.value,
        "summary": None if summary is None else {"en": summary.en, "ja": summary.ja},
    }


def _difference(before: Running | None, after: Running | None) -> dict[str, list[str]] | None:
    if before is None or after is None:
        return None
    was, now = (
        dict.fromkeys(" / ".join((*place, line)) for place, line in one.lines) for one in (before, after)
    )
    return {
        "removed": [line for line in was if line not in now],
        "added": [line for line in now if line not in was],
    }


def _licence(facts: Facts) -> dict[str, Any]:
    transport, trust = facts.get(LicenseTransport), facts.get(TrustCodes)
    reporting = facts.get(UsageReporting)
    found: dict[str, Any] = {
        "transport": None if transport is None else transport.type,
        "url": None if transport is None else transport.url or transport.cslu_address,
        "trust": None if trust is None else trust.any_installed and not trust.without,
    }
    for name in ("last_ack", "next_ack_deadline", "last_report_push"):
        time = None if reporting is None else getattr(reporting, name)
        found[name] = None if time is None else time.text
    return found
