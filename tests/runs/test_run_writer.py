"""Files that a run writes."""

from __future__ import annotations

import hashlib
import json
import stat
import threading
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from slp_ops.errors import StoreError
from slp_ops.model import CaptureStatus, Device, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd
from slp_ops.redact import mask
from slp_ops.runs import Runs, RunState
from slp_ops.runs.names import folder_name, slug
from slp_ops.runs.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

KEY = b"k" * 32
OK = CommandEnd(status=CaptureStatus.OK)
SWITCH = Device(
    name="tyo-core-01", site="tokyo", host="192.0.2.11", tags=("core",), intent={"topology": "smart"}
)


def test_a_run_has_a_folder_a_device_a_file_a_command_and_a_line_a_capture(runs: Runs) -> None:
    with runs.start("collect", [SWITCH], selection={"site": ["tokyo"]}) as run:
        folder = run.device(SWITCH)
        writer = folder.open("show clock")
        writer.write("18:56:04.554 JST Mon ")
        writer.write("Oct 17 2026\n")
        kept = writer.commit(OK)
        run.finish_device(
            DeviceResult(name=SWITCH.name, site="tokyo", status=DeviceStatus.OK, captures=(kept,))
        )

    assert run.path.name == f"20261124T041231Z-collect-{run.id}"
    text = b"18:56:04.554 JST Mon Oct 17 2026\n"
    assert (run.path / "tyo-core-01" / "show-clock.txt").read_bytes() == text
    line = json.loads((run.path / "tyo-core-01" / "manifest.jsonl").read_text())
    assert line == {
        "command": "show clock",
        "status": "ok",
        "started": "2026-11-24T04:13:31.000+00:00",
        "seconds": line["seconds"],
        "bytes": len(text),
        "file": "show-clock.txt",
        "sha256": hashlib.sha256(text).hexdigest(),
        "masked": {},
        "reason": "",
    }
    assert 0 <= line["seconds"] < 10
    record = json.loads((run.path / "run.json").read_text())
    assert (record["id"], record["verb"], record["state"]) == (run.id, "collect", "complete")
    assert record["selection"] == {"site": ["tokyo"]}
    assert record["devices"][0]["status"] == "ok"
    assert record["devices"][0]["intent"] == {"topology": "smart"}


def test_nobody_else_can_read_a_run(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        run.device(SWITCH).open("show clock").commit(OK)
        run.attach("plan.json", "{}\n")

    for path in [runs.root, run.path, *run.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_secrets_never_reach_the_disk(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        writer = run.device(SWITCH).open("show running-config")
        for piece in ("enable secret 9 can", "ary\nusername a pass", "word 0 canary\nsnmp-server comm"):
            writer.write(piece)
        writer.write("unity canary RO\n" + "!\n" * 50_000 + "radius-server key can")
        assert all(b"canary" not in path.read_bytes() for path in run.path.rglob("*") if path.is_file())
        writer.write("ary")
        kept = writer.commit(OK)

    assert kept.masked == {"password": 2, "snmp-community": 1, "aaa-key": 1}
    assert all(b"canary" not in path.read_bytes() for path in run.path.rglob("*") if path.is_file())


def test_a_secret_in_an_ad_hoc_command_is_masked_too(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        kept = run.device(SWITCH).open("show run | include snmp-server community canary").commit(OK)

    assert kept.command == f"show run | include snmp-server community {mask('canary', KEY)}"
    assert not list(run.path.rglob("*canary*"))


def test_the_words_of_a_device_in_reasons_and_causes_are_masked_too(runs: Runs) -> None:
    said = CommandEnd(status=CaptureStatus.DENIED, reason="% denied: username x secret 9 canary")
    error = DeviceFailure(kind="no_prompt", message="no prompt after 'enable secret 9 canary'")
    with runs.start("collect", [SWITCH]) as run:
        run.device(SWITCH).open("show clock").commit(said)
        run.device(SWITCH).record("show version", said)
        run.finish_device(
            DeviceResult(name=SWITCH.name, site="tokyo", status=DeviceStatus.FAILED, error=error)
        )

    assert all(b"canary" not in path.read_bytes() for path in run.path.rglob("*") if path.is_file())


def test_bytes_that_are_no_utf8_come_back_as_they_were(runs: Runs) -> None:
    raw = b"banner \xff\xfe \xe6\x97\xa5\xe6\x9c\xac\r\n"
    with runs.start("collect", [SWITCH]) as run:
        writer = run.device(SWITCH).open("show banner")
        writer.write(raw.decode("utf-8", "surrogateescape"))
        kept = writer.commit(CommandEnd(status=CaptureStatus.OK, reason="odd \udcff byte"))

    assert (run.path / "tyo-core-01" / "show-banner.txt").read_bytes() == raw
    stored = runs.open(run.id)
    assert stored.text("tyo-core-01", kept) == raw.decode("utf-8", "surrogateescape")
    assert stored.captures("tyo-core-01")[0].reason == "odd \udcff byte"


def test_an_empty_answer_is_a_file_and_no_answer_is_none(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        folder = run.device(SWITCH)
        empty = folder.open("show vrf").commit(OK)
        silent = folder.open("show logging").commit(CommandEnd(status=CaptureStatus.TIMEOUT, reason="silent"))
        skipped = folder.record(
            "show license rum id all", CommandEnd(status=CaptureStatus.SKIPPED, reason="needs 17.7.1")
        )

    assert (empty.file, empty.bytes) == ("show-vrf.txt", 0)
    assert (silent.file, silent.sha256) == (None, None)
    assert skipped.file is None
    assert [each.command for each in runs.open("last").captures("tyo-core-01")] == [
        "show vrf",
        "show logging",
        "show license rum id all",
    ]


def test_what_a_lost_session_gave_is_kept(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        writer = run.device(SWITCH).open("show logging")
        writer.write("half a li")
        kept = writer.commit(CommandEnd(status=CaptureStatus.LOST, reason="the session broke"))

    assert runs.open(run.id).text("tyo-core-01", kept) == "half a li"


def test_commands_with_equal_names_get_their_own_files(runs: Runs) -> None:
    commands = [
        "show run | include a/b",
        "show run | include a-b",
        "show run | include A b",
        "show run | include a/b",
    ]
    with runs.start("collect", [SWITCH]) as run:
        files = []
        for command in commands:
            writer = run.device(SWITCH).open(command)
            writer.write(command)
            files.append(writer.commit(OK).file)

    assert files == [
        "show-run-include-a-b.txt",
        "show-run-include-a-b-2.txt",
        "show-run-include-a-b-3.txt",
        "show-run-include-a-b-4.txt",
    ]


def test_a_long_command_gets_a_bounded_name_of_its_own() -> None:
    first, second = slug("show run | include " + "x" * 220), slug("show run | include " + "x" * 219 + "y")

    assert len(first) <= 80
    assert first != second


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..",
        ".",
        "",
        "a/b",
        "run.json",
        "lock",
        "x.part",
        "スイッチ",
        "a" * 300,
        "a\x00b",
        "-rf",
    ],
)
def test_no_device_name_leads_out_of_the_run(runs: Runs, tmp_path: Path, name: str) -> None:
    odd = Device(name=name, site="tokyo", host="192.0.2.11")
    with runs.start("collect", [odd]) as run:
        writer = run.device(odd).open("../../show clock")
        writer.write("x\n")
        kept = writer.commit(OK)

    stored = runs.open(run.id)
    assert stored.text(name, kept) == "x\n"
    assert not verify(stored).damaged
    assert {path.name for path in tmp_path.iterdir()} <= {"runs", "state"}
    assert len(folder_name(name)) <= 80


def test_names_that_differ_in_case_only_get_folders_of_their_own(runs: Runs) -> None:
    members = [Device(name=name, site="tokyo", host="192.0.2.11") for name in ("SW1", "sw1")]
    with runs.start("collect", members) as run:
        for member in members:
            run.device(member).open("show clock").commit(OK)

    assert {path.name for path in run.path.iterdir() if path.is_dir()} == {"SW1", "sw1-2"}


def test_a_large_capture_grows_on_disk_and_appears_when_it_is_whole(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        writer = run.device(SWITCH).open("show tech-support")
        for number in range(20_000):
            writer.write(f"line {number} of a long output\n")
        folder = run.path / "tyo-core-01"
        assert [path.name for path in folder.iterdir()] == [".show-tech-support.txt.part"]
        kept = writer.commit(OK)
        assert {path.name for path in folder.iterdir()} == {"show-tech-support.txt", "manifest.jsonl"}

    text = runs.open(run.id).text("tyo-core-01", kept)
    assert text.startswith("line 0 ")
    assert text.endswith("line 19999 of a long output\n")


def test_an_aborted_capture_leaves_nothing(runs: Runs) -> None:
    with runs.start("collect", [SWITCH]) as run:
        writer = run.device(SWITCH).open("show tech-support")
        writer.write("x" * 100_000 + "\n")
        writer.abort()

    assert not list((run.path / "tyo-core-01").iterdir())


def test_devices_may_be_written_from_many_threads(runs: Runs) -> None:
    members = [Device(name=f"sw{number}", site="tokyo", host="192.0.2.11") for number in range(16)]
    with runs.start("collect", members) as run:

        def visit(member: Device) -> None:
            captures = []
            for number in range(20):
                writer = run.device(member).open(f"show thing {number}")
                for piece in range(50):
                    writer.write(f"{member.name} {number} {piece}\n")
                captures.append(writer.commit(OK))
            run.finish_device(
                DeviceResult(name=member.name, site="tokyo", status=DeviceStatus.OK, captures=tuple(captures))
            )

        threads = [threading.Thread(target=visit, args=(member,)) for member in members]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    stored = runs.open(run.id)
    verified = verify(stored)
    assert (verified.captures, verified.remarks) == (320, ())
    assert {result.status for result in stored.devices} == {DeviceStatus.OK}


def test_an_exception_ends_the_run_as_interrupted_with_everything_saved(runs: Runs) -> None:
    def interrupted() -> None:
        with runs.start("collect", [SWITCH]) as run:
            run.device(SWITCH).open("show clock").commit(OK)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    stored = runs.open("last")
    assert stored.header.state is RunState.INTERRUPTED
    assert stored.header.finished is not None
    assert len(stored.captures("tyo-core-01")) == 1


def test_a_failed_device_keeps_its_cause_and_hint(runs: Runs) -> None:
    error = DeviceFailure(kind="timed_out", message="no answer in 10 s", hint="is it up?")
    with runs.start("collect", [SWITCH]) as run:
        run.finish_device(
            DeviceResult(name=SWITCH.name, site="tokyo", status=DeviceStatus.FAILED, error=error)
        )

    assert runs.open(run.id).devices[0].error == error


def test_a_file_in_the_way_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")

    with pytest.raises(StoreError, match=r"cannot make .*runs") as caught:
        Runs(tmp_path / "runs", key=KEY).start("collect", [SWITCH])

    assert "--runs-dir" in caught.value.hint


def test_a_name_that_is_no_verb_is_refused(runs: Runs) -> None:
    with pytest.raises(ValueError, match="no verb"):
        runs.start("../collect", [SWITCH])


@pytest.mark.parametrize("devices", [0, 1, 3])
def test_the_run_file_is_indented_json_with_the_devices_last(runs: Runs, devices: int) -> None:
    """It is written a device at a time, and is the text that the whole would give."""
    many = [
        Device(name=f"sw{each}", site="tokyo", host="192.0.2.1", tags=("a", "b")) for each in range(devices)
    ]
    with runs.start("collect", many, selection={"sites": [], "tags": ["x"]}) as run:
        for device in many:
            error = DeviceFailure(kind="k", message="a [] \n line", hint="")
            run.finish_device(
                DeviceResult(name=device.name, site="tokyo", status=DeviceStatus.FAILED, error=error)
            )
    text = (run.path / "run.json").read_text()
    record = json.loads(text)
    assert text == json.dumps(record, indent=1) + "\n"
    assert list(record)[-1] == "devices"
    assert [each["name"] for each in record["devices"]] == [each.name for each in many]


def test_the_run_file_is_never_in_memory_as_a_whole(runs: Runs) -> None:
    devices = [Device(name=f"sw-{i}", site="tokyo", host=f"sw-{i}.example.net") for i in range(3000)]
    with runs.start("collect", devices) as run:
        tracemalloc.start()
        try:
            run.finish()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        size = (run.path / "run.json").stat().st_size
        assert peak < size / 2
    assert [each.name for each in runs.open("last").header.devices] == [each.name for each in devices]
