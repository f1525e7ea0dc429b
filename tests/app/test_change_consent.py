"""Consent to a change: one yes, and the name of each switch for what is disruptive."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from slp_ops.app.change.context import StepDecision
from slp_ops.app.change.operator import (
    AssumeFilesCopied,
    Decisions,
    NonInteractiveChange,
    ScriptedAnswers,
    ask_consent,
)
from slp_ops.app.operator import Declined
from slp_ops.errors import InputError
from slp_ops.i18n import Text, verbatim
from slp_ops.planning import Action, SwitchPlan
from slp_ops.planning.journal_state import StepState, SwitchState
from slp_ops.playbook import Risk
from slp_ops.steps import ExecStep

if TYPE_CHECKING:
    from collections.abc import Sequence


class Answering(NonInteractiveChange):
    """Answers every question in the same way."""

    interactive = True

    def __init__(self, *, yes: bool = False, typed: str = "") -> None:
        self.asked: list[str] = []
        self.warned: list[str] = []
        self._yes, self._typed = yes, typed

    def warn(self, text: Text) -> None:
        self.warned.append(text.en)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return self._yes

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        self.asked.append(question.en)
        return self._typed


def plan(name: str, risk: Risk = Risk.CHANGE) -> SwitchPlan:
    action = Action(
        playbook="p", title=verbatim("p"), risk=risk, because=(), params={}, steps=(),
        irreversible=None if risk is Risk.CHANGE else verbatim("all is lost"),
    )  # fmt: skip
    return SwitchPlan(name=name, site="s", serials=(), release=None, fields={}, actions=(action,))


def consent(
    operator: NonInteractiveChange,
    plans: Sequence[SwitchPlan],
    *,
    yes: bool = False,
    allow: Risk = Risk.CHANGE,
    confirmed: Sequence[str] = (),
) -> None:
    ask_consent(plans, operator, yes=yes, allow=allow, confirmed=confirmed)


def test_a_change_takes_one_yes_for_all_switches() -> None:
    operator = Answering(yes=True)
    consent(operator, [plan("sw1"), plan("sw2")])
    assert operator.asked == ["Apply this to 2 switches?"]
    with pytest.raises(Declined):
        consent(Answering(), [plan("sw1")])
    consent(NonInteractiveChange(), [plan("sw1")], yes=True)
    with pytest.raises(InputError, match="confirmation is required"):
        consent(NonInteractiveChange(), [plan("sw1")])


def test_a_higher_risk_is_allowed_by_its_name_and_each_switch_confirmed() -> None:
    plans = [plan("sw1", Risk.DESTRUCTIVE)]
    with pytest.raises(InputError, match="is destructive"):
        consent(Answering(), plans, yes=True, allow=Risk.DISRUPTIVE)
    with pytest.raises(InputError, match="its name was not confirmed"):
        consent(NonInteractiveChange(), plans, yes=True, allow=Risk.DESTRUCTIVE)
    operator = Answering(typed="sw1")
    consent(operator, plans, allow=Risk.DESTRUCTIVE)
    assert operator.warned == ["all is lost"]
    assert operator.asked == ["Risk: destructive. To continue, type the name of the switch, sw1"]
    with pytest.raises(Declined):
        consent(Answering(typed="sw2"), plans, allow=Risk.DESTRUCTIVE)
    consent(NonInteractiveChange(), plans, allow=Risk.DESTRUCTIVE, confirmed=["sw1"])


def state(*steps: ExecStep) -> SwitchState:
    text = verbatim("x")
    action = Action(playbook="p", title=text, risk=Risk.CHANGE, because=(), params={}, steps=steps)
    plan = SwitchPlan(name="sw1", site="tokyo", serials=(), release=None, fields={}, actions=(action,))
    return SwitchState(plan)


def test_answers_that_were_given_beforehand() -> None:
    states = {"sw1": state(ExecStep(command="x"), ExecStep(command="y"))}
    given = {"sw1": StepDecision.AGAIN}
    scripted = ScriptedAnswers(manual_done=True, settled=Decisions(given, states))
    assert asyncio.run(scripted.has_done("sw1", verbatim("copy it")))
    assert asyncio.run(scripted.resolve_outcome("sw2", "x", None)) is StepDecision.UNKNOWN
    # The decision is that of the step that was open, not that of a later one, and not one for ever.
    assert asyncio.run(scripted.resolve_outcome("sw1", "y", None)) is StepDecision.UNKNOWN
    assert asyncio.run(scripted.resolve_outcome("sw1", "x", None)) is StepDecision.AGAIN
    assert asyncio.run(scripted.resolve_outcome("sw1", "x", None)) is StepDecision.UNKNOWN
    copied = AssumeFilesCopied(operator=NonInteractiveChange(), settled=Decisions(given, states))
    assert asyncio.run(copied.has_done("sw2", verbatim("copy it")))
    assert asyncio.run(copied.resolve_outcome("sw1", "x", None)) is StepDecision.AGAIN
    assert asyncio.run(copied.resolve_outcome("sw1", "x", None)) is StepDecision.UNKNOWN


def test_a_decision_is_that_of_the_first_step_that_is_not_done() -> None:
    states = {"sw1": state(ExecStep(command="x"), ExecStep(command="y"))}
    states["sw1"].steps[0] = StepState.DONE
    decisions = Decisions({"sw1": StepDecision.DONE}, states)
    assert decisions.take("sw1", "x") is StepDecision.UNKNOWN
    assert decisions.take("sw1", "y") is StepDecision.DONE


@pytest.mark.parametrize(
    ("from_file", "hint"),
    [(True, "in scripts: --yes"), (False, "in scripts: --yes; --dry-run only shows the plan")],
)
def test_the_hint_names_options_that_the_call_may_have(from_file: bool, hint: str) -> None:
    """--dry-run is refused beside --plan, --resume and --rollback, and no verb but remediate has --out."""
    with pytest.raises(InputError) as caught:
        ask_consent(
            [plan("sw1")],
            NonInteractiveChange(),
            yes=False,
            allow=Risk.CHANGE,
            confirmed=(),
            from_file=from_file,
        )

    assert caught.value.hint == hint
