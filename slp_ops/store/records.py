"""What the store writes as JSON, and how it is read back.

Unknown keys are ignored, so that an older slp-ops reads what a newer one wrote as long as ``schema`` is
the same. Everything is ASCII: an undecodable byte of a switch survives as its escape.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from slp_ops.model import Capture, CaptureStatus, DeviceResult, DeviceStatus, Trouble

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCHEMA: Final = 1
_ONE_LINE: Final = json.JSONEncoder(separators=(",", ":"), default=str)


class RunState(StrEnum):
    """How far a run came."""

    RUNNING = "running"
    COMPLETE = "complete"
    INTERRUPTED = "interrupted"
    UNREADABLE = "unreadable"  # a newer slp-ops wrote it, in a form that this one does not know


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a run keeps of a device from the inventory, to be judged later without it."""

    name: str
    site: str
    folder: str
    host: str = ""
    port: int = 22
    tags: tuple[str, ...] = ()
    intent: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The run file: what was run, when, by which version, on what."""

    id: str
    verb: str
    started: datetime
    finished: datetime | None = None
    state: RunState = RunState.RUNNING
    version: str = ""
    selection: Mapping[str, object] = field(default_factory=dict)
    devices: tuple[About, ...] = ()


def line(record: Mapping[str, object]) -> bytes:
    """A record as one line."""
    return (_ONE_LINE.encode(record) + "\n").encode("ascii")


def lines(data: bytes) -> tuple[list[dict[str, Any]], list[int], bool]:
    """The records of a file of lines, the numbers of the lines that are none, and whether its end is torn.

    A last line without its newline was being written when the run was killed.
    """
    *whole, rest = data.split(b"\n")
    records: list[dict[str, Any]] = []
    damaged: list[int] = []
    for number, text in enumerate(whole, start=1):
        try:
            record = json.loads(text)
        except ValueError:
            record = None
        if isinstance(record, dict):
            records.append(record)
        else:
            damaged.append(number)
    return records, damaged, bool(rest)


def capture_record(capture: Capture) -> dict[str, object]:
    """A line of a device's manifest."""
    return {
        "command": capture.command,
        "status": capture.status.value,
        "started": _stamp(capture.started),
        "seconds": round(capture.seconds, 3),
        "bytes": capture.bytes,
        "file": capture.file,
        "sha256": capture.sha256,
        "masked": dict(capture.masked),
        "reason": capture.reason,
    }


def capture_of(record: Mapping[str, Any]) -> Capture:
    """A capture from its line; raises KeyError, TypeError or ValueError for another kind of record."""
    return Capture(
        command=str(record["command"]),
        status=CaptureStatus(record["status"]),
        started=_time(record.get("started")),
        seconds=float(record.get("seconds", 0.0)),
        bytes=int(record.get("bytes", 0)),
        file=_text(record.get("file")),
        sha256=_text(record.get("sha256")),
        reason=str(record.get("reason", "")),
        masked={str(kind): int(count) for kind, count in dict(record.get("masked", {})).items()},
    )


def result_record(result: DeviceResult) -> dict[str, object]:
    """How a device ended. The captures stand in its manifest; here only how many there must be."""
    return {
        "name": result.name,
        "site": result.site,
        "status": result.status.value,
        "release": result.release,
        "captures": len(result.captures),
        "error": None
        if result.error is None
        else {"kind": result.error.kind, "message": result.error.message, "hint": result.error.hint},
    }


def result_of(record: Mapping[str, Any], captures: tuple[Capture, ...]) -> DeviceResult:
    """A device's result from its record and its manifest; raises as ``capture_of``."""
    error = record.get("error")
    return DeviceResult(
        name=str(record["name"]),
        site=str(record["site"]),
        status=DeviceStatus(record["status"]),
        captures=captures,
        error=None
        if error is None
        else Trouble(kind=error["kind"], message=error["message"], hint=error.get("hint", "")),
        release=_text(record.get("release")),
    )


def run_record(header: Header, results: Mapping[str, Mapping[str, object]]) -> bytes:
    """The run file. ``results`` are the devices' records by name, as far as they have ended."""
    return (
        json.dumps(
            {
                "schema": SCHEMA,
                "id": header.id,
                "verb": header.verb,
                "state": header.state.value,
                "started": _stamp(header.started),
                "finished": _stamp(header.finished),
                "slp_ops": header.version,
                "selection": dict(header.selection),
                "devices": [
                    {
                        "name": about.name,
                        "site": about.site,
                        "folder": about.folder,
                        "host": about.host,
                        "port": about.port,
                        "tags": list(about.tags),
                        "intent": dict(about.intent),
                        **results.get(about.name, {}),
                    }
                    for about in header.devices
                ],
            },
            indent=1,
            default=str,
        )
        + "\n"
    ).encode("ascii")


def header_of(record: Mapping[str, Any]) -> Header:
    """The run file read back; raises as ``capture_of``."""
    started = _time(record["started"])
    if started is None:
        raise ValueError("no start time")
    return Header(
        id=str(record["id"]),
        verb=str(record["verb"]),
        started=started,
        finished=_time(record.get("finished")),
        state=RunState(record["state"]),
        version=str(record.get("slp_ops", "")),
        selection=dict(record.get("selection", {})),
        devices=tuple(_abouts(record)),
    )


def _abouts(record: Mapping[str, Any]) -> Iterator[About]:
    for each in record.get("devices", ()):
        yield About(
            name=str(each["name"]),
            site=str(each["site"]),
            folder=str(each["folder"]),
            host=str(each.get("host", "")),
            port=int(each.get("port", 22)),
            tags=tuple(each.get("tags", ())),
            intent=dict(each.get("intent", {})),
        )


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise TypeError(f"{value!r} is no text")


def _stamp(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
