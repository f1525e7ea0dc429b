"""The services with fake ports: results, saved files and notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app import audit, check_reachability, check_version, collect, explain, facts, parse
from slp_ops.app.audit import AuditRequest
from slp_ops.app.audit_device import AuditedDevice
from slp_ops.app.bundle import BundleRequest, gather_bundle
from slp_ops.app.check_reachability import ReachabilityRequest
from slp_ops.app.check_version import ReleasesRequest
from slp_ops.app.collect import CollectRequest
from slp_ops.app.commands import choose_commands, list_commands
from slp_ops.app.explain import ExplainRequest
from slp_ops.app.facts import FactsRequest
from slp_ops.app.parse import ParseRequest
from slp_ops.app.report import ReportRequest, judge_for_report
from slp_ops.app.rule_options import load_audit_options
from slp_ops.errors import AuthenticationFailed, OptionError, Unreachable
from slp_ops.lab import scenarios
from slp_ops.model import Confidence, DeviceStatus, Severity, Verdict
from slp_ops.rules.values import Outcome

if TYPE_CHECKING:
    from tests.app.conftest import Fleet


def test_collect_reads_every_switch_and_says_what_failed(fleet: Fleet) -> None:
    fleet.network.errors["sw2"] = Unreachable("sw2 cannot be reached")
    result = collect.run(
        CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    assert {each.name: each.status for each in result.devices} == {
        "sw1": DeviceStatus.OK,
        "sw2": DeviceStatus.FAILED,
        "sw3": DeviceStatus.OK,
    }
    assert result.path.parent == fleet.runs_dir
    assert (result.path / result.folders["sw1"] / "show-version.txt").is_file()
    assert sorted(fleet.operator.ended) == [("sw1", "ok"), ("sw2", "failed"), ("sw3", "ok")]
    assert fleet.operator.notices == [f"run {result.run_id}: 3 devices, evidence in {result.path}"]
    assert fleet.network.closed == 1


def test_collect_resumes_with_what_is_missing(fleet: Fleet) -> None:
    fleet.network.errors["sw2"] = AuthenticationFailed("refused")
    request = CollectRequest(
        target=fleet.target, runs_dir=fleet.runs_dir, extra_commands=("show clock detail",)
    )
    first = collect.run(request, fleet.operator, opening=fleet.network)
    fleet.network.errors.clear()
    fleet.network.sent.clear()
    again = CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir, resume=first.run_id)
    second = collect.run(again, fleet.operator, opening=fleet.network)
    assert second.run_id == first.run_id
    assert all(each.status is DeviceStatus.OK for each in second.devices)
    assert fleet.network.sent.count("show version") == 1
    assert "show clock detail" in fleet.network.sent


def test_audit_reads_switches_and_finds_the_root_cause(fleet: Fleet) -> None:
    result = audit.run(
        AuditRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    assert result.complete
    assert result.reaches(Severity.ERROR)
    found = {each.name: [outcome.rule for outcome in each.root_causes] for each in result.devices}
    assert "dns-failure" in found["sw2"]
    assert "comm-failing-now" not in found["sw2"]


def test_audit_of_the_saved_run_agrees_and_compares(fleet: Fleet) -> None:
    live = audit.run(
        AuditRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    saved = audit.run(
        AuditRequest(target=fleet.target, runs_dir=fleet.runs_dir, run="last", against=live.run_id),
        fleet.operator,
    )
    assert saved.devices == live.devices
    assert saved.compared is not None
    assert not saved.compared.new
    assert not saved.compared.gone
    assert saved.compared.unchanged


def test_audit_of_a_run_and_of_files_exclude_each_other(fleet: Fleet) -> None:
    with pytest.raises(OptionError, match="--run and FILES"):
        audit.run(AuditRequest(target=fleet.target, run="last", files=(fleet.runs_dir,)), fleet.operator)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands whose text is parsed into facts, each time that it is."""
    from slp_ops import parsing as reading

    seen: list[str] = []
    real = reading._read

    def counting(command: str, status: Any, text: str, **options: Any) -> Any:
        if text:
            seen.append(command)
        return real(command, status, text, **options)

    monkeypatch.setattr(reading, "_read", counting)
    return seen


def test_an_audit_of_switches_parses_each_capture_once(fleet: Fleet, parsed: list[str]) -> None:
    audit.run(
        AuditRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    assert parsed.count("show version") == 3


def test_what_check_version_reads_further_is_all_that_is_parsed_then(fleet: Fleet, parsed: list[str]) -> None:
    fleet.network.switches["sw1"] = scenarios.load("polling-id-invalid").build(name="sw1")
    check_version.run(
        ReleasesRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    assert parsed.count("show license tech support") == 1
    assert parsed.count("show version") == 3


def test_an_audit_of_a_saved_run_parses_each_capture_once(fleet: Fleet, parsed: list[str]) -> None:
    """Although the history needs the run as well, which is not judged yet."""
    request = CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir)
    older = collect.run(request, fleet.operator, opening=fleet.network)
    newer = collect.run(request, fleet.operator, opening=fleet.network)
    assert not parsed
    for run, against in ((newer, older), (older, newer)):
        for summaries in fleet.runs_dir.glob("*/summaries.jsonl"):
            summaries.unlink()
        for index in fleet.runs_dir.glob("history-*"):
            index.unlink()
        parsed.clear()
        audit.run(
            AuditRequest(
                target=fleet.target, runs_dir=fleet.runs_dir, run=run.run_id, against=against.run_id
            ),
            fleet.operator,
        )
        assert parsed.count("show version") == 6
    parsed.clear()
    audit.run(AuditRequest(target=fleet.target, runs_dir=fleet.runs_dir, run=newer.run_id), fleet.operator)
    assert parsed.count("show version") == 3


@pytest.mark.parametrize("verb", ["report", "bundle"])
def test_a_report_and_a_bundle_parse_each_capture_once(fleet: Fleet, parsed: list[str], verb: str) -> None:
    request = CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir)
    run = collect.run(request, fleet.operator, opening=fleet.network)
    if verb == "report":
        judged = judge_for_report(
            ReportRequest(runs_dir=fleet.runs_dir, reference=run.run_id, audit_options=load_audit_options()),
            fleet.operator,
        )
    else:
        evidence = gather_bundle(
            BundleRequest(runs_dir=fleet.runs_dir, reference=run.run_id, audit_options=load_audit_options()),
            fleet.operator,
        )
        judged = evidence.judged
        assert len(list(evidence.switches)) == 3
    assert len(list(judged.devices)) == 3
    assert parsed.count("show version") == 3


def test_check_version_judges_texts_and_switches(fleet: Fleet) -> None:
    texts = check_version.run(ReleasesRequest(target=fleet.target, releases=("17.3.4", "?")), fleet.operator)
    assert [row.release for row in texts.rows] == ["17.3.4", "?"]
    assert texts.affected
    read = check_version.run(
        ReleasesRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    assert [row.device for row in read.rows] == ["sw1", "sw2", "sw3"]
    with pytest.raises(OptionError, match="exclude each other"):
        check_version.run(ReleasesRequest(target=fleet.target, releases=("1",), run="last"), fleet.operator)


def test_check_reachability_keeps_the_document_in_its_run(fleet: Fleet) -> None:
    fleet.network.errors = {name: Unreachable("no route") for name in ("sw1", "sw2", "sw3")}
    result = check_reachability.run(
        ReachabilityRequest(
            target=fleet.target,
            runs_dir=fleet.runs_dir,
            document=lambda found: f"{len(found.devices)} devices",
        ),
        fleet.operator,
        opening=fleet.network,
    )
    assert (result.path / "reachability.json").read_text() == "3 devices"
    assert all(each.plan is None for each in result.devices)


def test_facts_and_parse_give_values(fleet: Fleet) -> None:
    run = collect.run(
        CollectRequest(target=fleet.target, runs_dir=fleet.runs_dir), fleet.operator, opening=fleet.network
    )
    found = facts.run(FactsRequest(runs_dir=fleet.runs_dir, device="sw1"))
    assert found.run_id == run.run_id
    assert list(found.devices) == ["sw1"]
    with pytest.raises(OptionError, match="no device 'sw9'") as refused:
        facts.run(FactsRequest(runs_dir=fleet.runs_dir, device="sw9"))
    assert refused.value.option == "--device"
    text = (run.path / run.folders["sw1"] / "show-version.txt").read_bytes()
    ((name, parsed_text),) = parse.run(ParseRequest(data=text, command="sh ver"))
    assert name == "show version"
    assert parsed_text.facts
    with pytest.raises(OptionError, match="no known command"):
        parse.run(ParseRequest(data=b"nothing of it"))


def test_what_is_unknown_is_refused_with_its_option() -> None:
    assert explain.run(ExplainRequest(words="dns-failure")).rules[0].id == "dns-failure"
    with pytest.raises(OptionError, match="there is no explanation of 'xyzzy'"):
        explain.run(ExplainRequest(words="xyzzy"))
    for wrong, option in (
        ({"select": ("dns-failur",)}, "--select"),
        ({"ignore": ("x",)}, "--ignore"),
        ({"thresholds": ("ack-days",)}, "--threshold"),
    ):
        with pytest.raises(OptionError) as refused:
            load_audit_options(**wrong)  # type: ignore[arg-type]  # one option each
        assert refused.value.option == option
    with pytest.raises(OptionError, match="no set"):
        list_commands("nothing")
    assert (
        len(choose_commands("support", ("show clock", "show users"))) == len(choose_commands("support")) + 1
    )


@pytest.mark.parametrize(
    ("status", "verdicts", "state"),
    [
        (DeviceStatus.OK, [("pass", "error")], "clean"),
        (DeviceStatus.OK, [("unknown", "error")], "clean"),
        (DeviceStatus.OK, [("fail", "info")], "information"),
        (DeviceStatus.OK, [("fail", "info"), ("fail", "warning")], "findings"),
        (DeviceStatus.PARTIAL, [("fail", "critical")], "findings"),
        (DeviceStatus.PARTIAL, [("fail", "info")], "partial"),
        (DeviceStatus.PARTIAL, [("pass", "info")], "partial"),
        (DeviceStatus.OK, [("error", "info")], "partial"),
        (DeviceStatus.FAILED, [], "unread"),
        (DeviceStatus.OK, [], "unread"),
    ],
)
def test_the_state_of_a_device(status: DeviceStatus, verdicts: list[tuple[str, str]], state: str) -> None:
    outcomes = tuple(
        Outcome(
            rule=f"rule-{number}",
            verdict=Verdict(verdict),
            severity=Severity(severity),
            confidence=Confidence.HIGH,
        )
        for number, (verdict, severity) in enumerate(verdicts)
    )
    device = AuditedDevice(name="sw1", site="tokyo", status=status, outcomes=outcomes)
    assert device.state == state
