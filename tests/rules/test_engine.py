# ruff: noqa: TC001 - the engine reads the types of the parameters
"""The engine: needs by type, verdicts, errors at the check's edge, and stories."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slp_ops.facts import Clock, DeviceTime, Licensing, LicensingModel, Software
from slp_ops.i18n import Text
from slp_ops.model import CaptureStatus, Confidence, Severity, Verdict
from slp_ops.parsing import Facts, read
from slp_ops.release import Release
from slp_ops.rules.dependencies import FactContext, dependencies_of
from slp_ops.rules.derived.now import SwitchTime
from slp_ops.rules.engine import audit, judge
from slp_ops.rules.required_inputs import missing_inputs
from slp_ops.rules.rule import Era, Group, Rule
from slp_ops.rules.ruleset import packaged_ruleset
from slp_ops.rules.settings import Intent, Thresholds
from slp_ops.rules.values import Failed, Judgement, Passed

if TYPE_CHECKING:
    from collections.abc import Callable


def _rule(
    name: str,
    check: Callable[..., Judgement],
    *,
    explains: tuple[str, ...] = (),
    severity: Severity = Severity.ERROR,
    era: Era | None = None,
) -> Rule:
    return Rule(
        id=name,
        group=Group.TRANSPORT,
        severity=severity,
        title=Text(name, name),
        cause=Text("because", "理由"),
        remedy=(Text("do", "対処"),),
        check=check,
        needs=dependencies_of(check),
        explains=explains,
        era=era,
    )


def _fails() -> Judgement:
    return Failed(summary=Text("it is so", "該当"), evidence=())


def _by_clock(clock: Clock) -> Judgement:
    return Passed()


def _by_either(clock: Clock | None) -> Judgement:
    return Passed() if clock is None else _fails()


def _by_now(now: SwitchTime) -> Judgement:
    return Passed()


def _broken() -> Judgement:
    raise ZeroDivisionError("by nothing")


def _strange(both: Clock | Software) -> Judgement:
    return Passed()


CLOCK = Clock(time=DeviceTime(text="12:00"))


def known(*facts: Clock | Licensing | Software) -> FactContext:
    return FactContext(Facts.of(*facts), (Intent(), Thresholds()))


def test_a_missing_fact_is_unknown_and_never_pass() -> None:
    assert judge(_rule("a", _by_clock), known()).verdict is Verdict.UNKNOWN
    assert judge(_rule("a", _by_clock), known(CLOCK)).verdict is Verdict.PASS


def test_an_optional_fact_may_be_missing() -> None:
    assert judge(_rule("a", _by_either), known()).verdict is Verdict.PASS
    assert judge(_rule("a", _by_either), known(CLOCK)).verdict is Verdict.FAIL


def test_a_derived_value_names_the_facts_that_would_tell() -> None:
    outcome = judge(_rule("a", _by_now), known(CLOCK))
    assert outcome.verdict is Verdict.UNKNOWN
    assert outcome.why is not None
    assert "show clock" in outcome.why.en


def test_a_parameter_of_two_facts_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="one type of fact"):
        dependencies_of(_strange)


def test_a_defect_in_one_check_is_that_checks_error() -> None:
    broken, good = audit([_rule("a", _broken), _rule("b", _fails)], known())
    assert broken.verdict is Verdict.ERROR
    assert broken.why is not None
    assert "ZeroDivisionError: by nothing" in broken.why.en
    assert good.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("model", "release", "era", "applies"),
    [
        (LicensingModel.SLP, None, Era.SLP, True),
        (LicensingModel.SL, None, Era.SLP, False),
        (LicensingModel.SL, None, Era.SL, True),
        (LicensingModel.SL, None, None, True),
        (None, "17.3.1", Era.SLP, False),
        (None, "17.3.2a", Era.SLP, True),
        (None, "Experimental Version 17.12.20240516:071512", Era.SLP, True),
        (None, None, Era.SL, True),  # not given: the facts decide
    ],
)
def test_rules_of_the_other_kind_of_licensing_do_not_apply(
    model: LicensingModel | None, release: str | None, era: Era, applies: bool
) -> None:
    facts = [Licensing(model=model)] if model else []
    software = [Software(release=Release.parse(release))] if release else []
    outcome = judge(_rule("a", _fails, era=era), known(*facts, *software))
    assert (outcome.verdict is Verdict.FAIL) == applies


def _roots(*rules: Rule) -> dict[str, str | None]:
    return {outcome.rule: outcome.root for outcome in audit(rules, known())}


def test_consequences_stand_under_the_first_cause() -> None:
    rules = (
        _rule("backlog", _fails),
        _rule("failing", _fails, explains=("backlog",)),
        _rule("dns", _fails, explains=("failing",)),
        _rule("server", _fails, explains=("dns",)),
    )
    assert _roots(*rules) == {"backlog": "server", "failing": "server", "dns": "server", "server": None}


def test_what_did_not_fail_explains_nothing() -> None:
    passing = _rule("dns", lambda: Passed(), explains=("failing",))
    assert _roots(_rule("failing", _fails), passing)["failing"] is None


def test_the_graver_of_two_causes_counts() -> None:
    rules = (
        _rule("minor", _fails, explains=("failing",), severity=Severity.INFO),
        _rule("major", _fails, explains=("failing",), severity=Severity.CRITICAL),
        _rule("failing", _fails),
    )
    assert _roots(*rules)["failing"] == "major"


def test_a_circle_of_an_operators_rules_ends() -> None:
    rules = (_rule("a", _fails, explains=("b",)), _rule("b", _fails, explains=("a",)))
    assert _roots(*rules) == {"a": "b", "b": "a"}


def test_what_a_check_says_overrides_the_rule() -> None:
    def check() -> Judgement:
        return Failed(
            summary=Text("{n} of them", "{n} 件").format(n=3),
            evidence=(),
            severity=Severity.INFO,
            confidence=Confidence.LOW,
            cause=Text("another", "別"),
        )

    outcome = judge(_rule("a", check), known())
    assert (outcome.severity, outcome.confidence) == (Severity.INFO, Confidence.LOW)
    assert outcome.finding is not None
    assert outcome.finding.summary == Text("3 of them", "3 件")
    assert outcome.finding.cause.en == "another"
    assert outcome.finding.remedy == (Text("do", "対処"),)


def test_device_text_with_braces_is_a_value_and_never_a_template() -> None:
    said = Text("refused: {reason}", "拒否: {reason}").format(reason='{"token":["x {0}"]}')
    assert said.en == 'refused: {"token":["x {0}"]}'


def test_a_missing_input_names_the_command_that_was_lost_not_the_one_that_was_read() -> None:
    facts = read(
        (
            ("show clock", CaptureStatus.OK, "09:10:11.345 UTC Fri Nov 27 2026\n"),
            ("show license tech support", CaptureStatus.LOST, ""),
        )
    )
    known = FactContext(facts, (Thresholds(), Intent(), packaged_ruleset().catalogue))

    whys = {each.name.en: each.why.en for each in missing_inputs(known)}

    assert whys["clock"] == "needs 'show license tech support': the session was lost"
