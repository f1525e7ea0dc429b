"""The JSON files of a run: their records, and how they are read back.

Unknown keys are ignored, so that an older slp-ops reads what a newer one wrote as long as ``schema`` is
the same. Everything is ASCII: an undecodable byte of a switch survives as its escape.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from typing import Any, Final, Generic, TypeVar

from slp_ops.json_documents import (
    InvalidJson,
    JsonValue,
    ShapeError,
    decode,
    encode,
    json_document,
    json_field,
    parse_json,
    rounded,
)
from slp_ops.model import Capture, CaptureStatus, DeviceFailure, DeviceResult, DeviceStatus

T = TypeVar("T")
SCHEMA: Final = 1
_MOST_DAMAGED: Final = 100  # lines; what follows in such a file is not read
_NO_DEVICES: Final = "[]"  # the last value of a run file
_ONE_LINE: Final = json.JSONEncoder(separators=(",", ":"), default=str)


class RunState(StrEnum):
    """State of a run."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"  # written by a newer slp-ops in an unknown format


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceHeader:
    """Inventory data of a device, stored in a run for later audits."""

    name: str
    site: str
    folder: str
    host: str = ""
    port: int = 22
    tags: tuple[str, ...] = ()
    intent: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """The run file: what was run, when, by which version, on what."""

    id: str
    verb: str
    started: datetime
    sequence: int | None = None  # of the runs of its folder; None in runs of earlier releases
    finished: datetime | None = None
    state: RunState = RunState.RUNNING
    version: str = ""
    selection: Mapping[str, object] = field(default_factory=dict)
    devices: tuple[DeviceHeader, ...] = ()


def utc_millis(moment: datetime | None) -> JsonValue:
    """Encode a moment in UTC, to the millisecond."""
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


def as_utc(moment: datetime) -> datetime:
    """Return a moment of a file, which an editor may have left without its zone."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def millis(moment: datetime) -> int:
    """Return an aware time as a number."""
    return round(moment.timestamp() * 1000)


def _as_given(values: Mapping[str, Any]) -> Any:
    """Encode values of people's files, which the text encoder may have to turn into text."""
    return dict(values)


@json_document
class CaptureRecord:
    """A line of a device's manifest."""

    command: str
    status: CaptureStatus
    started: datetime | None = json_field(encoder=utc_millis, default=None)
    seconds: float = json_field(encoder=rounded(3), default=0.0)
    bytes: int = 0
    file: str | None = None
    sha256: str | None = None
    masked: Mapping[str, int] = field(default_factory=dict)
    reason: str = ""

    @classmethod
    def of(cls, capture: Capture) -> CaptureRecord:
        """Return the record of a capture."""
        return cls(
            command=capture.command,
            status=capture.status,
            started=capture.started,
            seconds=capture.seconds,
            bytes=capture.bytes,
            file=capture.file,
            sha256=capture.sha256,
            masked=capture.masked,
            reason=capture.reason,
        )

    def capture(self) -> Capture:
        """Return the capture."""
        return Capture(
            command=self.command,
            status=self.status,
            started=None if self.started is None else as_utc(self.started),
            seconds=float(self.seconds),
            bytes=self.bytes,
            file=self.file,
            sha256=self.sha256,
            reason=self.reason,
            masked=self.masked,
        )


@json_document
class ResultRecord:
    """Result of a device. The captures are in its manifest; this record has only their number."""

    name: str
    site: str
    status: DeviceStatus
    release: str | None = None
    captures: int = 0
    error: DeviceFailure | None = None

    @classmethod
    def of(cls, result: DeviceResult) -> ResultRecord:
        """Return the record of a result."""
        return cls(
            name=result.name,
            site=result.site,
            status=result.status,
            release=result.release,
            captures=len(result.captures),
            error=result.error,
        )

    def result(self, captures: tuple[Capture, ...]) -> DeviceResult:
        """Return the result, with the captures of the device's manifest."""
        return DeviceResult(
            name=self.name,
            site=self.site,
            status=self.status,
            captures=captures,
            error=self.error,
            release=self.release,
        )


@json_document
class DeviceRecord:
    """A device in the run file; with its result once it has ended."""

    name: str
    site: str
    folder: str
    host: str = ""
    port: int = 22
    tags: tuple[str, ...] = ()
    intent: Mapping[str, Any] = json_field(encoder=_as_given, default_factory=dict)
    result: ResultRecord | None = json_field(inline=True, default=None)


@json_document
class RunRecord:
    """The run file."""

    schema: int
    id: str
    verb: str
    state: RunState
    started: datetime = json_field(encoder=utc_millis)
    sequence: int | None = None
    finished: datetime | None = json_field(encoder=utc_millis, default=None)
    slp_ops: str = ""
    selection: Mapping[str, Any] = json_field(encoder=_as_given, default_factory=dict)
    devices: tuple[DeviceRecord, ...] = ()


def run_file(header: RunHeader, results: Mapping[str, ResultRecord]) -> Iterator[bytes]:
    """Yield the run file in pieces. ``results`` are the records of the devices that have ended, by name.

    A piece is of one device: the file of a whole fleet would need more memory than its results.
    """
    run = RunRecord(
        schema=SCHEMA,
        id=header.id,
        verb=header.verb,
        state=header.state,
        started=header.started,
        sequence=header.sequence,
        finished=header.finished,
        slp_ops=header.version,
        selection=header.selection,
    )
    begin, end = _indented(run).rsplit(_NO_DEVICES, 1)
    yield begin.encode("ascii")
    before = "[\n  "
    for about in header.devices:
        device = DeviceRecord(
            name=about.name,
            site=about.site,
            folder=about.folder,
            host=about.host,
            port=about.port,
            tags=about.tags,
            intent=about.intent,
            result=results.get(about.name),
        )
        yield (before + _indented(device).replace("\n", "\n  ")).encode("ascii")
        before = ",\n  "
    listed_end = "\n ]" if header.devices else _NO_DEVICES
    yield f"{listed_end}{end}\n".encode("ascii")


def _indented(record: object) -> str:
    return json.dumps(encode(record), indent=1, default=str)


def header_of(record: RunRecord) -> RunHeader:
    """Return what a run file holds of the run and its devices, without their results.

    A device that is in it twice counts once: names are the keys of everything else in a run.
    """
    devices = {each.name: each for each in reversed(record.devices)}
    return RunHeader(
        id=record.id,
        verb=record.verb,
        started=as_utc(record.started),
        sequence=record.sequence,
        finished=None if record.finished is None else as_utc(record.finished),
        state=record.state,
        version=record.slp_ops,
        selection=record.selection,
        devices=tuple(
            DeviceHeader(
                name=each.name,
                site=each.site,
                folder=each.folder,
                host=each.host,
                port=each.port,
                tags=each.tags,
                intent=each.intent,
            )
            for each in reversed(devices.values())
        ),
    )


def line(record: object) -> bytes:
    """Return a record as one line."""
    return (_ONE_LINE.encode(encode(record)) + "\n").encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Generic[T]):
    """The records of a file of lines.

    ``damaged`` are the numbers of the lines that are no JSON object, ``misshapen`` objects of another form;
    after a hundred of either the rest is not read.
    A last line without its newline was being written when the run was killed: the end is ``torn``.
    """

    records: tuple[T, ...]
    damaged: tuple[int, ...]
    misshapen: tuple[object, ...]
    torn: bool


def read_lines(kind: type[T], data: bytes) -> Lines[T]:
    """Return the records of a file of lines."""
    records: list[T] = []
    damaged: list[int] = []
    misshapen: list[object] = []
    text = b""
    for number, text in enumerate(BytesIO(data), start=1):
        if not text.endswith(b"\n"):
            break
        try:
            value = parse_json(text)
        except InvalidJson:
            value = None
        if not isinstance(value, dict):
            damaged.append(number)
            if len(damaged) == _MOST_DAMAGED:
                break
            continue
        try:
            records.append(decode(kind, value))
        except ShapeError:
            misshapen.append(value)
            if len(misshapen) == _MOST_DAMAGED:
                break
    torn = bool(text) and not text.endswith(b"\n")
    return Lines(records=tuple(records), damaged=tuple(damaged), misshapen=tuple(misshapen), torn=torn)
