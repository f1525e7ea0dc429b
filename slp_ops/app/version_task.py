"""The work ``check-version``: read one device, and judge its release by every advisory."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.app.audit_task import RulesInTask
from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.read_facts import FactsReading, read_facts
from slp_ops.commands import registry
from slp_ops.facts import CpuLoad, Software
from slp_ops.json_documents import json_document, json_field
from slp_ops.model import Device, DeviceResult
from slp_ops.parsing import Facts
from slp_ops.release import Release
from slp_ops.rules.advisories import judge_advisory
from slp_ops.rules.fixed_releases import AdvisoryStatus, release_parts
from slp_ops.rules.loading import advisories
from slp_ops.rules.symptoms import Symptom

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.audit_device import AuditOptions
    from slp_ops.app.device_work import DeviceTools
    from slp_ops.commands import ShowCommand
    from slp_ops.rules.settings import Intent


@json_document
class VersionTask:
    """Rules for one device; the commands are those that the advisories need."""

    schema: Literal["slp-ops/version-task/1"] = "slp-ops/version-task/1"
    device: Device
    rules: RulesInTask
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``."""
        return bool(self.rules.own)


@json_document
class JudgedRelease:
    """A release as text, and by the id of each advisory what was found. ``release`` is None where the text
    has none."""

    text: str
    release: Release | None = json_field(default=None, encoder=release_parts)
    advisories: tuple[tuple[str, Symptom], ...]


@json_document
class VersionAnswer:
    """Result of the reading, and the judged release of the device."""

    schema: Literal["slp-ops/version-answer/1"] = "slp-ops/version-answer/1"
    result: DeviceResult
    judged: JudgedRelease


def judge_facts(facts: Facts, audit_options: AuditOptions, intent: Intent) -> JudgedRelease:
    """Judge the release of a switch by it and by its facts. Without the release every advisory is unknown."""
    software = facts.get(Software)
    release = software.release if software is not None else None
    printed = software.version if software is not None else None
    return judge_advisories(printed or str(release or ""), release, facts, audit_options, intent)


def judge_advisories(
    text: str, release: Release | None, facts: Facts, audit_options: AuditOptions, intent: Intent
) -> JudgedRelease:
    """Judge a release with these facts by every advisory."""
    known = audit_options.known(facts, intent)
    return JudgedRelease(
        text=text,
        release=release,
        advisories=tuple(
            (advisory.id, judge_advisory(advisory, release, known))
            for advisory in audit_options.knowledge.advisories
        ),
    )


async def _visit(task: VersionTask, tools: DeviceTools) -> VersionAnswer:
    reading = FactsReading(commands=_advisory_commands(), follow_up=_further)
    found = await read_facts(task.device, tools, task.earlier, reading)
    facts = Facts.of() if found.facts is None else found.facts
    return VersionAnswer(
        result=found.result, judged=judge_facts(facts, task.rules.audit_options(), found.intent)
    )


VERSION: Final = DeviceWork(
    name="check-version",
    task=VersionTask,
    result=VersionAnswer,
    visit=_visit,
    device_result=lambda answer: answer.result,
)


def _advisory_commands() -> list[ShowCommand]:
    """Return the commands that the advisories need, but for the statistics."""
    wanted = (
        "show clock",
        "show version",
        "show license status",
        "show license usage",
        "show license all",
        "show crypto pki trustpool",
        "show processes cpu sorted",
        "show processes memory sorted",
        "show logging",
        "show license rum id all",
    )
    return [known for known in registry() if known.command.split(" | ")[0] in wanted]


def _further(facts: Facts) -> Sequence[ShowCommand]:
    """Return the heavy command with the statistics, only for a release with the bug that shows in them."""
    software = facts.get(Software)
    (bug,) = (each for each in advisories() if each.id == "CSCwa11048")
    judged = bug.releases.judge(None if software is None else software.release)
    if judged.status is not AdvisoryStatus.AFFECTED:
        return ()
    # The load is read again, since it decides whether the heavy command may be sent.
    return [
        known
        for known in registry()
        if known.command == "show license tech support"
        or (CpuLoad in known.provides and "baseline" in known.sets)
    ]
