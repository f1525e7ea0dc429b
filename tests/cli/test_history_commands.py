"""``slp-ops history``, ``trend``, ``diff`` and ``runs reindex``, on simulated switches over real SSH."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner, Result

from slp_ops.cli.main import cli
from slp_ops.lab import agent
from slp_ops.lab.world import Reach
from slp_ops.lab.world import ReachabilityRule as Way
from slp_ops.runs import Runs
from slp_ops.runs.history_index import FILE as INDEX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from slp_ops.lab.switch import Switch

    Call = Callable[..., Result]

DAY = 86_400.0


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    monkeypatch.setenv("SLP_OPS_PASSWORD", "netops")
    monkeypatch.setenv("SLP_OPS_INVENTORY", str(tmp_path / "inventory.yaml"))
    monkeypatch.setenv("SLP_OPS_RUNS_DIR", str(tmp_path / "runs"))
    monkeypatch.setenv("SLP_OPS_SSH_CONFIG", "none")
    monkeypatch.setenv("SLP_OPS_LOGIN_RATE", "0")
    RUN_CLOCK.days = 0
    defaults = Runs.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "now", RUN_CLOCK.now)

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, list(arguments))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return invoke


def inventory(path: Path, running: Any, **sites: list[str]) -> None:
    content = {
        "version": 1,
        "defaults": {"username": "netops"},
        "sites": {
            site: {
                "devices": {name: {"host": "127.0.0.1", "port": running.rack[name].port} for name in names}
            }
            for site, names in sites.items()
        },
    }
    path.write_text(yaml.safe_dump(content))


class RunClock:
    """The time of the runs: now, and so many days later."""

    days = 0

    def now(self) -> datetime:
        """Return the time of a run that begins now."""
        return datetime.now(UTC) + timedelta(days=self.days)


RUN_CLOCK = RunClock()


def a_day_passes(running: Any, *names: str) -> None:
    RUN_CLOCK.days += 1
    for name in names:
        running.change(name, lambda switch: switch.clock.advance(DAY))


def cut_off(switch: Switch) -> None:
    """A firewall drops what the switch sends, and a report is due."""
    switch.world.paths = (Way(reach=Reach.TIMED_OUT),)
    agent.sync(switch, "all")


def unanswered(switch: Switch) -> None:
    """Reports arrive, and no ACK ever comes back: the switch polls under an id that has expired."""
    switch.licensing.backend.poll_id_expired = True
    agent.sync(switch, "all")


def test_growing_reports_and_missing_acks_are_told_apart_from_health_after_four_runs(
    lab: Any, call: Call, tmp_path: Path
) -> None:
    names = ("fine", "fine-stack", "cut-off", "unanswered")
    running = lab(
        **{"fine": "healthy", "fine-stack": "healthy-stack", "cut-off": "healthy", "unanswered": "healthy"}
    )
    inventory(
        tmp_path / "inventory.yaml", running, tokyo=["fine", "cut-off"], osaka=["fine-stack", "unanswered"]
    )
    running.change("cut-off", cut_off)
    running.change("unanswered", unanswered)
    for number in range(1, 5):
        a_day_passes(running, *names)
        # The usage is sent every day, as a schedule of CSLU does.
        running.change("unanswered", lambda switch: agent.sync(switch, "all"))
        if number == 3:
            call("collect", "--set", "support")  # a run that is not judged yet counts as well
            trend = json.loads(call("trend", "--json").stdout)
            assert {each["course"] for each in trend["switches"]} == {"too_few"}
        else:
            call("audit", code=3)

    trend = json.loads(call("trend", "--json").stdout)
    courses = {each["device"]: each["course"] for each in trend["switches"]}
    assert courses == {
        "cut-off": "growing",
        "unanswered": "growing",
        "fine": "steady",
        "fine-stack": "steady",
    }
    growing = next(each for each in trend["switches"] if each["device"] == "cut-off")
    assert 1.5 < growing["per_day"] < 4  # a report a day for each of its licences
    assert growing["points"] == 4
    reach = growing["reach"]
    assert reach["earliest"] < reach["likely"] < (reach["latest"] or "9999")
    assert trend["sites"]["tokyo"][-1]["failing"] == 1
    assert trend["fleet"][-1]["switches"] == 4
    assert len(trend["fleet"]) == 4  # a day a run, by the time of the runs

    audit = json.loads(call("audit", "--run", "last", "--json", code=3).stdout)
    verdicts = {
        each["device"]: each["verdict"]
        for each in audit["outcomes"]
        if each["rule"] == "rum-unacknowledged-growing"
    }
    assert verdicts == {"cut-off": "fail", "unanswered": "fail", "fine": "pass", "fine-stack": "pass"}

    said = call("trend").stdout
    assert "Unacknowledged and growing" in said
    assert "about 1,000" in said
    assert "fine" not in said.split("Unacknowledged and growing")[1]
    shown = call("history", "unanswered").stdout
    assert "RUM reports are not acknowledged" in shown
    assert "comm-failing-now" in call("history", "cut-off").stdout
    for arguments, heading, foreign in (
        (("history", "unanswered"), "リリース", "RELEASE"),
        (("trend",), "サイト", "SWITCHES"),
        (("audit", "--run", "last", "--fail-on", "critical"), "重大度", "SEVERITY"),
    ):
        japanese = call(*arguments, "--lang", "ja").stdout
        assert heading in japanese
        assert foreign not in japanese
    record = json.loads(call("history", "unanswered", "--json", "--lang", "ja").stdout)
    backlogs = [each["rum"]["backlog"] for each in record["pictures"]]
    assert backlogs == sorted(backlogs)
    assert backlogs[0] < backlogs[-1]
    assert "件" in record["growth"]["words"]


def everything(call: Call) -> list[Any]:
    return [
        json.loads(call(*arguments, "--json").stdout)
        for arguments in (("history", "sw1"), ("history", "sw2"), ("trend",), ("trend", "--site", "osaka"))
    ]


def test_the_index_deleted_and_rebuilt_gives_identical_answers(lab: Any, call: Call, tmp_path: Path) -> None:
    running = lab(sw1="healthy", sw2="dns-failure")
    inventory(tmp_path / "inventory.yaml", running, tokyo=["sw1"], osaka=["sw2"])
    call("collect")
    a_day_passes(running, "sw1", "sw2")
    call("audit", code=3)
    a_day_passes(running, "sw1", "sw2")
    call("collect", "--limit", "sw2")
    before = everything(call)

    for path in (tmp_path / "runs").glob("history*"):
        path.unlink()
    assert everything(call) == before

    done = json.loads(call("runs", "reindex", "--json").stdout)
    assert done["runs"] == 3
    assert everything(call) == before

    # Also where nothing but the captures is left of what was judged.
    for path in (tmp_path / "runs").glob("*/summaries.jsonl"):
        path.unlink()
    assert "3 runs indexed" in call("runs", "reindex").stdout
    assert everything(call) == before
    assert "3 runs indexed" in call("runs", "reindex", "--anew").stdout
    assert everything(call) == before


def test_a_damaged_index_is_told_and_made_anew(lab: Any, call: Call, tmp_path: Path) -> None:
    running = lab(sw1="healthy")
    inventory(tmp_path / "inventory.yaml", running, tokyo=["sw1"])
    call("audit")
    before = call("history", "sw1", "--json").stdout
    (tmp_path / "runs" / INDEX).write_bytes(b"no database\n" * 4000)

    done = call("history", "sw1", "--json")

    assert done.stdout == before


def test_names_that_no_run_has(lab: Any, call: Call, tmp_path: Path) -> None:
    assert "there are no runs yet" in str(CliRunner().invoke(cli, ["history", "sw1"]).exception)
    running = lab(sw1="healthy")
    inventory(tmp_path / "inventory.yaml", running, tokyo=["sw1"])
    call("collect")

    assert "did you mean" in str(CliRunner().invoke(cli, ["history", "sw11"]).exception)
    assert "there is no site" in str(CliRunner().invoke(cli, ["trend", "--site", "osaka"]).exception)


def test_two_runs_compared(lab: Any, call: Call, tmp_path: Path) -> None:
    running = lab(sw1="healthy", sw2="healthy", sw3="healthy")
    inventory(tmp_path / "inventory.yaml", running, tokyo=["sw1", "sw2", "sw3"])
    old = json.loads(call("audit", "--json", "--limit", "sw1,sw2").stdout)["run"]

    def change(switch: Switch) -> None:
        switch.config.apply("no ip domain lookup")
        switch.config.apply("enable secret 9 $9$another.salt$anotherhash")

    running.change("sw1", change)
    new = json.loads(call("audit", "--json", "--against", old, code=3).stdout)

    assert [(each["device"], each["rule"]) for each in new["new"]] == [("sw1", "domain-lookup-disabled")]
    record = json.loads(call("diff", old, "--json").stdout)
    devices = {each["name"]: each for each in record["devices"]}
    assert record["only_new"] == ["sw3"]
    assert [each["rule"] for each in devices["sw1"]["findings"]["new"]] == ["domain-lookup-disabled"]
    assert devices["sw2"]["findings"]["new"] == devices["sw2"]["configuration"] == []
    lines = [(each["added"], each["line"], each["secret"]) for each in devices["sw1"]["configuration"]]
    assert (True, "no ip domain lookup", False) in lines
    assert (False, "enable secret 9 <masked>", True) in lines
    assert (True, "enable secret 9 <masked>", True) in lines

    alone = call("diff", "last").stderr
    assert f"both are run {new['run']}: name an earlier run as OLD" in alone
    assert "both are run" not in call("diff", old).stderr
    said = call("diff", old, "last").stdout
    assert "+ domain-lookup-disabled (error)" in said
    assert "+ enable secret 9 <masked>  (another secret)" in said
    assert "2 devices, 1 the same; findings: 1 new, 0 gone" in said
    assert "only in the new run: sw3" in said
    back = json.loads(call("diff", "last", old, "--device", "sw1", "--json").stdout)
    assert [each["rule"] for each in back["devices"][0]["findings"]["gone"]] == ["domain-lookup-disabled"]
