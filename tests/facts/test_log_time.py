from __future__ import annotations

from datetime import datetime, time

import pytest

from slp_ops.facts import LogTime


@pytest.mark.parametrize(
    ("month", "day", "year", "expected"),
    [
        (2, 10, None, datetime.fromisoformat("2025-02-10T12:00:00")),
        (12, 31, None, datetime.fromisoformat("2024-12-31T12:00:00")),
        (2, 12, None, datetime.fromisoformat("2025-02-12T12:00:00")),  # a clock that was put back in between
        (2, 13, None, datetime.fromisoformat("2024-02-13T12:00:00")),
        (2, 29, None, datetime.fromisoformat("2024-02-29T12:00:00")),
        (12, 31, 2019, datetime.fromisoformat("2019-12-31T12:00:00")),
        (2, 30, None, None),
    ],
)
def test_the_year_follows_from_the_clock(
    month: int, day: int, year: int | None, expected: datetime | None
) -> None:
    logged = LogTime(text="", year=year, month=month, day=day, time=time(12))
    assert logged.at(datetime.fromisoformat("2025-02-11T13:20:00")) == expected


def test_an_uptime_stamp_has_no_moment() -> None:
    assert LogTime(text="1w2d").at(datetime.fromisoformat("2025-02-11T00:00:00")) is None
