"""A plan as its file: the document of every form, and its text with the seal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slp_ops.app.fleet import causes
from slp_ops.json_documents import encode, to_json
from slp_ops.planning.documents import (
    DeviceChoice,
    LeftOutFile,
    Mention,
    PlanDocument,
    UnplannedFindings,
    UnreadSwitch,
)
from slp_ops.playbook import risks_of
from slp_ops.runs.seal import Seals
from slp_ops.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.app.change.results import PlanResult
    from slp_ops.usage.matching import SkippedFile


def plan_document(planned: PlanResult) -> PlanDocument:
    """Return the plan as its file."""
    return PlanDocument(
        created=planned.created,
        slp_ops=__version__,
        run=planned.run,
        devices=planned.plans,
        nothing_planned=planned.skipped,
        choices=tuple(
            DeviceChoice(
                name=name, rule=choice.rule, playbooks=choice.playbooks, risk=risks_of(choice.playbooks)
            )
            for name, choice in planned.choices
        ),
        mentioned=tuple(
            Mention(name=name, playbooks=ids, risk=risks_of(ids)) for name, ids in planned.mentioned
        ),
        unread=tuple(
            UnreadSwitch(
                name=each.name,
                site=each.site,
                kind=None if each.error is None else each.error.kind,
                why="; ".join(causes(each)),
            )
            for each in planned.unread
        ),
        verb=planned.verb,
        left_out=None if planned.left_out is None else left_out_files(planned.left_out),
        unplanned_findings=tuple(
            UnplannedFindings(name=name, rules=rules) for name, rules in planned.unplanned_findings.items()
        )
        or None,
    )


def sealed_plan(planned: PlanResult, *, ascii_only: bool) -> str:
    """Return the text of a plan file, with its seal. Raises StoreError."""
    document = Seals().sealed_document(encode(plan_document(planned)))
    return to_json(document, indent=1, ascii_only=ascii_only) + "\n"


def left_out_files(files: Iterable[SkippedFile]) -> tuple[LeftOutFile, ...]:
    """Return the files that are not imported, as a document holds them."""
    return tuple(LeftOutFile(path=each.path, reason=each.out.value, why=each.why) for each in files)
