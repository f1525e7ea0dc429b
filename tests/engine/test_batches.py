"""A canary first, then batches."""

from __future__ import annotations

import pytest

from slp_ops.engine.batches import NoBatches, parse_batches, size_of


@pytest.mark.parametrize(
    ("text", "count", "sizes"),
    [
        ("1,10%,100%", 50, [1, 5, 44]),
        ("1,10%,100%", 1, [1]),
        ("1,10%,100%", 3, [1, 1, 1]),
        ("2", 5, [2, 2, 1]),
        ("100%", 7, [7]),
        ("5,20%", 10, [5, 2, 2, 1]),
        ("1", 0, []),
    ],
)
def test_sizes(text: str, count: int, sizes: list[int]) -> None:
    left = count
    found: list[int] = []
    while left:
        found.append(min(left, size_of(parse_batches(text), len(found), count)))
        left -= found[-1]
    assert found == sizes


@pytest.mark.parametrize("text", ["", "0", "101%", "1,,2", "1;2", "-1", "ten", "1.5%"])
def test_what_names_no_batches(text: str) -> None:
    with pytest.raises(NoBatches):
        parse_batches(text)
