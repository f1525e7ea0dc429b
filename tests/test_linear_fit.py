"""The line through the counts, and how sure it is."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.linear_fit import Crossing, fit


def test_a_straight_line_is_found() -> None:
    line = fit([(day, 410 + 2 * day) for day in range(30)])

    assert line is not None
    assert line.slope == pytest.approx(2.0)
    assert line.at(0) == pytest.approx(410.0)
    assert line.rises
    crossing = line.reaches(1000)
    assert crossing is not None
    assert crossing.estimate == pytest.approx(295.0)
    assert crossing.latest is not None
    assert crossing.earliest < 295.0 < crossing.latest


@pytest.mark.parametrize(
    "points",
    [[], [(0, 1), (1, 2), (2, 3)], [(5, 1), (5, 2), (5, 3), (5, 4)]],
    ids=["none", "three", "at once"],
)
def test_too_little_to_draw_a_line(points: list[tuple[float, float]]) -> None:
    assert fit(points) is None


def test_a_flat_line_does_not_rise_and_reaches_nothing() -> None:
    line = fit([(day, 410) for day in range(30)])

    assert line is not None
    assert not line.rises
    assert line.reaches(1000) is None


def test_where_a_flat_line_fits_as_well_there_is_no_latest_date() -> None:
    line = fit([(0, 10), (1, 14), (2, 9), (3, 13), (4, 12)])

    assert line is not None
    assert not line.rises
    crossing = line.reaches(1000)
    assert crossing is not None
    assert crossing.latest is None
    assert crossing.earliest < crossing.estimate


def test_more_points_make_it_surer() -> None:
    def width(count: int) -> float:
        line = fit([(day, 410 + 2 * day) for day in range(count)])
        assert line is not None
        crossing = line.reaches(1000)
        assert crossing is not None
        assert crossing.latest is not None
        return crossing.latest - crossing.earliest

    assert width(4) > width(8) > width(30) > 0


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    dice = random.Random(1)  # noqa: S311 - no secret
    held = 0
    for _ in range(400):
        points = [(float(day), 100 + 5 * day + dice.gauss(0, 8)) for day in range(12)]
        line = fit(points, batch=0)
        assert line is not None
        crossing = line.reaches(1000)
        assert crossing is not None
        held += crossing.earliest <= 180 and (crossing.latest is None or crossing.latest >= 180)

    assert 0.86 <= held / 400 <= 0.94


@given(
    st.lists(st.integers(0, 3000), min_size=4, max_size=40),
    st.integers(1, 5000),
    st.floats(-1e4, 1e4, allow_nan=False),
)
def test_the_likely_date_lies_in_its_interval(counts: list[int], limit: int, start: float) -> None:
    line = fit([(start + day, float(count)) for day, count in enumerate(counts)])
    assert line is not None
    crossing = line.reaches(limit)
    if crossing is None:
        assert line.slope <= 0
        return
    assert isinstance(crossing, Crossing)
    if line.rises:
        assert crossing.latest is not None
        assert crossing.earliest - 1e-6 <= crossing.estimate <= crossing.latest + 1e-6
    else:
        assert crossing.latest is None
