"""Every rule against its table of cases: facts in, verdict out. ``cases`` holds one table a group."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops.facts import Fact, Software, SyslogBuffer
from slp_ops.facts.values import SourceLine
from slp_ops.i18n import Lang
from slp_ops.model import Verdict
from slp_ops.parsing import Facts, ParsedCapture
from slp_ops.release import Release
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.engine import judge
from slp_ops.rules.fixed_releases import AdvisoryStatus
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.rules.symptoms import SYMPTOM_CHECKS

if TYPE_CHECKING:
    from slp_ops.rules.fixed_releases import Advisory
    from slp_ops.rules.message_catalog import Message
    from slp_ops.rules.rule import Rule

# Advisories that the release alone decides: no symptom is looked for.
BY_RELEASE = [
    advisory
    for advisory in packaged_ruleset().advisories
    if advisory.id not in SYMPTOM_CHECKS
    and {AdvisoryStatus.AFFECTED, AdvisoryStatus.FIXED} <= advisory.examples.keys()
]
# A failure in which a certificate of the server has a part.
ABORTED = (
    "%SMART_LIC-3-COMM_FAILED: Communications failure with the Cisco Smart Software Manager (CSSM) : "
    "The certificate is invalid"
)
TABLES: dict[str, dict[str, list[list[Any]]]] = {}
for _path in sorted((Path(__file__).parent / "cases").glob("*.py")):
    TABLES |= runpy.run_path(str(_path))["CASES"]


def known_of(case: list[Any]) -> FactContext:
    """Facts, captures and settings as a case lists them."""
    facts = {type(each): each for each in case if isinstance(each, Fact)}
    reads = tuple(each for each in case if isinstance(each, ParsedCapture))
    settings: dict[type, object] = {Intent: Intent(), Thresholds: Thresholds()}
    settings |= {type(each): each for each in case if isinstance(each, Intent | Thresholds)}
    return FactContext(Facts(facts, reads), (packaged_ruleset().catalogue, *settings.values()))


def rule_of(name: str) -> Rule:
    """The rule of that id."""
    found = packaged_ruleset().rule(name)
    assert found is not None, f"there is no rule {name}"
    return found


@pytest.mark.parametrize(
    ("name", "verdict", "case"),
    [
        pytest.param(name, verdict, case, id=f"{name}-{verdict}-{number}")
        for name, table in TABLES.items()
        for verdict, cases in table.items()
        for number, case in enumerate(cases)
    ],
)
def test_the_case(name: str, verdict: str, case: list[Any]) -> None:
    outcome = judge(rule_of(name), known_of(case))
    assert outcome.verdict == verdict, outcome.why
    if outcome.verdict is Verdict.FAIL:
        assert outcome.finding is not None
        assert outcome.finding.evidence
        assert outcome.finding.remedy
    else:
        assert outcome.finding is None
    if outcome.verdict is Verdict.UNKNOWN:
        assert outcome.why is not None


@pytest.mark.parametrize("rule", packaged_ruleset().rules, ids=lambda rule: rule.id)
def test_every_rule_has_cases_that_pass_fail_and_stay_unknown(rule: Rule) -> None:
    if any(entry.id == rule.id and entry.severity for entry in packaged_ruleset().catalogue.messages):
        return  # its cases are made from its sample, below
    if any(advisory.id == rule.id for advisory in BY_RELEASE):
        return  # its cases are made from its examples, below
    table = TABLES.get(rule.id, {})
    for verdict in ("pass", "fail", "unknown"):
        assert table.get(verdict), f"{rule.id} has no case for {verdict}: add it in tests/rules/cases"


@pytest.mark.parametrize("rule", packaged_ruleset().rules, ids=lambda rule: rule.id)
def test_a_rule_without_its_facts_names_them(rule: Rule) -> None:
    nothing = known_of([])
    assert nothing.arguments(rule.needs) is not None or nothing.missing(rule.needs)


def test_a_rule_about_the_agent_before_slp_names_the_command_that_it_lacks() -> None:
    old = known_of([Software(version="16.12.4", release=Release.parse("16.12.4"))])
    outcome = judge(rule_of("sl-not-registered"), old)
    assert outcome.verdict is Verdict.UNKNOWN
    assert "show license" in str(outcome.why)


def _judged_by_release(advisory: Advisory, release: str) -> Verdict:
    software = Software(version=release, release=Release.parse(release))
    return judge(rule_of(advisory.id), known_of([software])).verdict


@pytest.mark.parametrize("advisory", packaged_ruleset().advisories, ids=lambda advisory: advisory.id)
def test_an_advisory_judges_the_releases_of_its_examples(advisory: Advisory) -> None:
    expected = {AdvisoryStatus.FIXED: Verdict.PASS, AdvisoryStatus.NOT_APPLICABLE: Verdict.NOT_APPLICABLE}
    if advisory in BY_RELEASE:
        expected |= {AdvisoryStatus.AFFECTED: Verdict.FAIL}
    for status, verdict in expected.items():
        for release in advisory.examples.get(status, ()):
            assert _judged_by_release(advisory, release) is verdict
    assert judge(rule_of(advisory.id), known_of([])).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "entry",
    [each for each in packaged_ruleset().catalogue.messages if each.severity],
    ids=lambda entry: entry.id,
)
def test_a_message_that_is_a_rule(entry: Message) -> None:
    from slp_ops.commands.show_logging import parse
    from slp_ops.facts import Licensing, LicensingModel
    from slp_ops.rules.rule import Era

    def judged(text: str) -> Verdict:
        return judge(
            rule_of(entry.id), known_of([era, *parse(f"Log Buffer (4096 bytes):\n\n{text}\n").facts])
        ).verdict

    era = Licensing(model=LicensingModel.SL if entry.era is Era.SL else LicensingModel.SLP)
    line = f"Jan 10 11:00:00.000: {entry.sample}"
    if entry.only_with:
        assert judged(line) is Verdict.PASS
        line += f"\nJan 10 11:01:00.000: {ABORTED}"
    other = "Jan 10 11:05:00.000: %SYS-5-CONFIG_I: Configured from console by vty0"
    assert judged(f"{line}\n{other}") is Verdict.FAIL
    assert judged(other) is Verdict.PASS
    assert judge(rule_of(entry.id), known_of([era])).verdict is Verdict.UNKNOWN
    for name in entry.cleared_by:
        facility, _, mnemonic = name.rpartition("-")
        cleared = f"Jan 10 11:06:00.000: %{facility}-6-{mnemonic}: it is over"
        assert judged(f"{line}\n{cleared}") is Verdict.PASS
        assert judged(f"{cleared}\n{line}") is Verdict.FAIL


@pytest.mark.parametrize("rule", packaged_ruleset().rules, ids=lambda rule: rule.id)
def test_every_text_is_there_in_both_languages(rule: Rule) -> None:
    for text in (rule.title, rule.cause, *rule.remedy):
        assert text.en.strip()
        assert text.ja.strip()
        assert re.search(r"[ぁ-んァ-ヶ一-龠]", text.ja), f"not Japanese: {text.ja}"
        assert not re.search(r"[ぁ-んァ-ヶ一-龠]", text.en)
    assert not rule.title.en.endswith(".")
    assert not rule.title.ja.endswith("。")
    assert rule.remedy


@pytest.mark.parametrize("rule", packaged_ruleset().rules, ids=lambda rule: rule.id)
def test_what_a_rule_explains_exists(rule: Rule) -> None:
    names = {each.id for each in packaged_ruleset().rules}
    assert set(rule.explains) <= names
    assert rule.id not in rule.explains
    for link in rule.links:
        assert link.startswith("https://")


def test_no_rule_explains_itself_in_a_circle() -> None:
    below = {rule.id: set(rule.explains) for rule in packaged_ruleset().rules}

    def reach(name: str) -> set[str]:
        found: set[str] = set()
        waiting = list(below[name])
        while waiting:
            each = waiting.pop()
            if each not in found:
                found.add(each)
                waiting += below[each]
        return found

    for name in below:
        assert name not in reach(name)


def test_ids_are_unique() -> None:
    names = [rule.id for rule in packaged_ruleset().rules]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("ack", "left", "severity"),
    [(-61, 29, "warning"), (-1, 29, "info"), (-22, 8, "warning"), (None, 20, "warning")],
)
def test_early_in_a_short_policy_a_near_deadline_only_informs(
    ack: float | None, left: float, severity: str
) -> None:
    table = runpy.run_path(str(Path(__file__).parent / "cases" / "reporting.py"))
    outcome = judge(
        rule_of("ack-due-soon"), known_of([table["usage"](left, ack), table["CLOCK"], table["NA_AND_DNA"]])
    )
    assert (outcome.verdict, outcome.severity) == ("fail", severity)


def test_evidence_is_the_devices_own_line() -> None:
    from slp_ops.facts import LicenseTransport, TransportKind
    from slp_ops.facts.values import Source

    lines = {
        "type": SourceLine(number=21, text="  Type: cslu"),
        "cslu_address": SourceLine(number=22, text="  Cslu address: <empty>"),
    }
    transport = LicenseTransport(
        kind=TransportKind.CSLU, type="cslu", source=Source("show license status", lines)
    )
    outcome = judge(rule_of("cslu-address-missing"), known_of([transport]))
    assert outcome.finding is not None
    assert [(each.command, each.line, each.text) for each in outcome.finding.evidence] == [
        ("show license status", 21, "  Type: cslu"),
        ("show license status", 22, "  Cslu address: <empty>"),
    ]


def test_a_missing_fact_names_the_command_that_would_give_it() -> None:
    outcome = judge(rule_of("rum-error-flag"), known_of([SyslogBuffer()]))
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.why is not None
    assert "show license rum id all" in outcome.why.render(Lang.EN)
    assert "show license rum id all" in outcome.why.render(Lang.JA)
