"""Log lines in exports of log collectors: JSON records and rows of CSV.

{"@timestamp":"2024-03-03T06:41:27.902Z","host":"acc-21","message":"%SMART_LIC-3-COMM_FAILED: ..."}
"2024-03-03","06:41:28","Local7.Error","192.0.2.7","2201: Mar  3 06:41:27.902: %SMART_LIC-3-..."
| acc-21 | %SMART_LIC-3-COMM_FAILED: ... |

Each record becomes the line that a syslog server stores: time, host, message. Line numbers stay unchanged.
"""

from __future__ import annotations

import csv
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from slp_ops.iosxe.names import is_address, is_host
from slp_ops.iosxe.relay import FACILITY, relayed
from slp_ops.json_documents import InvalidJson, parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TAG: Final = re.compile(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z]", re.ASCII)
_ANY_PRIORITY: Final = "<189>"
_PRIORITY: Final = re.compile(r"^<\d{1,3}>(?:1 )?", re.ASCII)
_ISO: Final = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d\S{0,16}", re.ASCII)
# A time as Kibana shows it: Mar 3, 2024 @ 06:41:27.902.
_SHOWN: Final = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}), (?P<year>\d{4}) (?:@ )?"
    r"(?P<clock>\d\d:\d\d:\d\d(?:\.\d{1,9})?)",
    re.ASCII,
)
# 3/3/2024 6:41:28 AM of SolarWinds and PRTG, 03.03.2024 06:41:28 of a German Excel.
_LOCAL: Final = re.compile(
    r"(?:(?P<month>\d{1,2})/(?P<day>\d{1,2})|(?P<first>\d{1,2})\.(?P<second>\d{1,2}))[/.](?P<year>20\d\d),? "
    r"(?P<hour>\d{1,2}):(?P<rest>\d\d:\d\d(?:\.\d{1,6})?)(?: (?P<half>[AP])M)?",
    re.ASCII | re.IGNORECASE,
)
_DATE: Final = re.compile(r"\d{4}[-/]\d\d[-/]\d\d", re.ASCII)
_NAMED: Final = re.compile(r"[A-Za-z].*\d|\d.*[A-Za-z]", re.ASCII)
_CLOCK: Final = re.compile(r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?", re.ASCII)
# Names that collectors give to the fields; a part of a path counts too, as in "host.name".
_HOSTS: Final = (
    "host",
    "hostname",
    "host_name",
    "sysloghost",
    "logsource",
    "fromhost",
    "device",
    "source_ip",
    "fromhost-ip",
    "source",
    "name",
    "ip",
)
_TIMES: Final = ("@timestamp", "timestamp", "_time", "time", "isodate", "datetime", "date")
_MOST_DEPTH: Final = 6
_LONGEST: Final = 256 * 1024  # a longer line is no record; its fields would fill the memory
_BAR: Final = "|"  # of a table in Markdown, or drawn with the signs for boxes
_BOX: Final = str.maketrans("\u2502\u2503\u2551", 3 * _BAR)
_SEPARATORS: Final = (_BAR, ",", ";", "\t")
_SIGNS: Final = re.escape("".join(_SEPARATORS))
# A record, or fields before the message: a text without such a line is no export.
_EXPORTED: Final = re.compile(rf"^(?:[^%\n{_SIGNS}]*[{_SIGNS}][^%\n]*%|[^\S\n]*\{{[^\n]*%)", re.MULTILINE)
_MILLISECONDS: Final = 1e11
_MOST_SECONDS: Final = 4e9
_LEAST_FIELDS: Final = 3
_MONTHS: Final = 12


def as_log_lines(text: str) -> str:
    """Return the text with each exported record in the form of a syslog server's line."""
    if "%" not in text:
        return text
    if not text.isascii():
        text = text.translate(_BOX)
    if text.lstrip()[:1] in ("{", "[") and (records := _document(text)) is not None:
        return _at_their_lines(text, records)
    if not _EXPORTED.search(text):
        return text
    lines = text.split("\n")
    columns: list[str] | None = None
    for place, line in enumerate(lines):
        if len(line) > _LONGEST:
            continue
        if "%" not in line:
            columns = _header(line) or columns
        elif line.lstrip().startswith("{"):
            lines[place] = next((stored for _, stored in _records(_json(line.rstrip(" \t\r,")))), line)
        elif separator := next((each for each in _SEPARATORS if each in line.partition("%")[0]), None):
            lines[place] = _row(line.strip(f"\r\n {_BAR}"), separator, columns) or line
    return "\n".join(lines)


def _json(text: str) -> Any:
    try:
        return parse_json(text)
    except InvalidJson:
        return None


def _document(text: str) -> list[tuple[str, str]] | None:
    """Return the records of a text that is one JSON document; None for any other text."""
    document = _json(text)
    return list(_records(document)) or None if isinstance(document, dict | list) else None


def _at_their_lines(text: str, records: Sequence[tuple[str, str]]) -> str:
    """Put each record at the line of its message."""
    lines = [""] * (text.count("\n") + 1)
    begun = place = 0
    for message, stored in records:
        found = text.find(json.dumps(message, ensure_ascii=False)[1:-1], begun)
        if found >= 0:
            place += text.count("\n", begun, found)
            begun = found
        lines[place] = f"{lines[place]}\n{stored}" if lines[place] else stored
    return "\n".join(lines)


def _records(document: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield each message in a JSON value, and the line for it."""
    if depth > _MOST_DEPTH:
        return
    if isinstance(document, list):
        for each in document:
            yield from _records(each, depth + 1)
    elif isinstance(document, dict):
        message = next((v for v in document.values() if isinstance(v, str) and _TAG.search(v)), None)
        if message is None:
            for each in document.values():
                yield from _records(each, depth + 1)
            return
        flat = dict(_flat(document))
        yield message, _stored(message, _named(flat, _TIMES), _named(flat, _HOSTS))


def _flat(record: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield the texts of a record by name; those of an inner object have its name too."""
    for name, value in record.items():
        if isinstance(value, str):
            yield name.lower(), value
        elif isinstance(value, int | float) and name.lower() in _TIMES and (time := _iso(value)):
            yield name.lower(), time
        elif isinstance(value, dict) and depth < _MOST_DEPTH:
            for inner, text in _flat(value, depth + 1):
                yield f"{name.lower()}.{inner}", text


def _iso(epoch: float) -> str:
    """Return a time in seconds or milliseconds since 1970; empty for another number."""
    seconds = epoch / 1000 if epoch > _MILLISECONDS else epoch
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}" if 0 < seconds < _MOST_SECONDS else ""


def _named(record: dict[str, str], names: Sequence[str]) -> str:
    """Return the value of the first of these names that has one."""
    for name in names:
        for key, value in record.items():
            if (
                name in (key, key.partition(".")[0], key.rpartition(".")[2])
                and not _TAG.search(value)
                and value.strip()
            ):
                return value.strip()
    return ""


def _header(line: str) -> list[str] | None:
    """Return the names of the columns; None for a line that is no header."""
    separator = next((each for each in _SEPARATORS if each in line), ",")
    names = [name.strip(' "\r\ufeff').lower() for name in line.strip(f"\r\n {_BAR}").split(separator)]
    least = 2 if separator == _BAR else _LEAST_FIELDS
    return names if len(names) >= least and set(names) & {*_HOSTS, *_TIMES} else None


def _row(line: str, separator: str, columns: list[str] | None) -> str | None:
    """Return the stored line of a row; None where the line is no row."""
    try:
        fields = next(csv.reader([line], delimiter=separator))
    except (csv.Error, StopIteration):
        return None
    place = next((place for place, field in enumerate(fields) if _TAG.search(field)), None)
    if not place:
        return None
    if '"' not in line:
        fields[place:] = [separator.join(fields[place:])]
    before = [field.strip() for field in fields[:place]]
    message, after = fields[place].strip(), [field.strip() for field in fields[place + 1 :]]
    time = _time_of(before)
    if columns is not None and len(columns) == len(fields):
        record = dict(zip(columns, (*before, "", *after), strict=True))
        return _stored(message, time or _named(record, _TIMES), _named(record, _HOSTS))
    if not time:
        return None
    named = [field for field in before if is_address(field)] or [
        field for field in before if is_host(field) and _NAMED.search(field) and not FACILITY.fullmatch(field)
    ]
    return _stored(message, time, named[0] if named else "")


def _time_of(fields: Sequence[str]) -> str:
    """Return the time in the fields of a row: one field, or date and time of day; empty without any."""
    if time := next((field for field in fields if _ISO.fullmatch(field) or _SHOWN.fullmatch(field)), ""):
        return time
    if local := next((found for field in fields if (found := _LOCAL.fullmatch(field))), None):
        return _iso_of(local)
    date = next((field for field in fields if _DATE.fullmatch(field)), "")
    clock = next((field for field in fields if _CLOCK.fullmatch(field)), "")
    return f"{date} {clock}" if date and clock else ""


def _iso_of(local: re.Match[str]) -> str:
    """Return a local time in the order of ISO 8601; empty for no date."""
    month, day = local["month"] or local["second"], local["day"] or local["first"]
    if int(month) > _MONTHS:  # 13/3/2024 of the United Kingdom
        month, day = day, month
    hour = (
        int(local["hour"]) % 12 + 12 * (local["half"].upper() == "P") if local["half"] else int(local["hour"])
    )
    try:
        at = datetime(int(local["year"]), int(month), int(day), hour)  # noqa: DTZ001 - zone unknown
    except ValueError:
        return ""
    return f"{at:%Y-%m-%d %H}:{local['rest']}"


def _stored(message: str, time: str, host: str) -> str:
    """Return the line of a syslog server; a message with its own host has what it needs."""
    message = " ".join(message.split("\n")).strip()
    own = relayed(message)
    if own is not None and own.host is not None:
        return message
    found, shown = _ISO.match(time), _SHOWN.match(time)
    stamp = (
        found[0]
        if found
        else f"{shown['month']} {shown['day']} {shown['year']} {shown['clock'][:15]}"
        if shown
        else ""
    )
    name = host.split(":")[0] if host.count(":") == 1 else host
    name = name if is_host(name) else ""
    # Without a time a line is a server's by its priority alone.
    parts = (stamp or _ANY_PRIORITY * bool(name), name, _PRIORITY.sub("", message))
    return " ".join(part for part in parts if part)
