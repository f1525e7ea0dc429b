"""One state of a device in every form of output; comparisons, and the last run that fits a verb."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from slp_ops.app.audit_device import AuditedDevice, compare
from slp_ops.cli.main import cli
from slp_ops.model import Confidence, DeviceStatus, Severity, Verdict
from slp_ops.rules.values import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_every_form_of_a_saved_run_gives_the_same_state(saved: Callable[..., str], tmp_path: Path) -> None:
    run = saved(sw1="healthy", sw2="unread", sw3="healthy without show version")
    runs = ("--runs-dir", str(tmp_path / "runs"))
    audit = CliRunner().invoke(cli, ["audit", *runs, "--run", run, "--json"])
    assert audit.exit_code == 4
    states = {each["name"]: each["state"] for each in json.loads(audit.stdout)["devices"]}
    assert states == {"sw1": "clean", "sw2": "unread", "sw3": "not_enough_to_judge"}
    report = CliRunner().invoke(cli, ["report", run, *runs, "--json", "-"])
    devices = json.loads(report.stdout)["devices"]
    assert {each["name"]: each["verdict"] for each in devices} == {
        "sw1": "fine",
        "sw2": "unread",
        "sw3": "not_enough_to_judge",
    }
    metrics = CliRunner().invoke(cli, ["report", run, *runs, "--prometheus", "-"]).stdout
    assert 'verdict{device="sw3",site="tokyo",verdict="not_enough_to_judge"} 1.0' in metrics
    junit = CliRunner().invoke(cli, ["report", run, *runs, "--junit", "-", "--lang", "en"]).stdout
    assert 'name="enough-to-judge"' in junit
    assert "Not enough to judge: release" in junit
    page = CliRunner().invoke(cli, ["report", run, *runs, "--html", "-", "--lang", "en"]).stdout
    assert "Not enough to judge: release" in page
    markdown = CliRunner().invoke(cli, ["report", run, *runs, "--md", "-", "--lang", "en"]).stdout
    assert "not enough to judge" in markdown


def _run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_finding_that_was_not_tested_is_no_longer_judged(saved: Callable[..., str], tmp_path: Path) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))
    old = saved(sw1="clock-wrong", sw2="clock-wrong", sw3="clock-wrong")
    new = saved(sw1="clock-wrong without show clock", sw2="unread", sw3="healthy")
    rule = "clock-not-trusted"

    record = json.loads(_run("audit", *runs, "--run", new, "--against", old, "--json")[1])
    unclear = {(each["device"], each["rule"]): each["why"] for each in record["unclear"]}
    assert "show clock" in unclear["sw1", rule]
    assert unclear["sw2", rule] == "the switch was not read"
    assert {"device": "sw3", "rule": rule} in record["gone"]
    assert not [each for each in record["gone"] if each["device"] != "sw3"]
    _, printed = _run("audit", *runs, "--run", new, "--against", old, "--lang", "en")
    assert f"?     sw1: {rule}: needs 'show clock'" in printed
    assert f"{len(unclear)} no longer judged" in printed

    devices = {
        each["name"]: each for each in json.loads(_run("diff", old, new, *runs, "--json")[1])["devices"]
    }
    assert rule in [each["rule"] for each in devices["sw1"]["findings"]["unclear"]]
    assert "show clock" in devices["sw1"]["findings"]["unclear"][0]["why"]
    assert [each["rule"] for each in devices["sw1"]["findings"]["gone"]] == []
    assert rule in [each["rule"] for each in devices["sw3"]["findings"]["gone"]]
    _, printed = _run("diff", old, new, *runs, "--lang", "en")
    assert "no longer judged: needs 'show clock'" in printed
    assert f"{len(unclear)} no longer judged" in printed


def test_a_rule_that_was_not_asked_is_not_gone() -> None:
    def audited(*rules: str) -> AuditedDevice:
        return AuditedDevice(
            name="sw1",
            site="tokyo",
            status=DeviceStatus.OK,
            outcomes=tuple(
                Outcome(rule=rule, verdict=Verdict.FAIL, severity=Severity.ERROR, confidence=Confidence.HIGH)
                for rule in rules
            ),
        )

    compared = compare((audited("dns-failure", "own-rule"),), (audited("dns-failure"),))
    assert (compared.gone, compared.unchanged) == ((), (("sw1", "dns-failure"),))
    assert [(each.rule, each.why.en) for each in compared.unclear] == [
        ("own-rule", "the rule was not evaluated")
    ]


def test_last_is_the_last_run_that_fits_the_verb(saved: Callable[..., str], tmp_path: Path) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))
    read = saved("watch", sw1="dns-failure")
    for verb in ("usage-status", "check-version", "remediate-plan"):
        partial = saved(verb, sw1="dns-failure without show logging")
    assert json.loads(_run("audit", *runs, "--run", "last", "--json")[1])["run"] == read
    assert json.loads(_run("report", "last", *runs, "--json", "-")[1])["run"]["id"] == read
    assert read in _run("diff", read, "last", *runs, "--json")[1].split('"new"')[1]
    assert partial in _run("runs", "show", "last", *runs, "--json")[1]
    bundle = tmp_path / "case.zip"
    assert _run("bundle", "last", *runs, "--no-ask", "-o", str(bundle))[0] == 0
    with ZipFile(bundle) as archive:
        (manifest,) = (name for name in archive.namelist() if name.endswith("MANIFEST.json"))
        assert json.loads(archive.read(manifest))["run"] == read


@pytest.mark.parametrize("verb", ["usage-status", "check-version", "remediate-plan"])
def test_a_run_of_another_verb_is_named_as_such(saved: Callable[..., str], tmp_path: Path, verb: str) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))
    run = saved(verb, sw1="healthy without show version")
    done = CliRunner().invoke(cli, ["audit", *runs, "--run", run, "--lang", "en"])
    assert f"is of {verb}, which reads a part" in done.stderr
    assert "not enough to judge" in done.stdout
    assert done.exit_code == 4


def test_without_a_run_that_fits_last_says_so(saved: Callable[..., str], tmp_path: Path) -> None:
    saved("usage-status", sw1="healthy")
    done = CliRunner().invoke(cli, ["audit", "--runs-dir", str(tmp_path / "runs"), "--run", "last"])
    assert "there is no run of audit/collect/watch" in str(done.exception)


def test_one_definition_for_each_figure(saved: Callable[..., str], tmp_path: Path) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))
    names = {
        "sw1": "offline-overdue",
        "sw2": "rum-backlog-listed",
        "sw3": "cosmetic-deadline",
        "sw4": "aaa-denied",
    }
    run = saved(**names, sw5="licences-changed")
    report = json.loads(_run("report", run, *runs, "--json", "-")[1])
    devices = report["devices"]
    trend = json.loads(_run("trend", *runs, "--json")[1])
    (day,) = trend["fleet"]

    held = {each["name"]: each["rum"]["backlog"] for each in devices if each["rum"] is not None}
    assert day["backlog"] == sum(held.values())
    for name, backlog in held.items():
        (picture,) = json.loads(_run("history", name, *runs, "--json")[1])["pictures"]
        assert picture["rum"]["backlog"] == backlog
    record = json.loads(_run("audit", *runs, "--run", run, "--json")[1])
    (summary,) = (
        each["summary"]
        for each in record["outcomes"]
        if (each["device"], each["rule"]) == ("sw2", "rum-backlog")
    )
    assert str(held["sw2"]) in summary

    reporting = {each["name"]: each["reporting"] for each in devices if each["reporting"]}
    overdue = [
        name for name, each in reporting.items() if not each["cosmetic"] and (each["days_left"] or 0) < 0
    ]
    assert sorted(overdue) == ["sw1", "sw2", "sw5"]
    assert day["ack_overdue"] == len(overdue)

    not_read = [each["name"] for each in devices if each["status"] != "ok" or each["missing"]]
    assert not_read == ["sw4"]
    _, markdown = _run("report", run, *runs, "--md", "-", "--lang", "en")
    assert "Read only in part: 1 switch." in markdown


def test_one_run_is_no_trend(saved: Callable[..., str], tmp_path: Path) -> None:
    runs = ("--runs-dir", str(tmp_path / "runs"))
    run = saved(sw1="healthy", sw2="rum-backlog")
    _, printed = _run("trend", *runs, "--lang", "en")
    assert "No trend from the runs of one day" in printed
    assert "OVER TIME" not in printed
    assert json.loads(_run("report", run, *runs, "--json", "-")[1])["summary"]["trend"] is None
