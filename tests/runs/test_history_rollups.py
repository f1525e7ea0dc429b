"""Roll-ups of the history: the answers are those of the samples, whatever was put in or removed."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.model import Device, DeviceResult, DeviceStatus
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.history import Broken, History
from slp_ops.runs.history_index import FILE, discard
from slp_ops.runs.prune import remove
from slp_ops.runs.summaries import load, save
from tests.runs.test_history_index import KEY, START, index, make_run, summary_of

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.history.trend import SiteDay, SwitchLine

Answers = tuple[tuple["SiteDay", ...], tuple["SiteDay", ...], tuple["SwitchLine", ...]]


def answers(root: Path) -> Answers:
    with History.open(root) as history:
        return history.days(newest=400), history.days(newest=3), history.lines()


def random_run(root: Path, dice: random.Random) -> StoredRun:
    """A run of some switches on some day, a part of them without a licence agent or without counts."""
    number = dice.randrange(30)
    began = START + timedelta(days=number, hours=dice.randrange(20))
    fleet = [
        Device(name=f"sw{each}", site=dice.choice(("tokyo", "osaka")), host="192.0.2.1")
        for each in dice.sample(range(6), dice.randrange(1, 7))
    ]
    with Runs(root, key=KEY, now=lambda: began).start("audit", fleet) as run:
        for device in fleet:
            run.finish_device(DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK))
    stored = StoredRun(run.path)
    summaries = [
        replace(
            summary_of(device, began, number),
            licensing=dice.random() > 0.2,
            backlog=dice.choice((None, 3, 400 + 2 * number)),
            ack_age=dice.choice((None, timedelta(days=number, seconds=7))),
            failing=dice.choice((None, True, False)),
            overdue=dice.choice((None, True)),
        )
        for device in fleet
    ]
    save(stored, summaries)
    return stored


@pytest.mark.parametrize("seed", range(6))
def test_the_answers_are_those_of_a_new_index(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(seed)  # noqa: S311 - no secret
    kept: list[StoredRun] = []
    for _ in range(14):
        if kept and dice.random() < 0.3:
            remove(kept.pop(dice.randrange(len(kept))))
        else:
            kept.append(random_run(tmp_path, dice))
        index(tmp_path)
        found = answers(tmp_path)
        with History.open(tmp_path) as history, monkeypatch.context() as patched:
            assert history.lines() == tuple(line for each in history.series() if (line := each.line()))
            patched.setattr(History, "_is_fleet", lambda self, devices: False)
            assert history.days(newest=400) == found[0]
            assert history.days(newest=3) == found[1]
            assert history.lines([device.name for device in history.devices()]) == found[2]

    discard(tmp_path)
    index(tmp_path)
    assert answers(tmp_path) == found


def test_the_answers_up_to_a_run_are_those_without_the_later_ones(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, number, "sw1", "sw2", days=0.4) for number in range(12)]
    index(tmp_path)
    with History.open(tmp_path) as history:
        history.days()
        up_to = [(history.days(until=run), history.lines(until=run)) for run in runs]
    for run in reversed(runs):
        index(tmp_path)
        with History.open(tmp_path) as history:
            assert (history.days(), history.lines()) == up_to.pop()
        remove(run)


def test_a_question_that_was_asked_before_reads_no_samples(tmp_path: Path) -> None:
    for number in range(8):
        make_run(tmp_path, number, "sw1", "sw2", "sw3")
    index(tmp_path)
    found = answers(tmp_path)
    assert len(found[2]) == 3

    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        db.execute("DELETE FROM sample")
        db.commit()
    assert answers(tmp_path) == found


def test_a_run_that_changes_nothing_before_it_leaves_the_days_before_it(tmp_path: Path) -> None:
    for number in range(5):
        make_run(tmp_path, number, "sw1", "sw2")
    index(tmp_path)
    answers(tmp_path)
    make_run(tmp_path, 5, "sw1")
    index(tmp_path)

    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("SELECT COUNT(*) FROM rolled_day").fetchone() == (5,)
        assert db.execute("SELECT COUNT(*) FROM line").fetchone() == (1,)
    assert len({each.day for each in answers(tmp_path)[0]}) == 6


def test_what_was_summarised_anew_counts(tmp_path: Path) -> None:
    run = make_run(tmp_path, 0, "sw1")
    index(tmp_path)
    before = answers(tmp_path)
    with Runs(tmp_path, key=KEY).resume(run.id) as resumed:
        resumed.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK))
    stored = StoredRun(run.path)
    save(stored, [replace(each, backlog=7) for each in load(stored).values()])
    index(tmp_path)

    after = answers(tmp_path)
    assert [each.backlog for each in before[0]] == [400]
    assert [each.backlog for each in after[0]] == [7]
    assert [each.line.count for each in after[2]] == [7]


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE site_day SET backlog = 'many'",
        "UPDATE site_day SET day = 99999999",
        "UPDATE site_day SET oldest_ack = 9000000000000000000",
        "UPDATE line SET count = 'many'",
        "UPDATE line SET course = 99",
        "UPDATE line SET course = -1",
        "UPDATE line SET since = 9000000000000000000",
        "UPDATE line SET slope = 9e999",
        "UPDATE line SET slope = 'steep'",
        "UPDATE line SET variance = -1.0",
        "UPDATE line SET mean_x = NULL",
        "UPDATE line SET fitted = 2",
    ],
)
def test_roll_ups_that_no_run_gives_are_made_anew(tmp_path: Path, edit: str) -> None:
    for number in range(6):
        make_run(tmp_path, number, "sw1")
    index(tmp_path)
    found = answers(tmp_path)
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute(edit).rowcount
        db.commit()

    with pytest.raises(Broken):
        answers(tmp_path)
    index(tmp_path)
    assert answers(tmp_path) == found
