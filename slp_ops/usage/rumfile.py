"""A usage file as ``license smart save usage`` writes it: the signed reports and what they say.

    <?xml version="1.0" encoding="UTF-8"?>
    <smartLicense>
    <RUMReport><![CDATA[{"payload":"{..}","header":{"type":"rum"},"signature":{..}}]]></RUMReport>
    </smartLicense>

Read only: the bytes are signed, and what is written anywhere is the bytes that came. How a payload is
wrapped differs (a JSON text, or JSON itself, with blanks or without), so nothing but the essential is
insisted on.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from slp_ops.json_documents import InvalidJson, parse_json
from slp_ops.usage.udi import UnitId, unit_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OPENING: Final = b"<RUMReport>"
_CLOSING: Final = b"</RUMReport>"
_END: Final = b"</smartLicense>"
_CDATA: Final = re.compile(rb"\s*<!\[CDATA\[(.*)\]\]>\s*", re.DOTALL)
# Seconds since 1970 between 2015 and 2100: other numbers are no times.
_TIMES: Final = range(1_420_070_400, 4_102_444_800)


class InvalidUsageFile(ValueError):
    """This is no usage file, or not all of one; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageReport:
    """One report. ``unit`` is the switch that it is of, ``units`` every member that it names besides."""

    id: int | None
    unit: UnitId | None
    units: tuple[UnitId, ...] = ()
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RumFile:
    """Content of a usage file."""

    reports: tuple[UsageReport, ...]

    @property
    def units(self) -> tuple[UnitId, ...]:
        """The switches that its reports are of, the most frequent first."""
        counted = Counter(report.unit for report in self.reports if report.unit is not None)
        return tuple(unit for unit, _ in counted.most_common())

    @property
    def all_units(self) -> tuple[UnitId, ...]:
        """The same, and the members that the reports name."""
        members = (unit for report in self.reports for unit in report.units)
        return tuple(dict.fromkeys((*self.units, *members)))

    @property
    def start(self) -> datetime | None:
        """Return the start of the first measurement."""
        return min((report.start for report in self.reports if report.start is not None), default=None)

    @property
    def end(self) -> datetime | None:
        """Return the end of the last measurement."""
        return max((report.end for report in self.reports if report.end is not None), default=None)


def read_reports(data: bytes) -> RumFile:
    """Read a usage file; raises NoReports."""
    if b"<smartLicense" not in data:
        raise InvalidUsageFile("it contains no <smartLicense>")
    if not data.rstrip().endswith(_END):
        raise InvalidUsageFile("it is cut short: its last line is not </smartLicense>")
    if data.count(_OPENING) != data.count(_CLOSING):
        raise InvalidUsageFile("it is damaged: a <RUMReport> has no end")
    return RumFile(reports=tuple(_report(body, number) for number, body in enumerate(_bodies(data), 1)))


def _bodies(data: bytes) -> Iterator[bytes]:
    at = 0
    while (begin := data.find(_OPENING, at)) >= 0:
        end = data.find(_CLOSING, begin)
        if end < 0:
            raise InvalidUsageFile("it is damaged: a <RUMReport> has no end")
        yield data[begin + len(_OPENING) : end]
        at = end + len(_CLOSING)


def _report(body: bytes, number: int) -> UsageReport:
    inside = _CDATA.fullmatch(body)
    try:
        signed = parse_json(inside[1] if inside else body)
        payload = signed["payload"]
        said = parse_json(payload) if isinstance(payload, str) else payload
        if not isinstance(said, dict):
            raise TypeError(type(said).__name__)
    except InvalidJson as err:
        raise InvalidUsageFile(f"report {number} of it cannot be read: {err}") from None
    except (KeyError, TypeError) as err:
        raise InvalidUsageFile(f"report {number} of it cannot be read: {type(err).__name__}") from None
    identity, meta = _dict(said.get("asset_identification")), _dict(said.get("meta"))
    times = list(_times(said.get("measurements")))
    members = meta.get("ha_udi")
    return UsageReport(
        id=_number(identity.get("report_id", meta.get("report_id", said.get("report_id")))),
        unit=unit_in(_dict(identity.get("instance")).get("sudi")),
        units=tuple(
            unit
            for each in (members if isinstance(members, list) else ())
            if (unit := unit_in(_dict(each).get("sudi"))) is not None
        ),
        start=min((start for start, _ in times), default=None),
        end=max((end for _, end in times), default=None),
    )


def _times(measurements: object) -> Iterator[tuple[datetime, datetime]]:
    for each in measurements if isinstance(measurements, list) else ():
        start, end = _number(_dict(each).get("start_time")), _number(_dict(each).get("end_time"))
        # A range looks a None up by walking through all of it.
        if start is not None and end is not None and start in _TIMES and end in _TIMES:
            yield datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)


def _dict(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _number(value: object) -> int | None:
    if isinstance(value, str) and value.isdecimal() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
