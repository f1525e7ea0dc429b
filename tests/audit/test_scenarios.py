"""Every simulated switch against the findings that an operator should see: those, and no others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from click.testing import CliRunner

from slp_ops.app.audit_device import AuditedDevice, AuditOptions, audit_device
from slp_ops.app.flagged_reports import flagged_reports
from slp_ops.app.read_device import not_sent_because
from slp_ops.cli.main import cli
from slp_ops.commands import registry
from slp_ops.facts import Software
from slp_ops.iosxe.refusals import outcome
from slp_ops.lab import scenarios
from slp_ops.lab.shell.operator import printed
from slp_ops.model import CaptureStatus, DeviceResult, DeviceStatus, Severity, Verdict
from slp_ops.parsing import Facts, read, split, text_of
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from slp_ops.lab.switch import Switch

# Logins fail, or the reading does not end: these are about sessions, not about licences.
UNREADABLE = {
    "refused-password",
    "reset-at-auth",
    "no-free-vty",
    "hang",
    "drop",
    "bulky",
    "slow",
    "slow-echo",
}
READABLE = tuple(name for name in scenarios.names() if name not in UNREADABLE)


def captures(switch: Switch) -> Iterator[tuple[str, CaptureStatus, str]]:
    """What a collector would bring back of the baseline and of tech support."""
    release = None
    for command in registry():
        if not command.sets & {"baseline", "support"}:
            continue
        if not_sent_because(command, release):
            yield command.command, CaptureStatus.SKIPPED, ""
            continue
        text = printed(switch, command.command)
        status = outcome(text.split("\n"))[0]
        yield command.command, status, text
        if command.command == "show version":
            software = read([(command.command, status, text)]).get(Software)
            release = software.release if software is not None else None


def judged(facts: Facts, name: str) -> AuditedDevice:
    """The facts of a scenario's switch, judged as its inventory intends."""
    result = DeviceResult(name=name, site="lab", status=DeviceStatus.OK)
    return audit_device(
        result, facts, audit_options=AuditOptions(), intent=Intent.of(dict(scenarios.load(name).intent))
    )


def graver(device: AuditedDevice) -> set[str]:
    """The rules that fail at warning or above."""
    return {each.rule for each in device.failing if each.severity.rank >= Severity.WARNING.rank}


@pytest.mark.parametrize("name", READABLE)
def test_the_findings_are_the_expected_ones_and_no_others(name: str) -> None:
    scenario = scenarios.load(name)
    device = judged(read(captures(scenario.build())), name)
    assert graver(device) == set(scenario.expect)
    informs = {each.rule for each in device.failing if each.severity is Severity.INFO}
    assert set(scenario.informs) <= informs
    assert not [each for each in device.outcomes if each.verdict is Verdict.ERROR]


@pytest.mark.parametrize("name", READABLE)
def test_evidence_stands_where_it_says(name: str) -> None:
    taken = list(captures(scenarios.load(name).build()))
    lines = {command: text.split("\n") for command, _, text in taken}
    for found in judged(read(taken), name).failing:
        assert found.finding is not None
        assert found.finding.evidence, found.rule
        for evidence in found.finding.evidence:
            if evidence.line is not None:
                there = lines[evidence.command][evidence.line - 1]
                assert there.rstrip() == evidence.text, (found.rule, evidence.command)


@pytest.mark.parametrize(
    ("name", "root", "consequences"),
    [
        ("name-server-missing", "name-server-missing", {"dns-failure", "comm-failing-now"}),
        ("lookup-disabled", "domain-lookup-disabled", {"dns-failure", "comm-failing-now"}),
        (
            "factory-fresh",
            "cslu-address-missing",
            {"trust-missing", "comm-failing-now", "never-acknowledged"},
        ),
        ("quovadis", "FN72323", {"identrust-root-missing", "http-aborted", "comm-failing-now"}),
        ("wrong-source-interface", "http-source-interface-down", {"http-timeout", "comm-failing-now"}),
        ("polling-id-invalid", "CSCwa11048", {"polling-id-invalid", "comm-flapping", "comm-failing-now"}),
        ("offline-overdue", "offline-report-due", {"ack-overdue"}),
        ("invalid-token", "token-invalid", {"trust-missing", "insufficient-trust"}),
    ],
)
def test_the_story_begins_with_the_root_cause(name: str, root: str, consequences: set[str]) -> None:
    roots = {
        each.rule: each.root for each in judged(read(captures(scenarios.load(name).build())), name).failing
    }
    assert roots[root] is None
    assert {rule for rule, above in roots.items() if above == root} >= consequences


@pytest.mark.parametrize(
    "name", ["dns-failure", "quovadis", "factory-fresh", "healthy-stack", "offline-overdue"]
)
def test_a_text_file_of_show_tech_gives_the_same_verdicts(name: str) -> None:
    switch = scenarios.load(name).build()
    live = judged(read(captures(switch)), name)
    text = printed(switch, "show tech-support license")
    said = {each.rule: each.verdict for each in judged(read(split(text)), name).outcomes}
    for each in live.failing:
        assert said[each.rule] in (Verdict.FAIL, Verdict.UNKNOWN), each.rule
    from_file = {rule for rule, verdict in said.items() if verdict is Verdict.FAIL}
    assert from_file <= {each.rule for each in live.failing}


@pytest.mark.parametrize("transport", ["netmiko", pytest.param("asyncssh", marks=pytest.mark.slow)])
def test_every_scenario_over_real_ssh(transport: str, lab: Callable[..., Any], tmp_path: Path) -> None:
    switches = {name: f"sw-{number:02}" for number, name in enumerate(READABLE)}
    fleet = lab(**{switch: name for name, switch in switches.items()})
    devices: dict[str, dict[str, Any]] = {}
    for name, switch in switches.items():
        known = scenarios.load(name)
        device = fleet.device(switch)
        settings: dict[str, Any] = {"host": device.host, "port": device.port, "legacy_ssh": known.legacy_ssh}
        if known.intent:
            settings["intent"] = dict(known.intent)
        devices[switch] = settings
    inventory = tmp_path / "inventory.yaml"
    inventory.write_text(
        yaml.safe_dump(
            {"version": 1, "defaults": {"username": "netops"}, "sites": {"lab": {"devices": devices}}}
        )
    )
    done = CliRunner().invoke(
        cli,
        [
            "audit",
            *("-i", str(inventory)),
            *("--runs-dir", str(tmp_path / "runs")),
            *("--known-hosts", str(tmp_path / "known_hosts")),
            *("--transport", transport),
            *("--login-rate", "0"),
            "--json",
        ],
        env={"SLP_OPS_PASSWORD": "netops", "SLP_OPS_ENABLE": "netops"},
        standalone_mode=False,
    )
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    record = json.loads(done.stdout)
    found: dict[str, set[str]] = {switch: set() for switch in switches.values()}
    for each in record["outcomes"]:
        if each["verdict"] == "fail" and each["severity"] != "info":
            found[each["device"]].add(each["rule"])
    assert {name: found[switch] for name, switch in switches.items()} == {
        name: set(scenarios.load(name).expect) for name in READABLE
    }


def verdicts(device: AuditedDevice) -> dict[str, Verdict]:
    """Return the verdict of each rule."""
    return {each.rule: each.verdict for each in device.outcomes}


@pytest.mark.parametrize("name", READABLE)
def test_live_and_pasted_text_give_the_same_verdicts(name: str) -> None:
    switch = scenarios.load(name).build()
    taken = [each for each in captures(switch) if each[1] is not CaptureStatus.SKIPPED]
    for command in flagged_reports(read(taken)):
        taken.append((command.command, CaptureStatus.OK, printed(switch, command.command)))
    live = judged(read(taken), name)
    log = "".join(f"{switch.hostname}#{command}\n{text.rstrip()}\n" for command, _, text in taken)
    pasted = judged(read(split(f"{log}{switch.hostname}#\n")), name)
    mailed = judged(read(split(text_of("".join(f"> {line}\r\n" for line in log.split("\n")).encode()))), name)
    assert verdicts(pasted) == verdicts(live)
    assert verdicts(mailed) == verdicts(live)
    assert pasted.missing == live.missing
