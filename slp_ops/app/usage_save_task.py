"""The work ``usage-save``: save the usage reports of one switch into a file on its flash, and copy it.

It changes nothing but that file. The worker plans for the switch itself, and sends nothing where its plan is
another one. So a task decides about no line: it has the choice of reports, and a time that is part of the
file's name.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal

from slp_ops.app.change.apply import apply
from slp_ops.app.change.context import ChangeContext, EvidenceRecord, FileCopying, StopController
from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.site_planning import at_site
from slp_ops.app.usage_reports import (
    UsageReportStore,
    UsageSource,
    exchange_commands,
    observed_switch,
    replan_save,
)
from slp_ops.app.works import USAGE_SAVE
from slp_ops.errors import BadFile, InputError
from slp_ops.i18n import Text
from slp_ops.json_documents import encode, json_document
from slp_ops.model import Capture, Device, DeviceFailure, DeviceResult, DeviceStatus
from slp_ops.planning.journal_state import ChangeOutcome, SwitchState
from slp_ops.planning.model import SwitchPlan
from slp_ops.runs.device_transfer import LARGEST_EXCHANGED
from slp_ops.usage.saving import PLAYBOOK, SaveOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slp_ops.app.change.context import BufferedEvidence
    from slp_ops.app.device_work import DeviceTools
    from slp_ops.planning.journal_state import JournalEvent
    from slp_ops.planning.model import PlanningResult
    from slp_ops.rules.values import Outcome


@json_document
class UsageSaveTask:
    """The plan for one device, as its operator has seen it."""

    schema: Literal["slp-ops/usage-save-task/1"] = "slp-ops/usage-save-task/1"
    device: Device
    plan: SwitchPlan
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``."""
        return False


@json_document
class UsageSaveAnswer:
    """Result of a save: its end, the events of a journal in their order, and the captures.

    The file is beside the evidence, see ``DeviceFolder.exchanged``.
    """

    name: str
    site: str
    end: ChangeOutcome
    why: Text | None
    steps_done: int
    events: tuple[Any, ...]
    captures: tuple[Capture, ...]

    @property
    def device_result(self) -> DeviceResult:
        """Return the part that a run keeps."""
        error = None
        if not self.end.good:
            error = DeviceFailure(kind=self.end.value, message="" if self.why is None else self.why.en)
        status = DeviceStatus.OK if self.end.good else DeviceStatus.FAILED
        return DeviceResult(
            name=self.name, site=self.site, status=status, captures=self.captures, error=error
        )


class _Events:
    """Events of a change for the journal of its operator, see ``Journal``."""

    def __init__(self) -> None:
        self.found: list[JournalEvent] = []

    def write(self, event: JournalEvent) -> None:
        """Add an event."""
        self.found.append(event)


class _BoundedStore(UsageReportStore):
    """Keeps every file beside the evidence: the operator's process looks at it again."""

    def save(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """See ``ports.FileStore``."""
        if len(data) > LARGEST_EXCHANGED:
            raise BadFile(
                f"{name} has {len(data)} bytes, and at most {LARGEST_EXCHANGED} go over a hub",
                hint=at_site("usage save"),
            )
        return super().save(device, name, data)


def check_plan(plan: SwitchPlan, device: Device) -> None:
    """Raise InputError for a plan that ``usage save`` does not make of this device."""
    try:
        (action,) = plan.actions
        SaveOptions.of(action.params)
        UsageSource.of(plan)
        is_ours = action.playbook == PLAYBOOK and (plan.name, plan.site) == (device.name, device.site)
    except (KeyError, ValueError):
        is_ours = False
    if not is_ours:
        raise InputError("the task has a plan that usage save does not make; nothing was sent")


async def _visit(task: UsageSaveTask, tools: DeviceTools) -> UsageSaveAnswer:
    if tools.changing is None:
        raise InputError("usage reports are not saved here; nothing was sent")
    device, plan = task.device, task.plan
    check_plan(plan, device)
    events, evidence = _Events(), EvidenceRecord(tools.evidence)

    def replan(memory: BufferedEvidence, outcomes: tuple[Outcome, ...]) -> PlanningResult:
        return replan_save(observed_switch(device, memory), plan)

    store = _BoundedStore(
        tools.evidence.exchanged, {device.name: UsageSource.of(plan)}, lambda _: None, keeps_all=True
    )
    context = ChangeContext(
        device=device,
        plan=plan,
        transport=tools.changing.transport,
        evidence=evidence,
        mask=tools.changing.mask,
        journal=events,
        commands=exchange_commands(),
        judge=lambda facts: (),
        replan=replan,
        stop_controller=StopController(),
        copying=FileCopying(transport=tools.changing.transport, file_store=store),
        on_event=tools.on_event,
    )
    applied = await apply(context, SwitchState(plan))
    return UsageSaveAnswer(
        name=device.name,
        site=device.site,
        end=applied.end,
        why=applied.why,
        steps_done=applied.steps_done,
        events=tuple(encode(event) for event in events.found),
        captures=tuple(evidence.captures),
    )


SAVING: Final = DeviceWork(
    name=USAGE_SAVE,
    task=UsageSaveTask,
    result=UsageSaveAnswer,
    visit=_visit,
    device_result=lambda answer: answer.device_result,
    gives_files=True,
    approved_plan=lambda task: task.plan,
)
