"""A fleet on the terminal: switches with findings of the same rules are one entry."""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING

import click
import pytest
from rich.cells import cell_len

from slp_ops.app.audit_device import DeviceState
from slp_ops.i18n import Lang, verbatim
from slp_ops.model import Severity
from slp_ops.report.audit_view import AuditTotals, AuditView, DeviceFindings, FailedRule, RuleFindings
from slp_ops.report.terminal.audit import render
from slp_ops.rules.values import Finding

if TYPE_CHECKING:
    from pytest_mock import MockerFixture


def device(name: str, *summaries: str, unjudged: int = 0) -> DeviceFindings:
    """A switch with a finding of "first", "second", ... for each summary."""
    roots = tuple(
        FailedRule(
            rule=rule,
            severity=Severity.ERROR,
            finding=Finding(
                summary=verbatim(summary), cause=verbatim("c"), remedy=(), evidence=(), links=(), playbooks=()
            ),
        )
        for rule, summary in zip(("first", "second"), summaries, strict=False)
    )
    return DeviceFindings(
        name=name,
        site="tokyo",
        release=None,
        state=DeviceState.FINDINGS,
        error=None,
        platform=None,
        missing=(),
        counts=((Severity.ERROR, len(roots)),),
        roots=roots,
        unjudged=tuple((verbatim("it was skipped"), f"rule-{number}") for number in range(unjudged)),
    )


def printed(
    *devices: DeviceFindings,
    causes: tuple[RuleFindings, ...] = (),
    lang: Lang = Lang.EN,
    details: bool = False,
) -> str:
    totals = AuditTotals(devices=len(devices), by_worst=Counter(), by_state=Counter(), unjudged=0)
    view = AuditView(devices=devices, causes=causes, rules=(), totals=totals, compared=None, seconds=0.0)
    return click.unstyle(render(view, lang, details=details))


def test_values_of_their_own_do_not_make_an_entry_and_are_not_taken_for_the_same() -> None:
    fleet = (device("sw1", "38 failures"), device("sw2", "14 failures"), device("sw3", "38 failures"))
    text = printed(*fleet)
    assert "  the same on 1 more: sw3\n" in text
    assert "  the same rules, with other values (see --details), on 1 more: sw2\n" in text
    assert "14 failures" not in text
    assert "同じルールで値が異なるもの (--details で表示) ほか 1 台: sw2" in printed(*fleet, lang=Lang.JA)
    every = printed(*fleet, details=True)
    assert every.count("38 failures") == 2
    assert every.count("14 failures") == 1
    assert "more:" not in every


def test_another_rule_or_another_unknown_verdict_is_an_entry_of_its_own() -> None:
    fleet = (device("sw1", "x"), device("sw2", "x", "y"), device("sw3", "x", unjudged=1))
    lines = printed(*fleet).splitlines()
    assert [line[:3] for line in lines if line.startswith("sw")] == ["sw1", "sw2", "sw3"]


def test_of_many_rules_without_a_verdict_some_are_named() -> None:
    fleet = (device("sw1", "x", unjudged=46), device("sw2", "x", "y"))
    assert "rule-5 and 40 more: it was skipped" in " ".join(printed(*fleet).split())
    assert "rule-5 ほか 40 件: " in printed(*fleet, lang=Lang.JA)
    assert "rule-45: it was skipped" in " ".join(printed(*fleet, details=True).split())


@pytest.mark.parametrize("lang", Lang)
def test_the_switches_of_a_cause_fit_the_terminal(mocker: MockerFixture, lang: Lang) -> None:
    mocker.patch("shutil.get_terminal_size", return_value=os.terminal_size((80, 24)))
    fleet = [device(f"sapporo-campus-building-{number}", "x") for number in range(9)]
    names = tuple(each.name for each in fleet)
    finding = fleet[0].roots[0].finding
    cause = RuleFindings(
        rule="first", title=verbatim("t"), severity=Severity.ERROR, devices=names, finding=finding
    )
    lines = printed(*fleet, causes=(cause,), lang=lang).splitlines()
    assert any(line.startswith(("    on sapporo", "    対象: sapporo")) for line in lines)
    assert max(map(cell_len, lines)) <= 80
