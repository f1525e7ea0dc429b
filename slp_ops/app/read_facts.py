"""Read what a run lacks of one device, and parse all that the run then has of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slp_ops.app.inputs import DeviceInput
from slp_ops.app.read_device import CollectOptions, PreviousCaptures, collect
from slp_ops.facts import Software
from slp_ops.parsing import read, read_more
from slp_ops.rules.settings import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from slp_ops.app.device_work import DeviceTools, EarlierPart
    from slp_ops.commands import ShowCommand
    from slp_ops.model import CaptureStatus, Device, DeviceResult
    from slp_ops.parsing import Facts
    from slp_ops.release import Release


def nothing_more(facts: Facts) -> Sequence[ShowCommand]:
    """Ask for no further command."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsReading:
    """Commands of a reading.

    ``follow_up`` returns further ones, once the first facts are known; ``keep`` names commands whose texts
    are kept in the facts.
    """

    commands: Sequence[ShowCommand]
    collect_options: CollectOptions = field(default_factory=CollectOptions)
    follow_up: Callable[[Facts], Sequence[ShowCommand]] = nothing_more
    keep: Collection[str] = ()


async def read_missing(
    device: Device,
    tools: DeviceTools,
    earlier: EarlierPart,
    commands: Sequence[ShowCommand],
    collect_options: CollectOptions,
) -> DeviceResult:
    """Read the commands that the run lacks, and return the result over all its parts."""
    previous = earlier.previous
    missing = previous.missing(commands) if earlier.captures else commands
    if not missing:
        return earlier.recorded or previous.result(device)
    result = await _send(device, tools, missing, collect_options, previous.release)
    return previous.merged_with(result) if earlier.captures else result


async def read_facts(
    device: Device, tools: DeviceTools, earlier: EarlierPart, reading: FactsReading
) -> DeviceInput:
    """Read a device and parse the captures as they were kept, masked; see ``read_missing``.

    Raises StoreError.
    """

    def parts(result: DeviceResult) -> Iterator[tuple[str, CaptureStatus, str]]:
        for capture in result.captures:
            yield capture.command, capture.status, tools.evidence.text(capture)

    result = await read_missing(device, tools, earlier, reading.commands, reading.collect_options)
    facts = read(parts(result), keep=reading.keep) if result.captures else None
    if facts is not None and result.error is None and (more := reading.follow_up(facts)):
        software = facts.get(Software)
        previous = PreviousCaptures(
            captures=result.captures, release=None if software is None else software.release
        )
        if more := previous.missing(more):
            rest = await _send(device, tools, more, reading.collect_options, previous.release)
            result = previous.merged_with(rest)
            facts = read_more(facts, parts(rest), keep=reading.keep)
    return DeviceInput(result=result, facts=facts, intent=Intent.of(device.intent))


async def _send(
    device: Device,
    tools: DeviceTools,
    commands: Sequence[ShowCommand],
    collect_options: CollectOptions,
    release: Release | None,
) -> DeviceResult:
    return await collect(
        device,
        transport=tools.transport,
        evidence=tools.evidence,
        commands=commands,
        collect_options=collect_options,
        release=release,
        on_event=tools.on_event,
    )
