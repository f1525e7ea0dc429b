"""What goes, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from slp_ops.model import DeviceStatus
from slp_ops.runs import Run, Runs, StoredRun
from slp_ops.runs.prune import judge, remove

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Run]

NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)


def kept(runs: Runs, *, keep: int | None = None, older_than: timedelta | None = None) -> dict[str, str]:
    judged = judge(runs.all(), keep=keep, older_than=older_than, now=NOW)
    return {each.run.id: each.kept_because for each in judged}


def test_the_newest_are_kept(runs: Runs, good_run: Make) -> None:
    ids = [good_run("sw1").id for _ in range(4)]

    assert kept(runs, keep=2) == {
        ids[3]: "one of the newest 2",
        ids[2]: "one of the newest 2",
        ids[1]: "",
        ids[0]: "",
    }


def test_the_young_are_kept(runs: Runs, good_run: Make) -> None:
    young = good_run("sw1").id
    with Runs(runs.root, key=b"k" * 32, now=lambda: NOW - timedelta(days=91)).start("collect", []) as old:
        pass

    assert kept(runs, older_than=timedelta(days=90)) == {young: "not old enough", old.id: ""}


def test_the_journal_of_an_unfinished_change_is_kept(runs: Runs, good_run: Make) -> None:
    old, new = good_run("sw1"), good_run("sw1")
    unfinished = frozenset({old.path.absolute()})
    judged = judge(runs.all(), keep=1, older_than=None, now=NOW, unfinished=unfinished)
    assert {each.run.id: each.kept_because for each in judged} == {
        new.id: "one of the newest 1",
        old.id: "a change is unfinished, and its journal is here",
    }


def test_with_both_limits_a_run_goes_only_by_both(runs: Runs, good_run: Make) -> None:
    ids = [good_run("sw1").id for _ in range(3)]

    assert kept(runs, keep=1, older_than=timedelta(days=1)) == {
        ids[2]: "one of the newest 1",
        ids[1]: "not old enough",
        ids[0]: "not old enough",
    }


def test_the_newest_good_evidence_of_a_device_stays(runs: Runs, good_run: Make) -> None:
    osaka = good_run("osa-core-01").id
    tokyo = good_run("tyo-core-01").id
    failed = good_run("tyo-core-01", "osa-core-01", status=DeviceStatus.PARTIAL).id

    assert kept(runs, keep=0) == {
        failed: "",
        tokyo: "the newest good evidence of tyo-core-01",
        osaka: "the newest good evidence of osa-core-01",
    }


def test_a_run_that_is_being_written_stays(runs: Runs, good_run: Make) -> None:
    with runs.start("collect", []) as run:
        assert kept(runs, keep=0) == {run.id: "is being written"}
        assert not remove(StoredRun(run.path))
    assert remove(StoredRun(run.path))
    assert not remove(StoredRun(run.path))
    assert runs.all() == []


def test_a_run_whose_lock_is_gone_can_be_removed(runs: Runs, good_run: Make) -> None:
    run = good_run("sw1")
    (run.path / "lock").unlink()

    assert remove(StoredRun(run.path))
    assert runs.all() == []
