"""View of what a run read: each device with its counts and causes, and the totals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slp_ops.app.fleet import causes, hint
from slp_ops.model import CaptureStatus, DeviceStatus

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slp_ops.model import DeviceResult

_ANSWERED = (CaptureStatus.OK, CaptureStatus.UNSUPPORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDevice:
    """One device. ``causes`` and ``hint`` tell why it was not read completely."""

    name: str
    site: str
    status: DeviceStatus
    release: str | None
    answered: int
    sent: int
    causes: tuple[str, ...]
    hint: str

    @property
    def is_complete(self) -> bool:
        """True if the switch answered every command."""
        return self.status is DeviceStatus.OK


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectView:
    """The devices of a run, in its order."""

    devices: tuple[ReadDevice, ...]
    totals: Mapping[DeviceStatus, int]
    captures: int
    bytes: int

    @property
    def incomplete(self) -> tuple[ReadDevice, ...]:
        """The devices that were not read completely."""
        return tuple(device for device in self.devices if not device.is_complete)


def collect_view(results: Sequence[DeviceResult]) -> CollectView:
    """Return the view of these devices of a run."""
    devices: list[ReadDevice] = []
    captures = size = 0
    for result in results:  # once: those of a live run are made when they are asked for
        devices.append(_device(result))
        captures += len(result.captures)
        size += sum(capture.bytes for capture in result.captures)
    totals = Counter(device.status for device in devices)
    return CollectView(
        devices=tuple(devices),
        totals={status: totals[status] for status in DeviceStatus},
        captures=captures,
        bytes=size,
    )


def _device(result: DeviceResult) -> ReadDevice:
    is_complete = result.status is DeviceStatus.OK
    return ReadDevice(
        name=result.name,
        site=result.site,
        status=result.status,
        release=result.release,
        answered=sum(capture.status in _ANSWERED for capture in result.captures),
        sent=sum(capture.status is not CaptureStatus.SKIPPED for capture in result.captures),
        causes=() if is_complete else tuple(causes(result)),
        hint="" if is_complete else hint(result),
    )
