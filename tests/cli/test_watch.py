"""``slp-ops watch``: rounds that never overlap, a line for each change, and a program for new findings."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.app.operator import NonInteractive
from slp_ops.app.watch import _for_ever, until_next
from slp_ops.cli.main import cli
from slp_ops.cli.options import span
from slp_ops.cli.watch import program
from slp_ops.errors import Interrupted
from slp_ops.lab import agent
from slp_ops.lab.world import Reach
from slp_ops.lab.world import ReachabilityRule as Way
from slp_ops.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from slp_ops.lab.switch import Switch

    Call = Callable[..., Result]


@pytest.fixture
def watch(lab: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``watch(sw1="healthy")`` starts the switches; the environment then says how to watch them."""

    def start(**scenarios: str) -> Any:
        running = lab(**scenarios)
        devices = {
            name: {"host": "127.0.0.1", "port": running.rack[name].port, "username": "netops"}
            for name in scenarios
        }
        content = {"version": 1, "sites": {"tokyo": {"devices": devices}}}
        (tmp_path / "inventory.yaml").write_text(yaml.safe_dump(content))
        for name, value in {
            "PASSWORD": "netops",
            "INVENTORY": str(tmp_path / "inventory.yaml"),
            "RUNS_DIR": str(tmp_path / "runs"),
            "SSH_CONFIG": "none",
            "LOGIN_RATE": "0",
        }.items():
            monkeypatch.setenv(f"SLP_OPS_{name}", value)
        return running

    return start


def once(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["watch", "--once", *arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def told(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def drop(switch: Switch) -> None:
    """The names no longer resolve."""
    switch.config.apply("no ip domain lookup")


def test_a_change_is_a_line_and_the_first_look_is_none_of_it(watch: Any, tmp_path: Path) -> None:
    running = watch(sw1="healthy", sw2="dns-failure")
    first = told(once("--json"))
    assert [(each["device"], each["what"]) for each in first] == [
        ("sw1", "first_look"),
        ("sw2", "first_look"),
    ]
    assert "dns-failure" in {each["rule"] for each in first[1]["findings"]}
    assert once("--json").stdout == ""

    running.change("sw1", drop)
    news = told(once("--json", code=3))

    assert [(each["device"], each["what"], each["rule"]) for each in news] == [
        ("sw1", "new", "domain-lookup-disabled")
    ]
    assert news[0]["severity"] == "error"
    assert news[0]["summary"]
    running.change("sw1", lambda switch: switch.config.apply("ip domain lookup"))
    line = once().stdout
    assert line.endswith("sw1: gone: domain-lookup-disabled (error)\n")
    assert len(Runs(tmp_path / "runs").all()) == 4
    assert {run.header.verb for run in Runs(tmp_path / "runs").all()} == {"watch"}


def test_a_switch_that_is_away_is_told_once_and_brings_no_false_news(watch: Any) -> None:
    running = watch(sw1="dns-failure")
    once()
    running.fault("sw1", no_free_vty=True)

    assert [each["what"] for each in told(once("--json", code=4))] == ["unreadable"]
    assert told(once("--json", code=4)) == []
    running.fault("sw1", no_free_vty=False)
    assert [each["what"] for each in told(once("--json"))] == ["readable"]


TELLER = """
import json, os, sys
from pathlib import Path
record = json.load(sys.stdin)
record["arguments"] = sys.argv[2:]
record["environment"] = sorted(name for name in os.environ if name.startswith("SLP_OPS_"))
with Path(sys.argv[1]).open("a") as file:
    file.write(json.dumps(record) + "\\n")
print("this does not belong among the changes")
"""


def test_a_program_is_told_of_each_new_finding_without_a_shell_or_a_secret(
    watch: Any, tmp_path: Path
) -> None:
    running = watch(sw1="healthy", sw2="dns-failure")
    script, out = tmp_path / "teller.py", tmp_path / "told.jsonl"
    script.write_text(TELLER)
    command = f"{sys.executable} '{script}' '{out}' '$(touch {tmp_path}/hacked)' '; id' '{{device}}'"
    once("--exec", command)
    assert not out.exists()  # the first look is no news
    running.change("sw1", drop)

    done = once("--exec", command, code=3)

    assert "does not belong" not in done.stdout
    (record,) = map(json.loads, out.read_text().splitlines())
    assert record["schema"] == "slp-ops/new-finding/1"
    assert (record["device"], record["site"], record["rule"]) == ("sw1", "tokyo", "domain-lookup-disabled")
    assert record["evidence"]
    assert record["remedy"]
    assert record["arguments"] == [f"$(touch {tmp_path}/hacked)", "; id", "{device}"]
    assert "SLP_OPS_PASSWORD" not in record["environment"]
    assert "SLP_OPS_RUNS_DIR" in record["environment"]
    assert not (tmp_path / "hacked").exists()


def test_a_program_that_fails_ends_nothing(watch: Any, tmp_path: Path) -> None:
    running = watch(sw1="healthy")
    once()
    running.change("sw1", drop)

    done = once("--exec", f"{sys.executable} -c 'raise SystemExit(7)'", "--json", code=3)

    assert len(told(done)) == 1
    assert "ended with 7" in done.stderr


@pytest.mark.parametrize("words", ["", "no-such-program-anywhere --now", "unclosed 'quote"])
def test_a_program_that_cannot_be_run_is_refused_at_once(words: str) -> None:
    context = click.Context(click.Command("watch"))

    with pytest.raises(click.BadParameter):
        program(context, click.Option(["--exec"]), words)


def test_old_rounds_go_and_nobody_elses_run(watch: Any, tmp_path: Path) -> None:
    watch(sw1="healthy")
    assert CliRunner().invoke(cli, ["collect"]).exit_code == 0
    for _ in range(4):
        once("--keep", "2")

    left = Runs(tmp_path / "runs").all()

    assert [run.header.verb for run in left] == ["watch", "watch", "collect"]


def test_the_newest_good_round_of_a_switch_stays(watch: Any, tmp_path: Path) -> None:
    running = watch(sw1="healthy", sw2="healthy")
    once()
    running.fault("sw2", no_free_vty=True)
    for _ in range(3):
        once("--keep", "1", code=4)

    left = [run.results["sw2"].status.value for run in Runs(tmp_path / "runs").all()]

    assert left == ["failed", "ok"]


def watching(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "watch", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def wait_for_runs(folder: Path, count: int) -> None:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if sum(run.header.finished is not None for run in Runs(folder).all()) >= count:
            return
        time.sleep(0.1)
    raise AssertionError(f"no {count} runs came about")


@pytest.mark.parametrize("how", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_it_goes_on_until_it_is_stopped(watch: Any, tmp_path: Path, how: signal.Signals) -> None:
    running = watch(sw1="healthy")
    with watching("--every", "1s") as process:
        wait_for_runs(tmp_path / "runs", 1)
        running.change("sw1", drop)
        wait_for_runs(tmp_path / "runs", 3)
        process.send_signal(how)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 130, err
    assert "first look, 17.9.4a: nothing found" in out
    assert "new: domain-lookup-disabled (error)" in out
    assert "next round in" in err


def test_two_watches_take_turns(watch: Any, tmp_path: Path) -> None:
    watch(sw1="healthy")
    processes = [watching("--every", "1s") for _ in range(2)]
    try:
        wait_for_runs(tmp_path / "runs", 5)
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.communicate(timeout=60)

    spans: list[tuple[datetime, datetime]] = sorted(
        (run.header.started, run.header.finished)
        for run in Runs(tmp_path / "runs").all()
        if run.header.finished is not None
    )
    assert all(end <= begin for (_, end), (begin, _) in itertools.pairwise(spans))


def test_a_single_round_does_not_wait_for_another_watch(watch: Any, tmp_path: Path) -> None:
    watch(sw1="healthy")
    from slp_ops.runs.atomic_files import locked

    with locked(tmp_path / "runs", "watch.lock", busy=lambda: False) as is_ours:
        assert is_ours
        done = once()

    assert "another watch is running" in done.stderr
    assert Runs(tmp_path / "runs").all() == []


def test_an_inventory_that_breaks_in_the_night_ends_nothing(watch: Any, tmp_path: Path) -> None:
    watch(sw1="healthy")
    path = tmp_path / "inventory.yaml"
    good = path.read_text()
    with watching("--every", "1s") as process:
        assert process.stderr is not None
        wait_for_runs(tmp_path / "runs", 1)
        path.write_text("sites: [\n")
        for line in process.stderr:
            if "the next round will try again" in line:
                break
        path.write_text(good)
        wait_for_runs(tmp_path / "runs", len(Runs(tmp_path / "runs").all()) + 1)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == 130


@given(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(1, 1e5), st.floats(0, 1, exclude_max=True))
def test_the_next_round_is_in_its_turn_and_a_tenth_later_at_most(
    first: float, gone: float, every: float, draw: float
) -> None:
    pause = until_next(first, first + gone, every, draw)

    assert 0 <= pause <= every * 1.1 + 1e-3


@pytest.mark.parametrize(("text", "seconds"), [("30s", 30), ("15m", 900), ("1h", 3600), ("2d", 172_800)])
def test_spans_of_time(text: str, seconds: int) -> None:
    parse = span("smhd", "1h")
    found = parse(click.Context(click.Command("watch")), click.Option(["--every"]), text)
    assert found is not None
    assert found.total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "1", "h", "1w", "-1h", "1.5h", "１h"])
def test_what_is_no_span_of_time(text: str) -> None:
    with pytest.raises(click.BadParameter):
        span("smhd", "1h")(click.Context(click.Command("watch")), click.Option(["--every"]), text)


def test_growing_reports_are_news_once_also_after_a_restart(watch: Any) -> None:
    """Each single round is a process of its own, which knows the past from the runs alone."""
    running = watch(sw1="healthy")

    def cut_off(switch: Switch) -> None:
        switch.world.paths = (Way(reach=Reach.TIMED_OUT),)
        agent.sync(switch, "all")

    running.change("sw1", cut_off)
    news: list[set[str | None]] = []
    for number in range(6):
        running.change("sw1", lambda switch: switch.clock.advance(86_400))
        result = CliRunner().invoke(cli, ["watch", "--once", "--json"])
        assert result.exit_code == (3 if number == 3 else 0), result.output
        news.append({each["rule"] for each in told(result) if each["what"] == "new"})

    assert [("rum-unacknowledged-growing" in each) for each in news] == [
        False,
        False,
        False,
        True,
        False,
        False,
    ]


def test_an_interrupt_ends_a_later_round_too(tmp_path: Path) -> None:
    class Twice:
        rounds = 0

        def go(self) -> None:
            self.rounds += 1
            if self.rounds == 2:
                raise Interrupted("interrupted")

    twice: Any = Twice()
    with pytest.raises(Interrupted):
        _for_ever(twice, tmp_path, 0.01, NonInteractive())
    assert twice.rounds == 2
