"""``slp-ops check-reachability`` as an operator runs it: a process of its own, real SSH."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import parse as parse_xml

import pytest

from slp_ops.app.inputs import facts_of
from slp_ops.facts import Probes
from slp_ops.runs import Runs
from tests.as_operator import slp_ops, write_inventory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def check(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(running: Any, *arguments: str, **settings: Any) -> subprocess.CompletedProcess[str]:
        names = (listening.name for listening in running.rack.switches)
        write_inventory(tmp_path / "inventory.yaml", running, *names, settings=settings)
        return slp_ops(tmp_path, "check-reachability", *arguments, timeout=300.0, SLP_OPS_ENABLE="netops")

    return run


def devices(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    return {device["name"]: device for device in json.loads(done.stdout)["devices"]}


# scenario -> verdict, blocked at, path (VRF, interface, fit), and a probe: purpose, host, port, DNS, TCP
WELL = ("smartreceiver.cisco.com", 443, "resolved", "open")
EXPECTED: dict[str, tuple[Any, ...]] = {
    "healthy": ("works", None, (None, "Vlan100", True), [("smart", *WELL)]),
    "two-addresses": ("works", None, (None, "Vlan100", True), [("smart", *WELL)]),
    "smart-vrf": ("works", None, ("MGMT", "Vlan100", True), [("smart", *WELL)]),
    "proxy": (
        "works", None, (None, "Vlan100", True), [("proxy", "proxy.example.net", 8080, "resolved", "open")],
    ),
    "cslu-healthy": (
        "works", None, (None, "Vlan100", True), [("cslu", "cslu.example.net", 8182, "resolved", "open")],
    ),
    "on-prem-healthy": (
        "works", None, (None, "Vlan100", True), [("on-prem", "ssm.example.net", 443, "resolved", "open")],
    ),
    "factory-fresh": (
        "blocked", "names", (None, None, True), [("cslu", "cslu-local", 8182, "no_server", "unresolved")],
    ),
    "dns-failure": (
        "blocked", "names", (None, "Vlan100", True),
        [("callhome", "tools.cisco.com", 443, "unresolved", "unresolved")],
    ),
    "name-server-missing": (
        "blocked", "names", (None, "Vlan100", True),
        [("smart", "smartreceiver.cisco.com", 443, "no_server", "unresolved")],
    ),
    "lookup-disabled": (
        "blocked", "names", (None, "Vlan100", True),
        [("smart", "smartreceiver.cisco.com", 443, "lookup_disabled", "unresolved")],
    ),
    "firewall-drop": (
        "blocked", "tcp", (None, "Vlan100", True),
        [("callhome", "tools.cisco.com", 443, "resolved", "timed_out")],
    ),
    "wrong-source-interface": (
        "blocked", "path", (None, "Vlan200", False),
        [("callhome", "tools.cisco.com", 443, "resolved", "timed_out")],
    ),
    "vrf-mismatch": (
        "blocked", "path", ("Mgmt-vrf", "Vlan100", False),
        [("smart", "smartreceiver.cisco.com", 443, "resolved", "timed_out")],
    ),
    "proxy-incomplete": (
        "blocked", "target", (None, "Vlan100", True),
        [("proxy", "proxy.example.net", None, "unknown", "not_testable"), ("smart", *WELL)],
    ),
    "quovadis": (
        "blocked", "tls", (None, "Vlan100", True), [("callhome", "tools.cisco.com", 443, "resolved", "open")],
    ),
    "telnet-forbidden": (
        "cannot_tell", "tcp", (None, "Vlan100", True),
        [("smart", "smartreceiver.cisco.com", 443, "resolved", "not_testable")],
    ),
    "access-class-out": (
        "cannot_tell", "tcp", (None, "Vlan100", True),
        [("smart", "smartreceiver.cisco.com", 443, "resolved", "not_testable")],
    ),
    "offline-overdue": ("not_applicable", None, (None, "Vlan100", True), []),
    "aaa-denied": ("works", None, (None, None, None), [("smart", *WELL)]),
}  # fmt: skip


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_every_scenario_over_both_transports_and_nothing_is_changed(
    lab: Any, check: Any, transport: str
) -> None:
    running = lab(60, **{name: name for name in EXPECTED})
    before = {name: running.call(running.switch(name).config.render) for name in EXPECTED}

    done = check(running, "--json", "--transport", transport)

    found = {
        name: (
            device["verdict"],
            device["blocked_at"],
            tuple(device["path"].values()),
            [
                (p["purpose"], p["host"], p["port"], p["dns"]["verdict"], p["tcp"]["verdict"])
                for p in device["probes"]
            ],
        )
        for name, device in devices(done).items()
    }
    assert found == EXPECTED
    assert done.returncode == 4  # aaa-denied could not be read completely, which outranks what is blocked
    for name, rendered in before.items():
        assert running.call(running.switch(name).config.render) == rendered
        if EXPECTED[name][3]:
            telnets = [line for line in running.lines(name, "exec") if line.startswith("telnet")]
            assert telnets, name
            assert "show sessions" in running.lines(name, "exec")


def test_the_shape_of_the_json(lab: Any, check: Any) -> None:
    running = lab(60, sw="dns-failure")

    done = check(running, "--json")

    device = devices(done)["sw"]
    assert set(device) == {
        *("name", "site", "operator", "path", "probes", "verdict", "blocked_at", "cause", "next_steps"),
        "notes",
    }
    assert device["operator"]["verdict"] == "ok"
    assert set(device["path"]) == {"vrf", "source_interface", "ok"}
    (probe,) = device["probes"]
    assert set(probe) == {"purpose", "host", "port", "dns", "tcp", "command"}
    assert probe["dns"] == {
        "verdict": "unresolved",
        "servers": ["10.10.0.53", "10.10.1.53"],
        "address": None,
    }
    assert probe["tcp"]["text"] == "% Bad IP address or host name"
    assert isinstance(probe["tcp"]["seconds"], float)
    assert probe["command"] == "telnet tools.cisco.com 443 /source-interface Vlan100 /ipv4"
    assert "tools.cisco.com" in device["cause"]
    assert all(isinstance(step, str) for step in device["next_steps"])
    assert done.returncode == 3


def test_the_run_holds_the_probes_for_the_audit(lab: Any, check: Any, tmp_path: Path) -> None:
    running = lab(60, sw="firewall-drop")

    report = json.loads(check(running, "--json").stdout)

    run = Runs(tmp_path / "runs").open("last")
    assert (run.id, run.header.verb) == (report["run"]["id"], "check-reachability")
    probes = facts_of(run, "sw").get(Probes)
    assert probes is not None
    assert [str(result.verdict) for result in probes.results] == ["timed_out"]
    assert json.loads((run.path / "reachability.json").read_text()) == report
    verified = slp_ops(tmp_path, "runs", "verify", "last")
    assert verified.returncode == 0, verified.stdout
    audited = slp_ops(tmp_path, "audit", "--run", run.id, "--json")
    outcomes = {each["rule"]: each for each in json.loads(audited.stdout)["outcomes"]}
    assert outcomes["target-timed-out"]["verdict"] == "fail"
    assert outcomes["comm-failing-now"]["root"] == "target-timed-out"


def test_a_healthy_fleet_ends_with_0(lab: Any, check: Any) -> None:
    done = check(lab(60, sw="healthy"))

    assert done.returncode == 0, done.stderr
    assert "smartreceiver.cisco.com:443" in done.stdout
    assert "203.0.113.10" in done.stdout
    assert "1 works" in done.stdout


def test_the_matrix_names_cause_next_step_and_totals(lab: Any, check: Any) -> None:
    running = lab(60, sw1="lookup-disabled", sw2="lookup-disabled", sw3="telnet-forbidden")

    done = check(running)

    assert done.returncode == 4  # one is undetermined
    assert "lookup disabled" in done.stdout
    assert "'ip domain lookup'" in done.stdout
    assert "\n     2  " in done.stdout  # the cause that two of them share
    assert "% telnet connections not permitted from this terminal" in done.stdout
    assert "2 blocked, 1 undetermined" in done.stdout


def test_japanese(lab: Any, check: Any) -> None:
    done = check(lab(60, sw="firewall-drop"), "--lang", "ja")

    assert "応答がありません" in done.stdout
    assert "ファイアウォール" in done.stdout


def test_targets_of_the_operator_and_ciscos(lab: Any, check: Any) -> None:
    running = lab(60, sw="healthy")

    done = check(running, "--json", "--all", "--target", "10.10.0.80:8182", "--target", "10.10.0.80:9")

    device = devices(done)["sw"]
    assert [(p["purpose"], p["host"], p["tcp"]["verdict"]) for p in device["probes"]] == [
        ("smart", "smartreceiver.cisco.com", "open"),
        ("target", "10.10.0.80", "open"),
        ("target", "10.10.0.80", "refused"),
        ("callhome", "tools.cisco.com", "open"),
        ("trustpool", "www.cisco.com", "open"),
    ]
    assert device["probes"][1]["dns"]["verdict"] == "literal"
    assert (device["verdict"], device["blocked_at"], done.returncode) == ("blocked", "tcp", 3)


@pytest.mark.parametrize("bad", ["tools.cisco.com", "a b:443", "a;reload:443", "a:99999", "a\nreload:443"])
def test_what_is_no_target_opens_no_session(lab: Any, check: Any, tmp_path: Path, bad: str) -> None:
    running = lab(60, sw="healthy")

    done = check(running, "--target", bad)

    assert done.returncode == 2
    assert "host:port" in done.stderr or "is no host" in done.stderr or "is no TCP port" in done.stderr
    assert running.lines("sw") == []
    assert not (tmp_path / "runs").exists()


def test_the_operators_own_way_is_judged_stage_by_stage(lab: Any, check: Any) -> None:
    running = lab(60, good="healthy", closed="healthy", wrong="refused-password", old="sha1-only",
                  busy="no-free-vty", lost="healthy")  # fmt: skip
    running.call(running.rack["closed"].host.close)

    done = check(running, "--json", lost={"host": "no-such-host.invalid"})

    operators = {name: device["operator"] for name, device in devices(done).items()}
    assert done.returncode == 4
    assert operators["good"] == {
        "verdict": "ok", "name": "ok", "tcp": "ok", "ssh": "ok", "authentication": "ok", "enable": "ok"
    }  # fmt: skip
    assert operators["lost"]["name"] == "name_not_found"
    assert operators["lost"]["tcp"] == "unknown"
    assert operators["closed"]["tcp"] == "refused"
    assert operators["closed"]["name"] == "ok"
    assert operators["old"]["ssh"] == "no_common_algorithm"
    assert operators["busy"]["ssh"] == "closed_before_authentication"
    assert operators["wrong"]["authentication"] == "authentication_failed"
    assert operators["wrong"]["enable"] == "unknown"
    for name in ("lost", "closed", "old", "busy", "wrong"):
        device = devices(done)[name]
        assert (device["verdict"], device["blocked_at"]) == ("cannot_tell", "operator")
        assert device["cause"]


def test_junit_for_pipelines(lab: Any, check: Any, tmp_path: Path) -> None:
    running = lab(60, good="healthy", bad="firewall-drop", shut="telnet-forbidden", gone="healthy")
    running.call(running.rack["gone"].host.close)

    check(running, "--junit", "reach.xml")

    suite = parse_xml(tmp_path / "reach.xml").getroot()[0]  # noqa: S314 - our own file
    assert {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "4", "failures": "1", "errors": "1", "skipped": "1"
    }  # fmt: skip
    cases = {case.get("name"): case for case in suite}
    failure = cases["bad"].find("failure")
    assert failure is not None
    assert failure.get("type") == "tcp"
    assert "tools.cisco.com:443 does not answer" in (failure.get("message") or "")
    assert len(cases["good"]) == 0


def test_the_other_side_connects(lab: Any, check: Any) -> None:
    running = lab(60, sw="cslu-healthy")

    done = check(running, "--json", sw={"intent": {"topology": "cslu-initiated"}})

    device = devices(done)["sw"]
    assert (device["verdict"], device["probes"]) == ("not_applicable", [])
    assert "the other side connects" in device["cause"]
    assert done.returncode == 0


@pytest.mark.parametrize("transport", ["netmiko", "asyncssh"])
def test_an_interrupt_in_the_middle_of_a_probe_saves_what_was_said(
    lab: Any, check: Any, tmp_path: Path, transport: str
) -> None:
    running = lab(0.01, sw="firewall-drop")
    check(running, "--limit", "sw", "--probe-timeout", "1")  # writes the inventory
    before = len(running.lines("sw"))
    options = ("-i", "inventory.yaml", "--transport", transport, "--runs-dir", "later")
    with subprocess.Popen(
        [sys.executable, "-m", "slp_ops", "check-reachability", *options],
        cwd=tmp_path,
        env={**os.environ, "SLP_OPS_PASSWORD": "netops"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 60
        while (
            not any(line.startswith("telnet") for line in running.lines("sw")[before:])
            and time.monotonic() < deadline
        ):
            time.sleep(0.05)  # the attempt hangs from here on
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)

    assert process.returncode == 130, said
    assert time.monotonic() - began < 25  # the attempt itself takes 75 s
    (manifest,) = (tmp_path / "later").glob("*/sw/manifest.jsonl")
    last = json.loads(manifest.read_text().splitlines()[-1])
    assert last["command"].startswith("telnet tools.cisco.com")
    assert (last["status"], last["reason"]) == ("lost", "interrupted")


@pytest.mark.parametrize("transport", ["netmiko", pytest.param("asyncssh", marks=pytest.mark.slow)])
def test_many_dead_targets_are_waited_for_together(lab: Any, check: Any, transport: str) -> None:
    """The real figures: 200 switches, --probe-timeout 75. Here 15 with 5 s, one after another 75 s."""
    running = lab(0.05, **{f"sw{number}": "firewall-drop" for number in range(15)})
    began = time.monotonic()

    done = check(running, "--json", "--probe-timeout", "5", "--workers", "15", "--transport", transport)

    took = time.monotonic() - began
    assert done.returncode == 3
    for device in devices(done).values():
        assert device["probes"][0]["tcp"]["verdict"] == "timed_out"
    waited = [device["probes"][0]["tcp"]["seconds"] for device in devices(done).values()]
    assert took < sum(waited) * 2 / 3
    assert max(waited) < 25
