"""The work ``audit``: read one device and judge it, where it is read.

The task has what the judgement needs of the parent: rules, thresholds, earlier runs of the device. The result
has the verdicts, not the facts.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.app.audit_device import AuditedDevice, AuditOptions
from slp_ops.app.commands import CommandList
from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.flagged_reports import flagged_reports
from slp_ops.app.judge_device import DevicePast, judge_device
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.read_facts import FactsReading, nothing_more, read_facts
from slp_ops.errors import InputError
from slp_ops.history.summary import Summary
from slp_ops.json_documents import json_document
from slp_ops.model import Device, DeviceResult
from slp_ops.rules.loading import RuleFile
from slp_ops.rules.ruleset import extended_ruleset, packaged_ruleset
from slp_ops.rules.settings import Thresholds

if TYPE_CHECKING:
    from slp_ops.app.device_work import DeviceTools


@json_document
class RulesInTask:
    """Rules and thresholds of an audit; ``own`` are the operator's files, whose paths name them in messages.

    ``version`` is that of the packaged rules: a reader with other ones refuses the task.
    """

    version: str
    own: tuple[RuleFile, ...] = ()
    thresholds: Thresholds
    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()

    @classmethod
    def of(cls, options: AuditOptions, *, over_hub: bool = False) -> RulesInTask:
        """Return the rules and thresholds of these options. Raises InputError for own rules over a hub."""
        if over_hub and options.knowledge.sources:
            raise InputError(
                "rules of your own (--rules) do not run at the workers of a hub",
                hint="read the switches with slp-ops collect, then: slp-ops audit --run last --rules DIR",
            )
        return cls(
            version=options.knowledge.version,
            own=options.knowledge.sources,
            thresholds=options.thresholds,
            select=options.select,
            ignore=options.ignore,
        )

    def audit_options(self) -> AuditOptions:
        """Return the options. Raises InputError for another version of the packaged rules."""
        knowledge = extended_ruleset(self.own) if self.own else packaged_ruleset()
        if knowledge.version != self.version:
            raise InputError(
                f"the task needs rules of version {self.version}, and this slp-ops has {knowledge.version}",
                hint="install the same version of slp-ops everywhere",
            )
        return AuditOptions(
            knowledge=knowledge, thresholds=self.thresholds, select=self.select, ignore=self.ignore
        )


@json_document
class AuditTask:
    """Commands and rules for one device. ``with_flagged``: also read why RUM reports have flag E."""

    schema: Literal["slp-ops/audit-task/1"] = "slp-ops/audit-task/1"
    device: Device
    commands: CommandList
    collect_options: CollectOptions
    rules: RulesInTask
    past: DevicePast
    with_flagged: bool
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``."""
        return bool(self.rules.own)


@json_document
class AuditAnswer:
    """Result of the reading, verdicts, and the summary for the history."""

    schema: Literal["slp-ops/audit-answer/1"] = "slp-ops/audit-answer/1"
    result: DeviceResult
    judged: AuditedDevice
    summary: Summary


async def _visit(task: AuditTask, tools: DeviceTools) -> AuditAnswer:
    audit_options = task.rules.audit_options()
    reading = FactsReading(
        commands=task.commands.commands(),
        collect_options=task.collect_options,
        keep=audit_options.knowledge.row_commands,
        follow_up=flagged_reports if task.with_flagged else nothing_more,
    )
    found = await read_facts(task.device, tools, task.earlier, reading)
    judged, summary = judge_device(found, task.past, audit_options)
    return AuditAnswer(result=found.result, judged=judged, summary=summary)


AUDIT: Final = DeviceWork(
    name="audit",
    task=AuditTask,
    result=AuditAnswer,
    visit=_visit,
    device_result=lambda answer: answer.result,
    also_in=lambda answer: (
        (answer.judged.name, answer.judged.site),
        (answer.summary.device, answer.summary.site),
    ),
)
