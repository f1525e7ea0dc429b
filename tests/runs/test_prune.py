"""What goes, and what never does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.operator import NonInteractive
from slp_ops.app.runs import PruneRequest, plan_prune, prune
from slp_ops.errors import InputError
from slp_ops.model import CaptureStatus, Device, DeviceResult, DeviceStatus, EvidenceForm
from slp_ops.ports import CommandEnd
from slp_ops.runs import Run, Runs, StoredRun
from slp_ops.runs.prune import Irreplaceable, LossKind, PruneDecision, judge, remove

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


def test_the_journal_of_a_change_that_is_being_made_is_kept(runs: Runs, good_run: Make) -> None:
    old, new = good_run("sw1"), good_run("sw1")
    judged = judge(
        runs.all(),
        keep=1,
        older_than=None,
        now=NOW,
        changing=frozenset({old.path.absolute()}),
        lose=frozenset(LossKind),
    )
    assert {each.run.id: each.kept_because for each in judged} == {
        new.id: "one of the newest 1",
        old.id: "a process makes the change of its journal",
    }


def test_evidence_is_a_run_that_an_audit_can_use(runs: Runs, good_run: Make) -> None:
    ids = {}
    for verb in ("collect", "audit", "watch", "usage-status", "remediate-plan", "check-reachability"):
        ids[verb] = good_run("sw1", verb=verb).id

    assert {verb: kept(runs, keep=0)[run] for verb, run in ids.items()} == {
        "collect": "",
        "audit": "",
        "watch": "the newest good evidence of sw1",
        "usage-status": "",
        "remediate-plan": "",
        "check-reachability": "",
    }


def test_what_cannot_be_replaced_goes_only_where_it_is_named(runs: Runs, good_run: Make) -> None:
    run = good_run("sw1")
    file = Irreplaceable(kind=LossKind.USAGE_FILES, what="the usage file")

    def judged(*lose: LossKind) -> PruneDecision:
        (found,) = judge(
            runs.all(), keep=0, older_than=None, now=NOW, contents={run.path: (file,)}, lose=frozenset(lose)
        )
        return found

    assert judged().kept_because == "the usage file; the newest good evidence of sw1"
    assert judged(LossKind.EVIDENCE).kept_because == "the usage file"
    assert judged(LossKind.USAGE_FILES).kept_because == "the newest good evidence of sw1"
    both = judged(LossKind.USAGE_FILES, LossKind.EVIDENCE)
    assert (both.kept_because, [each.kind for each in both.lost]) == ("", ["usage-files", "evidence"])


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


def test_damaged_evidence_is_not_good(runs: Runs, good_run: Make) -> None:
    good = good_run("sw1", "sw2").id
    damaged = good_run("sw1", "sw2")
    (damaged.path / "sw1" / "show-clock.txt").write_text("edited\n")
    lost = good_run("sw1", "sw2")  # the text of one was removed, and the list of the other
    (lost.path / "sw1" / "show-clock.txt").unlink()
    (lost.path / "sw2" / "manifest.jsonl").unlink()

    assert kept(runs, keep=0) == {
        lost.id: "",
        damaged.id: "the newest good evidence of sw2",
        good: "the newest good evidence of sw1",
    }


def test_the_only_evidence_of_a_device_stays_although_it_is_not_complete(runs: Runs, good_run: Make) -> None:
    older = good_run("sw1", "sw2", status=DeviceStatus.PARTIAL).id
    newer = good_run("sw1", status=DeviceStatus.PARTIAL).id
    good = good_run("sw3").id

    assert kept(runs, keep=0) == {
        good: "the newest good evidence of sw3",
        newer: "the only evidence of sw1, which is not complete",
        older: "the only evidence of sw2, which is not complete",
    }


def test_a_folder_that_only_has_the_name_of_a_run_stays(runs: Runs, good_run: Make) -> None:
    good_run("sw1")
    foreign = runs.root / "20200101T000000Z-audit-aaaaaa"
    foreign.mkdir()
    (foreign / "notes.txt").write_text("written by hand\n")

    judged = judge(runs.all(), keep=0, older_than=None, now=NOW, lose=frozenset(LossKind))

    assert {each.run.id: each.kept_because for each in judged if each.kept_because} == {
        "aaaaaa": "is no run: it has no file of slp-ops"
    }


def test_packed_evidence_counts_while_its_pack_is_whole(runs: Runs) -> None:
    made = []
    for _ in range(2):
        device = Device(name="sw1", site="tokyo", host="192.0.2.1")
        with runs.start("audit", [device], evidence=EvidenceForm.PACKED) as run:
            writer = run.device(device).open("show clock")
            writer.write("x\n")
            capture = writer.commit(CommandEnd(status=CaptureStatus.OK))
            run.finish_device(
                DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK, captures=(capture,))
            )
        made.append(run)
    older, newer = made
    assert kept(runs, keep=0) == {newer.id: "the newest good evidence of sw1", older.id: ""}

    (pack,) = newer.path.glob("packs/*.pack")
    pack.write_bytes(pack.read_bytes()[:-7])

    assert kept(runs, keep=0) == {newer.id: "", older.id: "the newest good evidence of sw1"}


@pytest.mark.parametrize("name", ["20260230T000000Z-audit-aaaaaa", "00000101T000000Z-audit-aaaaaa"])
def test_a_folder_with_an_impossible_time_is_no_run(runs: Runs, good_run: Make, name: str) -> None:
    (runs.root / name).mkdir(parents=True)
    run = good_run("sw1")

    assert [each.id for each in runs.all()] == [run.id]
    with pytest.raises(InputError, match="is not the folder of a run"):
        runs.open(str(runs.root / name))


def test_what_another_process_did_while_the_operator_was_asked_counts(runs: Runs, good_run: Make) -> None:
    ids = [good_run("sw1").id for _ in range(3)]
    request = PruneRequest(runs_dir=runs.root, keep=0)
    operator = NonInteractive()
    planned = plan_prune(request, operator)
    remove(runs.open(ids[2]))  # the newest good evidence: now it is the one before

    removed = prune(request, planned)

    assert [run.id for run in removed] == [ids[0]]
    assert [run.id for run in runs.all()] == [ids[1]]


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
