"""Reading a run: by each form of reference, and after damage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.resumed_run import ResumedRun
from slp_ops.app.runs import failed_in
from slp_ops.errors import InputError, StoreError
from slp_ops.model import Capture, CaptureStatus, Device, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.runs import Run, Runs, RunState, StoredRun
from slp_ops.runs.prune import judge
from slp_ops.runs.verify import FileProblem, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Make = Callable[..., Run]


def remarks(run: StoredRun, *, damage: bool = True) -> list[tuple[str, str]]:
    found: tuple[FileProblem, ...] = verify(run).remarks
    return [(remark.file, remark.what) for remark in found if remark.damage is damage]


def test_a_run_is_found_by_id_name_beginning_path_and_last(
    runs: Runs, good_run: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = good_run("sw1"), good_run("sw1")

    for ref in (first.id, first.path.name, first.path.name[:16], str(first.path), f"{first.path}/"):
        assert runs.open(ref).path == first.path
    assert runs.open("last").path == last.path
    assert [run.id for run in runs.all()] == [last.id, first.id]
    monkeypatch.chdir(first.path.parent)
    assert runs.open(first.path.name).id == first.id
    monkeypatch.chdir(first.path)
    assert Runs(runs.root / "elsewhere").open("./").id == first.id


def test_the_last_run_of_a_verb_is_not_hidden_by_another_one(runs: Runs, good_run: Make) -> None:
    collected = good_run("sw1")
    with runs.start("audit", []) as audited:
        pass

    assert runs.open("last").id == audited.id
    assert runs.open("last", verbs=("collect",)).id == collected.id
    with pytest.raises(InputError, match="there is no run of usage-save"):
        runs.open("last", verbs=("usage-save",))


def test_a_beginning_of_several_runs_names_them(runs: Runs, good_run: Make) -> None:
    names = [good_run("sw1").path.name for _ in range(2)]

    with pytest.raises(InputError, match="beginning of 2 runs") as caught:
        runs.open("2026")

    assert all(name in caught.value.hint for name in names)


@pytest.mark.parametrize("ref", ["nope", "", "../..", "/etc", "run.json", "."])
def test_what_is_no_run_is_refused_with_what_there_is(runs: Runs, good_run: Make, ref: str) -> None:
    made = good_run("sw1")

    with pytest.raises(InputError) as caught:
        runs.open(ref)

    assert made.path.name in caught.value.hint


def test_no_runs_at_all(runs: Runs) -> None:
    assert runs.all() == []
    with pytest.raises(InputError, match="there is no run in"):
        runs.open("last")


def test_what_is_no_run_folder_is_not_listed(runs: Runs, good_run: Make) -> None:
    made = good_run("sw1")
    (runs.root / "notes").mkdir()
    (runs.root / "history.sqlite").write_text("")
    (runs.root / "20261124T041131Z-collect-aaaaaa").symlink_to(made.path)

    assert [run.id for run in runs.all()] == [made.id]


def test_a_run_that_is_being_written_is_running(runs: Runs, good_run: Make) -> None:
    good_run("sw1")
    with runs.start("collect", []) as run:
        assert runs.open(run.id).header.state is RunState.RUNNING
        assert runs.open("last").is_locked()
    assert runs.open(run.id).header.state is RunState.COMPLETE
    assert not runs.open(run.id).is_locked()


def test_a_torn_last_line_is_no_damage_and_costs_only_itself(runs: Runs, good_run: Make) -> None:
    path = good_run("sw1").path
    with (path / "sw1" / "manifest.jsonl").open("ab") as file:
        file.write(b'{"command": "show ver')

    run = StoredRun(path)
    assert [each.command for each in run.captures("sw1")] == ["show clock"]
    assert remarks(run) == []
    assert remarks(run, damage=False) == [("sw1/manifest.jsonl", "its last line was being written")]


def test_without_its_run_file_a_run_still_has_each_device_that_ended(runs: Runs) -> None:
    devices = [Device(name=name, site="osaka", host="192.0.2.1") for name in ("core 1", "core-2")]
    with runs.start("audit", devices) as run:
        for device in devices:
            kept: tuple[Capture, ...] = ()
            if device.name == "core 1":
                writer = run.device(device).open("show clock")
                writer.write("x\n")
                kept = (writer.commit(CommandEnd(status=CaptureStatus.OK)),)
            status = DeviceStatus.OK if kept else DeviceStatus.FAILED
            run.finish_device(DeviceResult(name=device.name, site="osaka", status=status, captures=kept))
    (run.path / "run.json").unlink()

    stored = runs.open(run.id)

    assert [(each.name, each.site, each.status.value) for each in stored.devices] == [
        ("core 1", "osaka", "partial"),  # what the inventory intends is in the run file alone
        ("core-2", "osaka", "failed"),
    ]
    assert "run.json cannot be read" in str(stored.devices[0].error)
    with pytest.raises(InputError, match=r"run\.json cannot be read"):
        ResumedRun.open(runs.root, run.id, "audit")
    with pytest.raises(InputError, match=r"run\.json cannot be read"):
        failed_in(runs.root, run.id)


def test_changed_missing_and_foreign_evidence_is_named(runs: Runs, good_run: Make, tmp_path: Path) -> None:
    path = good_run("sw1", "sw2", "sw3", "sw4", "sw5").path
    (path / "sw1" / "show-clock.txt").write_text("another\n")
    (path / "sw2" / "show-clock.txt").unlink()
    (path / "sw3" / "show-clock.txt").unlink()
    (path / "sw3" / "show-clock.txt").symlink_to(path / "sw4" / "show-clock.txt")
    (path / "sw5" / "manifest.jsonl").write_text("")
    (path / "sw4" / "notes.txt").write_text("mine\n")

    run = StoredRun(path)
    assert remarks(run) == [
        ("sw1/show-clock.txt", "is not what was written: its SHA-256 differs"),
        ("sw2/show-clock.txt", "cannot be read: No such file or directory"),
        ("sw3/show-clock.txt", "is a symbolic link"),
        ("sw5/manifest.jsonl", "lists 0 captures of 1"),
    ]
    assert ("sw4/notes.txt", "is not listed in the manifest") in remarks(run, damage=False)
    with pytest.raises(StoreError, match="Too many levels of symbolic links"):
        run.text("sw3", run.manifest("sw3")[0])
    with pytest.raises(StoreError, match="its SHA-256 differs"):
        run.text("sw1", run.manifest("sw1")[0])


def test_a_device_folder_that_is_a_link_is_refused(runs: Runs, good_run: Make, tmp_path: Path) -> None:
    path = good_run("sw1").path
    (path / "sw1").rename(tmp_path / "outside")
    (path / "sw1").symlink_to(tmp_path / "outside")

    run = StoredRun(path)
    assert remarks(run) == [("sw1", "is not a folder of slp-ops")]
    with pytest.raises(StoreError):
        run.captures("sw1")


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..", "a/b", "x\x00y", 7, ""])
def test_a_manifest_cannot_lead_out_of_its_folder(runs: Runs, good_run: Make, name: object) -> None:
    path = good_run("sw1").path
    line = json.loads((path / "sw1" / "manifest.jsonl").read_text())
    (path / "sw1" / "manifest.jsonl").write_text(json.dumps({**line, "file": name}) + "\n")

    run = StoredRun(path)
    assert verify(run).damaged
    for kept in run.captures("sw1"):
        with pytest.raises(StoreError):
            run.text("sw1", kept)


def test_a_run_file_cannot_lead_out_of_its_run(runs: Runs, good_run: Make) -> None:
    path = good_run("sw1").path
    record = json.loads((path / "run.json").read_text())
    record["devices"][0]["folder"] = "../../elsewhere"
    (path / "run.json").write_text(json.dumps(record))

    assert remarks(StoredRun(path)) == [("run.json", f"{path}/run.json names an invalid folder for sw1")]


def test_a_lost_run_file_leaves_the_captures(runs: Runs, good_run: Make) -> None:
    made = good_run("sw1")
    (made.path / "run.json").unlink()

    run = runs.open(made.id)
    assert (run.header.verb, run.header.state) == ("collect", RunState.INTERRUPTED)
    assert [(result.name, result.status) for result in run.devices] == [("sw1", DeviceStatus.PARTIAL)]
    assert remarks(run) == [("run.json", "is missing or cannot be read")]


def test_lines_that_are_no_records_are_named(runs: Runs, good_run: Make) -> None:
    path = good_run("sw1").path
    with (path / "sw1" / "manifest.jsonl").open("ab") as file:
        file.write(b'not json\n[]\n{"command":"show x","status":"odd"}\n')

    assert remarks(StoredRun(path)) == [
        ("sw1/manifest.jsonl", "line 2 is no record"),
        ("sw1/manifest.jsonl", "line 3 is no record"),
        ("sw1/manifest.jsonl", "a record is no capture: {'command': 'show x', 'status': 'odd'}"),
    ]


def test_a_run_of_a_newer_slp_ops_says_so(runs: Runs, good_run: Make) -> None:
    made = good_run("sw1")
    record = json.loads((made.path / "run.json").read_text())
    (made.path / "run.json").write_text(json.dumps({**record, "schema": 2, "slp_ops": "9.0"}))

    other = good_run("sw1")
    assert [run.id for run in runs.all()] == [other.id, made.id]
    newer = runs.open(made.id)
    assert newer.header.state is RunState.UNREADABLE
    assert not verify(newer).damaged
    with pytest.raises(StoreError, match=r"was written by slp-ops 9\.0"):
        newer.captures("sw1")
    with pytest.raises(StoreError, match=r"was written by slp-ops 9\.0"):
        _ = newer.devices
    assert [
        each.kept_because for each in judge(runs.all(), keep=0, older_than=None, now=datetime.now(UTC))
    ] == [
        "the newest good evidence of sw1",
        "was written by a newer slp-ops (9.0)",
    ]


def test_devices_that_the_run_did_not_come_to(runs: Runs, good_run: Make) -> None:
    run = runs.start("collect", [])
    run.finish(RunState.INTERRUPTED)
    assert runs.open(run.id).devices == ()

    made = good_run("sw1", "sw2")
    (made.path / "devices.jsonl").unlink()
    record = json.loads((made.path / "run.json").read_text())
    for each in record["devices"]:
        del each["status"]
    (made.path / "run.json").write_text(json.dumps({**record, "state": "running"}))
    (made.path / "sw2" / "manifest.jsonl").unlink()

    stored = runs.open(made.id)
    assert stored.header.state is RunState.INTERRUPTED
    assert [(result.name, result.status) for result in stored.devices] == [
        ("sw1", DeviceStatus.PARTIAL),
        ("sw2", DeviceStatus.SKIPPED),
    ]


def test_text_that_there_is_none_of(runs: Runs, good_run: Make) -> None:
    run = runs.open(good_run("sw1").id)
    skipped = Capture(command="show x", status=CaptureStatus.SKIPPED)

    with pytest.raises(StoreError, match="has no output of 'show x' from sw1"):
        run.text("sw1", skipped)
    with pytest.raises(StoreError, match="has no device sw9"):
        run.captures("sw9")


def test_other_files_of_a_run_are_no_remark(runs: Runs) -> None:
    with runs.start("audit", []) as run:
        run.attach("audit.json", "{}\n")
        run.attach("audit.json", '{"new": 1}\n')

    assert (run.path / "audit.json").read_text() == '{"new": 1}\n'
    assert verify(StoredRun(run.path)).remarks == ()


def test_text_that_quotes_a_device_is_masked_with_the_key_of_the_run(runs: Runs) -> None:
    with runs.start("collect", []) as run:
        assert "canary" not in run.masked("ValueError: enable secret 9 canary")


def test_how_a_capture_ended_comes_back(runs: Runs) -> None:
    member = Device(name="sw1", site="tokyo", host="192.0.2.1")
    with runs.start("collect", [member]) as run:
        writer = run.device(member).open("show running-config")
        writer.write("enable secret 9 canary\n% Authorization failed.\n")
        kept = writer.commit(CommandEnd(status=CaptureStatus.DENIED, reason="% Authorization failed."))

    assert runs.open(run.id).captures("sw1") == (
        Capture(
            command="show running-config",
            status=CaptureStatus.DENIED,
            started=kept.started,
            seconds=round(kept.seconds, 3),
            bytes=kept.bytes,
            file="show-running-config.txt",
            sha256=kept.sha256,
            reason="% Authorization failed.",
            masked={"password": 1},
        ),
    )


SWITCH = Device(name="sw1", site="tokyo", host="192.0.2.1")


def test_a_run_that_is_taken_up_again_keeps_what_it_has(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        first = run.device(SWITCH).open("show clock").commit(CommandEnd(status=CaptureStatus.OK))
        run.device(SWITCH).open("show logging").commit(CommandEnd(status=CaptureStatus.LOST, reason="broke"))
        run.finish(RunState.INTERRUPTED)
    folder = run.path / "sw1"
    (folder / ".show-logging.txt.part").write_text("half")
    (run.path / ".run.json.00aa11bb.part").write_text("half")
    for name in (folder / "manifest.jsonl", run.path / "devices.jsonl"):
        with name.open("a") as file:
            file.write('{"torn')

    with runs.resume(run.id) as again:
        assert runs.open(run.id).header.state is RunState.RUNNING
        second = again.device(SWITCH).open("show logging").commit(CommandEnd(status=CaptureStatus.OK))
        third = again.device(SWITCH).open("show clock").commit(CommandEnd(status=CaptureStatus.OK))
        again.finish_device(
            DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK, captures=(first, second))
        )

    stored = runs.open(run.id)
    assert (again.id, again.path) == (run.id, run.path)
    assert stored.header.state is RunState.COMPLETE
    assert {each.command: each.file for each in stored.captures("sw1")} == {
        "show clock": third.file,
        "show logging": second.file,
    }
    assert stored.text("sw1", first) == ""
    assert (second.file, third.file) == ("show-logging.txt", "show-clock-2.txt")
    assert [each.status for each in stored.manifest("sw1")].count(CaptureStatus.LOST) == 1
    assert stored.devices[0].status is DeviceStatus.OK
    assert verify(stored).remarks == ()


def test_a_run_that_is_being_written_is_not_taken_up(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run, pytest.raises(InputError, match="still being written"):
        runs.resume(run.id)
    with runs.resume(run.id):
        pass


def test_a_run_is_not_taken_up_through_a_link(runs: Runs, good_run: Make, tmp_path: Path) -> None:
    path = good_run("sw1").path
    (path / "sw1").rename(tmp_path / "outside")
    (path / "sw1").symlink_to(tmp_path / "outside")

    with runs.resume("last") as run, pytest.raises(StoreError, match=r"cannot make .*sw1"):
        run.device(SWITCH).open("show clock")


def test_the_beginning_of_the_run_file_is_enough_for_the_order_of_runs(runs: Runs) -> None:
    selection = {"site": ["tokyo"], "devices": ['a\n "devices": ['], "set": "baseline"}
    with runs.start("collect", [SWITCH], selection=selection) as run:
        stored = StoredRun(run.path)
        assert stored.head == replace(stored.header, devices=())
    stored = StoredRun(run.path)
    assert stored.head == replace(stored.header, devices=())
    assert stored.position == (stored.header.sequence, run.path.name)

    path = run.path / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text())))  # another form: read as a whole
    assert StoredRun(run.path).head == stored.header
    for content in (
        "",
        "{",
        '{"schema": 99, "slp_ops": "9.0",\n "devices": []}',
        '{"schema": 1,\n "devices": []}',
    ):
        path.write_text(content)
        assert StoredRun(run.path).head == StoredRun(run.path).header


@pytest.mark.slow
def test_the_run_file_of_a_large_fleet_is_read(tmp_path: Path) -> None:
    """40,000 devices with the fields of a full inventory."""
    intent = {"topology": "cslu", "transport": "cslu", "cslu_host": "cslu.example.net", "vrf": "Mgmt-vrf"}
    fleet = [
        Device(
            name=f"sw{number}",
            site=f"site{number % 200}",
            host="192.0.2.1",
            tags=("a", "b", "c"),
            intent=intent,
        )
        for number in range(40_000)
    ]
    with Runs(tmp_path / "runs", key=b"k" * 32).start("collect", fleet) as run:
        pass

    stored = StoredRun(run.path)
    assert stored.is_readable
    assert len(stored.header.devices) == 40_000
