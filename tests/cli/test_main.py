"""The entry point as a process."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli, main


@pytest.mark.parametrize("word", ["rules", "--help"])
def test_a_reader_that_has_gone_is_no_defect(word: str) -> None:
    """``slp-ops rules | head``: no message, and not the exit code of a defect."""
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", word],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=60)) == ("", 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("word", ["rules", "--help"])
def test_a_full_disk_behind_standard_output_is_no_defect(word: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "slp_ops", word],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "error: cannot write to standard output: No space left on device\n"


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "--run"],
        ["remediate", "--resume"],
        ["remediate", "--rollback"],
        ["usage", "import"],
        ["diff"],
    ],
)
def test_a_name_that_no_file_can_have_is_no_defect(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "a" * 300
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["slp-ops", *words, name, *(["last"] if words == ["diff"] else [])])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert said.startswith(f"error: cannot read {name}")
    assert "File name too long" in said


@pytest.mark.parametrize("number", ["inf", "nan", "1e300", "1e12"])
@pytest.mark.parametrize(
    "words", [["remediate", "--wait"], ["usage", "save", "--wait"], ["collect", "--login-rate"]]
)
def test_a_number_that_is_no_time_is_refused(words: list[str], number: str) -> None:
    """An approval over a hub has the end of the wait as a date."""
    ended = CliRunner().invoke(cli, [*words, number])
    assert ended.exit_code == 2
    assert f"{number} is not a valid float range." in ended.output


def test_a_caller_may_close_standard_output() -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m slp_ops rules >&-"], stderr=subprocess.PIPE, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_no_file_gets_the_number_of_a_closed_stream(tmp_path: Path, closed: str) -> None:
    site = f"{sys.executable} -m slp_ops collect -i inventory.yaml --connect-timeout 1"
    (tmp_path / "inventory.yaml").write_text(
        "version: 1\ndefaults: {username: netops}\n"
        "sites: {tokyo: {devices: {sw1: {host: 127.0.0.1, port: 1}}}}\n"
    )
    done = subprocess.run(
        ["sh", "-c", f"{site} {closed}"],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4, done.stderr
    for path in tmp_path.glob("runs/**/*"):
        assert not path.is_file() or b"evidence in" not in path.read_bytes()


@pytest.mark.parametrize("target", ["2>/dev/full", "2>&1 >/dev/null | true"])
def test_messages_that_are_refused_end_no_work(tmp_path: Path, target: str) -> None:
    done = subprocess.run(
        [
            "bash",
            "-c",
            f"{sys.executable} -m slp_ops explain nothing-known {target}; exit ${{PIPESTATUS[0]}}",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, True),
        ({"NO_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "", "FORCE_COLOR": ""}, True),
    ],
)
def test_a_terminal_without_colours_gets_none(variables: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    subprocess.run(
        [sys.executable, "-m", "slp_ops", "explain", "dns-failure"],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        env={**environment, "TERM": "xterm", **variables},
        check=True,
    )
    printed = os.read(ours, 1 << 16)
    os.close(ours)
    os.close(theirs)
    assert b"dns-failure" in printed
    assert (b"\x1b[" in printed) is coloured


@pytest.mark.parametrize(
    ("variables", "coloured"),
    [
        ({}, False),
        ({"FORCE_COLOR": "1"}, True),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": ""}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ({"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_a_pipe_gets_colours_where_they_are_forced(variables: dict[str, str], coloured: bool) -> None:
    done = CliRunner().invoke(
        cli, ["explain", "dns-failure"], env={"NO_COLOR": None, "FORCE_COLOR": None, **variables}
    )
    assert ("\x1b[" in done.output) is coloured
    machine = CliRunner().invoke(cli, ["explain", "dns-failure", "--json"], env={"FORCE_COLOR": "1"})
    assert "\x1b[" not in machine.output


@pytest.mark.parametrize(
    ("words", "suggested"),
    [
        (["audti"], "audit"),
        (["Audit"], "audit"),
        (["reachability"], "check-reachability"),
        (["chek-version", "--release", "17.9.4"], "check-version"),
        (["runs", "lst"], "list"),
        (["audit", "--limt", "x"], "--limit"),
        (["usage", "save", "--dryrun"], "--dry-run"),
    ],
)
def test_a_mistyped_word_gets_a_suggestion(words: list[str], suggested: str) -> None:
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2
    assert suggested in done.output.partition("Did you mean")[2]


@pytest.mark.parametrize("word", ["xyzzy", ""])
def test_a_word_like_none_gets_no_suggestion(word: str) -> None:
    done = CliRunner().invoke(cli, [word])
    assert (done.exit_code, "Did you mean" in done.output) == (2, False)
