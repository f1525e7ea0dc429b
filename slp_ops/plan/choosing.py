"""Which playbooks are for one switch: by the rules that fail, by the intent, or because they are named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.model import Severity, Verdict
from slp_ops.plan.model import Because, Choice
from slp_ops.playbook.model import ConfigStep, ManualStep, Risk
from slp_ops.rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slp_ops.playbook.model import Playbook
    from slp_ops.rules.settings import Intent
    from slp_ops.rules.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What was picked for one switch, each with the rules that fail, and what was not and why."""

    picked: tuple[tuple[Playbook, tuple[Because, ...]], ...]
    not_needed: tuple[tuple[Playbook, Text], ...] = ()
    choices: tuple[Choice, ...] = ()
    mentioned: tuple[str, ...] = ()


def choose(
    playbooks: Sequence[Playbook],
    outcomes: Iterable[Outcome],
    *,
    named: Sequence[str] = (),
    intent: Intent,
) -> Chosen:
    """The playbooks for a switch of which these are the audit's outcomes, in the order to apply them."""
    by_rule = {outcome.rule: outcome for outcome in outcomes}
    if named:
        wanted = [playbook for playbook in playbooks if playbook.id in named]
        return _named(wanted, by_rule)
    failing = [
        outcome.rule
        for outcome in by_rule.values()
        if outcome.verdict is Verdict.FAIL and outcome.severity.rank >= Severity.WARNING.rank
    ]
    picked: dict[str, Playbook] = {}
    choices: list[Choice] = []
    mentioned: dict[str, None] = {}
    for rule in failing:
        fitting = [
            playbook for playbook in playbooks if rule in playbook.remedies and _meant(playbook, intent)
        ]
        harmless = [playbook for playbook in fitting if playbook.risk is Risk.CHANGE]
        mentioned.update(dict.fromkeys(each.id for each in fitting if each.risk is not Risk.CHANGE))
        by_intent = [playbook for playbook in harmless if playbook.topology and intent.topology]
        if len(harmless) > 1:
            harmless = by_intent or harmless
        if len(harmless) == 1:
            picked[harmless[0].id] = harmless[0]
        elif harmless:
            choices.append(Choice(rule=rule, playbooks=tuple(each.id for each in harmless)))
    return Chosen(
        picked=tuple((each, _because(each, by_rule)) for each in in_order(picked.values())),
        choices=tuple(choices),
        mentioned=tuple(mentioned),
    )


def in_order(playbooks: Iterable[Playbook]) -> tuple[Playbook, ...]:
    """As they are applied: what makes the way first, what uses it later."""
    return tuple(sorted(playbooks, key=lambda playbook: (playbook.order, playbook.id)))


def _meant(playbook: Playbook, intent: Intent) -> bool:
    """Whether the intent does not speak against a playbook."""
    return not playbook.topology or intent.topology is None or intent.topology in playbook.topology


def _because(playbook: Playbook, by_rule: Mapping[str, Outcome]) -> tuple[Because, ...]:
    found = []
    for rule in playbook.remedies:
        outcome = by_rule.get(rule)
        if outcome is not None and outcome.verdict is Verdict.FAIL and outcome.finding is not None:
            found.append(Because(rule=rule, summary=outcome.finding.summary))
    return tuple(found)


def _named(wanted: Iterable[Playbook], by_rule: Mapping[str, Outcome]) -> Chosen:
    """Named ones are planned where a rule of theirs fails. One that only configures may be planned anywhere:
    where everything is configured already, it comes to nothing.
    """
    picked: list[tuple[Playbook, tuple[Because, ...]]] = []
    spared: list[tuple[Playbook, Text]] = []
    for playbook in in_order(wanted):
        because = _because(playbook, by_rule)
        configures = all(isinstance(step, ConfigStep | ManualStep) for step in playbook.steps)
        if because or configures or not playbook.remedies:
            picked.append((playbook, because))
            continue
        unknown = [
            rule for rule in playbook.remedies if rule in by_rule and by_rule[rule].verdict is Verdict.UNKNOWN
        ]
        why = _UNKNOWN.of(rules=", ".join(unknown)) if unknown else _PASSES
        spared.append((playbook, why.of(remedies=", ".join(playbook.remedies)) if why is _PASSES else why))
    return Chosen(picked=tuple(picked), not_needed=tuple(spared))


_PASSES: Final = Text("none of its rules fails ({remedies})", "対象のルールに該当しません ({remedies})")
_UNKNOWN: Final = Text("cannot be judged: {rules}", "判定できません: {rules}")
