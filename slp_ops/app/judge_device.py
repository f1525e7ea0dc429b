"""Judge one device with what earlier runs have of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slp_ops.app.audit_device import audit_device
from slp_ops.app.changes_made import with_last_change
from slp_ops.facts.rum import RumHistory, RumPoint
from slp_ops.history.summary import found_of, summarise
from slp_ops.json_documents import json_document
from slp_ops.parsing import Facts

if TYPE_CHECKING:
    from slp_ops.app.audit_device import AuditedDevice, AuditOptions
    from slp_ops.app.inputs import DeviceInput
    from slp_ops.history.summary import Summary


@json_document
class DevicePast:
    """Earlier runs of a device: their RUM counts, oldest first, and the times of the changes by slp-ops."""

    points: tuple[RumPoint, ...] = ()
    changes: tuple[datetime, ...] = ()


def judge_device(
    found: DeviceInput, past: DevicePast, audit_options: AuditOptions, *, seen: datetime | None = None
) -> tuple[AuditedDevice, Summary]:
    """Return the judged device and its summary; ``seen`` is when a saved run began, otherwise now."""
    facts = with_last_change(found.result, found.facts or Facts({}), past.changes)
    known = audit_options.known(facts, found.intent)
    summary = summarise(
        found.result,
        known,
        (),
        seen=seen or datetime.now(UTC),
        knowledge=audit_options.knowledge.version,
    )
    earlier = [point for point in past.points if point.seen < summary.seen]
    if earlier:
        now = summary.point("")
        history = RumHistory(points=() if now is None else (*earlier, now))
        facts = Facts({type(each): each for each in (*facts.all(), history)}, facts.captures)
        known = audit_options.known(facts, found.intent)
    judged = audit_device(
        found.result,
        None if found.facts is None else facts,
        audit_options=audit_options,
        intent=found.intent,
        known=known,
    )
    return judged, replace(summary, found=found_of(judged.outcomes))
