"""Findings before and after a change: nothing is called resolved that was not judged."""

from __future__ import annotations

import pytest

from slp_ops.app.change.before_after import Snapshot, difference
from slp_ops.model import Confidence, Severity, Verdict
from slp_ops.parsing import Facts
from slp_ops.rules.values import Outcome


def _snapshot(verdict: Verdict, severity: Severity) -> Snapshot:
    outcome = Outcome(rule="FN72578", verdict=verdict, severity=severity, confidence=Confidence.HIGH)
    return Snapshot(outcomes=(outcome,), facts=Facts({}), running=None)


@pytest.mark.parametrize(
    ("verdict", "severity", "groups"),
    [
        (Verdict.PASS, Severity.ERROR, (1, 0)),
        (Verdict.NOT_APPLICABLE, Severity.ERROR, (1, 0)),
        (Verdict.UNKNOWN, Severity.ERROR, (0, 0)),
        (Verdict.ERROR, Severity.ERROR, (0, 0)),
        (Verdict.FAIL, Severity.INFO, (0, 0)),  # the release is still affected, without signs
        (Verdict.FAIL, Severity.WARNING, (0, 1)),
    ],
)
def test_only_what_passes_is_resolved(verdict: Verdict, severity: Severity, groups: tuple[int, int]) -> None:
    before, after = _snapshot(Verdict.FAIL, Severity.ERROR), _snapshot(verdict, severity)
    found = difference(before, after).findings
    assert found is not None
    assert (len(found.gone), len(found.still)) == groups
    assert found.new == ()
