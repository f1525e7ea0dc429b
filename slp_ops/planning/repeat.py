"""Commands of a recorded plan with other values of their parameters, for a step that had no effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.planning.journal_state import ChangedStepEvent
from slp_ops.planning.values import ParameterSources, values_of
from slp_ops.playbook.model import ExecTemplate
from slp_ops.steps import ExecStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.planning.journal_state import SwitchState
    from slp_ops.planning.model import Action
    from slp_ops.playbook.model import Parameter, Playbook
    from slp_ops.rules.dependencies import FactContext


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatableStep:
    """The next step of a switch, a command without effect so far, and the parameters that it is made from.

    ``refused`` is set where the switch or its server refused it, not where it was not sent.
    """

    switch: str
    number: int
    action: Action
    template: ExecTemplate
    params: tuple[Parameter, ...]
    refused: bool

    def changed(self, options: Mapping[str, str], known: FactContext) -> ChangedStepEvent | None:
        """Return the step with these values; None where they do not change it, or do not fit."""
        given = {param.name: options[param.name] for param in self.params if param.name in options}
        values = values_of(self.params, ParameterSources(options={**self.action.params, **given}), known)
        if not given or values.wrong or values.missing:
            return None
        (step,) = self.template.render(values.values, ())
        if step.command == self.template.render(self.action.params, ())[0].command:
            return None
        return ChangedStepEvent(
            device=self.switch,
            step=self.number,
            command=step.command,
            reads=step.reads,
            params={name: values.shown[name] for name in given},
        )


def repeatable_step(state: SwitchState, playbooks: Sequence[Playbook]) -> RepeatableStep | None:
    """Return the next step of a switch where it may be sent with other values."""
    number = state.next_step
    steps = state.plan.steps
    if number >= len(steps) or not (state.can_repeat or state.is_unsent(number)):
        return None
    action, step = steps[number]
    playbook = next((each for each in playbooks if each.id == action.playbook), None)
    if playbook is None or not isinstance(step, ExecStep):
        return None
    for template in playbook.steps:
        if not isinstance(template, ExecTemplate):
            continue
        params = tuple(
            param
            for name in template.command.slots
            if (param := playbook.param(name)) is not None and name in action.params and not param.many
        )
        # A command with facts of the switch in it is not made again here.
        if not params or len(params) < len(template.command.slots):
            continue
        if [each.command for each in template.render(action.params, ())] == [step.command]:
            return RepeatableStep(
                switch=state.plan.name,
                number=number,
                action=action,
                template=template,
                params=params,
                refused=state.can_repeat,
            )
    return None
