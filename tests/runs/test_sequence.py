"""Order of runs when the wall clock is wrong, is set back, or differs between computers."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.model import Device, DeviceResult, DeviceStatus
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.prune import judge
from slp_ops.runs.sequence import FILE

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = b"k" * 32
SWITCH = Device(name="sw1", site="tokyo", host="192.0.2.11")


def make_run(root: Path, started: datetime) -> str:
    with Runs(root, key=KEY, now=lambda: started).start("collect", [SWITCH]) as run:
        run.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK))
    return run.id


def as_earlier_releases(root: Path, run_id: str) -> None:
    """Remove the number of a run."""
    path = Runs(root, key=KEY).open(run_id).path / "run.json"
    record = json.loads(path.read_text())
    del record["sequence"]
    path.write_text(json.dumps(record))


def order(root: Path) -> list[str]:
    """The ids, the oldest first."""
    return [run.id for run in reversed(Runs(root, key=KEY).all())]


@pytest.mark.parametrize(
    "days",
    [
        [0, 90, 0, 1, 2],  # one run with a clock that is ahead
        [0, -20_000, 1, 2],  # a clock without battery
        [5, 4, 3, 2, 1],
        [0, 0, 0, 0],
    ],
)
def test_runs_are_in_the_order_in_which_they_started(tmp_path: Path, days: list[int]) -> None:
    made = [make_run(tmp_path, NOW + timedelta(days=day)) for day in days]
    assert order(tmp_path) == made
    assert Runs(tmp_path, key=KEY).open("last").id == made[-1]


def test_runs_without_a_number_are_ordered_by_time_before_later_ones(tmp_path: Path) -> None:
    second = make_run(tmp_path, NOW + timedelta(days=90))
    first = make_run(tmp_path, NOW)
    for each in (first, second):
        as_earlier_releases(tmp_path, each)
    (tmp_path / FILE).unlink()
    third = make_run(tmp_path, NOW + timedelta(days=1))
    assert order(tmp_path) == [first, second, third]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"last": "x", "unfinished": []}', '{"last": 1}'])
def test_a_lost_or_damaged_sequence_is_restored_from_the_runs(tmp_path: Path, content: str | None) -> None:
    made = [make_run(tmp_path, NOW + timedelta(days=days)) for days in (90, 0, 1)]
    if content is None:
        (tmp_path / FILE).unlink()
    else:
        (tmp_path / FILE).write_text(content)
    made.append(make_run(tmp_path, NOW + timedelta(days=2)))
    assert order(tmp_path) == made


def test_a_copied_run_has_the_place_of_its_time(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    made = [
        make_run(here, NOW),
        make_run(there, NOW + timedelta(hours=1)),
        make_run(here, NOW + timedelta(hours=2)),
    ]
    copied = Runs(there, key=KEY).open(made[1]).path
    shutil.copytree(copied, here / copied.name)
    assert order(here) == made
    newer = make_run(there, NOW + timedelta(hours=5))
    copied = Runs(there, key=KEY).open(newer).path
    shutil.copytree(copied, here / copied.name)
    made += [newer, make_run(here, NOW + timedelta(hours=4))]
    assert order(here) == made


def test_prune_keeps_the_runs_that_started_last(tmp_path: Path) -> None:
    made = [make_run(tmp_path, NOW + timedelta(days=days)) for days in (90, 0, 1)]
    judged = judge(Runs(tmp_path, key=KEY).all(), keep=1, older_than=None, now=NOW + timedelta(days=1))
    assert [each.run.id for each in judged if each.kept_because] == [made[-1]]


def test_the_age_of_a_run_from_the_future_is_unknown(tmp_path: Path) -> None:
    made = [make_run(tmp_path, NOW + timedelta(days=days)) for days in (90, 0, 0)]
    judged = judge(Runs(tmp_path, key=KEY).all(), keep=None, older_than=timedelta(days=30), now=NOW)
    assert {each.run.id: each.kept_because for each in judged}[made[0]] == (
        "started in the future: its age is unknown"
    )


def test_a_resumed_run_keeps_its_number(tmp_path: Path) -> None:
    first, second = make_run(tmp_path, NOW), make_run(tmp_path, NOW)
    runs = Runs(tmp_path, key=KEY)
    number = runs.open(first).header.sequence
    with runs.resume(first) as run:
        pass
    assert StoredRun(run.path).header.sequence == number
    assert order(tmp_path) == [first, second]
