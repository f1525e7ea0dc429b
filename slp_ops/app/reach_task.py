"""The work ``check-reachability``: read one device, probe its targets, and conclude."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.reach_device import DeviceReachability, ReachabilityOptions, reach
from slp_ops.app.read_device import CollectOptions
from slp_ops.json_documents import json_document
from slp_ops.model import Device

if TYPE_CHECKING:
    from slp_ops.app.device_work import DeviceTools


@json_document
class ReachabilityTask:
    """Targets for one device, beside those of its own configuration."""

    schema: Literal["slp-ops/reachability-task/1"] = "slp-ops/reachability-task/1"
    device: Device
    options: ReachabilityOptions
    collect_options: CollectOptions
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``."""
        return False


async def _visit(task: ReachabilityTask, tools: DeviceTools) -> DeviceReachability:
    return await reach(
        task.device,
        transport=tools.transport,
        evidence=tools.evidence,
        recall=tools.evidence.text,
        options=task.options,
        collect_options=task.collect_options,
        earlier=task.earlier.previous,
        on_event=tools.on_event,
    )


REACHABILITY: Final = DeviceWork(
    name="check-reachability",
    task=ReachabilityTask,
    result=DeviceReachability,
    visit=_visit,
    device_result=lambda answer: answer.result,
)
