"""The places of bars and dots."""

from __future__ import annotations

import pytest

from slp_ops.report.charts import deadline_chart, stacked
from slp_ops.report.view import Due, Health


def _dues(*days: int) -> tuple[Due, ...]:
    return tuple(
        Due(device=f"sw-{number}", site="a", days_left=left, text="", cosmetic=False)
        for number, left in enumerate(days)
    )


def test_the_parts_of_a_bar_stand_side_by_side_and_fill_it() -> None:
    parts = stacked({Health.ERROR: 3, Health.WARNING: 0, Health.FINE: 7}, most=10, width=100)
    assert [(part.kind, part.x, part.width) for part in parts] == [("error", 0, 30), ("fine", 30, 70)]


def test_one_switch_among_a_thousand_is_still_seen() -> None:
    (part, _) = stacked({Health.ERROR: 1, Health.FINE: 999}, most=1000, width=350)
    assert part.width >= 1.5


def test_what_is_overdue_stands_left_of_now_and_the_rest_right() -> None:
    line = deadline_chart(_dues(-1, 0), width=520, height=100)
    kinds = {column.kind: column.x for column in line.columns}
    assert kinds["overdue"] < line.now < kinds["soon"]


@pytest.mark.parametrize("days", [(), (5,), (-4000, 4000), (88,) * 900 + (-3,)])
def test_every_deadline_is_within_the_picture(days: tuple[int, ...]) -> None:
    line = deadline_chart(_dues(*days), width=520, height=100)
    assert sum(column.count for column in line.columns) == len(days)
    assert all(-7 <= column.x <= 527 for column in line.columns)
    assert all(column.base + column.height <= 104 for column in line.columns)
    assert line.beyond == sum(abs(day) > 365 for day in days)


def test_few_are_drawn_one_by_one_and_many_as_bars() -> None:
    assert all(column.dots for column in deadline_chart(_dues(1, 1, 2), width=520, height=100).columns)
    (bar,) = deadline_chart(_dues(*[88] * 40), width=520, height=100).columns
    assert not bar.dots
    assert bar.height == 100
