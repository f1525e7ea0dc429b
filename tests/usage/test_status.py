"""What is to be done next, by the switch's own dates and by what earlier runs did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.facts import Clock, DeviceTime, RumState, RumSummary, TransportKind, UsageReporting
from slp_ops.facts.values import Count
from slp_ops.usage.status import NextStep, PreviousExchanges, usage_status

if TYPE_CHECKING:
    from collections.abc import Callable


def day(number: int, month: int = 11) -> DeviceTime:
    return DeviceTime(text=f"{month}-{number}", at=datetime(2026, month, number), zone="JST")  # noqa: DTZ001


NOW = Clock(time=day(24))


def reporting(
    save: DeviceTime | None = None, ack: DeviceTime | None = None, due: DeviceTime | None = None
) -> UsageReporting:
    return UsageReporting(last_report_file_write=save, last_ack=ack, next_ack_deadline=due)


SAVED_LATER = PreviousExchanges(saved=(2, "second"), imported=(1, "first"))
IMPORTED_LATER = PreviousExchanges(saved=(1, "first"), imported=(2, "second"))


@pytest.mark.parametrize(
    ("dates", "reports", "more", "expected"),
    [
        (reporting(save=day(20), ack=day(10)), None, {}, NextStep.UPLOAD),
        (reporting(save=day(20)), None, {}, NextStep.UPLOAD),
        (reporting(save=day(10), ack=day(20)), None, {}, NextStep.NOTHING),
        (reporting(ack=day(20), due=day(30, 12)), {1: RumState.OPEN}, {}, NextStep.NOTHING),
        (reporting(ack=day(20), due=day(10, 12)), None, {}, NextStep.SAVE),
        (reporting(ack=day(1), due=day(20)), None, {}, NextStep.SAVE),
        (reporting(ack=day(20)), {1: RumState.CLOSED, 2: RumState.OPEN}, {}, NextStep.SAVE),
        (reporting(ack=day(20)), {1: RumState.UNACK}, {}, NextStep.SAVE),
        (reporting(), None, {"before": SAVED_LATER}, NextStep.UPLOAD),
        (reporting(), None, {"before": IMPORTED_LATER}, NextStep.NOTHING),
        (reporting(save=day(20)), None, {"acks": ("in/ACK.txt",)}, NextStep.IMPORT),
        (reporting(due=day(25)), None, {"transport": TransportKind.SMART}, NextStep.ITSELF),
        (reporting(due=day(25)), None, {"release": "17.3.1"}, NextStep.UNFIT),
    ],
    ids=[
        "saved after the last ACK", "saved and never acknowledged", "acknowledged since", "nothing is due",
        "the deadline is near", "the deadline has passed", "closed reports", "unacknowledged reports",
        "a run saved", "a run imported", "an answer is here", "reports by itself", "too old",
    ],
)  # fmt: skip
def test_next(
    seen: Callable[..., Any],
    dates: UsageReporting,
    reports: dict[int, RumState] | None,
    more: dict[str, Any],
    expected: NextStep,
) -> None:
    before, acks = more.pop("before", PreviousExchanges()), more.pop("acks", ())
    switch = seen(reports=reports, reporting=dates, more=(NOW,), **more)
    found = usage_status(switch, before, acks)
    assert found.next is expected
    assert found.why.en
    assert found.why.ja


def test_days_are_counted_by_the_switchs_own_clock(seen: Callable[..., Any]) -> None:
    assert (
        usage_status(seen(reporting=reporting(due=day(26)), more=(NOW,)), PreviousExchanges()).days_left == 2
    )
    overdue = usage_status(seen(reporting=reporting(due=day(20)), more=(NOW,)), PreviousExchanges())
    assert overdue.days_left == -4
    assert "passed 4 days ago" in overdue.why.en
    assert usage_status(seen(reporting=reporting(due=day(20))), PreviousExchanges()).days_left is None


def test_counts_come_from_the_list_else_from_the_summary_else_are_unknown(seen: Callable[..., Any]) -> None:
    summary = RumSummary(available=6, collecting=2, waiting=Count(text="3", count=3))
    listed = {1: RumState.OPEN, 2: RumState.CLOSED, 3: RumState.UNACK, 4: RumState.ACK}
    for switch, counts in (
        (seen(reports=listed, more=(summary,)), (2, 1)),
        (seen(more=(summary,)), (6, 3)),
        (seen(), (None, None)),
    ):
        found = usage_status(switch, PreviousExchanges())
        assert (found.unreported, found.unacknowledged) == counts
