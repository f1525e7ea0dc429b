"""The work ``collect``: read the commands of one device that its run does not have."""

from __future__ import annotations

from typing import Literal

from slp_ops.app.commands import CommandList
from slp_ops.app.device_work import DeviceTools, DeviceWork
from slp_ops.app.read_device import CollectOptions, PreviousCaptures, collect
from slp_ops.json_documents import json_document
from slp_ops.model import Capture, Device, DeviceResult


@json_document
class CollectTask:
    """Commands for one device. ``release`` is what an earlier part of the run has read."""

    schema: Literal["slp-ops/collect-task/1"] = "slp-ops/collect-task/1"
    device: Device
    commands: CommandList
    collect_options: CollectOptions
    earlier: tuple[Capture, ...] = ()
    release: str | None = None


async def read_missing(task: CollectTask, tools: DeviceTools) -> DeviceResult:
    """Read what is missing, and return the result over all parts of the run."""
    commands = task.commands.commands()
    if not task.earlier:
        return await _read(task, tools, PreviousCaptures(captures=()))
    earlier = PreviousCaptures.of(task.earlier, task.release)
    if not earlier.missing(commands):
        return earlier.result(task.device)
    return earlier.merged_with(await _read(task, tools, earlier))


async def _read(task: CollectTask, tools: DeviceTools, earlier: PreviousCaptures) -> DeviceResult:
    return await collect(
        task.device,
        transport=tools.transport,
        evidence=tools.evidence,
        commands=earlier.missing(task.commands.commands()),
        collect_options=task.collect_options,
        release=earlier.release,
        on_event=tools.on_event,
    )


COLLECT = DeviceWork(name="collect", task=CollectTask, result=DeviceResult, visit=read_missing)
