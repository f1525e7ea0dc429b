"""Rules of the operator: the same format, every problem with file, line and key."""

from __future__ import annotations

import pytest

from slp_ops.errors import InputError
from slp_ops.facts import Software
from slp_ops.model import Verdict
from slp_ops.parsing import Facts
from slp_ops.release import Release
from slp_ops.rules.dependencies import FactContext
from slp_ops.rules.engine import judge
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.ruleset import extended_ruleset, packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds

ADVISORY = """\
id: ACME-7
title: {en: House rule, ja: 社内ルール}
severity: warning
cause: Not approved by the lab
remedy: [Upgrade]
releases:
  fixed: [17.9.5, 17.12.3]
  affected: [17.10.1 to 17.11.1]
examples:
  affected: [17.9.4a, 17.10.1]
  fixed: [17.9.5, 17.15.1]
"""
MESSAGES = """\
messages:
  - message: ACME-LINK_LOST
    title: Link to the licence relay lost
    meaning: The relay in the basement
    severity: error
    remedy: [Go to the basement]
    sample: "%ACME-3-LINK_LOST: relay gone"
  - message: ACME-RELAY_SLOW
    title: The relay is slow
    meaning: It answers late
    rule: comm-flapping
    sample: "%ACME-4-RELAY_SLOW: 5 s"
"""


def _problems(text: str, path: str = "rules/own.yaml") -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(InputError) as raised:
        extended_ruleset([RuleFile(path=path, text=text)])
    return [(p.path, p.line, p.key, p.message) for p in raised.value.problems]


def test_an_advisory_of_the_operators_becomes_a_rule() -> None:
    knowledge = extended_ruleset([RuleFile(path="a.yaml", text=ADVISORY)])
    rule = knowledge.rule("acme-7")
    assert rule is not None
    assert rule.title.ja == "社内ルール"
    assert rule.cause.ja == rule.cause.en == "Not approved by the lab"
    for version, verdict in (("17.9.4", Verdict.FAIL), ("17.9.5", Verdict.PASS)):
        software = Software(version=version, release=Release.parse(version))
        known = FactContext(Facts.of(software), (knowledge.catalogue, Intent(), Thresholds()))
        assert judge(rule, known).verdict is verdict


def test_messages_of_the_operators_join_ours() -> None:
    knowledge = extended_ruleset([RuleFile(path="m.yaml", text=MESSAGES)])
    assert knowledge.rule("ACME-LINK_LOST") is not None
    found = knowledge.catalogue.find_line("%ACME-4-RELAY_SLOW: 5 s")
    assert found is not None
    assert found.rule == "comm-flapping"
    assert knowledge.catalogue.find_line("%SMART_LIC-6-AGENT_READY: x") is not None
    assert len(knowledge.rules) == len(packaged_ruleset().rules) + 1


def test_all_problems_of_all_files_are_told_at_once_with_their_lines() -> None:
    broken = ADVISORY.replace("severity: warning", "severity: loud").replace("17.12.3", "banana")
    with pytest.raises(InputError) as raised:
        extended_ruleset(
            [RuleFile(path="a.yaml", text=broken), RuleFile(path="m.yaml", text="messages: 7\n")]
        )
    told = {(p.path, p.line, p.key) for p in raised.value.problems}
    assert {("a.yaml", 3, "severity"), ("a.yaml", 7, "releases.fixed[1]"), ("m.yaml", 1, "messages")} <= told


def test_an_example_that_is_judged_otherwise_is_a_problem() -> None:
    told = _problems(ADVISORY.replace("[17.9.5, 17.15.1]", "[17.9.4]"))
    assert ("rules/own.yaml", 10, "examples.fixed", "17.9.4 is judged affected") in told


def test_a_key_that_is_not_known_is_a_problem() -> None:
    told = _problems(ADVISORY + "seveirty: error\n")
    assert told[0][1:3] == (12, "seveirty")
    assert "severity" in told[0][3]


def test_a_key_that_occurs_twice_is_a_problem_with_both_lines() -> None:
    told = _problems(ADVISORY + "id: other\n")
    assert ("rules/own.yaml", 12, "id", "occurs twice, first on line 1") in told


def test_an_id_that_is_taken_is_a_problem() -> None:
    assert ("rules/own.yaml", 1, "id", "FN72323 is the id of another rule") in _problems(
        ADVISORY.replace("ACME-7", "FN72323")
    )


def test_a_message_for_a_rule_that_does_not_exist_is_a_problem() -> None:
    told = _problems(MESSAGES.replace("comm-flapping", "no-such-rule"))
    assert ("rules/own.yaml", 11, "rule", "there is no rule no-such-rule") in told


def test_a_sample_that_its_own_entry_does_not_match_is_a_problem() -> None:
    told = _problems(MESSAGES.replace('"%ACME-4-RELAY_SLOW: 5 s"', '"%ACME-4-RELAY_FAST: 5 s"'))
    assert told == [("rules/own.yaml", 8, "messages[1].sample", "is not matched by this entry")]


def test_a_bad_pattern_is_a_problem() -> None:
    text = MESSAGES.replace("    severity: error\n", "    severity: error\n    pattern: '(('\n")
    assert _problems(text)[0][1:3] == (6, "messages[0].pattern")


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]\n", "just words\n", "id: x\n", "a: [b\n"])
def test_a_file_that_is_no_rule_is_a_problem_and_never_a_crash(text: str) -> None:
    with pytest.raises(InputError):
        extended_ruleset([RuleFile(path="x.yaml", text=text)])


def test_nothing_added_is_what_we_bring_along() -> None:
    assert len(extended_ruleset([]).rules) == len(packaged_ruleset().rules)
