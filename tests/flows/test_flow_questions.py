"""Consent and questions of a flow: what the options add up to, and a dry run that asks for nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
import yaml
from click.testing import CliRunner

from slp_ops.app.change.operator import NonInteractiveChange
from slp_ops.app.change_session import FleetOptions
from slp_ops.app.flow import StageState, preview_flow, resume_flow, run_flow
from slp_ops.app.remediate import ApplyRequest, PlanRequest
from slp_ops.app.selection import DeviceSelection
from slp_ops.app.sessions import SessionOptions
from slp_ops.cli.change_options import change_options
from slp_ops.errors import InputError, continuation_of
from slp_ops.i18n import Lang
from slp_ops.playbook import Risk
from slp_ops.playbook.flow import packaged_flows
from slp_ops.release import Release
from slp_ops.report.documents.flow import flow_plan_document
from slp_ops.report.terminal.flow import render_preview, render_stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change.results import PlanResult
    from slp_ops.i18n import Text


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ((), Risk.CHANGE),
        (("disruptive",), Risk.DISRUPTIVE),
        (("destructive", "disruptive"), Risk.DESTRUCTIVE),
        (("disruptive", "destructive"), Risk.DESTRUCTIVE),
        (("destructive", "change"), Risk.DESTRUCTIVE),
        (("disruptive", "change", "disruptive"), Risk.DISRUPTIVE),
    ],
)
def test_what_is_allowed_adds_up_in_any_order(given: tuple[str, ...], allowed: Risk) -> None:
    seen: list[Risk] = []

    @click.command()
    @change_options
    def command(*, options: ChangeOptions, revert_timer: int) -> None:
        seen.append(options.allow)

    done = CliRunner().invoke(command, [word for risk in given for word in ("--allow", risk)])
    assert (done.exit_code, seen) == (0, [allowed]), done.output


class Terminal(NonInteractiveChange):
    """An operator who would answer, and must not be asked."""

    @property
    def interactive(self) -> bool:
        return True

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        raise AssertionError(f"asked: {question.en}")

    def confirm(self, question: str) -> bool:
        raise AssertionError(f"asked: {question}")


@pytest.fixture
def requested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any], ApplyRequest]:
    """``requested(running)`` is a request for the lab's sw1, at a terminal."""
    monkeypatch.setenv("SLP_OPS_PASSWORD", "netops")

    def make(running: Any) -> ApplyRequest:
        path = tmp_path / "inventory.yaml"
        switch = {"host": "127.0.0.1", "port": running.rack["sw1"].port, "username": "netops"}
        path.write_text(yaml.safe_dump({"version": 1, "sites": {"tokyo": {"devices": {"sw1": switch}}}}))
        fleet = FleetOptions(
            target=DeviceSelection(inventory_path=path),
            connecting=SessionOptions(login_rate=0),
            runs_dir=tmp_path / "runs",
        )
        return ApplyRequest(plan=PlanRequest(fleet=fleet, ask_missing=True))

    return make


def test_a_dry_run_asks_for_nothing_and_names_what_is_missing(
    lab: Any, requested: Callable[[Any], ApplyRequest]
) -> None:
    running = lab(sw1="factory-fresh")
    flow, stages = preview_flow(requested(running), "case-1", Terminal())
    shown = render_preview(flow, stages, Lang.EN)
    assert "name_servers" in shown
    # Of a stage with a choice every playbook is shown.
    assert all(f"  {playbook}: " in shown for playbook in stages[3].stage.playbooks)
    assert running.lines("sw1", "config") == []


TRUST = """\
id: trust
title: {en: Trust, ja: 信頼コード}
stages:
  - playbooks: [trust-token]
    done_when: [trust-missing]
"""


class Tokens(Terminal):
    """An operator who consents, and types these tokens."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.asked: list[str] = []
        self.read: list[str] = []

    def warn(self, text: Text) -> None:
        self.read.append(text.en)

    def confirm(self, question: str) -> bool:
        return True

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        self.asked.append(question.en)
        return self.tokens.pop(0)


@pytest.mark.slow
def test_enter_skips_the_question_for_another_token_and_the_flow_stays_open(
    lab: Any, requested: Callable[[Any], ApplyRequest], tmp_path: Path
) -> None:
    running = lab(scale=900.0, sw1="invalid-token")
    folder = tmp_path / "flows"
    folder.mkdir()
    (folder / "trust.yaml").write_text(TRUST)
    request = requested(running)
    request = replace(request, plan=replace(request.plan, flows_dir=folder))
    refused = run_flow(request, "trust", Tokens("EXPIRED"))
    assert [each.state for each in refused.switches] == [StageState.FAILED]
    assert refused.continues

    desk = Tokens("")
    skipped = resume_flow(request, Path(refused.journal), desk)
    assert [each.state for each in skipped.switches] == [StageState.FAILED]
    assert skipped.continues
    (asked,) = desk.asked
    assert "(Enter: skip; the step stays open, and --resume asks again)" in asked
    assert "nothing was sent: no value was given for token" in desk.read
    assert len([line for line in running.lines("sw1", "exec") if "idtoken" in line]) == 1


def refused_reports(switch: Any) -> None:
    """CSSM refused two reports, on a release that shows why."""
    switch.release = Release.parse("17.7.1")
    for report in switch.licensing.reports[-4:-2]:
        report.flag, report.transaction_message = "E", "The identity for the instance is not valid"


class Desk(Terminal):
    """An operator at a terminal, without consent: what is shown is kept."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.notices: list[str] = []

    def notice(self, text: str) -> None:
        self.notices.append(text)

    def warn(self, text: Text) -> None:
        self.read.append(text.en)

    def show_plan(self, plan: PlanResult) -> None:
        self.read += [f"plan: {action.playbook}" for each in plan.plans for action in each.actions]


def test_the_reason_of_flag_e_is_read_before_the_reset_is_proposed(
    lab: Any, requested: Callable[[Any], ApplyRequest]
) -> None:
    running = lab(sw1="polling-id-invalid")
    running.change("sw1", refused_reports)
    request = requested(running)
    desk = Desk()
    with pytest.raises(InputError, match="is destructive") as refused:
        run_flow(request, "cscwa11048", desk)
    (command,) = continuation_of(refused.value)  # the hint names the consent
    assert command.startswith("to continue: slp-ops remediate --resume ")
    assert command.endswith("/flow.jsonl")
    assert refused.value.hint == "to run it, add --allow destructive"
    assert not any("to continue" in line for line in desk.notices)
    reason = "sw1: rum-error-flag: 2 RUM reports carry flag E: The identity for the instance is not valid"
    assert reason in desk.read
    assert desk.read.index(reason) < desk.read.index("plan: factory-reset")
    assert any(line.startswith("  show license rum id ") and "identity" in line for line in desk.read)

    flow, stages = preview_flow(request, "cscwa11048", Terminal())
    shown = render_preview(flow, stages, Lang.JA)
    assert "フラグ E の RUM レポートが 2 件あります: The identity for the instance is not valid" in shown
    document = flow_plan_document(flow, stages)
    assert [bool(each.findings) for each in document.stages] == [False, False, False, True, False, False]
    assert document.stages[3].findings[0].en == reason
    assert running.lines("sw1", "config") == []


@pytest.mark.parametrize(
    ("flow", "stage", "marked"),
    [
        ("fn72578-reset", 3, {Lang.EN: "factory-reset (destructive)", Lang.JA: "factory-reset (復元不可)"}),
        ("fn72578-exchange", 6, {Lang.EN: "undo exchange-begin (disruptive)", Lang.JA: "(影響あり)"}),
        ("offline-exchange", 1, {Lang.EN: "of 3: usage-save  sw1", Lang.JA: "/3: usage-save  sw1"}),
        ("case-1", 3, {Lang.EN: "transport-smart | transport-callhome |", Lang.JA: "transport-smart |"}),
    ],
)
def test_the_risk_is_beside_the_name_of_a_playbook(flow: str, stage: int, marked: dict[Lang, str]) -> None:
    (found,) = (each for each in packaged_flows() if each.id == flow)
    for lang, words in marked.items():
        assert words in render_stage(stage, found, ("sw1",), lang)
