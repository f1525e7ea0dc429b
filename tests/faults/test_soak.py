"""A long watch and a large fleet with faults; ``make test-faults`` runs 200 rounds and 1,000 switches."""

from __future__ import annotations

import pytest

from tests.faults import fleet, soak
from tests.faults.trial import TRANSPORTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_watch_reports_no_false_change(transport: str) -> None:
    assert soak.run(8, transport) == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_each_cause_is_named_in_a_large_fleet(transport: str) -> None:
    assert fleet.run(100, transport) == []
