"""Documents of ``remediate --flow``: the stages of a dry run, and where each switch stands."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Literal

from slp_ops.app.change.before_after import LicenceState
from slp_ops.app.change.plan_file import left_out_files, plan_document
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document
from slp_ops.planning.documents import LeftOutFile, PlanDocument
from slp_ops.planning.flow_state import StageState
from slp_ops.report.documents.runs import RunFolder
from slp_ops.report.documents.usage import BundleFile, bundle_file
from slp_ops.report.exchange_steps import exchange_steps

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slp_ops.app.flow import FlowResult, FlowSwitch, StagePreview
    from slp_ops.app.flow_exchange import OpenExchange
    from slp_ops.playbook.flow import Flow


@json_document
class StagePlan:
    """One stage. ``later`` are the switches that are planned after earlier stages.

    ``findings`` are the findings, with their evidence, that are shown before the plan.
    """

    playbooks: tuple[str, ...]
    done_when: tuple[str, ...]
    plan: PlanDocument
    later: tuple[str, ...]
    findings: tuple[Text, ...]


@json_document
class FlowPlanDocument:
    """Every stage of a flow, as far as it can be planned now."""

    schema: Literal["slp-ops/flow-plan/1"] = "slp-ops/flow-plan/1"
    flow: str
    stages: tuple[StagePlan, ...]


@json_document
class StageResult:
    """Result of a stage on one switch: ``stage`` names its playbooks, ``playbook`` is the chosen one."""

    stage: str
    playbook: str | None
    state: StageState
    why: Text | None


@json_document
class FlowDevice:
    """One switch. ``failing`` are the rules of the flow that do not pass, ``remaining`` other findings.

    ``other_playbooks`` and ``other_flows`` remedy what no stage of this flow does, where it has no remedy.
    """

    name: str
    state: StageState
    stages: tuple[StageResult, ...]
    failing: tuple[str, ...]
    remaining: tuple[str, ...]
    other_playbooks: tuple[str, ...]
    other_flows: tuple[str, ...]
    licence: LicenceState | None


@json_document
class FlowUploadFile:
    """A usage file of one switch."""

    name: str
    file: str


@json_document
class FlowUpload:
    """Files of one save that wait for CSSM's answer: bundles, and single files of switches in none."""

    folder: str
    instructions: str
    bundles: tuple[BundleFile, ...]
    files: tuple[FlowUploadFile, ...]


@json_document
class FlowExchange:
    """Files to carry to CSSM; ``answers`` is the folder for what it gives, ``steps`` describe the way."""

    steps: tuple[Text, ...]
    answers: str
    uploads: tuple[FlowUpload, ...]


@json_document
class FlowDocument:
    """Result of a flow on a fleet; ``resume`` continues it.

    ``rules`` must pass on each switch, ``left_out`` are files of CSSM that were not imported.
    """

    schema: Literal["slp-ops/flow-result/1"] = "slp-ops/flow-result/1"
    flow: str
    title: Text
    rules: tuple[str, ...]
    run: RunFolder
    journal: str
    resume: str | None
    devices: tuple[FlowDevice, ...]
    exchange: FlowExchange | None
    left_out: tuple[LeftOutFile, ...]


def flow_plan_document(flow: Flow, stages: Sequence[StagePreview]) -> FlowPlanDocument:
    """Return the document of a dry run."""
    return FlowPlanDocument(
        flow=flow.id,
        stages=tuple(
            StagePlan(
                playbooks=each.stage.playbooks,
                done_when=each.stage.done_when,
                plan=plan_document(each.planned),
                later=each.later,
                findings=each.findings,
            )
            for each in stages
        ),
    )


def flow_document(result: FlowResult) -> FlowDocument:
    """Return the document of a flow."""
    return FlowDocument(
        flow=result.flow.id,
        title=result.flow.title,
        rules=result.flow.rules,
        run=RunFolder(id=result.run, path=result.path),
        journal=result.journal,
        resume=f"slp-ops remediate --resume {shlex.quote(result.journal)}" if result.continues else None,
        devices=tuple(_device(each, result.flow) for each in result.switches),
        exchange=None if result.exchange is None else _exchange(result.exchange),
        left_out=left_out_files(result.left_out),
    )


def _exchange(exchange: OpenExchange) -> FlowExchange:
    return FlowExchange(
        steps=exchange_steps(exchange),
        answers=exchange.answers,
        uploads=tuple(
            FlowUpload(
                folder=each.folder,
                instructions=each.instructions,
                bundles=tuple(bundle_file(bundle, each.folder) for bundle in each.bundles),
                files=tuple(FlowUploadFile(name=file.host, file=file.file) for file in each.files),
            )
            for each in exchange.uploads
        ),
    )


def _device(switch: FlowSwitch, flow: Flow) -> FlowDevice:
    return FlowDevice(
        name=switch.name,
        state=switch.state,
        stages=tuple(
            StageResult(
                stage=flow.stages[each.stage].label, playbook=each.playbook, state=each.state, why=each.why
            )
            for each in switch.stages
        ),
        failing=switch.failing,
        remaining=switch.remaining,
        other_playbooks=switch.other_playbooks,
        other_flows=switch.other_flows,
        licence=switch.licence,
    )
