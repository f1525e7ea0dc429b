"""Rules in, facts in, outcomes out. A fact that is missing makes a verdict unknown, never pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from slp_ops.model import Verdict
from slp_ops.rules.rule import Era
from slp_ops.rules.stories import tell
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Finding, NotApplicable, Outcome, Passed, Unknown
from slp_ops.rules.views.era import Licences
from slp_ops.rules.wanting import wanting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.rules.needs import Known
    from slp_ops.rules.rule import Rule
    from slp_ops.rules.values import Judgement

TEXTS = texts_of(__name__)


def audit(rules: Iterable[Rule], known: Known) -> tuple[Outcome, ...]:
    """What every rule says of one device, each consequence with its root cause."""
    rules = tuple(rules)
    return tell(rules, [judge(rule, known) for rule in rules])


def judge(rule: Rule, known: Known) -> Outcome:
    """What one rule says of one device."""
    try:
        return _outcome(rule, _ask(rule, known), known)
    except Exception as err:  # noqa: BLE001 - the check edge: a defect in one check is that check's verdict
        return Outcome(
            rule=rule.id,
            verdict=Verdict.ERROR,
            severity=rule.severity,
            confidence=rule.confidence,
            why=TEXTS["defect"].of(what=f"{type(err).__name__}: {err}"),
        )


def _ask(rule: Rule, known: Known) -> Judgement:
    licences = known.get(Licences)
    if rule.era is not None and licences is not None and licences.era is not rule.era:
        return NotApplicable(why=TEXTS["only-slp"] if rule.era is Era.SLP else TEXTS["only-sl"])
    arguments = known.arguments(rule.needs)
    if arguments is None:
        return Unknown(missing=known.missing(rule.needs))
    return rule.check(*arguments)


def _outcome(rule: Rule, judged: Judgement, known: Known) -> Outcome:
    verdict, why = Verdict.FAIL, None
    severity, confidence = rule.severity, rule.confidence
    finding: Finding | None = None
    match judged:
        case Failed():
            severity, confidence = judged.severity or severity, judged.confidence or confidence
            finding = Finding(
                summary=judged.summary,
                cause=judged.cause or rule.cause,
                remedy=rule.remedy if judged.remedy is None else judged.remedy,
                evidence=judged.evidence,
                links=rule.links,
                playbooks=rule.playbooks,
            )
        case Passed():
            verdict, why = Verdict.PASS, judged.why
        case NotApplicable():
            verdict, why = Verdict.NOT_APPLICABLE, judged.why
        case Unknown():
            verdict, why = Verdict.UNKNOWN, judged.why or wanting(judged.missing, known.facts)
        case _:
            assert_never(judged)
    return Outcome(
        rule=rule.id, verdict=verdict, severity=severity, confidence=confidence, finding=finding, why=why
    )
