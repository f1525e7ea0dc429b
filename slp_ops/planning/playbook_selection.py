"""Selection of playbooks for one switch: by failed rules, by intent, or by name.

A playbook is picked where a rule that it remedies fails, and one by which it is verified does too: the
verification proves that it helped. Others are mentioned. A named one is planned where a check that it
remedies fails. A message in the log and an advisory of the release fail also after the remedy: they alone
suffice only where every step may be repeated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.model import Verdict
from slp_ops.planning.model import PlaybookChoice, Trigger
from slp_ops.playbook.model import ConfigTemplate, ExecTemplate, ManualTemplate, Risk
from slp_ops.steps import Repeat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slp_ops.playbook.model import Playbook
    from slp_ops.rules.settings import Intent
    from slp_ops.rules.values import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedPlaybooks:
    """Selected playbooks of one switch, each with its failed rules, and the skipped ones with reasons."""

    picked: tuple[tuple[Playbook, tuple[Trigger, ...]], ...]
    not_needed: tuple[tuple[Playbook, Text], ...] = ()
    unjudged: tuple[tuple[Playbook, Text], ...] = ()
    choices: tuple[PlaybookChoice, ...] = ()
    mentioned: tuple[str, ...] = ()


def choose(
    playbooks: Sequence[Playbook],
    outcomes: Iterable[Outcome],
    *,
    named: Sequence[str] = (),
    intent: Intent,
    always: bool = False,
) -> SelectedPlaybooks:
    """The playbooks for a switch of which these are the audit's outcomes, in the order to apply them.

    ``always`` picks the named ones also where nothing fails.
    """
    by_rule = {outcome.rule: outcome for outcome in outcomes}
    if named:
        wanted = [playbook for playbook in playbooks if playbook.id in named]
        if always:
            return SelectedPlaybooks(
                picked=tuple((each, _because(each, by_rule)) for each in in_order(wanted))
            )
        return _select_named(wanted, by_rule)
    picked: dict[str, Playbook] = {}
    choices: list[PlaybookChoice] = []
    mentioned: dict[str, None] = {}
    for rule in _roots(by_rule.values()):
        fitting = [
            playbook
            for playbook in playbooks
            if rule in playbook.remedies and _intent_allows(playbook, intent)
        ]
        ready = [each for each in fitting if each.risk is Risk.CHANGE and _is_proven_by_verify(each, by_rule)]
        if not ready:
            mentioned.update(dict.fromkeys(each.id for each in fitting))
        if len(ready) > 1 and intent.topology is not None:
            ready = [playbook for playbook in ready if playbook.topology] or ready
        if len(ready) == 1:
            picked[ready[0].id] = ready[0]
        elif ready:
            choices.append(PlaybookChoice(rule=rule, playbooks=tuple(each.id for each in ready)))
    return SelectedPlaybooks(
        picked=tuple((each, _because(each, by_rule)) for each in in_order(picked.values())),
        choices=tuple(choices),
        mentioned=tuple(name for name in mentioned if name not in picked),
    )


def in_order(playbooks: Iterable[Playbook]) -> tuple[Playbook, ...]:
    """Order playbooks for application: those that repair the route precede those that use it."""
    return tuple(sorted(playbooks, key=lambda playbook: (playbook.order, playbook.id)))


def _roots(outcomes: Iterable[Outcome]) -> list[str]:
    """The rules that fail at warning or above; a consequence goes away with its cause."""
    return [outcome.rule for outcome in outcomes if outcome.is_problem and outcome.root is None]


def _intent_allows(playbook: Playbook, intent: Intent) -> bool:
    """Return whether the intent allows a playbook."""
    return not playbook.topology or intent.topology is None or intent.topology in playbook.topology


def _fails(rule: str, by_rule: Mapping[str, Outcome]) -> bool:
    return rule in by_rule and by_rule[rule].verdict is Verdict.FAIL


def _is_proven_by_verify(playbook: Playbook, by_rule: Mapping[str, Outcome]) -> bool:
    """Return whether the verification fails before the change, so that it proves the change afterwards."""
    return not playbook.verify or any(_fails(rule, by_rule) for rule in playbook.verify)


def _is_needed(playbook: Playbook, by_rule: Mapping[str, Outcome]) -> bool:
    """Return whether a named playbook has something to put right."""
    checks = filter(_is_check, playbook.remedies)
    return (
        _is_proven_by_verify(playbook, by_rule)
        or any(_fails(rule, by_rule) for rule in checks)
        or _may_repeat(playbook)
    )


def _is_check(rule: str) -> bool:
    """Return whether a rule judges the present state: ids of messages and advisories are Cisco's own."""
    return rule == rule.lower()


def _may_repeat(playbook: Playbook) -> bool:
    """Return whether every step has the same effect when it is sent again."""
    return all(isinstance(step, ExecTemplate) and step.step.repeat is Repeat.SAFE for step in playbook.steps)


def _because(playbook: Playbook, by_rule: Mapping[str, Outcome]) -> tuple[Trigger, ...]:
    found = []
    for rule in playbook.remedies:
        outcome = by_rule.get(rule)
        if outcome is not None and outcome.verdict is Verdict.FAIL and outcome.finding is not None:
            found.append(Trigger(rule=rule, summary=outcome.finding.summary))
    return tuple(found)


def _select_named(wanted: Iterable[Playbook], by_rule: Mapping[str, Outcome]) -> SelectedPlaybooks:
    """Named ones are planned where they are needed. One that only configures may be planned anywhere: where
    everything is configured already, it comes to nothing.
    """
    picked: list[tuple[Playbook, tuple[Trigger, ...]]] = []
    not_needed: list[tuple[Playbook, Text]] = []
    unjudged: list[tuple[Playbook, Text]] = []
    for playbook in in_order(wanted):
        because = _because(playbook, by_rule)
        configures = all(isinstance(step, ConfigTemplate | ManualTemplate) for step in playbook.steps)
        if configures or not playbook.remedies or (because and _is_needed(playbook, by_rule)):
            picked.append((playbook, because))
        elif because:
            not_needed.append((playbook, _SOUND.format(verify=", ".join(playbook.verify))))
        elif unknown := _unknown(playbook, by_rule):
            unjudged.append((playbook, _UNKNOWN.format(rules=", ".join(unknown))))
        else:
            not_needed.append((playbook, _PASSES.format(remedies=", ".join(playbook.remedies))))
    return SelectedPlaybooks(picked=tuple(picked), not_needed=tuple(not_needed), unjudged=tuple(unjudged))


def _unknown(playbook: Playbook, by_rule: Mapping[str, Outcome]) -> list[str]:
    """The rules of a playbook that could not be judged."""
    return [
        rule for rule in playbook.remedies if rule in by_rule and by_rule[rule].verdict is Verdict.UNKNOWN
    ]


_PASSES: Final = Text("none of its rules fails ({remedies})", "対象のルールに該当しません ({remedies})")
_SOUND: Final = Text(
    "nothing to change: its rules pass already ({verify})", "対処対象はすでに正常です ({verify})"
)
_UNKNOWN: Final = Text("cannot be judged: {rules}", "判定できません: {rules}")
