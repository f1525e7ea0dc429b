"""Truncated output: each verdict equals that of the complete output, or is unknown."""

from __future__ import annotations

from functools import cache

import pytest

from slp_ops.app.audit_device import AuditOptions
from slp_ops.app.version_task import judge_facts
from slp_ops.lab import scenarios
from slp_ops.model import CaptureStatus, Verdict
from slp_ops.parsing import Facts, read, read_more
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.settings import Intent
from tests.audit.test_scenarios import READABLE, captures, judged

TECH = "show license tech support"
CUT = (CaptureStatus.LOST, CaptureStatus.TIMEOUT)


@cache
def outputs(name: str) -> tuple[tuple[str, CaptureStatus, str], ...]:
    return tuple(captures(scenarios.load(name).build()))


def verdicts(facts: Facts, name: str) -> dict[str, Verdict]:
    return {each.rule: each.verdict for each in judged(facts, name).outcomes}


def changed(name: str, whole: Facts, cut: Facts) -> dict[str, tuple[Verdict, Verdict]]:
    """The rules whose verdict is another one, and known."""
    before, now = verdicts(whole, name), verdicts(cut, name)
    return {
        rule: (before[rule], verdict)
        for rule, verdict in now.items()
        if verdict is not Verdict.UNKNOWN and verdict is not before[rule]
    }


@pytest.mark.parametrize("name", READABLE)
def test_a_command_that_was_cut_changes_no_verdict(name: str) -> None:
    whole = read(outputs(name))
    for command, status, text in outputs(name):
        if status is CaptureStatus.OK:
            half = text[: text.rfind("\n", 0, len(text) // 2) + 1]
            cut = read_more(whole, [(command, CaptureStatus.LOST, half)])
            assert changed(name, whole, cut) == {}, command


@pytest.mark.parametrize("name", READABLE)
def test_a_session_that_did_not_come_back_changes_no_verdict(name: str) -> None:
    whole = read(outputs(name))
    sent = [each for each in outputs(name) if each[1] is CaptureStatus.OK]
    for first in range(0, len(sent), 8):
        cut = read_more(whole, [(command, CaptureStatus.LOST, "") for command, _, _ in sent[first:]])
        assert changed(name, whole, cut) == {}, sent[first][0]


@pytest.mark.parametrize("command", [TECH, "show license all"])
@pytest.mark.parametrize("name", ["polling-id-invalid", "dns-failure", "healthy-stack"])
def test_no_cut_point_changes_a_verdict(name: str, command: str) -> None:
    whole = read(outputs(name))
    text = next(text for each, _, text in outputs(name) if each == command)
    for point in range(75):
        half = text[: len(text) * point // 75]
        cut = read_more(whole, [(command, CUT[point % 2], half)])
        assert changed(name, whole, cut) == {}, point


def test_an_unknown_verdict_names_the_command_that_was_cut() -> None:
    name = "polling-id-invalid"
    whole = read(outputs(name))
    cut = read_more(whole, [(TECH, CaptureStatus.LOST, "")])
    (outcome,) = (each for each in judged(cut, name).outcomes if each.rule == name)
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.incomplete
    assert outcome.why is not None
    assert outcome.why.en == "needs 'show license tech support': the session was lost"


@pytest.mark.parametrize("name", ["healthy-stack", "polling-id-invalid"])
def test_a_release_is_not_affected_because_a_command_was_lost(name: str) -> None:
    def judge(facts: Facts) -> dict[str, AdvisoryStatus]:
        found = judge_facts(facts, AuditOptions(), Intent())
        return {advisory: symptom.judged.status for advisory, symptom in found.advisories}

    whole = read(outputs(name))
    before = judge(whole)
    for command, status, _ in outputs(name):
        if status is CaptureStatus.OK:
            for advisory, advisory_status in judge(
                read_more(whole, [(command, CaptureStatus.LOST, "")])
            ).items():
                if advisory_status is not AdvisoryStatus.UNKNOWN:
                    was_affected = before[advisory] is AdvisoryStatus.AFFECTED
                    assert was_affected is (advisory_status is AdvisoryStatus.AFFECTED), (command, advisory)
