"""Exit codes of every verb: each result has one code, over simulated switches and in a pipe."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from docs.generate import pages
from slp_ops.cli.exits import Exit, Result, code_of
from slp_ops.lab.screens import _drawing
from tests.as_operator import command_line, environment, write_inventory
from tests.cli.test_japanese_help import every_context

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def started(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command_line(*arguments),
            **{
                "cwd": tmp_path,
                "env": environment(),
                "stdin": subprocess.DEVNULL,
                "capture_output": True,
                "text": True,
                "timeout": 120,
                "check": False,
                **more,
            },
        )

    return started


def _inventory(folder: Path, running: Any, **params: str | None) -> None:
    """Write the inventory of these switches, each with its name server, if it has one."""
    settings = {name: {"params": {"name_servers": server}} for name, server in params.items() if server}
    write_inventory(folder / "inventory.yaml", running, *params, settings=settings)


def _in_a_terminal(folder: Path, arguments: tuple[str, ...], answer: str) -> tuple[int, str]:
    """Run a command whose questions are answered on a terminal; return its code and what it printed."""
    master, slave = pty.openpty()
    child = subprocess.Popen(
        command_line(*arguments),
        cwd=folder,
        env=environment(),
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    os.write(master, answer.encode())
    printed = b""
    try:
        while piece := os.read(master, 4096):
            printed += piece
    except OSError:
        pass  # the terminal of a process that has ended
    os.close(master)
    return child.wait(timeout=60), printed.decode()


# -- one definition


def test_each_result_is_in_the_documented_table() -> None:
    page = pages()["exit-codes.md"]
    for result in Result:
        row = f"| {result.code.value} | {result.verbs} | "
        assert any(
            line.startswith(row) and result.when in line.replace("\\|", "|") for line in page.split("\n")
        )


def test_the_table_of_the_readme_is_that_of_the_program() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in Exit:
        assert f"| {code.value} | {code.meaning} |" in text


def test_the_gravest_result_decides() -> None:
    assert code_of() is Exit.FINE
    assert code_of(Result.PLANNED, Result.FINDINGS) is Exit.FINDINGS
    assert code_of(Result.BLOCKED, Result.UNDETERMINED) is Exit.UNREAD
    assert code_of(Result.UNREAD, Result.CHANGE_FAILED, Result.FINDINGS) is Exit.CHANGE_FAILED
    assert code_of(Result.CHANGE_FAILED, Result.PARAMETER_MISSING) is Exit.USAGE
    assert code_of(Result.UNREAD, Result.INTERRUPTED) is Exit.INTERRUPTED


# -- remediate


@pytest.mark.slow
def test_a_missing_parameter(lab: Any, run: Any, tmp_path: Path) -> None:
    running = lab(sw1="name-server-missing", sw2="name-server-missing", sw3="healthy")
    named = ("remediate", "--playbook", "name-server")

    _inventory(tmp_path, running, sw1=None, sw2=None, sw3=None)
    for more in (("--dry-run",), ("--yes",), ("--dry-run", "--json")):
        done = run(*named, "--limit", "sw1,sw2", *more)
        assert done.returncode == 2, done.stderr
        assert "name_servers" in done.stdout
    # The healthy switch needs the parameter as well, as the playbook is named; by default it does not.
    assert run("remediate", "--dry-run").returncode == 2
    assert running.lines("sw1", "config") == []

    _inventory(tmp_path, running, sw1="10.10.0.53", sw2=None, sw3=None)
    done = run("remediate", "--dry-run")
    assert done.returncode == 3, done.stderr
    assert "  sw2: name-server: a parameter is missing: name_servers" in done.stdout
    assert "sw1 (tokyo)" in done.stdout

    _inventory(tmp_path, running, sw1="10.10.0.53", sw2="10.10.0.53", sw3=None)
    assert run("remediate", "--dry-run").returncode == 0


@pytest.mark.slow
def test_nothing_is_planned_although_there_are_findings(lab: Any, run: Any, tmp_path: Path) -> None:
    running = lab(sw1="firewall-drop", sw2="healthy")
    _inventory(tmp_path, running, sw1=None, sw2=None)

    for more in (("--dry-run",), ("--yes",)):
        done = run("remediate", *more)
        assert done.returncode == 3, done.stdout + done.stderr
        assert "Findings without a plan:\n  sw1: " in done.stdout
    document = json.loads(run("remediate", "--dry-run", "--json").stdout)
    assert [each["name"] for each in document["unplanned_findings"]] == ["sw1"]
    assert "計画のない検出事項:" in run("remediate", "--dry-run", "--lang", "ja").stdout

    assert run("remediate", "--dry-run", "--limit", "sw2").returncode == 0
    empty = run("remediate", "--dry-run", "--out", "plan.json")
    assert "Plan: plan.json" in empty.stdout
    assert "Apply it with" not in empty.stdout  # --plan refuses a plan for no switch


def test_nothing_planned_for_switches_that_cannot_be_judged_is_no_success(
    lab: Any, run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {
        "other": {("show", "version"): ["Cisco Nexus Operating System (NX-OS) Software"]},
        "blank": {("show", "version"): [""]},
    }
    drawn = _drawing.lines
    monkeypatch.setattr(
        _drawing,
        "lines",
        lambda switch, words: pages.get(switch.hostname, {}).get(words) or drawn(switch, words),
    )
    running = lab(other="healthy", blank="healthy", fine="healthy")
    _inventory(tmp_path, running, other=None, blank=None, fine=None)

    done = run("remediate", "--dry-run", "--lang", "en", "--json")

    planned = json.loads(done.stdout)
    why = {each["name"]: each["why"]["en"] for each in planned["nothing_planned"]}
    assert [(each["name"], each["kind"]) for each in planned["unread"]] == [("other", "other-platform")]
    assert why["blank"].startswith("too little was read to judge it: release: needs 'show version'")
    assert why["fine"] == "no rule fails that a playbook remedies"
    assert done.returncode == 4
    assert run("remediate", "--dry-run", "--limit", "blank").returncode == 4
    assert run("remediate", "--dry-run", "--limit", "fine").returncode == 0


@pytest.mark.slow
def test_findings_that_remain_after_a_change(lab: Any, run: Any, tmp_path: Path) -> None:
    running = lab(sw1="lookup-disabled")
    _inventory(tmp_path, running, sw1=None)

    assert run("remediate", "--dry-run").returncode == 0
    done = run("remediate", "--yes", "--json")
    device = json.loads(done.stdout)["devices"][0]
    assert device["end"] == "done", done.stderr
    assert device["findings"]["still"]
    assert done.returncode == 3
    back = run("remediate", "--rollback", json.loads(done.stdout)["journal"], "--yes")
    assert back.returncode == 0, back.stderr


@pytest.mark.parametrize(("lang", "words"), [("en", "nothing was sent"), ("ja", "何も送信していません")])
def test_the_operator_declines(lab: Any, tmp_path: Path, lang: str, words: str) -> None:
    running = lab(sw1="lookup-disabled")
    _inventory(tmp_path, running, sw1=None)

    code, printed = _in_a_terminal(tmp_path, ("remediate", "--lang", lang), "n\n")

    assert words in printed
    assert "interrupted" not in printed
    assert code == 0
    assert running.lines("sw1", "config") == []


def test_the_operator_does_not_confirm_a_name(lab: Any, tmp_path: Path) -> None:
    running = lab(sw1="polling-id-invalid")
    _inventory(tmp_path, running, sw1=None)
    named = ("remediate", "--playbook", "factory-reset", "--allow", "destructive")

    code, printed = _in_a_terminal(tmp_path, named, "sw2\n")

    assert "nothing was sent: sw1 was not confirmed" in printed
    assert code == 0


@pytest.mark.slow
def test_an_exchange_or_a_prune_is_declined(lab: Any, run: Any, tmp_path: Path) -> None:
    running = lab(sw1="offline-overdue")
    _inventory(tmp_path, running, sw1=None)

    code, printed = _in_a_terminal(tmp_path, ("usage", "save"), "n\n")
    assert (code, "nothing was sent" in printed) == (0, True), printed

    for _ in range(2):
        assert run("collect", "--limit", "sw1").returncode == 0
    code, printed = _in_a_terminal(tmp_path, ("runs", "prune", "--keep", "0"), "n\n")
    assert (code, "nothing was removed" in printed) == (0, True), printed
    assert len(list((tmp_path / "runs").glob("*-collect-*"))) == 2


# -- live and saved


# Verbs that read switches and judge what was saved: how, and the codes by selection.
LIVE_AND_SAVED = {
    "audit": ("--run", {"fine": 0, "denied": 4, "found": 3, "fine,away": 4, "found,away": 4}),
    "check-version": ("--run", {"fine": 0, "denied": 4, "found": 3, "fine,away": 4, "found,away": 4}),
    "check-reachability": ("--resume", {"fine": 0, "blocked": 3, "closed": 4, "blocked,closed": 4}),
}


@pytest.mark.parametrize("verb", LIVE_AND_SAVED)
@pytest.mark.slow
def test_live_and_saved_have_the_same_code(lab: Any, run: Any, tmp_path: Path, verb: str) -> None:
    scenarios = {"found": "polling-id-invalid", "blocked": "dns-failure", "closed": "telnet-forbidden"}
    running = lab(scale=60, **dict.fromkeys(("fine", "denied", "away"), "healthy"), **scenarios)
    running.access("denied", denied=("show version",))
    running.call(running.rack["away"].host.close)
    _inventory(tmp_path, running, **dict.fromkeys(running.names))

    saved_form, expected = LIVE_AND_SAVED[verb]
    for limit, code in expected.items():
        live = run(verb, "--limit", limit, "--connect-timeout", "2")
        newest = max(path.name for path in (tmp_path / "runs").glob(f"*-{verb}-*"))
        saved = run(verb, saved_form, newest, "--json")
        assert (live.returncode, saved.returncode) == (code, code), (limit, live.stderr, saved.stderr)


def test_every_verb_that_judges_what_was_saved_is_compared() -> None:
    both = {
        context.info_name
        for context in every_context()
        if {"--inventory", "--run"} <= {name for each in context.command.params for name in each.opts}
    }
    assert both <= LIVE_AND_SAVED.keys()


@pytest.mark.parametrize(
    ("release", "code"), [("not a release", 4), ("17.15.4", 0), ("17.3.3", 3), ("17.15.20250101", 4)]
)
def test_a_release_that_cannot_be_judged(run: Any, release: str, code: int) -> None:
    assert run("check-version", "--release", release).returncode == code


# -- a reader that is gone


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.slow
def test_a_closed_pipe_keeps_the_code(lab: Any, run: Any, tmp_path: Path, more: tuple[str, ...]) -> None:
    running = lab(sw1="lookup-disabled")
    _inventory(tmp_path, running, sw1=None)
    saved = ("--run", "last")
    for arguments in (
        ("audit",),
        ("audit", *saved),
        ("check-version", *saved),
        ("check-reachability",),
        ("remediate", "--dry-run"),
        ("remediate", "--yes"),
        ("runs", "verify", "last"),
    ):
        reader, writer = os.pipe()
        os.close(reader)
        try:
            closed = run(*arguments, *more, stdout=writer, stderr=subprocess.PIPE, capture_output=False)
        finally:
            os.close(writer)
        expected = {"audit": 3, "check-version": 0, "check-reachability": 3, "runs": 0}.get(
            arguments[0], 0 if "--dry-run" in arguments else 3
        )
        assert closed.returncode == expected, (arguments, closed.stderr)
    # A reader that is gone does not stop a change with consent.
    assert "ip domain lookup" in running.lines("sw1", "config")


# -- questions that cannot be asked


def test_a_question_that_cannot_be_asked_is_a_usage_error(run: Any, tmp_path: Path, good_run: Any) -> None:
    made = good_run("sw1")
    for lang, words in (("en", "a question has no answer"), ("ja", "質問に回答がありません")):
        done = run("bundle", str(made.path), "-o", "case.zip", "--ask", "--lang", lang)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "case.zip").exists()

    pruned = run("runs", "prune", "--runs-dir", str(made.path.parent), "--keep", "0", "--lose", "evidence")
    assert (pruned.returncode, "in scripts: --yes" in pruned.stderr) == (2, True), pruned.stderr
    assert made.path.exists()
