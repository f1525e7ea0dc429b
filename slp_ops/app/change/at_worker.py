"""A change of one switch that a worker near it makes, as the process of the verb sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slp_ops.app.change.context import EvidenceRecord, Journal
    from slp_ops.app.device_work import DeviceEngine
    from slp_ops.model import Device
    from slp_ops.planning.model import SwitchPlan
    from slp_ops.ports import FileStore, OnEvent
    from slp_ops.runs import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAtWorker:
    """Plan of a switch, the engine whose workers apply it, and where evidence, events and files go."""

    device: Device
    plan: SwitchPlan
    engine: DeviceEngine
    run: Run
    journal: Journal
    evidence: EvidenceRecord
    files: FileStore
    on_event: OnEvent
