"""The verb of a flow: the playbook of one stage at a time, verified by the rules of the stage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from slp_ops.app.change_task import StageRules
from slp_ops.app.flagged_reports import flagged_reports
from slp_ops.app.flow_exchange import preview as preview_exchange
from slp_ops.app.remediate import RemediateVerb
from slp_ops.app.stage_planning import PASSES, replan_stage, skipped, verified_by
from slp_ops.i18n import Text, lines_of
from slp_ops.planning import PlannedSwitch, PlanningResult
from slp_ops.playbook.flow import rules_to_pass
from slp_ops.rules.dependencies import FactContext

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.change.before_after import Snapshot
    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.app.change.operator import ChangeOperator
    from slp_ops.app.change.options import ChangeOptions
    from slp_ops.app.change_task import ChangeTask
    from slp_ops.app.remediate import ApplyRequest, Wanted
    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device
    from slp_ops.planning import SwitchPlan
    from slp_ops.planning.journal_state import BeginEvent, SwitchState
    from slp_ops.playbook import Playbook
    from slp_ops.playbook.flow import Stage
    from slp_ops.rules.values import Outcome
    from slp_ops.runs import Run

Begun: TypeAlias = "Callable[[BeginEvent, Run], BeginEvent]"


class FlowVerb(RemediateVerb):
    """The playbook of one stage, verified by the rules of the stage."""

    def __init__(self, request: ApplyRequest, wanted: Wanted, *, asks: bool) -> None:
        super().__init__(request, wanted)
        self._all = wanted
        self._chosen = wanted.named
        self._stage: Stage | None = None
        self._begun: Begun = nothing
        self.considered: dict[str, PlanningResult] = {}
        self.observed: dict[str, PlannedSwitch] = {}
        self.playbook_of: dict[str, str] = {}
        self._asks = asks  # whether the operator chooses among playbooks

    def failing(self, name: str) -> tuple[str, ...]:
        """Return the rules of the stage that did not pass when it was planned."""
        if self._stage is None or name not in self.observed:
            return ()
        return rules_to_pass(self.observed[name].outcomes, self._stage.done_when)

    def remedies_of(self, rules: Sequence[str]) -> tuple[str, ...]:
        """Return the playbooks that remedy one of these rules."""
        return tuple(each.id for each in self._all.playbooks if not set(rules).isdisjoint(each.remedies))

    @property
    def options(self) -> Mapping[str, str]:
        """The parameters that options give, or that were asked for."""
        return self._wanted.options

    def playbooks(self, names: Sequence[str]) -> tuple[Playbook, ...]:
        """Return the playbooks of these names, in this order; an exchange is none."""
        by_id = {playbook.id: playbook for playbook in self._wanted.playbooks}
        return tuple(by_id[name] for name in names if name in by_id)

    @property
    def audit_options(self) -> AuditOptions:
        """The rules that judge the stages."""
        return self._wanted.audit_options

    def enter(self, stage: Stage | None, begun: Begun) -> None:
        """Go to a stage; None only looks at the switches. ``begun`` notes the change that begins."""
        self._stage, self._begun = stage, begun
        playbooks = self._all.playbooks
        if stage is not None:
            playbooks = verified_by(playbooks, stage.playbooks, stage.done_when)
        self._wanted = replace(
            self._wanted,
            playbooks=playbooks,
            named=() if stage is None else stage.playbooks,
            always=stage is not None and stage.always,
        )
        self.considered, self.observed, self.playbook_of = {}, {}, {}

    def look_of(self, device: Device, snapshot: Snapshot) -> PlannedSwitch:
        """Return a switch as it was read at the end of a change."""
        return PlannedSwitch(
            name=device.name,
            site=device.site,
            known=FactContext(snapshot.facts),
            running=snapshot.running,
            outcomes=snapshot.outcomes,
            given=self._wanted.given(device),
        )

    def follow_up_commands(self, memory: BufferedEvidence) -> Sequence[ShowCommand]:
        """Return the commands with the reasons of reports with flag E, as an audit reads them."""
        return flagged_reports(memory.facts)

    def begin(self, event: BeginEvent, run: Run) -> BeginEvent:
        """Note the journal of the change in that of the flow, before the change begins."""
        return self._begun(event, run)

    def plan(
        self, observations: Mapping[str, PlannedSwitch], operator: ChangeOperator
    ) -> Mapping[str, PlanningResult]:
        """Plan the stage where its rules do not pass yet."""
        self.observed.update(observations)
        stage = self._stage
        if stage is None:
            return {name: PlanningResult(plan=None) for name in observations}
        if stage.exchange is not None or stage.undo:  # in a dry run only
            look = _preview_undo if stage.undo else preview_exchange
            self.considered.update({name: look(stage, switch) for name, switch in observations.items()})
            return {name: self.considered[name] for name in observations}
        found: dict[str, PlanningResult] = {}
        groups: dict[str, dict[str, PlannedSwitch]] = {}
        for name, switch in observations.items():
            if not stage.always and not rules_to_pass(switch.outcomes, stage.done_when):
                found[name] = skipped(name, switch.site, None, PASSES, needless=True)
                continue
            playbook = self._choice(stage, switch, operator)
            if playbook is None:
                found[name] = skipped(
                    name, switch.site, None, _CHOOSE.format(playbooks=", ".join(stage.playbooks))
                )
            else:
                groups.setdefault(playbook, {})[name] = switch
        for playbook, switches in groups.items():
            self._wanted = replace(self._wanted, named=(playbook,))
            found.update(super().plan(switches, operator))
            self.playbook_of.update(dict.fromkeys(switches, playbook))
        self.considered.update(found)
        return {name: found[name] for name in observations}

    def replan(
        self, device: Device, plan: SwitchPlan, memory: BufferedEvidence, outcomes: tuple[Outcome, ...]
    ) -> PlanningResult:
        """Plan the stage again, see ``replan_stage``."""
        rules = self._stage_rules
        if rules is None:
            return super().replan(device, plan, memory, outcomes)
        return replan_stage(
            device, rules, outcomes, lambda: super(FlowVerb, self).replan(device, plan, memory, outcomes)
        )

    def hub_task(
        self, device: Device, state: SwitchState, change: str, options: ChangeOptions, *, back: bool
    ) -> ChangeTask:
        """Return the plan with the rules of its stage."""
        task = super().hub_task(device, state, change, options, back=back)
        return replace(task, stage=self._stage_rules)

    @property
    def _stage_rules(self) -> StageRules | None:
        stage = self._stage
        return None if stage is None else StageRules(done_when=stage.done_when, always=stage.always)

    def _choice(self, stage: Stage, switch: PlannedSwitch, operator: ChangeOperator) -> str | None:
        """Return the playbook of a stage for a switch: by option, by intent, or by the operator's answer."""
        if len(stage.playbooks) == 1:
            return stage.playbooks[0]
        if chosen := [name for name in self._chosen if name in stage.playbooks]:
            return chosen[0]
        by_id = {playbook.id: playbook for playbook in self._wanted.playbooks}
        topology = switch.given.intent.get("topology")
        for name in stage.playbooks:
            if topology is not None and topology in by_id[name].topology:
                return name
        if topology is not None or not operator.interactive or not self._asks:
            return None
        choices = (_LISTED.format(id=name, title=by_id[name].title) for name in stage.playbooks)
        question = _WHICH.format(choices=lines_of(choices))
        while True:
            answer = operator.enter(question).strip()
            if not answer:
                self._asks = False
                return None
            if answer in stage.playbooks:
                self._chosen = (*self._chosen, answer)
                return answer
            operator.notice(f"expected one of {', '.join(stage.playbooks)}")


def _preview_undo(stage: Stage, switch: PlannedSwitch) -> PlanningResult:
    return skipped(switch.name, switch.site, stage.label, _UNDO)


def nothing(event: BeginEvent, run: Run) -> BeginEvent:
    """Note nothing: no change begins."""
    return event


_LISTED: Final = Text("  {id}: {title}", "  {id}: {title}")
_WHICH: Final = Text(
    "{choices}\nplaybook for each switch without intent.topology in the inventory (Enter: skip them)",
    "{choices}\nインベントリに intent.topology のないスイッチに適用するプレイブック (Enter: スキップ)",
)
_CHOOSE: Final = Text(
    "several ways are possible: choose with --playbook or with intent.topology ({playbooks})",
    "複数の方法があります。--playbook または intent.topology で選択してください ({playbooks})",
)
_UNDO: Final = Text(
    "the configuration that the earlier stage changed is restored", "前のステージで変更した設定を元に戻します"
)
