"""Recorded changes against their playbooks, for a journal without a valid seal.

The lines of such a journal prove nothing. The playbook and the validated parameters give the lines again; of
what a line replaced only lines of the playbook's own settings are accepted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.errors import InputError
from slp_ops.parsing import read
from slp_ops.planning.changes import changes
from slp_ops.planning.running_config import RunningConfig
from slp_ops.planning.values import ParameterSources, values_of
from slp_ops.playbook.model import ConfigTemplate
from slp_ops.rules.dependencies import FactContext
from slp_ops.steps import ConfigStep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slp_ops.planning.model import Action, SwitchPlan
    from slp_ops.playbook.model import Playbook
    from slp_ops.steps import ConfigChange

_CONFIG: Final = "running-config: "


def rebuilt(plan: SwitchPlan, playbooks: Sequence[Playbook], files: Mapping[str, str]) -> SwitchPlan:
    """Return a recorded plan with what its playbooks say; raises InputError for a line that they do not give.

    ``files`` are the PEM texts of certificates. The switch is read only after consent: no facts are used.
    """
    known = FactContext(read(()))
    found = {playbook.id: playbook for playbook in playbooks}
    running = _config_of_plan(plan.fields)
    actions = []
    for action in plan.actions:
        playbook = found.get(action.playbook)
        if playbook is None:
            raise _input_error(plan, f"there is no playbook {action.playbook}")
        values = values_of(playbook.params, ParameterSources(options=action.params, files=files), known)
        if values.wrong or values.missing:
            raise _input_error(plan, f"the parameters of {action.playbook} are not valid")
        given = [
            change
            for template in playbook.steps
            if isinstance(template, ConfigTemplate)
            for change in changes(template.settings, values.values, running)[0]
        ]
        for change in _recorded_changes(action):
            if change not in given:
                raise _input_error(
                    plan, f"'{change.line}' and its undo are not what {action.playbook} generates"
                )
        actions.append(
            replace(
                action,
                title=playbook.title,
                risk=playbook.risk,
                verify=playbook.verify,
                no_rollback=playbook.no_rollback,
                irreversible=playbook.irreversible,
                consent=playbook.consent,
                save=playbook.save,
            )
        )
    return replace(plan, actions=tuple(actions))


def _input_error(plan: SwitchPlan, why: str) -> InputError:
    return InputError(
        f"the journal was not written by slp-ops of this user, or was changed since: {plan.name}: {why}",
        hint="nothing was sent; restore the configuration by hand, from show running-config in the run",
    )


def _recorded_changes(action: Action) -> Iterator[ConfigChange]:
    for step in action.steps:
        if isinstance(step, ConfigStep) and not step.gives_back:
            yield from step.changes


def _config_of_plan(fields: Mapping[str, object]) -> RunningConfig:
    """Return the parts of the running configuration that a plan was made from."""
    lines = []
    for name, value in fields.items():
        if name.startswith(_CONFIG) and isinstance(value, list | tuple):
            *under, _ = name.removeprefix(_CONFIG).split(" / ")
            lines += [(tuple(under), str(line)) for line in value]
    return RunningConfig(lines=tuple(dict.fromkeys(lines)), whole=True)
