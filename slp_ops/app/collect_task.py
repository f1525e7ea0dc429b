"""The work ``collect``: read the commands of one device that its run does not have."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, Literal

from slp_ops.app.commands import CommandList
from slp_ops.app.device_work import DeviceWork, EarlierPart
from slp_ops.app.read_device import CollectOptions
from slp_ops.app.read_facts import read_missing
from slp_ops.json_documents import json_document
from slp_ops.model import Device, DeviceResult

if TYPE_CHECKING:
    from slp_ops.app.device_work import DeviceTools


@json_document
class CollectTask:
    """Commands for one device."""

    schema: Literal["slp-ops/collect-task/1"] = "slp-ops/collect-task/1"
    device: Device
    commands: CommandList
    collect_options: CollectOptions
    earlier: EarlierPart = field(default_factory=EarlierPart)

    @property
    def own_rules(self) -> bool:
        """See ``DeviceTask``."""
        return False


async def _visit(task: CollectTask, tools: DeviceTools) -> DeviceResult:
    return await read_missing(
        task.device, tools, task.earlier, task.commands.commands(), task.collect_options
    )


COLLECT: Final = DeviceWork(
    name="collect",
    task=CollectTask,
    result=DeviceResult,
    visit=_visit,
    device_result=lambda result: result,
)
