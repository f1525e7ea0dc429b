"""The public API: imported when it is used, from synchronous and from asynchronous code."""

from __future__ import annotations

import asyncio
import copy
import gc
import inspect
import json
import logging
import math
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import slp_ops
from slp_ops import aio, api
from slp_ops.app import loop
from slp_ops.app.operator import AskOnce, NonInteractive
from slp_ops.app.sessions import HostKeyMode, SessionOptions, by_name
from slp_ops.credentials import ShellCredentials
from slp_ops.errors import InputError, Interrupted, OptionError
from slp_ops.model import Severity
from slp_ops.ports import StandingNotice
from slp_ops.transport.known_hosts import KnownHosts

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLIC = (
    "load_inventory",
    "collect",
    "audit",
    "check_reachability",
    "check_versions",
    "make_plan",
    "apply_plan",
    "run_flow",
)
EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def _pickled(result: object) -> Any:
    return pickle.loads(pickle.dumps(result))  # noqa: S301 - what was pickled here


@pytest.mark.parametrize("name", PUBLIC)
def test_each_function_is_exported_and_has_an_awaitable_twin(name: str) -> None:
    function = getattr(slp_ops, name)
    assert function is getattr(api, name)
    twin = getattr(aio, name)
    assert inspect.iscoroutinefunction(twin)
    assert inspect.signature(twin) == inspect.signature(function)
    assert name in dir(slp_ops)


def test_an_unknown_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'destroy'"):
        slp_ops.destroy  # noqa: B018 - the look-up itself is tested


def test_importing_slp_ops_imports_nothing_of_it_but_the_version() -> None:
    words = "import sys, slp_ops; print(sorted(name for name in sys.modules if name.startswith('slp_ops')))"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['slp_ops', 'slp_ops.version']"


def test_a_plan_is_made_and_applied_after_consent(
    lab: Callable[..., Any], inventory_of: Callable[..., Path], tmp_path: Path
) -> None:
    running = lab(scale=100, sw1="lookup-disabled", sw2="healthy")
    inventory = slp_ops.load_inventory(inventory_of(running, "sw1", "sw2"), ssh_config=None)
    runs = tmp_path / "runs"
    plan = slp_ops.make_plan(inventory, runs_dir=runs, playbooks=["domain-lookup"])
    assert [each.name for each in plan.plans] == ["sw1"]
    assert running.lines("sw1", "config") == []
    with pytest.raises(InputError, match="confirmation is required"):
        slp_ops.apply_plan(plan, inventory, runs_dir=runs)
    assert running.lines("sw1", "config") == []
    result = slp_ops.apply_plan(plan, inventory, runs_dir=runs, yes=True, wait=30)
    assert [(each.name, each.end.value) for each in result.devices] == [("sw1", "done")]
    assert "ip domain lookup" in running.lines("sw1", "config")
    assert Path(result.journal).is_file()
    with pytest.raises(OptionError, match="has no switch"):
        slp_ops.apply_plan(slp_ops.make_plan(inventory, runs_dir=runs, limit="sw2"), inventory, yes=True)


def test_a_flow_of_the_operator_runs_and_is_resumed(
    lab: Callable[..., Any], inventory_of: Callable[..., Path], tmp_path: Path
) -> None:
    running = lab(scale=100, sw1="lookup-disabled")
    inventory = slp_ops.load_inventory(inventory_of(running, "sw1"), ssh_config=None)
    flows = tmp_path / "flows"
    flows.mkdir()
    (flows / "lookup.yaml").write_text(
        "id: lookup\ntitle: {en: Lookup, ja: 名前解決}\nstages:\n"
        "  - {playbooks: [domain-lookup], done_when: [domain-lookup-disabled]}\n",
        encoding="utf-8",
    )
    options: dict[str, Any] = {"flows_dir": flows, "runs_dir": tmp_path / "runs", "wait": 30}
    with pytest.raises(OptionError, match="there is no flow 'lokup'; did you mean lookup"):
        slp_ops.run_flow(inventory, "lokup", **options)
    with pytest.raises(InputError, match="confirmation is required"):
        slp_ops.run_flow(inventory, "lookup", **options)
    (journal,) = (tmp_path / "runs").glob("*-flow-*/flow.jsonl")
    result = slp_ops.run_flow(inventory, resume=journal, yes=True, **options)
    assert result.proven
    assert [(each.name, each.state.value, each.failing) for each in result.switches] == [
        ("sw1", "proven", ())
    ]
    assert running.lines("sw1", "config").count("ip domain lookup") == 1


def test_a_site_is_audited_and_a_run_is_judged_again(
    lab: Callable[..., Any], inventory_of: Callable[..., Path], tmp_path: Path
) -> None:
    running = lab(sw1="healthy", sw2="dns-failure")
    inventory = slp_ops.load_inventory(inventory_of(running, "sw1", "sw2"), ssh_config=None)
    live = slp_ops.audit(inventory, sites=["tokyo"], runs_dir=tmp_path / "runs")
    assert [each.name for each in live.devices] == ["sw1", "sw2"]
    assert live.reaches(Severity.ERROR)
    assert _pickled(live) == copy.deepcopy(live) == live
    assert len({live, copy.deepcopy(live)}) == 1
    again = slp_ops.audit(run="last", runs_dir=tmp_path / "runs", limit="sw2")
    assert [each.rule for each in again.devices[0].failing] == [each.rule for each in live.devices[1].failing]
    collected = slp_ops.collect(inventory, limit="sw1", runs_dir=tmp_path / "runs")
    assert collected.devices[0].release == "17.9.4a"
    versions = slp_ops.check_versions(run=collected.run_id, runs_dir=tmp_path / "runs")
    assert versions.rows[0].release == "17.09.04a"
    assert _pickled(versions) == versions
    assert slp_ops.audit(run=collected.path).devices == slp_ops.audit(run=str(collected.path)).devices
    tried = slp_ops.check_reachability(inventory, limit="sw1", runs_dir=tmp_path / "runs")
    assert json.loads((tried.path / "reachability.json").read_text())["devices"][0]["verdict"] == "works"


def test_the_example_of_the_documentation_prints_the_causes(
    lab: Callable[..., Any],
    inventory_of: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = (EXAMPLE.parent / "docs" / "how-to" / "python-api.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].partition("```")[0]
    assert len(example.splitlines()) <= 20
    inventory_of(lab(sw1="healthy", sw2="dns-failure"), "sw1", "sw2")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "python-api.md", "exec"), {})  # noqa: S102 - our own page
    printed = capsys.readouterr().out
    assert "sw1: clean" in printed
    assert "sw2: findings\n  error dns-failure: " in printed


def test_asynchronous_code_awaits_the_twin_while_its_loop_goes_on(
    lab: Callable[..., Any], inventory_of: Callable[..., Path], tmp_path: Path
) -> None:
    path = inventory_of(lab(sw1="healthy"), "sw1")

    async def work() -> int:
        ticks = 0
        audit = asyncio.ensure_future(aio.audit(path, runs_dir=tmp_path / "runs"))
        while not audit.done():
            await asyncio.sleep(0.01)
            ticks += 1
        assert (await audit).devices[0].outcomes
        return ticks

    assert asyncio.run(work()) > 5


def test_a_function_that_would_block_an_event_loop_names_its_twin() -> None:
    async def work() -> None:
        slp_ops.collect(EXAMPLE)

    with pytest.raises(RuntimeError, match=r"await slp_ops\.aio\.collect") as raised:
        asyncio.run(work())
    assert raised.value.__context__ is None


def test_cancelling_the_twin_saves_what_was_read(
    lab: Callable[..., Any], inventory_of: Callable[..., Path], tmp_path: Path
) -> None:
    running = lab(sw1="hang", sw2="healthy")
    path = inventory_of(running, "sw1", "sw2")

    async def work() -> None:
        collect = asyncio.ensure_future(aio.collect(path, runs_dir=tmp_path / "runs"))
        while not list(tmp_path.glob("runs/*/devices.jsonl")):
            await asyncio.sleep(0.02)
        collect.cancel()
        with pytest.raises(asyncio.CancelledError):
            await collect

    asyncio.run(asyncio.wait_for(work(), 60))
    (run,) = (tmp_path / "runs").glob("*-collect-*")
    assert '"state": "interrupted"' in (run / "run.json").read_text()


def test_a_pass_that_begins_after_the_cancellation_ends_at_once() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def two_passes() -> None:
        begun.set()
        go_on.wait(60)
        try:
            loop.run_to_end(asyncio.sleep(30))
        except KeyboardInterrupt:
            ended.append("stopped")
            raise Interrupted("stopped") from None

    async def work() -> None:
        task = asyncio.ensure_future(loop.in_thread(two_passes))
        await asyncio.to_thread(begun.wait, 60)
        task.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(work(), 60))
    assert ended == ["stopped"]


def test_a_second_cancellation_waits_for_the_pass_too() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(60)
        ended.append("ended")
        raise Interrupted("stopped")

    async def work() -> None:
        failures: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
        task = asyncio.ensure_future(loop.in_thread(slow))
        await asyncio.to_thread(begun.wait, 60)
        for _ in range(3):
            task.cancel()
            await asyncio.sleep(0.01)
        assert not task.done()
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        gc.collect()
        assert failures == []

    asyncio.run(asyncio.wait_for(work(), 60))
    assert ended == ["ended"]


def test_errors_are_those_of_the_command_line() -> None:
    with pytest.raises(InputError, match="no such file"):
        slp_ops.load_inventory("nowhere.yaml")
    with pytest.raises(OptionError, match="inventory"):
        slp_ops.audit()
    with pytest.raises(OptionError, match="there is no rule"):
        slp_ops.audit(files=[EXAMPLE], select=["no-such-rule"])


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (slp_ops.collect, "sites"),
        (slp_ops.collect, "tags"),
        (slp_ops.collect, "extra_commands"),
        (slp_ops.audit, "files"),
        (slp_ops.audit, "select"),
        (slp_ops.audit, "ignore"),
        (slp_ops.check_reachability, "targets"),
        (slp_ops.check_versions, "releases"),
        (slp_ops.make_plan, "playbooks"),
    ],
)
def test_one_text_is_not_read_as_a_list_of_letters(function: Callable[..., object], name: str) -> None:
    with pytest.raises(OptionError, match=rf"{name} takes a list: \['tokyo'\]"):
        function(EXAMPLE, **{name: "tokyo"})


def test_an_unknown_set_of_commands_is_refused() -> None:
    with pytest.raises(OptionError, match="no set 'all'; there are: baseline, support, full"):
        slp_ops.collect(EXAMPLE, commands="all")


def test_a_ruleset_with_files_of_the_operator_is_pickled(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "messages:\n- {message: ACME-RELAY_LOST, title: Lost, meaning: It is lost., severity: error,\n"
        "   remedy: [Go there.], sample: '%ACME-3-RELAY_LOST: relay r1 gone'}\n",
        encoding="utf-8",
    )
    result = slp_ops.check_versions(releases=["17.9.4"], rules_dir=tmp_path)
    copied = _pickled(result)
    versions = slp_ops.check_versions(releases=["17.9.4"])
    assert copied == result != versions
    assert [rule.id for rule in copied.knowledge.rules] == [rule.id for rule in result.knowledge.rules]
    assert len(copied.knowledge.rules) == len(versions.knowledge.rules) + 1


def test_nobody_is_asked_and_notices_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    operator = NonInteractive()
    assert operator.ask is None
    assert AskOnce(operator).ask is None
    with caplog.at_level(logging.INFO, logger="slp_ops"):
        AskOnce(operator).notice("run abc")
    assert [record.getMessage() for record in caplog.records] == ["run abc"]
    with operator.progress("audit", 1) as shown:
        shown.done("sw1", "ok", "")


def test_rounds_name_a_weak_protection_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    hosts = tmp_path / "hosts"
    hosts.write_text("damaged\n", "utf-8")
    hosts.chmod(0o666)
    once = AskOnce(NonInteractive())
    with caplog.at_level(logging.INFO, logger="slp_ops"):
        for number in range(2):
            by_name(
                ShellCredentials({}, environ={}, keyring=lambda entry: None),
                SessionOptions(known_hosts=hosts, host_key=HostKeyMode.OFF),
                once,
            )
            KnownHosts(hosts, once.notice).entries("192.0.2.1", 22)
            once.notice("run abc")
            assert len(caplog.records) == 4 + number


def test_a_question_is_asked_once() -> None:
    class Asked(NonInteractive):
        questions: list[str] = []  # noqa: RUF012 - of this test alone

        @property
        def ask(self) -> Callable[[str, bool], str]:
            def ask(question: str, hidden: bool) -> str:
                self.questions.append(question)
                return "answer"

            return ask

    once = AskOnce(Asked())
    for _ in range(2):
        assert once.ask is not None
        assert once.ask("Password: ", True) == "answer"
    assert Asked.questions == ["Password: "]


@pytest.mark.parametrize(("silence", "heard"), [(math.inf, 1), (0.0, 2)])
def test_a_standing_notice_is_given_again_after_the_silence(silence: float, heard: int) -> None:
    given: list[str] = []

    class Listener(NonInteractive):
        def notice(self, text: str) -> None:
            given.append(text)

    once = AskOnce(Listener(), silence=silence)
    for _ in range(2):
        once.notice(StandingNotice("the disk is full"))
        once.notice("connected")
    assert given.count("the disk is full") == heard
    assert given.count("connected") == 2
