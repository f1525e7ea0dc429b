"""Rules and facts in, outcomes out: verdicts, what an unknown one lacked, and the root cause of each failure.

A fact that is missing makes a verdict unknown, never pass. So does an output that was cut: what was read of
it proves neither a presence nor an absence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from slp_ops.facts import Licensing
from slp_ops.i18n import Text, listing
from slp_ops.model import CaptureStatus, Confidence, Severity, Verdict
from slp_ops.rules.derived.era import LicensingEra
from slp_ops.rules.derived.log import LicenceLog
from slp_ops.rules.rule import Era, Group
from slp_ops.rules.texts import texts_of
from slp_ops.rules.values import Failed, Finding, NotApplicable, Outcome, Passed, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from slp_ops.facts import Fact
    from slp_ops.parsing import Facts
    from slp_ops.rules.dependencies import FactContext
    from slp_ops.rules.rule import Rule
    from slp_ops.rules.values import Judgement


TEXTS = texts_of(__name__)


def audit(rules: Iterable[Rule], known: FactContext) -> tuple[Outcome, ...]:
    """Evaluate every rule on one device and link each consequence with its root cause."""
    rules = tuple(rules)
    return assign_root_causes(rules, [judge(rule, known) for rule in rules])


def judge(rule: Rule, known: FactContext) -> Outcome:
    """Evaluate one rule on one device."""
    try:
        with known.watch() as cut:
            judged = _ask(rule, known)
        if cut:
            judged = Unknown(why=incomplete(cut, known.facts), is_cut=True)
        return _outcome(rule, judged, known)
    except Exception as err:  # noqa: BLE001 - the check edge: a defect in one check is that check's verdict
        return Outcome(
            rule=rule.id,
            verdict=Verdict.ERROR,
            severity=rule.severity,
            confidence=rule.confidence,
            why=TEXTS["defect"].format(what=f"{type(err).__name__}: {err}"),
        )


def _ask(rule: Rule, known: FactContext) -> Judgement:
    if rule.era is not None and (era := _era(known)) is not None and era is not rule.era:
        return NotApplicable(why=TEXTS["only-slp"] if rule.era is Era.SLP else TEXTS["only-sl"])
    arguments = known.arguments(rule.needs)
    if arguments is None:
        return Unknown(missing=known.missing(rule.needs))
    judged = rule.check(*arguments)
    if isinstance(judged, Passed) and (why := _unseen(rule, known)) is not None:
        return Unknown(why=why)
    return judged


def _unseen(rule: Rule, known: FactContext) -> Text | None:
    """Return the reason why the log does not prove the absence of a rule's messages; None when it does."""
    if not any(need.kind is LicenceLog and not need.optional for need in rule.needs):
        return None
    log = known.get(LicenceLog)
    return log.partial if log is not None and rule.id in log.blind else None


def _era(known: FactContext) -> Era | None:
    """Return the licensing model; the release is asked only where the agent's output does not decide."""
    licences = LicensingEra.derive(known.get(Licensing), None) or known.get(LicensingEra)
    return None if licences is None else licences.era


def _outcome(rule: Rule, judged: Judgement, known: FactContext) -> Outcome:
    verdict, why = Verdict.FAIL, None
    severity, confidence = rule.severity, rule.confidence
    finding: Finding | None = None
    is_cut = False
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
            verdict, why = Verdict.UNKNOWN, judged.why or explain_missing(judged.missing, known.facts)
            is_cut = judged.is_cut
        case _:
            assert_never(judged)
    return Outcome(
        rule=rule.id,
        verdict=verdict,
        severity=severity,
        confidence=confidence,
        finding=finding,
        why=why,
        incomplete=is_cut,
    )


def assign_root_causes(rules: Iterable[Rule], outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """Return the outcomes in the same order, each consequence with its root.

    If several failures explain one, the more severe counts, then the first. An advisory without a symptom,
    or that is only a candidate, explains nothing.
    """
    outcomes = tuple(outcomes)
    failed = {outcome.rule: outcome for outcome in outcomes if outcome.verdict is Verdict.FAIL}
    causes: dict[str, list[str]] = {}
    for rule in rules:
        if rule.id in failed and not _is_candidate(rule, failed[rule.id]):
            for consequence in rule.explains:
                if consequence in failed and consequence != rule.id:
                    causes.setdefault(consequence, []).append(rule.id)
    roots = {name: root for name in failed if (root := _root(name, causes, failed)) != name}
    return tuple(
        replace(outcome, root=roots[outcome.rule]) if outcome.rule in roots else outcome
        for outcome in outcomes
    )


def _is_candidate(rule: Rule, outcome: Outcome) -> bool:
    """Return whether an advisory has no symptom, or one that other causes have too."""
    return rule.group is Group.ADVISORIES and (
        outcome.confidence is Confidence.LOW or outcome.severity is Severity.INFO is not rule.severity
    )


def _root(name: str, causes: Mapping[str, list[str]], failed: Mapping[str, Outcome]) -> str:
    """Follow a failure to its root; an operator's rules may form a circle."""
    seen = {name}
    while above := [cause for cause in causes.get(name, ()) if cause not in seen]:
        name = max(above, key=lambda cause: failed[cause].severity.rank)
        seen.add(name)
    return name


def explain_missing(missing: tuple[type[Fact], ...], facts: Facts) -> Text:
    """Describe why a verdict is unknown when these facts are missing."""
    if not missing:
        return TEXTS["untold"]
    found = dict.fromkeys(command for kind in missing for command in _commands(kind, facts))
    if not found:
        return TEXTS["no-command"].format(facts=", ".join(kind.__name__ for kind in missing))
    # Prefer a command that was not read over one that was read without the fact.
    unread = [each for each in found if each[1] is not CaptureStatus.OK] or list(found)
    said = [needs_command(command, status) for command, status in unread]
    return listing(said, separator="; ")


def needs_command(command: str, status: CaptureStatus | None) -> Text:
    """Return the sentence that a verdict needs a command, with its status; None: it was not collected."""
    return TEXTS["needs"].format(command=command, why=_WHY[status])


def incomplete(cut: Iterable[type[Fact]], facts: Facts) -> Text:
    """Describe why a verdict is unknown when the outputs with these facts were cut."""
    captures = {each.command: each.status for kind in cut for each in facts.cut(kind)}
    named = [(command, captures[command]) for command in sorted(captures)]
    return listing(
        [needs_command(command.split(" | ", 1)[0], status) for command, status in named],
        separator="; ",
    )


def _commands(kind: type[Fact], facts: Facts) -> list[tuple[str, CaptureStatus | None]]:
    """Return the command that provides a fact and was refused or lost, else the first that was not read."""
    found = [(command, facts.status_of(command)) for command, _ in facts.missing(kind).commands]
    asked = [each for each in found if each[1] in _REFUSED]
    unread = [each for each in found if each[1] is not CaptureStatus.OK]
    return [*asked, *unread, *found][:1]


_REFUSED: Final = (CaptureStatus.DENIED, CaptureStatus.TIMEOUT, CaptureStatus.LOST, CaptureStatus.DAMAGED)
_WHY: Final = {
    None: TEXTS["why.not-collected"],
    CaptureStatus.OK: TEXTS["why.ok"],
    CaptureStatus.UNSUPPORTED: TEXTS["why.unsupported"],
    CaptureStatus.DENIED: TEXTS["why.denied"],
    CaptureStatus.TIMEOUT: TEXTS["why.timeout"],
    CaptureStatus.SKIPPED: TEXTS["why.skipped"],
    CaptureStatus.LOST: TEXTS["why.lost"],
    CaptureStatus.DAMAGED: TEXTS["why.damaged"],
}
