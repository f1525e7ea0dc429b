"""Rounds of watch with faults; ``make test-faults`` runs 200, and a large fleet of which a tenth is sick."""

from __future__ import annotations

import pytest

from tests.faults import soak
from tests.faults.trial import TRANSPORTS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_watch_tells_no_false_news(transport: str) -> None:
    assert soak.run(8, transport) == []
