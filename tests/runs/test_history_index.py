"""The index of the history: it says what the folders say, whatever happens to it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.operator import NonInteractive
from slp_ops.errors import StoreError
from slp_ops.history.summary import RuleRecord, Summary
from slp_ops.model import Device, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.runs import Runs, StoredRun
from slp_ops.runs.history import Broken, History, mark
from slp_ops.runs.history_index import FILE, discard
from slp_ops.runs.prune import remove
from slp_ops.runs.summaries import load, save

if TYPE_CHECKING:
    from pathlib import Path

START = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
KEY = b"k" * 32


def make_run(root: Path, number: int, *names: str, verb: str = "audit", days: float = 1) -> StoredRun:
    """A complete run so many days after the first, with its summaries."""
    began = START + timedelta(days=number * days)
    fleet = [Device(name=name, site="tokyo" if name < "sw3" else "osaka", host="192.0.2.1") for name in names]
    with Runs(root, key=KEY, now=lambda: began).start(verb, fleet) as run:
        for device in fleet:
            run.finish_device(DeviceResult(name=device.name, site=device.site, status=DeviceStatus.OK))
    stored = StoredRun(run.path)
    save(stored, [summary_of(device, began, number) for device in fleet])
    return stored


def summary_of(device: Device, began: datetime, number: int) -> Summary:
    clock = began.replace(tzinfo=None)
    return Summary(
        device=device.name,
        site=device.site,
        tags=("core",) if device.name == "sw1" else (),
        status=DeviceStatus.OK,
        seen=began,
        clock=clock,
        clock_trusted=True,
        release="17.9.4a",
        transport="smart https://example.net/",
        units=2,
        trusted_units=1,
        last_ack=START.replace(tzinfo=None) - timedelta(days=40),
        ack_age=timedelta(days=40 + number),
        backlog=400 + 2 * number,
        unacknowledged=number,
        late=True,
        failing=device.name == "sw2",
        licensing=True,
        found=(RuleRecord(rule="dns-failure", verdict=Verdict.FAIL, severity=Severity.ERROR),),
        knowledge="2026.1.1",
    )


def index(root: Path) -> None:
    """As the command line does, where every run has its summaries."""
    with History.open(root) as history:
        for run in history.behind(Runs(root).folders()):
            history.put(run, mark(run), load(run).values())


def answers(root: Path) -> dict[str, Any]:
    """Everything that can be asked."""
    with History.open(root) as history:
        names = [each.name for each in history.devices()]
        return {
            "runs": history.runs(),
            "devices": history.devices(),
            "pictures": [history.device(name) for name in names],
            "days": history.days(),
            "chosen days": history.days(["sw2"], newest=2),
            "series": history.series(),
        }


def test_a_run_from_the_future_is_not_the_newest(tmp_path: Path) -> None:
    for number in (90, 0, 1):
        make_run(tmp_path, number, "sw1")
    index(tmp_path)
    with History.open(tmp_path) as history:
        assert [each.summary.backlog for each in history.device("sw1", newest=2)] == [400, 402]


def test_the_answers_are_those_of_the_summaries(tmp_path: Path) -> None:
    for number in range(5):
        make_run(tmp_path, number, "sw1", "sw2", "sw3")
    make_run(tmp_path, 5, "sw2", verb="watch")
    index(tmp_path)

    with History.open(tmp_path) as history:
        assert [(each.name, each.site, each.tags) for each in history.devices()] == [
            ("sw1", "tokyo", ("core",)),
            ("sw2", "tokyo", ()),
            ("sw3", "osaka", ()),
        ]
        pictures = history.device("sw1")
        assert [each.summary for each in pictures] == [
            summary_of(Device(name="sw1", site="tokyo", host=""), START + timedelta(days=number), number)
            for number in range(5)
        ]
        assert [each.verb for each in history.device("sw2", newest=2)] == ["audit", "watch"]
        assert [each.verb for each in history.device("sw2", verb="watch")] == ["watch"]
        assert history.device("sw9") == ()
        days = history.days()
        assert [(each.day.day, each.site, each.switches, each.backlog) for each in days[:4]] == [
            (1, "osaka", 1, 400),
            (1, "tokyo", 2, 800),
            (2, "osaka", 1, 402),
            (2, "tokyo", 2, 804),
        ]
        newest = days[-1]
        # The last run read sw2 alone: sw1 counts with its newest sample, whose ACK is a day older by now.
        assert (newest.site, newest.switches, newest.failing, newest.judged) == ("tokyo", 2, 1, 2)
        assert newest.oldest_ack == timedelta(days=45)
        assert newest.backlog == 408 + 410
        assert [(each.day.day, each.site) for each in history.days(["sw2"], newest=1)] == [
            (5, "tokyo"),
            (6, "tokyo"),
        ]
        series = {each.device: each for each in history.series()}
        assert [point.backlog for point in series["sw3"].points] == [400, 402, 404, 406, 408]
        assert (series["sw2"].failing, series["sw3"].failing) == (True, False)


def test_a_run_is_of_one_day_whatever_the_clocks_of_its_switches_show(tmp_path: Path) -> None:
    run = make_run(tmp_path, 0, "sw1", "sw2", "sw3")
    clocks = {"sw1": timedelta(hours=9), "sw2": timedelta(hours=-8), "sw3": timedelta(days=-4000)}
    kept = load(run).values()
    save(run, [replace(each, clock=START.replace(tzinfo=None) + clocks[each.device]) for each in kept])
    index(tmp_path)

    with History.open(tmp_path) as history:
        days = history.days()
        assert {each.day for each in days} == {START.date()}
        assert sum(each.switches for each in days) == 3
        assert sum(each.backlog or 0 for each in days) == 1200


def test_the_answers_end_at_a_run(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, number, "sw1", "sw2") for number in range(6)]
    index(tmp_path)

    with History.open(tmp_path) as history:
        days = history.days(until=runs[3])
        assert [each.day.day for each in days] == [1, 2, 3, 4]
        assert [each.day.day for each in history.days(newest=1, until=runs[3])] == [3, 4]
        assert [point.backlog for point in history.series(until=runs[3])[0].points] == [400, 402, 404, 406]
        assert len(history.device("sw1", until=runs[1])) == 2


def test_of_several_runs_a_day_the_last_counts(tmp_path: Path) -> None:
    for number in range(12):
        make_run(tmp_path, number, "sw1", days=0.25)
    index(tmp_path)

    with History.open(tmp_path) as history:
        assert [each.backlog for each in history.days()] == [406, 414, 422]
        # Three days are too few to tell a course by: then every run counts.
        assert len(history.series()[0].points) == 12


def test_made_anew_it_gives_the_same_answers(tmp_path: Path) -> None:
    for number in range(6):
        make_run(tmp_path, number, "sw1", "sw2", *(["sw3"] if number % 2 else []))
        index(tmp_path)  # run by run, and in one go below
    before = answers(tmp_path)

    discard(tmp_path)
    assert not list(tmp_path.glob("history-*"))
    index(tmp_path)

    assert answers(tmp_path) == before


def test_a_run_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    runs = [make_run(tmp_path, number, "sw1") for number in range(3)]
    index(tmp_path)
    remove(runs[1])
    index(tmp_path)

    with History.open(tmp_path) as history:
        assert [each.run for each in history.device("sw1")] == [runs[0].id, runs[2].id]


def test_a_run_that_changes_is_put_in_anew(tmp_path: Path) -> None:
    run = make_run(tmp_path, 0, "sw1")
    index(tmp_path)
    with Runs(tmp_path, key=KEY).resume(run.id) as resumed:
        resumed.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.PARTIAL))

    with History.open(tmp_path) as history:
        assert [each.path for each in history.behind(Runs(tmp_path).folders())] == [run.path]
    assert load(StoredRun(run.path)) == {}  # what was summarised is no longer so


def test_a_run_that_is_being_written_waits(tmp_path: Path) -> None:
    device = Device(name="sw1", site="tokyo", host="192.0.2.1")
    with Runs(tmp_path, key=KEY).start("audit", [device]), History.open(tmp_path) as history:
        assert history.behind(Runs(tmp_path).folders()) == []


@pytest.mark.parametrize("damage", ["garbage", "cut", "empty", "emptied of tables", "zeroed page"])
def test_a_damaged_index_is_made_anew(tmp_path: Path, damage: str) -> None:
    for number in range(30):
        make_run(tmp_path, number, "sw1", "sw2", "sw3")
    index(tmp_path)
    before = answers(tmp_path)
    path = tmp_path / FILE
    data = path.read_bytes()
    match damage:
        case "garbage":
            path.write_bytes(b"this is no database at all, however long it may be\n" * 400)
        case "cut":
            path.write_bytes(data[: len(data) // 2])
        case "empty":
            path.write_bytes(b"")
        case "emptied of tables":
            import sqlite3

            with sqlite3.connect(path) as connection:
                connection.execute("DROP TABLE sample")
            connection.close()
        case "zeroed page":
            path.write_bytes(data[:8192] + bytes(len(data) - 8192))

    for _ in range(2):
        try:
            index(tmp_path)
            found = answers(tmp_path)
            break
        except Broken:
            continue

    assert found == before


def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file has that name")

    with pytest.raises(StoreError, match=r"cannot use .*runs"), History.open(tmp_path / "runs"):
        pass


WRITER = """
import sys
from pathlib import Path
from slp_ops.runs import Runs
from slp_ops.runs.history import History, mark
from slp_ops.runs.history_index import discard
from slp_ops.runs.summaries import load
root = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for run in Runs(root).folders():
        with History.open(root) as history:
            history.put(run, mark(run), load(run).values())
"""


def test_a_kill_during_a_write_leaves_an_index_that_repairs_itself(tmp_path: Path) -> None:
    for number in range(8):
        make_run(tmp_path, number, *(f"sw{each}" for each in range(1, 40)))
    index(tmp_path)
    before = answers(tmp_path)
    dice = random.Random(7)  # noqa: S311 - no secret

    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(dice.uniform(0, 0.05))  # not to wait for something: any moment will do
            process.send_signal(signal.SIGKILL)
        index(tmp_path)
        assert answers(tmp_path) == before

    for run in Runs(tmp_path).folders():
        assert len(load(run)) == 39


AT_ONCE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from slp_ops.app.history_update import catch_up
from slp_ops.app.operator import NonInteractive
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.runs import Runs
from slp_ops.runs.prune import judge, remove
root, name = Path(sys.argv[1]), sys.argv[2]
runs = Runs(root, key=b"k" * 32)
device = Device(name=name, site="tokyo", host="192.0.2.1")
for number in range(12):
    with runs.start("collect", [device]) as run:
        writer = run.device(device).open("show clock")
        writer.write("12:00:00.000 UTC Mon Jan 5 2026\\n")
        kept = writer.commit(CommandEnd(status=CaptureStatus.OK))
        result = DeviceResult(name=name, site="tokyo", status=DeviceStatus.OK, captures=(kept,))
        run.finish_device(result)
    catch_up(root, NonInteractive())
    for each in judge(runs.all(), keep=6, older_than=None, now=datetime.now(UTC)):
        if not each.kept_because:
            remove(each.run)
print(run.id)
"""


def test_two_processes_that_collect_prune_and_index_at_once_lose_nothing(tmp_path: Path) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", AT_ONCE, str(tmp_path), name],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("sw1", "sw2")
    ]
    ended = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ended

    from slp_ops.app.history_update import catch_up
    from slp_ops.runs.verify import verify

    left = Runs(tmp_path).all()
    assert 6 <= len(left) <= 8
    newest = {out.strip() for out, _ in ended}
    assert newest <= {run.id for run in left}  # each one's newest good evidence
    for run in left:
        assert not verify(run).damaged
        assert run.header.state == "complete"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    catch_up(tmp_path, NonInteractive())
    before = answers(tmp_path)
    assert before["runs"] == len(left)
    discard(tmp_path)
    catch_up(tmp_path, NonInteractive())
    assert answers(tmp_path) == before


def test_summaries_come_back_as_they_were_kept(tmp_path: Path) -> None:
    run = make_run(tmp_path, 3, "sw1", "sw2")
    bare = Summary(device="sw2", site="tokyo", status=DeviceStatus.OK, seen=START)
    save(run, [load(run)["sw1"], bare])

    found = load(StoredRun(run.path))

    assert found["sw2"] == bare
    assert found["sw1"] == summary_of(Device(name="sw1", site="tokyo", host=""), START + timedelta(days=3), 3)


def test_a_damaged_line_of_summaries_counts_as_missing(tmp_path: Path) -> None:
    run = make_run(tmp_path, 0, "sw1", "sw2")
    path = run.path / "summaries.jsonl"
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first.replace(b'"status":"ok"', b'"status":"fine"') + second[:-20])

    assert load(StoredRun(run.path)) == {}


def test_nothing_is_kept_for_a_run_that_is_gone_or_held(tmp_path: Path) -> None:
    run = make_run(tmp_path, 0, "sw1")
    kept = list(load(run).values())
    with Runs(tmp_path, key=KEY).resume(run.id):
        (run.path / "summaries.jsonl").unlink()
        save(StoredRun(run.path), kept)
        assert not (run.path / "summaries.jsonl").exists()
    gone = StoredRun(run.path)
    assert gone.about  # what is read once
    shutil.rmtree(run.path)

    save(gone, kept)

    assert not run.path.exists()


def test_nobody_throws_an_index_away_that_is_in_use(tmp_path: Path) -> None:
    make_run(tmp_path, 0, "sw1")
    index(tmp_path)
    script = (
        "import sys; from pathlib import Path; from slp_ops.runs.history_index import discard; "
        "discard(Path(sys.argv[1]))"
    )
    with History.open(tmp_path) as history:
        process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], env={**os.environ})
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
        assert (tmp_path / FILE).exists()
        assert history.runs() == 1
    assert process.wait(timeout=60) == 0
    assert not (tmp_path / FILE).exists()
