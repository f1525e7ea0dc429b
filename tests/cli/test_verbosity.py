"""-q, -v and --debug: how much of the work is shown, and the log of each session."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import VERBS, cli

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from tests.cli.conftest import Slp


def test_quiet_prints_the_result_alone_and_verbose_each_step(lab: Any, slp: Slp) -> None:
    running = lab(sw1="healthy", sw2="aaa-denied")
    usual = slp(running, "check-version")
    assert "[2/2]" in usual.stderr
    assert "running show version" not in usual.stderr
    quiet = slp(running, "check-version", "-q")
    assert quiet.stderr == ""
    assert "17.09.04a" in quiet.stdout
    assert quiet.exit_code == usual.exit_code
    verbose = slp(running, "check-version", "-v")
    assert re.search(r"^\d+:\d\d sw1: connecting$", verbose.stderr, re.MULTILINE)
    assert re.search(r"^\d+:\d\d sw1: running show version$", verbose.stderr, re.MULTILINE)
    assert verbose.stdout == usual.stdout
    by_environment = slp(running, "check-version", SLP_OPS_QUIET="1")
    assert by_environment.stderr == ""
    typed = slp(running, "check-version", "-v", SLP_OPS_QUIET="1")
    assert "sw1: connecting" in typed.stderr


def test_errors_are_printed_in_quiet_as_well(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["audit", "-q", "-i", str(tmp_path / "none.yaml")])
    assert done.exception is not None
    assert "none.yaml" in str(done.exception)
    both = CliRunner().invoke(cli, ["runs", "list", "-q", "-v", "--runs-dir", str(tmp_path)])
    assert (both.exit_code, "exclude each other" in both.output) == (2, True)


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_both(verb: str) -> None:
    printed = CliRunner().invoke(cli, [verb, "--help"]).output
    assert "-q, --quiet" in printed
    assert "-v, --verbose" in printed


def test_they_may_stand_before_the_verb(lab: Any, slp: Slp) -> None:
    running = lab(sw1="healthy")
    (line,) = slp(running, "-q", "check-version").stderr.splitlines()
    assert line.startswith("new host key")  # a warning


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_debug_keeps_a_masked_log_of_each_session(lab: Any, slp: Slp, tmp_path: Path, transport: str) -> None:
    running = lab(sw1="healthy", sw2="healthy")
    running.access("sw2", privilege=1)
    done = slp(running, "collect", "--debug", "--json", transport=transport, SLP_OPS_ENABLE="netops")
    assert done.exit_code == 0, done.stderr
    assert "sw1: running show version" in done.stderr
    (folder,) = (tmp_path / "runs").glob("*-collect-*")
    logs = {path.name: path.read_text(encoding="ascii") for path in folder.glob("session-*.log")}
    assert sorted(logs) == ["session-sw1.log", "session-sw2.log"]
    lines = [line[13:] for line in logs["session-sw1.log"].splitlines()]
    assert lines[0] == f"- {transport} to 127.0.0.1:{running.rack['sw1'].port}"
    assert "> show version" in lines
    assert any(line.startswith("< sw1#") for line in lines)
    assert "<masked:" in logs["session-sw1.log"]
    assert "> <secret>" in logs["session-sw2.log"]
    # What the captures mask is masked here too.
    for text in logs.values():
        for secret in re.findall(r"(?:secret 9|password 7|key 7|community) (\S+)", text):
            assert secret.startswith("<masked:"), secret
    verified = CliRunner().invoke(cli, ["runs", "verify", "last", "--runs-dir", str(tmp_path / "runs")])
    assert (verified.exit_code, "note" in verified.output) == (0, False), verified.output
    bundle = tmp_path / "case.zip"
    done = slp_bundle(tmp_path / "runs", bundle)
    assert done.exit_code == 0, done.output
    assert not [name for name in ZipFile(bundle).namelist() if "session" in name and name.endswith(".log")]


def slp_bundle(runs: Path, to: Path) -> Result:
    return CliRunner().invoke(cli, ["bundle", "last", "-o", str(to), "--no-ask", "--runs-dir", str(runs)])


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_the_log_ends_with_the_error_of_the_session(
    lab: Any, slp: Slp, tmp_path: Path, transport: str
) -> None:
    running = lab(sw1="healthy")
    done = slp(running, "collect", "--debug", "--json", transport=transport, SLP_OPS_PASSWORD="wrong-one")
    assert done.exit_code == 4
    (log,) = (tmp_path / "runs").glob("*/session-sw1.log")
    text = log.read_text(encoding="ascii")
    assert "authentication" in text.splitlines()[-1]
    assert "wrong-one" not in text


def test_without_debug_there_is_no_log(lab: Any, slp: Slp, tmp_path: Path) -> None:
    assert slp(lab(sw1="healthy"), "check-version", "-v").exit_code in (0, 3)
    assert not list((tmp_path / "runs").glob("*/session-*"))


@pytest.mark.slow  # the change waits for its proof
@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_a_token_is_in_no_log_and_no_plan_names_a_session(
    lab: Any, slp: Slp, tmp_path: Path, transport: str
) -> None:
    token = "LAB-VALID-TOKEN"
    running = lab(scale=900.0, sw1="invalid-token")
    done = slp(
        running,
        *("remediate", "--playbook", "trust-token", "--yes", "--debug", "--json"),
        transport=transport,
        SLP_OPS_PARAM_TOKEN=token,
    )
    assert done.stdout, done.stderr
    logs = list((tmp_path / "runs").glob("*/session-sw1.log"))
    assert len(logs) == 2  # of the plan and of the change
    assert any("idtoken <secret>" in path.read_text(encoding="ascii") for path in logs)
    for path in (tmp_path / "runs").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert token not in text, path
            if path.name == "plan.json":
                assert "session-" not in text
                assert "debug" not in text
