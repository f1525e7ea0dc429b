"""The proof at the end of a flow: nothing is proven that was not judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.app.change.before_after import LicenceState
from slp_ops.app.flow import FlowResult, FlowSwitch, StageState, rules_to_pass
from slp_ops.cli.exits import Exit, code_of, flow_results
from slp_ops.i18n import Lang
from slp_ops.messages import translate
from slp_ops.playbook.flow import packaged_flows
from slp_ops.playbook.guards import PROOFS
from slp_ops.report.documents.flow import flow_document
from slp_ops.report.terminal.flow import render_flow, render_stage

if TYPE_CHECKING:
    from collections.abc import Callable

FLOW = next(flow for flow in packaged_flows() if flow.id == "case-1")

LICENCE = LicenceState(
    transport="smart", url=None, trust=False, last_ack=None, next_ack_deadline=None, last_report_push=None
)


@pytest.mark.parametrize(
    ("scenario", "denied", "left"),
    [
        ("healthy", (), set()),
        ("healthy", ("show running-config",), {"domain-lookup-disabled", "vrf-mismatch"}),
        ("invalid-token", (), {"trust-missing", "never-acknowledged"}),
    ],
)
def test_a_rule_that_could_not_be_judged_does_not_pass(
    bench: Callable[..., Any], scenario: str, denied: tuple[str, ...], left: set[str]
) -> None:
    found = bench(scenario)
    found.deny(*denied)
    assert set(rules_to_pass(found.judge(found.look().facts), FLOW.rules)) == left


def test_without_any_output_no_rule_passes() -> None:
    assert rules_to_pass((), FLOW.rules) == FLOW.rules


@pytest.mark.parametrize(
    ("state", "code"),
    [
        (StageState.PROVEN, Exit.FINE),
        (StageState.OPEN, Exit.UNREAD),
        (StageState.NO_REMEDY, Exit.FINDINGS),
        (StageState.WAITING, Exit.CHANGE_FAILED),
        (StageState.FAILED, Exit.CHANGE_FAILED),
    ],
)
def test_each_end_has_its_code_and_names_the_way_on(state: StageState, code: Exit) -> None:
    switch = FlowSwitch(name="sw1", state=state, stages=(), failing=("trust-missing",))
    result = FlowResult(flow=FLOW, run="a", path="runs/a", journal="runs/a/flow.jsonl", switches=(switch,))
    assert code_of(*flow_results(result)) is code
    for lang in Lang:
        assert ("--resume runs/a/flow.jsonl" in render_flow(result, lang)) is not state.ended
    assert (flow_document(result).resume is None) is state.ended


@pytest.mark.parametrize(
    ("remaining", "code"), [((), Exit.FINE), (("comm-failing-now", "rum-backlog"), Exit.FINDINGS)]
)
def test_a_proven_flow_names_the_findings_that_remain(remaining: tuple[str, ...], code: Exit) -> None:
    switch = FlowSwitch(name="sw1", state=StageState.PROVEN, stages=(), remaining=remaining)
    result = FlowResult(flow=FLOW, run="a", path="runs/a", journal="runs/a/flow.jsonl", switches=(switch,))
    assert code_of(*flow_results(result)) is code
    for lang in Lang:
        lines = render_flow(result, lang).splitlines()
        assert [line for line in lines if "comm-failing-now" in line] == [
            line for line in lines if "comm-failing-now, rum-backlog" in line
        ]
        assert any("comm-failing-now, rum-backlog" in line for line in lines) is bool(remaining)
    assert flow_document(result).devices[0].remaining == remaining


def test_a_flow_without_a_remedy_names_what_has_one() -> None:
    switch = FlowSwitch(
        name="sw1",
        state=StageState.NO_REMEDY,
        stages=(),
        failing=("smart-agent-cpu",),
        other_playbooks=("rum-manual-exchange", "factory-reset"),
        other_flows=("fn72578-reset",),
    )
    result = FlowResult(flow=FLOW, run="a", path="runs/a", journal="runs/a/flow.jsonl", switches=(switch,))
    for lang in Lang:
        text = render_flow(result, lang)
        for words in ("--flow ID): fn72578-reset", "rum-manual-exchange", "slp-ops explain smart-agent-cpu"):
            assert words in text
        assert "--resume" not in text
    assert "factory-reset (destructive)" in render_flow(result, Lang.EN)
    device = flow_document(result).devices[0]
    assert (device.other_flows, device.other_playbooks) == (switch.other_flows, switch.other_playbooks)


def test_switches_of_which_the_same_is_printed_are_one_entry() -> None:
    waiting = FlowSwitch(
        name="sw-00", state=StageState.WAITING, stages=(), failing=("trust-missing",), licence=LICENCE
    )
    switches = [replace(waiting, name=f"sw-{number:02}") for number in range(40)]
    proven = FlowSwitch(name="other", state=StageState.PROVEN, stages=())
    result = FlowResult(
        flow=FLOW, run="a", path="runs/a", journal="runs/a/flow.jsonl", switches=(*switches, proven)
    )
    for lang in Lang:
        lines = render_flow(result, lang).splitlines()
        assert len([line for line in lines if "trust-missing" in line and "sw-" not in line]) == 2
        assert len([line for line in lines if "sw-00" in line and "sw-39" in line]) == 1
        assert len([line for line in lines if "--resume" in line]) == 1


def test_the_command_that_continues_is_followed_by_the_parameters_that_are_missing() -> None:
    switch = FlowSwitch(name="sw1", state=StageState.WAITING, stages=())
    result = FlowResult(flow=FLOW, run="a", path="runs/a", journal="j", switches=(switch,))
    assert "--param" not in render_flow(result, Lang.EN)
    result = replace(result, missing=("name_servers", "url"))
    for lang in Lang:
        lines = render_flow(result, lang).splitlines()
        (at,) = (number for number, line in enumerate(lines) if "--resume j" in line)
        assert "--param name_servers=VALUE --param url=VALUE" in lines[at + 1]


@pytest.mark.parametrize("stopped", [True, False])
def test_a_switch_without_a_last_look_shows_no_rule_as_found(stopped: bool) -> None:
    switch = FlowSwitch(name="sw1", state=StageState.FAILED, stages=(), failing=("trust-missing",))
    result = FlowResult(flow=FLOW, run="a", path="runs/a", journal="j", switches=(switch,), stopped=stopped)
    seen = replace(result, switches=(replace(switch, licence=LICENCE),))
    for lang in Lang:
        assert "trust-missing" not in render_flow(result, lang)
        assert "trust-missing" in render_flow(seen, lang)
    assert ("stopped before the last look" in render_flow(result, Lang.EN)) is stopped
    assert ("could not be read at the end" in render_flow(result, Lang.EN)) is not stopped


def test_a_stage_names_its_playbook_in_the_language(bench: Callable[..., Any]) -> None:
    flow = next(each for each in packaged_flows() if each.id == "fn72578-exchange")
    undo = next(number for number, stage in enumerate(flow.stages) if stage.undo)
    assert "undo" not in render_stage(undo, flow, ("sw1",), Lang.JA)


def test_what_has_not_been_seen_is_named_by_its_sentence(bench: Callable[..., Any]) -> None:
    found = bench("dns-failure")
    applied = found.apply(found.plan("usage-sync").plan)
    assert applied.why is not None
    proof = PROOFS["ack-received"]
    assert proof.words in applied.why.en
    assert translate(proof.words, Lang.JA) in applied.why.ja
    assert proof.name not in applied.why.en


def test_the_progress_names_what_is_waited_for_by_its_sentence(bench: Callable[..., Any]) -> None:
    found = bench("dns-failure")
    found.apply(found.plan("usage-sync").plan)
    assert "waiting until Last ACK received changes" in {event.what for event in found.shown}
    for proof in PROOFS.values():
        words = translate(f"waiting until {proof.words}", Lang.JA)
        assert words == f"{translate(proof.words, Lang.JA)}のを待っています"
