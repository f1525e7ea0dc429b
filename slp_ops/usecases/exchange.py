"""Look at one switch for the offline exchange, and take what it gives. Planning holds a Reader only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.read_device import collect
from slp_ops.ports import silent
from slp_ops.rules.needs import Known
from slp_ops.usage.received import received
from slp_ops.usage.switch import Seen
from slp_ops.usecases.work import Remembering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slp_ops.commands import ShowCommand
    from slp_ops.model import Device, DeviceResult
    from slp_ops.ports import Evidence, OnEvent, Shelf, Transport
    from slp_ops.usage.received import Received
    from slp_ops.usage.udi import UnitId


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One switch; ``seen`` is None when nothing could be read."""

    result: DeviceResult
    seen: Seen | None = None


async def look_at(
    device: Device,
    *,
    transport: Transport,
    evidence: Evidence,
    mask: Callable[[str], str],
    commands: tuple[ShowCommand, ...],
    on_event: OnEvent = silent,
) -> LookedAt:
    """Read a switch; raises StoreError only."""
    memory = Remembering(evidence, mask)
    result = await collect(device, transport=transport, evidence=memory, commands=commands, on_event=on_event)
    return LookedAt(result=result, seen=seen_in(memory, device) if memory.any_read else None)


def seen_in(memory: Remembering, device: Device) -> Seen:
    """What was read of a switch."""
    return Seen(name=device.name, site=device.site, known=Known(memory.facts), running=memory.running)


class ReportShelf:
    """A shelf that looks at a usage file before it keeps it. See ``ports.Shelf``."""

    def __init__(
        self, files: Shelf, units: Mapping[str, tuple[UnitId, ...]], came: Callable[[Received], None]
    ) -> None:
        self._files = files
        self._units = units
        self._came = came

    def keep(self, device: Device, name: str, data: bytes) -> Mapping[str, object]:
        """See ``ports.Shelf``. A file without a report is not kept: there is nothing to upload."""
        found = received(device, name, data, self._units[device.name])
        if found.reports:
            self._files.keep(device, name, data)
        self._came(found)
        return {"received": found.record}

    def take(self, name: str) -> bytes:
        """See ``ports.Shelf``."""
        return self._files.take(name)
