"""A generated year of daily runs: time and size of the history grow with the days, and not faster."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench" / "history.py"


@pytest.mark.slow
@pytest.mark.skipif(not BENCH.is_file(), reason="bench/ is not here")
def test_a_year_of_a_hundred_switches(tmp_path: Path) -> None:
    found = runpy.run_path(str(BENCH))["measure"](tmp_path / "runs", 365, 100, 20)

    assert found.mean_run <= 2
    assert found.index <= 1e8
    for words, seconds in found.questions.items():
        # bench/history.py measures the speed; here only growth without bound would fail.
        assert seconds <= 10, words
