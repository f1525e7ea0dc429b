"""``slp-ops usage`` as an operator runs it: processes of its own, real SSH and SCP, both transports."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import json
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from slp_ops.lab import cssm as lab_cssm

if TYPE_CHECKING:
    from collections.abc import Callable

SCALE = 600.0
TRANSPORTS = pytest.mark.parametrize(
    "transport", ["netmiko", pytest.param("asyncssh", marks=pytest.mark.slow)]
)


def scp(running: Any, *names: str) -> None:
    """Let these switches serve SCP."""
    for name in names:
        running.change(name, lambda switch: switch.configure("ip scp server enable"))


def show_account(switch: Any) -> None:
    """Let a switch show its account, as it does after an answer of CSSM."""
    licensing = switch.licensing
    licensing.account, licensing.virtual_account = "EXAMPLE-SA", "EXAMPLE-VA"
    licensing.account_as_of = switch.now()


def sent(running: Any, name: str) -> list[str]:
    """What could change a switch, or its flash."""
    reading = ("show ", "terminal ", "dir ", "verify ", "more ")
    return [
        entry.line
        for entry in running.rack.journal.entries
        if entry.switch == name
        and entry.mode in ("exec", "config", "dialogue", "scp")
        and entry.line
        and not entry.line.startswith(reading)
    ]


def uploads(done: Any) -> dict[str, bytes]:
    """Each switch's file, as it is here."""
    return {each["host"]: Path(each["path"]).read_bytes() for each in done.json["files"]}


def answers(folder: Path, cssm: Any, files: dict[str, bytes], **names: str) -> list[Path]:
    """CSSM's answers, under names that tell nothing."""
    folder.mkdir(exist_ok=True)
    paths = []
    for number, data in enumerate(files.values()):
        path = folder / f"download ({number}).txt"
        path.write_bytes(cssm.upload(data))
        paths.append(path)
    return paths


# -- there and back


@TRANSPORTS
def test_reports_out_and_answers_in(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path, transport: str
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue", sw2="healthy-stack", sw3="offline-overdue")
    scp(running, "sw1", "sw2")  # sw3 is read over the terminal
    inventory(running, "sw1", "sw2", "sw3", transport=transport)
    saved = usage("save", "--yes", "--json")
    assert saved.code == 0, saved.err
    assert saved.ends == {"sw1": "done", "sw2": "done", "sw3": "done"}
    files = uploads(saved)
    for name, data in files.items():
        # Identical end to end: on flash, here, and by the index.
        assert running.switch(name).flash[saved.device(name)["file"]["file"]] == data
    index = (Path(saved.json["folder"]) / "index.csv").read_text(encoding="utf-8-sig")
    rows = {row["host"]: row for row in csv.DictReader(io.StringIO(index))}
    assert {name: row["sha256"] for name, row in rows.items()} == {
        name: hashlib.sha256(data).hexdigest() for name, data in files.items()
    }
    assert rows["sw2"]["udi"].count("PID:") == 3
    assert (Path(saved.json["folder"]) / "UPLOAD.txt").is_file()

    # sw3 serves no SCP: the operator copies its answer, and until then it waits.
    acks = answers(tmp_path / "acks", cssm, files)
    imported = usage("import", tmp_path / "acks", "--yes", "--json", "--wait", "30")
    assert (imported.code, imported.ends) == (5, {"sw1": "done", "sw2": "done", "sw3": "waiting"})
    before, after = (imported.device("sw1")["licence"][when]["last_ack"] for when in ("before", "after"))
    assert before != after
    for name, path in zip(("sw1", "sw2"), acks, strict=False):
        assert path.read_bytes() in running.switch(name).flash.values()

    # It is not there yet, and then it is.
    journal = imported.json["journal"]
    early = usage("import", "--resume", journal, "--json", "--wait", "30")
    assert (early.code, early.ends) == (5, {"sw3": "failed"})
    (copy,) = (each["en"] for each in imported.device("sw3")["copy"])
    target = copy.split(" flash:")[-1].strip()
    running.change("sw3", lambda switch: switch.flash.update({target: acks[2].read_bytes()}))
    late = usage("import", "--resume", journal, "--json", "--wait", "30")
    assert (late.code, late.ends) == (0, {"sw3": "done"}), late.err
    for name in files:
        lines = running.lines(name, "exec")
        assert len([line for line in lines if line.startswith("license smart import")]) == 1


@TRANSPORTS
def test_a_dry_run_sends_nothing(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path, transport: str
) -> None:
    running = lab(sw1="offline-overdue")
    scp(running, "sw1")
    inventory(running, "sw1", transport=transport)
    planned = usage("save", "--dry-run", "--json")
    assert planned.code == 0
    (action,) = planned.json["devices"][0]["actions"]
    assert [step["kind"] for step in action["steps"]] == ["room", "exec", "fetch"]
    running.change("sw1", lambda switch: switch.save_usage("all", "", "flash:by-hand.txt"))
    (tmp_path / "ACK.txt").write_bytes(cssm.upload(running.switch("sw1").flash["by-hand.txt"]))
    planned = usage("import", "ACK.txt", "--dry-run", "--json")
    assert planned.code == 0
    (action,) = planned.json["devices"][0]["actions"]
    assert [step["kind"] for step in action["steps"]] == ["room", "put", "check", "exec"]
    assert sent(running, "sw1") == []
    # Nothing but reading: not even the listing of flash.
    assert all(line.startswith(("show ", "terminal ")) for line in running.lines("sw1", "exec") if line)


def test_without_a_yes_nothing_is_sent(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue")
    inventory(running, "sw1")
    done = usage("save")
    assert done.code == 2
    assert "--yes" in done.err
    assert sent(running, "sw1") == []


def test_clean_leaves_flash_as_it_was(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue")
    scp(running, "sw1")
    before = set(running.switch("sw1").flash)
    inventory(running, "sw1")
    saved = usage("save", "--yes", "--json", "--clean", "--all", "--to", "out")
    assert saved.code == 0, saved.err
    assert saved.json["folder"] == str(tmp_path / "out")
    answers(tmp_path / "acks", cssm, uploads(saved))
    imported = usage("import", "acks", "--yes", "--json", "--clean", "--wait", "30")
    assert imported.code == 0, imported.err
    assert set(running.switch("sw1").flash) == before


@pytest.mark.slow
def test_behind_a_jump_host(lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue")
    scp(running, "sw1")
    asyncio.run_coroutine_threadsafe(running.rack.put_behind(1, None), running._loop).result(timeout=60)
    hop = {"host": "127.0.0.1", "port": running.rack.bastions[0].port, "username": "netops"}
    inventory(running, "sw1", jump=[hop])
    saved = usage("save", "--yes", "--json")
    assert saved.code == 0, saved.err
    assert [line for line in running.lines("sw1", "scp") if line.startswith("scp -f")]
    tunnel = f"127.0.0.1:{running.rack['sw1'].port}"
    assert running.lines("bastion-1").count(tunnel) == len(running.lines("sw1", "login"))
    answers(tmp_path / "acks", cssm, uploads(saved))
    assert usage("import", "acks", "--yes", "--json", "--wait", "30").code == 0


@pytest.mark.slow
def test_a_bundle_out_and_its_answer_in(lab: Any, inventory: Any, usage: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue", sw2="offline-overdue", sw3="healthy-17-6")
    scp(running, "sw1", "sw2", "sw3")
    path = inventory(running, "sw1", "sw2", "sw3")
    for name in ("sw1", "sw2"):
        running.change(name, show_account)
    saved = usage("save", "--yes", "--json", "--to", "out")
    assert saved.code == 0, saved.err
    (bundle,) = saved.json["bundles"]
    assert (bundle["smart_account"], bundle["devices"]) == ("EXAMPLE-SA", ["sw1", "sw2"])
    # 17.6 shows no account: it is listed, and its single file is there.
    (other,) = saved.json["unbundled"]
    assert (other["name"], "intent.smart_account" in other["why"]["en"]) == ("sw3", True)
    text = (tmp_path / "out" / "UPLOAD.txt").read_text(encoding="utf-8")
    assert bundle["file"] in text
    assert "sw3" in text

    name, answer = lab_cssm.acknowledge_bundle(bundle["file"], Path(bundle["path"]).read_bytes())
    (tmp_path / "acks").mkdir()
    (tmp_path / "acks" / name).write_bytes(answer)
    imported = usage("import", "acks", "--yes", "--json", "--wait", "30")
    assert (imported.code, imported.ends) == (0, {"sw1": "done", "sw2": "done"}), imported.err
    again = usage("import", "acks", "--yes", "--json")
    assert {each["reason"] for each in again.json["left_out"]} == {"imported"}, again.out

    # With intent it is in a bundle, and small bundles are several.
    tree = yaml.safe_load(path.read_text())
    devices = tree["sites"]["tokyo"]["devices"]
    devices["sw3"]["intent"] = {"smart_account": "OTHER SA", "virtual_account": "LAB"}
    path.write_text(yaml.safe_dump(tree))
    more = usage("save", "--all", "--yes", "--json", "--bundle-devices", "1")
    assert [(each["smart_account"], each["devices"]) for each in more.json["bundles"]] == [
        ("EXAMPLE-SA", ["sw1"]),
        ("EXAMPLE-SA", ["sw2"]),
        ("OTHER SA", ["sw3"]),
    ]


# -- files that are not what they should be


@pytest.mark.slow
def test_bad_files_are_told_before_anything_is_sent(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue", sw2="offline-overdue")
    scp(running, "sw1", "sw2")
    inventory(running, "sw1", "sw2")
    files = uploads(usage("save", "--yes", "--json"))
    folder = tmp_path / "acks"
    good = answers(folder, cssm, files)
    for number in range(3):
        strange = {"udi_pid": "C9300-48T", "udi_serial_number": f"FOC9999A0A{number}"}
        (folder / f"mismatched-{number}.txt").write_bytes(cssm.upload(files["sw1"], sudi=strange))
    (folder / "corrupted.txt").write_bytes(good[0].read_bytes()[:90])
    (folder / "twice.txt").write_bytes(good[1].read_bytes())
    both = [json.loads(json.loads(files[name].split(b"[CDATA[")[1].split(b"]]>")[0])["payload"])
            ["asset_identification"]["instance"]["sudi"] for name in ("sw1", "sw2")]  # fmt: skip
    (folder / "for-two.txt").write_bytes(cssm.upload(files["sw1"], sudi=both))
    reasons = {
        "mismatched-0.txt": "no_switch",
        "mismatched-1.txt": "no_switch",
        "mismatched-2.txt": "no_switch",
        "corrupted.txt": "damaged",
        "twice.txt": "duplicate",
        "for-two.txt": "several_switches",
    }

    def left_out(done: Any) -> dict[str, str]:
        return {Path(each["path"]).name: each["reason"] for each in done.json["left_out"]}

    planned = usage("import", folder, "--dry-run", "--json")
    assert (planned.code, left_out(planned)) == (3, reasons)
    assert not running.lines("sw1", "scp")[1:]
    # Those that fit continue, and the others are still reported.
    imported = usage("import", folder, "--yes", "--json", "--wait", "30")
    assert (imported.code, left_out(imported)) == (3, reasons), imported.err
    assert imported.ends == {"sw1": "done", "sw2": "done"}
    # And now they have been imported.
    again = usage("import", *good, "--yes", "--json")
    assert again.code == 0
    assert set(left_out(again).values()) == {"imported"}
    # Also where no run tells: the switch itself does.
    elsewhere = usage("import", *good, "--yes", "--json", "--runs-dir", "elsewhere")
    assert elsewhere.code == 0
    assert set(left_out(elsewhere).values()) == {"acknowledged"}
    assert len([line for line in sent(running, "sw1") if "import" in line]) == 1


def test_where_no_file_is_an_acknowledgement_no_switch_is_asked(
    lab: Any, inventory: Any, usage: Any, tmp_path: Path
) -> None:
    running = lab(sw1="offline-overdue")
    inventory(running, "sw1")
    (tmp_path / "page.html").write_text("<html>Session expired</html>")
    done = usage("import", "page.html", "--yes")
    assert done.code == 2
    assert "page.html" in done.err
    assert "it begins with <html>" in done.err
    assert running.lines("sw1") == []


@pytest.mark.slow
def test_an_answer_that_names_no_unit_is_for_whom_the_operator_says(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue", sw2="offline-overdue")
    scp(running, "sw1", "sw2")
    inventory(running, "sw1", "sw2")
    files = uploads(usage("save", "--yes", "--json", "--limit", "sw1"))
    (tmp_path / "ACK.txt").write_bytes(cssm.upload(files["sw1"], sudi=None))
    done = usage("import", "ACK.txt", "--dry-run", "--json")
    assert (done.code, [each["reason"] for each in done.json["left_out"]]) == (3, ["no_unit"])
    done = usage("import", "ACK.txt", "--for", "ACK.txt=sw1", "--yes", "--json", "--wait", "30")
    assert (done.code, done.ends) == (0, {"sw1": "done"}), done.err


@pytest.mark.slow
def test_a_file_of_another_switch_is_not_kept(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue", sw2="offline-overdue")
    scp(running, "sw1")
    running.change("sw2", lambda switch: switch.save_usage("all", "", "flash:other.txt"))
    other = running.switch("sw2").flash["other.txt"]

    def swapped(switch: Any) -> None:
        switch.save_usage = lambda *how: switch.flash.update({how[-1].removeprefix("flash:"): other}) or ""

    running.change("sw1", swapped)
    inventory(running, "sw1")
    done = usage("save", "--yes", "--json")
    assert (done.code, done.ends) == (5, {"sw1": "failed"})
    assert "and this switch is PID:" in done.device("sw1")["why"]["en"]
    assert done.json["files"] == []


# -- switches that do not play along


def test_a_full_flash_is_told_before_anything_is_written(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue", sw2="offline-overdue")
    scp(running, "sw1", "sw2")
    running.change("sw1", lambda switch: setattr(switch, "flash_taken", 11_353_000_000))
    inventory(running, "sw1", "sw2")
    done = usage("save", "--yes", "--json")
    assert (done.code, done.ends) == (5, {"sw1": "failed", "sw2": "done"})
    assert "16777216 are needed" in done.device("sw1")["why"]["en"]
    assert sent(running, "sw1") == []
    running.change("sw1", lambda switch: setattr(switch, "flash_taken", 2_000_000_000))
    resumed = usage("save", "--resume", done.json["journal"], "--json")
    assert (resumed.code, resumed.ends) == (0, {"sw1": "done"})
    # Both parts of it are in one index.
    assert {each["host"] for each in resumed.json["files"]} == {"sw1", "sw2"}
    index = (Path(resumed.json["folder"]) / "index.csv").read_text(encoding="utf-8-sig")
    assert [row["host"] for row in csv.DictReader(io.StringIO(index))] == ["sw1", "sw2"]


@TRANSPORTS
@pytest.mark.parametrize("undone", [True, False], ids=["before", "after"])
def test_a_session_lost_while_saving(
    lab: Any, inventory: Any, usage: Any, transport: str, undone: bool
) -> None:
    running = lab(sw1="offline-overdue")
    scp(running, "sw1")
    running.fault("sw1", drop_command="license smart save usage", drop_undone=undone)
    inventory(running, "sw1", transport=transport)
    done = usage("save", "--yes", "--json")
    # Flash tells whether it was carried out.
    assert (done.code, done.ends) == ((5, {"sw1": "failed"}) if undone else (0, {"sw1": "done"})), done.err
    if undone:
        running.fault("sw1", drop_command=None)
        resumed = usage("save", "--resume", done.json["journal"], "--json")
        assert (resumed.code, resumed.ends) == (0, {"sw1": "done"})
    lines = [line for line in sent(running, "sw1") if line.startswith("license smart save")]
    assert len(lines) == (2 if undone else 1)


@pytest.mark.parametrize(
    "lost", ["show running-config", pytest.param("show version", marks=pytest.mark.slow)]
)
def test_half_a_reading_makes_no_plan(lab: Any, inventory: Any, usage: Any, lost: str) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue")
    scp(running, "sw1")
    running.fault("sw1", drop_command=lost)
    inventory(running, "sw1", transport="asyncssh")
    cut = usage("save", "--yes")
    assert cut.code == 4, cut.err
    assert "run the same command again" in cut.out + cut.err
    assert "journal" not in (cut.out + cut.err).lower()
    assert lost in cut.out + cut.err
    assert sent(running, "sw1") == []
    running.fault("sw1", drop_command=None)
    assert usage("save", "--yes", "--json").ends == {"sw1": "done"}


@pytest.mark.slow
@pytest.mark.parametrize("undone", [True, False], ids=["before", "after"])
def test_a_session_lost_while_importing_never_imports_twice(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path, undone: bool
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue")
    scp(running, "sw1")
    inventory(running, "sw1")
    answers(tmp_path / "acks", cssm, uploads(usage("save", "--yes", "--json")))
    running.fault("sw1", drop_command="license smart import", drop_undone=undone)
    done = usage("import", "acks", "--yes", "--json", "--wait", "6")
    running.fault("sw1", drop_command=None)
    if not undone:
        assert (done.code, done.ends) == (0, {"sw1": "done"})
    else:
        assert (done.code, done.ends) == (5, {"sw1": "unsettled"})
        resumed = usage(
            "import", "--resume", done.json["journal"], "--settle", "sw1=again", "--json", "--wait", "6"
        )
        assert (resumed.code, resumed.ends) == (0, {"sw1": "done"})
    imports = [line for line in sent(running, "sw1") if line.startswith("license smart import")]
    assert len(imports) == (2 if undone else 1)


def test_a_log_line_in_the_middle_of_a_file_is_no_part_of_it(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue")
    running.fault("sw1", log_within_output=True, chunk_bytes=700, chunk_delay=0.001)
    inventory(running, "sw1")
    done = usage("save", "--yes", "--json")
    assert done.code == 0, done.out + done.err
    assert uploads(done)["sw1"] == running.switch("sw1").flash[done.device("sw1")["file"]["file"]]


def test_a_switch_that_refuses_the_answer_is_told_with_its_words(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path
) -> None:
    running = lab(sw1="offline-overdue")
    scp(running, "sw1")
    inventory(running, "sw1")
    answers(tmp_path / "acks", cssm, uploads(usage("save", "--yes", "--json")))

    def refuses(switch: Any) -> None:
        switch.import_file = lambda path: "Import Data Failed: Signature Verification failed"

    running.change("sw1", refuses)
    done = usage("import", "acks", "--yes", "--json")
    assert (done.code, done.ends) == (5, {"sw1": "failed"})
    assert "Signature Verification failed" in done.device("sw1")["why"]["en"]


def test_a_switch_that_hides_its_configuration_takes_part(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue")
    scp(running, "sw1")
    running.access("sw1", denied=("show running-config",))
    inventory(running, "sw1")
    done = usage("save", "--yes", "--json")
    assert (done.code, done.ends) == (0, {"sw1": "done"}), done.err
    assert not running.lines("sw1", "scp")


def test_a_folder_of_somebody_else_is_left_alone(
    lab: Any, inventory: Any, usage: Any, tmp_path: Path
) -> None:
    running = lab(sw1="offline-overdue")
    inventory(running, "sw1")
    (tmp_path / "index.csv").write_text("name,price\n")
    done = usage("save", "--yes", "--to", ".")
    assert (done.code, "is no index of slp-ops" in done.err) == (2, True)
    assert running.lines("sw1") == []


def test_a_switch_that_cannot_be_reached_makes_it_4(lab: Any, inventory: Any, usage: Any) -> None:
    running = lab(sw1="offline-overdue", sw2="no-free-vty")
    scp(running, "sw1")
    inventory(running, "sw1", "sw2")
    done = usage("save", "--yes", "--json")
    assert (done.code, done.ends) == (4, {"sw1": "done"})
    assert [each["name"] for each in done.json["unread"]] == ["sw2"]


# -- where everything stands


@pytest.mark.slow
def test_status_says_what_is_next(lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue", sw2="pre-slp-eval", sw3="no-free-vty")
    scp(running, "sw1")
    inventory(running, "sw1", "sw2", "sw3")

    def standing(*more: object) -> Any:
        done = usage("status", "--json", *more)
        assert done.code == 4  # sw3
        assert [each["name"] for each in done.json["unread"]] == ["sw3"]
        assert done.device("sw2")["next"] == "unfit"
        return done.device("sw1")

    first = standing()
    assert (first["next"], first["days_left"] < 0, first["unacknowledged"]) == ("save", True, 0)
    saved = usage("save", "--yes", "--json")
    second = standing()
    assert (second["next"], second["upload"]) == ("upload", saved.json["files"][0]["path"])
    (ack,) = answers(tmp_path / "acks", cssm, uploads(saved))
    assert standing("acks")["import"] == [str(Path("acks") / ack.name)]
    usage("import", "acks", "--yes", "--wait", "30")
    third = standing("acks")
    assert (third["next"], third["import"], third["days_left"] > 80) == ("nothing", [], True)
    assert third["last_ack"] != first["last_ack"]
    assert "LAST ACK" in usage("status").out


# -- killed in the middle


def killed(line: list[str], tmp_path: Path, environment: dict[str, str], marker: str, number: int) -> int:
    """Start it, and kill it as soon as its journal says ``marker`` for the ``number``-th time."""
    with subprocess.Popen(
        line,
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 300
        known = set(tmp_path.glob("runs/*-usage-*/journal.jsonl"))
        while process.poll() is None and time.monotonic() < deadline:
            journals = set(tmp_path.glob("runs/*-usage-*/journal.jsonl")) - known
            if journals and journals.pop().read_text().count(marker) >= number:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)  # only how often we look
        return process.wait(timeout=60)


def journal_of(tmp_path: Path, verb: str) -> Path:
    """The journal of the only call of a verb."""
    (found,) = tmp_path.glob(f"runs/*-{verb}-??????/journal.jsonl")
    return found


# A step begins as soon as the one before it is done: only the last one's end is a moment of its own.
_BEHIND_THE_LAST = ('"state":"done"', 4)
_BEGINS = [('"state":"begun"', number) for number in (1, 2, 3, 4)]


@pytest.mark.slow
@pytest.mark.parametrize(("marker", "number"), [*_BEGINS, _BEHIND_THE_LAST])
def test_killed_while_saving(
    lab: Any,
    inventory: Any,
    usage: Any,
    command: Callable[..., list[str]],
    environment: dict[str, str],
    tmp_path: Path,
    marker: str,
    number: int,
) -> None:
    running = lab(sw1="offline-overdue")
    scp(running, "sw1")
    inventory(running, "sw1")
    code = killed(command("save", "--yes", "--clean"), tmp_path, environment, marker, number)
    assert code == -signal.SIGKILL
    done = usage("save", "--resume", journal_of(tmp_path, "usage-save"), "--json")
    assert (done.code, [each["host"] for each in done.json["files"]]) == (0, ["sw1"]), done.err
    events = [json.loads(line) for line in journal_of(tmp_path, "usage-save").read_text().splitlines()]
    (kept,) = {event["received"]["file"] for event in events if "received" in event}
    index = list(tmp_path.glob("runs/*-usage-save-??????/upload/index.csv"))
    assert kept in index[0].read_text(encoding="utf-8-sig")
    assert len([line for line in sent(running, "sw1") if line.startswith("license smart save")]) <= 2
    assert not [name for name in running.switch("sw1").flash if name.startswith("slp-ops")]


@pytest.mark.slow
@pytest.mark.parametrize(("marker", "number"), [*_BEGINS, ('"state":"sent"', 1), _BEHIND_THE_LAST])
def test_killed_while_importing(
    lab: Any,
    inventory: Any,
    usage: Any,
    cssm: Any,
    command: Callable[..., list[str]],
    environment: dict[str, str],
    tmp_path: Path,
    marker: str,
    number: int,
) -> None:
    running = lab(scale=SCALE, sw1="offline-overdue")
    scp(running, "sw1")
    inventory(running, "sw1")
    (ack,) = answers(tmp_path / "acks", cssm, uploads(usage("save", "--yes", "--json")))
    code = killed(command("import", ack, "--yes", "--wait", "6"), tmp_path, environment, marker, number)
    assert code == -signal.SIGKILL
    ack.unlink()  # the run has kept it
    journal = journal_of(tmp_path, "usage-import")
    done = usage("import", "--resume", journal, "--json", "--wait", "6")
    if done.code == 5:
        # It had not been sent, which nothing on the switch tells: it asks.
        assert done.ends == {"sw1": "unsettled"}
        assert not [line for line in sent(running, "sw1") if line.startswith("license smart import")]
        done = usage("import", "--resume", journal, "--json", "--settle", "sw1=again", "--wait", "6")
    assert done.code == 0, done.err
    assert len([line for line in sent(running, "sw1") if line.startswith("license smart import")]) == 1


# -- a site


@pytest.mark.slow
@TRANSPORTS
def test_a_site_of_twenty_five_switches(
    lab: Any, inventory: Any, usage: Any, cssm: Any, tmp_path: Path, transport: str
) -> None:
    names = [f"sw{number:02}" for number in range(25)]
    kinds = ("offline-overdue", "healthy-stack", "healthy-17-6", "offline-overdue", "dual-supervisor")
    running = lab(scale=SCALE, **{name: kinds[n % len(kinds)] for n, name in enumerate(names)})
    scp(running, *names)
    in_band = names[3::5]
    for name in in_band:
        running.change(name, lambda switch: switch.configure("no ip scp server enable"))
    running.change("sw24", lambda switch: setattr(switch, "flash_taken", 11_353_000_000))
    inventory(running, *names, transport=transport)
    saved = usage("save", "--yes", "--json")
    assert (saved.code, saved.json["totals"]) == (5, {"done": 24, "failed": 1}), saved.err[-2000:]
    files = uploads(saved)
    assert len(files) == 24
    for name, data in files.items():
        assert running.switch(name).flash[saved.device(name)["file"]["file"]] == data

    folder = tmp_path / "acks"
    good = answers(folder, cssm, files)
    for number in range(3):
        strange = {"udi_pid": "C9300-48T", "udi_serial_number": f"FOC9999A0A{number}"}
        (folder / f"mismatched-{number}.txt").write_bytes(cssm.upload(files["sw00"], sudi=strange))
    (folder / "corrupted.txt").write_bytes(good[0].read_bytes()[:90])
    (folder / "twice.txt").write_bytes(good[1].read_bytes())
    for name in in_band:  # the operator has copied
        at = list(files).index(name)
        data = good[at].read_bytes()
        target = f"slp-ops_ack_{hashlib.sha256(data).hexdigest()[:12]}.txt"
        running.change(name, lambda switch, target=target, data=data: switch.flash.update({target: data}))
    imported = usage("import", folder, "--yes", "--json", "--wait", "60")
    assert (imported.code, imported.json["totals"]) == (5, {"done": 19, "waiting": 5}), imported.err[-2000:]
    reasons = sorted(each["reason"] for each in imported.json["left_out"])
    assert reasons == ["damaged", "duplicate", "no_switch", "no_switch", "no_switch"]
    resumed = usage("import", "--resume", imported.json["journal"], "--json", "--wait", "60")
    assert (resumed.code, resumed.json["totals"]) == (0, {"done": 5}), resumed.err[-2000:]
    for at, name in enumerate(files):
        assert good[at].read_bytes() in running.switch(name).flash.values()
        assert len([line for line in sent(running, name) if "license smart import" in line]) == 1
