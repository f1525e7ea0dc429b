"""``slp-ops runs`` as people type it."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from slp_ops.cli.main import main
from slp_ops.cli.runs import command
from slp_ops.model import CaptureStatus, Device, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.ports import CommandEnd

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.runs import Run, Runs

    Make = Callable[..., Run]
    Call = Callable[..., Result]


@pytest.fixture
def call(runs: Runs) -> Call:
    def invoke(*arguments: str, answer: str = "") -> Result:
        runner = CliRunner(env={"SLP_OPS_RUNS_DIR": str(runs.root)})
        return runner.invoke(command, list(arguments), input=answer)

    return invoke


def test_list_shows_the_newest_first(call: Call, good_run: Make, runs: Runs) -> None:
    first, last = good_run("sw1", "sw2"), good_run("sw1")

    lines = call("list").stdout.splitlines()

    assert lines[0].split() == ["RUN", "STARTED", "VERB", "STATE", "DEVICES"]
    assert lines[1].startswith(last.id)
    assert lines[2].startswith(first.id)
    assert lines[2].endswith("collect  complete  2: 2 ok")


def test_list_of_nothing(call: Call) -> None:
    result = call("list")

    assert (result.exit_code, result.stdout) == (0, "")
    assert "no runs in" in result.stderr


def test_list_as_json(call: Call, good_run: Make) -> None:
    run = good_run("sw1")

    record = json.loads(call("list", "--json").stdout)

    assert record["schema"] == "slp-ops/runs/1"
    assert [(each["id"], each["path"], each["state"]) for each in record["runs"]] == [
        (run.id, str(run.path), "complete")
    ]


def test_show_tells_causes_hints_and_masks(call: Call, runs: Runs) -> None:
    good, bad = (Device(name=name, site="tokyo", host="192.0.2.1") for name in ("sw1", "sw2"))
    with runs.start("collect", [good, bad]) as run:
        writer = run.device(good).open("show running-config")
        writer.write("enable secret 9 canary\n")
        kept = writer.commit(CommandEnd(status=CaptureStatus.OK))
        run.finish_device(DeviceResult(name="sw1", site="tokyo", status=DeviceStatus.OK, captures=(kept,)))
        error = DeviceFailure(
            kind="refused", message="nothing listens \x1b[31m on port 22", hint="is SSH on?"
        )
        run.finish_device(DeviceResult(name="sw2", site="tokyo", status=DeviceStatus.FAILED, error=error))

    shown = call("show", "last").stdout

    assert "sw1     tokyo  ok      -        1         1 password" in shown
    assert "sw2: nothing listens \\x1b[31m on port 22" in shown
    assert "hint: is SSH on?" in shown
    assert "show-running-config.txt" in call("show", run.id, "--device", "sw1").stdout


def test_names_of_an_edited_run_reach_no_terminal_raw(
    runs: Runs, good_run: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = good_run("sw1", "sw2", status=DeviceStatus.PARTIAL)
    document = json.loads((run.path / "run.json").read_text())
    document["devices"][0]["name"] = "sw\x1b[31m\u202e1\n"
    (run.path / "run.json").write_text(json.dumps(document))
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", str(runs.root))

    for lang in ("en", "ja"):
        for arguments in (
            ["show", "last"],
            ["show", "last", "--device", "sw\x1b[1m9"],
            ["show", "a", "b\x1b"],
        ):
            monkeypatch.setattr(sys, "argv", ["slp-ops", "runs", *arguments, "--lang", lang])
            with pytest.raises(SystemExit):
                main()
            printed = "".join(capsys.readouterr())
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", printed), (arguments, printed)


def test_show_as_json_has_the_form_of_collect(call: Call, good_run: Make) -> None:
    run = good_run("sw1")

    record = json.loads(call("show", run.id, "--json").stdout)

    assert record["schema"] == "slp-ops/run/1"
    assert record["run"]["id"] == run.id
    assert record["devices"][0]["captures"][0]["file"] == str(run.path.resolve() / "sw1" / "show-clock.txt")
    assert record["totals"]["ok"] == 1


def test_show_of_a_device_that_there_is_not(call: Call, good_run: Make) -> None:
    good_run("sw1")

    result = call("show", "last", "--device", "sw9")

    assert result.exit_code == 2
    assert "it has sw1" in result.stderr


def test_verify_of_a_whole_run(call: Call, good_run: Make) -> None:
    run = good_run("sw1")

    result = call("verify")

    assert result.exit_code == 0
    assert result.stdout == f"run {run.id}: complete; 1 capture, 4 bytes, intact\n"


def test_verify_names_damage_and_exits_with_findings(call: Call, good_run: Make) -> None:
    run = good_run("sw1")
    (run.path / "sw1" / "show-clock.txt").write_text("other\n")

    result = call("verify", run.id)

    assert result.exit_code == 3
    assert "damaged: sw1/show-clock.txt: is not what was written" in result.stdout
    assert json.loads(call("verify", "last", "--json").stdout)["damaged"] is True


def test_verify_of_an_interrupted_run_says_so_and_is_fine(call: Call, good_run: Make) -> None:
    run = good_run("sw1")
    record = json.loads((run.path / "run.json").read_text())
    (run.path / "run.json").write_text(json.dumps({**record, "state": "running"}))

    result = call("verify", run.id)

    assert result.exit_code == 0
    assert "interrupted" in result.stdout


def test_prune_asks_and_an_empty_answer_keeps_all(call: Call, good_run: Make, runs: Runs) -> None:
    for _ in range(3):
        good_run("sw1")

    refused = call("prune", "--keep", "1", answer="\n")
    assert refused.exit_code == 0
    assert "nothing was removed" in refused.stderr
    assert len(runs.all()) == 3

    closed = call("prune", "--keep", "1", answer="")
    assert closed.exit_code == 2
    assert "nothing was removed; in scripts: --yes" in closed.stderr
    assert len(runs.all()) == 3

    agreed = call("prune", "--keep", "1", answer="y\n")
    assert agreed.exit_code == 0
    assert "2 runs removed, 1 kept" in agreed.stdout
    assert len(runs.all()) == 1


def test_prune_dry_run_removes_nothing(call: Call, good_run: Make, runs: Runs) -> None:
    for _ in range(2):
        good_run("sw1")

    result = call("prune", "--keep", "1", "--dry-run")

    assert "remove" in result.stdout
    assert len(runs.all()) == 2


def test_prune_as_json(call: Call, good_run: Make, runs: Runs) -> None:
    old, new = good_run("sw1"), good_run("sw1")

    record = json.loads(call("prune", "--keep", "1", "--yes", "--json").stdout)

    assert record["removed"] == [old.id]
    assert {each["id"]: each["kept_because"] for each in record["runs"]} == {
        new.id: "one of the newest 1",
        old.id: None,
    }


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "give --keep N or --older-than AGE"),
        (("--older-than", "9x"), "such as 36h, 90d, 12w"),
        (("--keep", "-1"), "-1 is not in the range"),
    ],
)
def test_prune_wants_a_limit(call: Call, arguments: tuple[str, ...], said: str) -> None:
    result = call("prune", *arguments)

    assert result.exit_code == 2
    assert said in result.stderr


def test_show_of_many_devices_is_a_summary(call: Call, good_run: Make) -> None:
    run = good_run(*(f"sw-{number:03}" for number in range(40)))
    brief, every = call("show", run.id).stdout, call("show", run.id, "--details").stdout
    assert "40 devices read completely: sw-000" in brief
    assert brief.count("\n") < 6
    assert every.count("\nsw-") == 40
