"""Planning of a stage of a flow, the same where the flow runs and at a worker near the switch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from slp_ops.i18n import Text
from slp_ops.planning.model import PlanningResult, SkippedPlaybook
from slp_ops.playbook.flow import rules_to_pass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from slp_ops.app.change_task import StageRules
    from slp_ops.model import Device
    from slp_ops.playbook import Playbook
    from slp_ops.rules.values import Outcome


def verified_by(
    playbooks: Iterable[Playbook], names: Collection[str], rules: Sequence[str]
) -> tuple[Playbook, ...]:
    """Return the playbooks, those of these names verified by the rules of their stage too."""
    return tuple(
        replace(each, verify=tuple(dict.fromkeys((*each.verify, *rules)))) if each.id in names else each
        for each in playbooks
    )


def replan_stage(
    device: Device, stage: StageRules, outcomes: Sequence[Outcome], replan: Callable[[], PlanningResult]
) -> PlanningResult:
    """Plan a stage again just before it is applied: an ACK may have come meanwhile."""
    failing = rules_to_pass(outcomes, stage.done_when)
    if not stage.always and not failing:
        return skipped(device.name, device.site, None, PASSES, needless=True)
    found = replan()
    if found.plan is None and failing:  # not "nothing is needed": it is planned again by --resume
        found = replace(found, skipped=tuple(replace(each, needless=False) for each in found.skipped))
    return found


def skipped(
    name: str, site: str, playbook: str | None, why: Text, *, needless: bool = False
) -> PlanningResult:
    """Return a result without a plan, and why."""
    one = SkippedPlaybook(name=name, site=site, playbook=playbook, why=why, needless=needless)
    return PlanningResult(plan=None, skipped=(one,))


PASSES: Final = Text("its rules pass already", "ルールにはすでに合格しています")
