"""Selection of a fact that several commands provide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.commands import _fact_merge
from slp_ops.facts import ProductInstance, UsageReporting
from slp_ops.facts.values import DeviceTime, Source

if TYPE_CHECKING:
    import pytest

_ACK = DeviceTime(text="Nov 17 18:05:09 2025 UTC")


def _usage(command: str, *, ack: DeviceTime | None = _ACK) -> UsageReporting:
    return UsageReporting(last_ack=ack, source=Source(command))


def test_fact_on_which_all_pages_agree_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(_fact_merge, "count_values")
    pages = [(5, _usage("tech support")), (1, _usage("all")), (0, _usage("status")), (1, _usage("all again"))]
    best = _fact_merge.select_best([*pages, (3, ProductInstance())])
    assert best[UsageReporting].source.command == "status"
    assert len(best) == 2


def test_fact_with_more_values_takes_precedence_over_the_rank() -> None:
    pages = [(0, _usage("status", ack=None)), (5, _usage("tech support")), (1, _usage("all"))]
    assert _fact_merge.select_best(pages)[UsageReporting].source.command == "all"
