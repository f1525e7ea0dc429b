"""The operator of a change: sees the plan, consents, gives secrets, performs manual steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from slp_ops.app.change.context import StepDecision
from slp_ops.app.operator import Declined, NonInteractive, Operator
from slp_ops.errors import InputError
from slp_ops.i18n import Text, pluralize
from slp_ops.playbook import Risk
from slp_ops.steps import ExecStep

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractContextManager

    from slp_ops.app.change.context import StepOperator
    from slp_ops.app.change.results import PlanResult
    from slp_ops.app.operator import Progress
    from slp_ops.planning import SwitchPlan
    from slp_ops.planning.journal_state import SwitchState


class NotAllowed(InputError):
    """A plan has a higher risk than ``--allow`` permits; the hint names the option."""


class ChangeOperator(Operator, Protocol):
    """The caller of a service that changes switches. A question may raise to abandon the work."""

    @property
    def interactive(self) -> bool:
        """Return whether questions are answered."""

    def show_plan(self, plan: PlanResult) -> None:
        """Show the plan, before any question about it."""

    def warn(self, text: Text) -> None:
        """Show a warning before the consent."""

    def confirm(self, question: str) -> bool:
        """Ask a yes/no question."""

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        """Ask for a value; an empty answer is none."""

    def change_progress(self, verb: str, total: int) -> AbstractContextManager[Progress]:
        """Open the progress of a change, during which questions may be asked."""

    async def has_done(self, device: str, text: Text) -> bool:
        """Show a manual step; return whether it is done."""

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Ask for the outcome of a command that no output of the switch proves.

        ``again`` tells what sending it twice does.
        """


class NonInteractiveChange(NonInteractive):
    """Consents to nothing and answers no question: options decide."""

    @property
    def interactive(self) -> bool:
        """Return False."""
        return False

    def show_plan(self, plan: PlanResult) -> None:
        """Ignore the plan."""

    def warn(self, text: Text) -> None:
        """Log the sentence."""
        self.notice(text.en)

    def confirm(self, question: str) -> bool:
        """Return False."""
        return False

    def enter(self, question: Text, *, hidden: bool = False) -> str:
        """Return no value."""
        return ""

    def change_progress(self, verb: str, total: int) -> AbstractContextManager[Progress]:
        """Open a progress without output."""
        return self.progress(verb, total)

    async def has_done(self, device: str, text: Text) -> bool:
        """Return False: the step waits."""
        return False

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Return that the outcome is unknown."""
        return StepDecision.UNKNOWN


class Decisions:
    """Decisions given by option, each for the step that a journal left open, and for no later one."""

    def __init__(self, given: Mapping[str, StepDecision], states: Mapping[str, SwitchState]) -> None:
        self._left = {
            (device, step.command): given[device]
            for device, state in states.items()
            for _, step in state.plan.steps[state.next_step :][:1]
            if device in given and isinstance(step, ExecStep)
        }

    def take(self, device: str, command: str) -> StepDecision:
        """Return the decision, once."""
        return self._left.pop((device, command), StepDecision.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedAnswers:
    """Answers given by options."""

    manual_done: bool = False
    settled: Decisions

    async def has_done(self, device: str, text: Text) -> bool:
        """Return the answer for all manual steps."""
        return self.manual_done

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Return the decision given for this switch."""
        return self.settled.take(device, command)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssumeFilesCopied:
    """Answers for a resumed exchange: the files are copied; the MD5 is verified next."""

    operator: StepOperator
    settled: Decisions

    async def has_done(self, device: str, text: Text) -> bool:
        """Return True."""
        return True

    async def resolve_outcome(self, device: str, command: str, again: Text | None) -> StepDecision:
        """Return the decision given by option, or ask."""
        decision = self.settled.take(device, command)
        if decision is StepDecision.UNKNOWN:
            return await self.operator.resolve_outcome(device, command, again)
        return decision


def ask_consent(
    plans: Sequence[SwitchPlan],
    operator: ChangeOperator,
    *,
    yes: bool,
    allow: Risk,
    confirmed: Collection[str],
    from_file: bool = False,
) -> None:
    """Ask for every consent that these plans need. Raises InputError, Declined.

    A change needs one yes. What is disruptive or destructive must be allowed by its name, and the name of
    each switch confirmed. ``from_file``: the plan is of a saved plan or journal, where no dry run can show
    it.
    """
    risk = max((plan.risk for plan in plans), key=lambda each: each.rank)
    if risk.rank > allow.rank:
        raise NotAllowed(
            f"a playbook of this plan is {risk.value}", hint=f"to run it, add --allow {risk.value}"
        )
    risky = [plan for plan in plans if plan.risk is not Risk.CHANGE]
    texts = (
        text for plan in risky for action in plan.actions for text in (action.consent, action.irreversible)
    )
    for text in dict.fromkeys(texts):
        if text is not None:
            operator.warn(text)
    for plan in risky:
        if plan.name in confirmed:
            continue
        if not operator.interactive:
            raise InputError(
                f"{plan.name} is to be changed in a {plan.risk.value} way, and its name was not confirmed",
                hint=f"in scripts: --confirm {plan.name}",
            )
        typed = operator.enter(_TYPE_NAME[plan.risk].format(name=plan.name))
        if typed.strip() != plan.name:
            raise Declined(_NOT_CONFIRMED.format(name=plan.name))
    if yes or len(risky) == len(plans):
        return
    if not operator.interactive:
        raise InputError(
            "confirmation is required, and no terminal is attached",
            hint="in scripts: --yes" if from_file else "in scripts: --yes; --dry-run only shows the plan",
        )
    if not operator.confirm(f"Apply this to {pluralize(len(plans), 'switch')}?"):
        raise Declined(_NOT_ACCEPTED)


_NOT_ACCEPTED: Final = Text(
    "nothing was sent: the plan was not accepted", "何も送信していません: プランが承認されませんでした"
)
_TYPE_NAME: Final = {
    Risk.DISRUPTIVE: Text(
        "Risk: disruptive. To continue, type the name of the switch, {name}",
        "リスク: 影響あり。続行するにはスイッチ名 {name} を入力してください",
    ),
    Risk.DESTRUCTIVE: Text(
        "Risk: destructive. To continue, type the name of the switch, {name}",
        "リスク: 復元不可。続行するにはスイッチ名 {name} を入力してください",
    ),
}
_NOT_CONFIRMED: Final = Text(
    "nothing was sent: {name} was not confirmed", "何も送信していません: {name} が確認されませんでした"
)
