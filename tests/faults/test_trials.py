"""Random trials with fixed seeds; ``make test-faults`` runs many more."""

from __future__ import annotations

import pytest

from tests.faults.campaign import trials

pytestmark = pytest.mark.slow
TRIALS = 30
# Together, because most of a trial is waiting.
BATCH = 6


@pytest.mark.parametrize("first", range(0, TRIALS, BATCH))
def test_a_fault_leads_to_no_wrong_conclusion_and_to_a_way_on(first: int) -> None:
    broken = [str(outcome) for outcome in trials(range(first, first + BATCH), BATCH) if outcome.broken]
    assert not broken, "\n" + "\n".join(broken)
