"""Results of a run's devices in little memory.

A capture takes 330 bytes as an object, and a run of 100,000 switches has more than a million. What repeats,
such as command, status and file, is held once for all devices; what is of one capture alone, such as its
digest, is a row of 60 bytes. A result is made again when it is asked for.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, overload

from slp_ops.model import Capture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slp_ops.model import CaptureStatus, DeviceResult

_ROW: Final = struct.Struct(
    "<Iqqd32s"
)  # number of the kind, microseconds of its start, bytes, seconds, SHA-256
_DIGEST: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class _Kind(NamedTuple):
    """Values that captures of many devices share; with whether they have a start and a SHA-256."""

    command: str
    status: CaptureStatus
    file: str | None
    reason: str
    masked: tuple[tuple[str, int], ...]
    has_start: bool
    has_digest: bool


@dataclass(frozen=True, slots=True)
class HeldResult:
    """The result of a device: without its captures, and their rows."""

    result: DeviceResult
    rows: bytes


class HeldResults(Sequence["DeviceResult"]):
    """Results in the order of the devices, once ``in_order`` has what ``hold`` gave for each of them."""

    def __init__(self) -> None:
        self._held: tuple[HeldResult, ...] = ()
        self._kinds: list[_Kind] = []
        self._numbers: dict[_Kind, int] = {}

    def hold(self, result: DeviceResult) -> HeldResult:
        """Return a result in little memory; one of an unusual form, as of a hostile worker, as it is."""
        rows = [self._row(each) for each in result.captures]
        if any(row is None for row in rows):
            return HeldResult(result, b"")
        return HeldResult(replace(result, captures=()), b"".join(row for row in rows if row is not None))

    def in_order(self, held: Iterable[HeldResult]) -> HeldResults:
        """Take results that ``hold`` of this object gave, and return this object."""
        self._held = tuple(held)
        return self

    def __len__(self) -> int:
        return len(self._held)

    @overload
    def __getitem__(self, index: int) -> DeviceResult: ...

    @overload
    def __getitem__(self, index: slice) -> list[DeviceResult]: ...

    def __getitem__(self, index: int | slice) -> DeviceResult | list[DeviceResult]:
        if isinstance(index, slice):
            return [self._made(each) for each in self._held[index]]
        return self._made(self._held[index])

    def _made(self, held: HeldResult) -> DeviceResult:
        if not held.rows:
            return held.result
        return replace(held.result, captures=tuple(map(self._capture, _ROW.iter_unpack(held.rows))))

    def _row(self, capture: Capture) -> bytes | None:
        """Return the row of a capture; None where it would not be the same afterwards."""
        started, digest = capture.started, capture.sha256
        if started is not None and started.tzinfo is not UTC:
            return None
        if digest is not None and not _DIGEST.fullmatch(digest):
            return None
        kind = _Kind(
            command=capture.command,
            status=capture.status,
            file=capture.file,
            reason=capture.reason,
            masked=tuple(capture.masked.items()),
            has_start=started is not None,
            has_digest=digest is not None,
        )
        number = self._numbers.setdefault(kind, len(self._kinds))
        if number == len(self._kinds):
            self._kinds.append(kind)
        try:
            return _ROW.pack(
                number,
                0 if started is None else (started - _EPOCH) // _MICROSECOND,
                capture.bytes,
                capture.seconds,
                bytes.fromhex(digest or ""),
            )
        except struct.error:  # a number of more than 64 bits
            return None

    def _capture(self, row: tuple[int, int, int, float, bytes]) -> Capture:
        number, started, size, seconds, digest = row
        kind = self._kinds[number]
        return Capture(
            command=kind.command,
            status=kind.status,
            started=_EPOCH + timedelta(microseconds=started) if kind.has_start else None,
            seconds=seconds,
            bytes=size,
            file=kind.file,
            sha256=digest.hex() if kind.has_digest else None,
            reason=kind.reason,
            masked=dict(kind.masked),
        )
