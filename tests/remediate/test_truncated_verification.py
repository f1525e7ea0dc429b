"""Verification of a change by truncated output."""

from __future__ import annotations

from slp_ops.app.change.before_after import Snapshot, not_passing, regressions
from slp_ops.model import Confidence, Severity, Verdict
from slp_ops.parsing import Facts
from slp_ops.rules.values import Outcome

RULE = "dns-failure"


def look(verdict: Verdict, *, incomplete: bool = False) -> Snapshot:
    outcome = Outcome(
        rule=RULE,
        verdict=verdict,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
        incomplete=incomplete,
    )
    return Snapshot(outcomes=(outcome,), facts=Facts.of(), running=None)


def test_a_rule_that_complete_looks_never_let_judge_does_not_hold_a_change_up() -> None:
    assert not_passing((RULE,), look(Verdict.UNKNOWN), look(Verdict.UNKNOWN)) == ()


def test_a_cut_look_verifies_nothing() -> None:
    cut = look(Verdict.UNKNOWN, incomplete=True)
    assert not_passing((RULE,), cut, look(Verdict.UNKNOWN)) == (RULE,)
    assert not_passing((RULE,), look(Verdict.UNKNOWN), cut) == (RULE,)
    assert not_passing((RULE,), cut, cut) == (RULE,)
    assert not_passing((RULE,), cut, look(Verdict.PASS)) == ()


def test_a_cut_look_is_no_regression() -> None:
    assert regressions(look(Verdict.PASS), look(Verdict.UNKNOWN, incomplete=True)) == ()
