"""Document of ``remediate``: what became of each switch, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from slp_ops.app.change.before_after import ConfigDifference, FindingDifference, LicenceDifference
from slp_ops.i18n import Text
from slp_ops.json_documents import json_document, to_json
from slp_ops.planning.journal_state import ChangeOutcome
from slp_ops.report.documents.runs import RunFolder

if TYPE_CHECKING:
    from slp_ops.app.change.apply import DeviceChangeResult
    from slp_ops.app.change.results import ChangeResult


@json_document
class ChangedDevice:
    """Result of one switch. Parts not read before and after are null."""

    name: str
    site: str
    end: ChangeOutcome
    why: Text | None
    steps_done: int
    steps: int
    regressed: tuple[str, ...]
    findings: FindingDifference | None
    configuration: ConfigDifference | None
    licence: LicenceDifference | None


@json_document
class RemediateDocument:
    """Result of a fleet."""

    schema: Literal["slp-ops/remediate/1"] = "slp-ops/remediate/1"
    run: RunFolder
    journal: str
    devices: tuple[ChangedDevice, ...]
    not_begun: tuple[str, ...]
    totals: Mapping[ChangeOutcome, int]


def remediate_document(change: ChangeResult) -> RemediateDocument:
    """Return the document of a change."""
    return RemediateDocument(
        run=RunFolder(id=change.run, path=change.path),
        journal=change.journal,
        devices=tuple(changed_device(each) for each in change.devices),
        not_begun=change.not_begun,
        totals=change.totals,
    )


def stored_remediate_json(change: ChangeResult) -> str:
    """Return the document as a run keeps it."""
    return to_json(remediate_document(change), indent=1) + "\n"


def changed_device(applied: DeviceChangeResult) -> ChangedDevice:
    """Return the part of a document about one switch."""
    difference = applied.difference
    return ChangedDevice(
        name=applied.name,
        site=applied.site,
        end=applied.end,
        why=applied.why,
        steps_done=applied.steps_done,
        steps=applied.steps,
        regressed=applied.regressed,
        findings=difference.findings,
        configuration=difference.configuration,
        licence=difference.licence,
    )
