"""A worker's own planning of a change: the same as that of the verb where the change was approved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

from slp_ops.app.change_task import rules_digest, unfit_for_hub
from slp_ops.app.commands import choose_commands
from slp_ops.app.stage_planning import replan_stage, verified_by
from slp_ops.errors import ChangeRefused

if TYPE_CHECKING:
    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.app.change_task import ChangeTask
    from slp_ops.app.remediate import Wanted
    from slp_ops.commands import ShowCommand
    from slp_ops.parsing import Facts
    from slp_ops.planning.model import PlanningResult
    from slp_ops.rules.values import Outcome


class SitePlanning(Protocol):
    """A worker's own side of the changes of one verb."""

    verb: ClassVar[str]  # as it is typed

    @property
    def commands(self) -> tuple[ShowCommand, ...]:
        """The show commands that a plan needs."""

    @property
    def row_commands(self) -> tuple[str, ...]:
        """The commands whose rows own rules need."""

    def check(self, task: ChangeTask) -> None:
        """Refuse a task that the verb does not make, or that lacks something here. Raises ChangeRefused."""

    def judge(self, task: ChangeTask, facts: Facts) -> tuple[Outcome, ...]:
        """Audit the switch by the rules that verify its plan."""

    def replan(
        self, task: ChangeTask, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan for the switch as it is now, as the plan of the task was made."""


def at_site(verb: str) -> str:
    """Return what to do where a worker does not make a change of a verb."""
    return f"run it on a computer at the site: SLP_OPS_HUB= slp-ops {verb}"


@dataclass(frozen=True, slots=True)
class PlaybookPlanning:
    """``SitePlanning`` of ``remediate``, with the rules and playbooks of the worker."""

    wanted: Wanted
    verb: ClassVar[str] = "remediate"

    @property
    def commands(self) -> tuple[ShowCommand, ...]:
        """See ``SitePlanning``."""
        return choose_commands("support", self.row_commands)

    @property
    def row_commands(self) -> tuple[str, ...]:
        """See ``SitePlanning``."""
        return self.wanted.audit_options.knowledge.row_commands

    def check(self, task: ChangeTask) -> None:
        """See ``SitePlanning``."""
        if reason := unfit_for_hub(task.plan, self.wanted.playbooks):
            raise ChangeRefused(reason, hint=at_site(self.verb))
        if task.rules != rules_digest(self.wanted.audit_options.knowledge):
            raise ChangeRefused(
                "the rules of the worker are not those of the plan",
                hint="use the same release at every worker and here; start the worker with the same --rules",
            )
        known = {playbook.id for playbook in self.wanted.playbooks}
        for action in task.plan.actions:
            if action.playbook not in known:
                raise ChangeRefused(
                    f"the worker has no playbook {action.playbook}",
                    hint="start it with the folder of your playbooks: slp-ops worker --playbooks DIR",
                )

    def judge(self, task: ChangeTask, facts: Facts) -> tuple[Outcome, ...]:
        """See ``SitePlanning``."""
        return self.wanted.judge(task.device, facts)

    def replan(
        self, task: ChangeTask, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """See ``SitePlanning``."""
        stage = task.stage
        planning = replace(self.wanted, timer=task.timer).as_in(task.plan)
        if stage is None:
            return planning.plan(planning.switch(task.device, memory, outcomes))
        playbooks = verified_by(planning.playbooks, planning.named, stage.done_when)
        planning = replace(planning, playbooks=playbooks, always=stage.always)
        switch = planning.switch(task.device, memory, outcomes)
        return replan_stage(task.device, stage, outcomes, lambda: planning.plan(switch))
