"""Tables of other systems: ``csv:devices.csv``, with the columns that ``columns:`` maps to ours.

A CSV file in our own columns is an inventory by itself (``-i devices.csv``); here a heading may say hostname,
mgmt_ip or location instead, and further columns are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from slp_ops.config_files.validation_errors import asks_secret
from slp_ops.errors import InputError, Problem
from slp_ops.inventory.source_rows import SourceDevice, SourceReading
from slp_ops.regular_files import read_text_input
from slp_ops.source_systems import ignored_passwords, port_of, rest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slp_ops.inventory.values import SourceRequest

SCHEMES: Final = ("csv",)
CACHED: Final = 0.0
_LARGEST: Final = 64 * 2**20
_OURS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "hostname", "device", "device name", "switch", "node", "caption"),
    "host": (
        "host",
        "ip",
        "address",
        "ip address",
        "mgmt ip",
        "management ip",
        "management address",
        "primary ip",
    ),
    "site": ("site", "location", "branch"),
    "platform": ("platform", "device type", "os", "software type"),
    "port": ("port", "ssh port"),
    "username": ("username", "user"),
    "tags": ("tags", "groups", "role"),
}


def read(request: SourceRequest) -> SourceReading:
    """Read a table. Raises InputError with line and column."""
    path = Path(rest_of(request.location)).expanduser()
    text = read_text_input(path, _LARGEST)
    rows = list(_rows(text, str(path)))
    if not rows:
        raise InputError((Problem(path=str(path), line=1, message="is empty", expected="a heading"),))
    (line, heading), *rest = rows
    columns = _columns(heading, request.columns)
    for needed in ("name", "host"):
        if needed not in columns:
            listed = ", ".join(cell for cell in heading if not asks_secret(cell))
            problem = Problem(
                path=str(path),
                line=line,
                message=f"no column matches {needed}: {listed}",
                expected=f"columns: {{THEIRS: {needed}}} at the source",
            )
            raise InputError((problem,))
    secrets = [index for index, cell in enumerate(heading) if asks_secret(cell)]
    passwords = sum(1 for _, cells in rest for index in secrets if index < len(cells) and cells[index])
    return SourceReading(
        devices=tuple(_device(cells, columns) for _, cells in rest),
        notes=ignored_passwords(passwords, request.location),
    )


def _rows(text: str, path: str) -> Iterator[tuple[int, list[str]]]:
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield reader.line_num, cells
    except csv.Error:
        problem = Problem(
            path=path,
            line=max(reader.line_num, 1),
            message="is not readable as CSV",
            expected="closed quotes",
        )
        raise InputError((problem,)) from None


def _columns(heading: list[str], given: Mapping[str, str]) -> Mapping[str, int]:
    """Return the place of each of our columns; what the operator maps comes first."""
    chosen = {theirs.casefold(): ours for theirs, ours in given.items()}
    if unknown := [ours for ours in chosen.values() if ours not in _OURS]:
        raise InputError(f"columns: {unknown[0]} is not ours", hint=f"expected columns: {', '.join(_OURS)}")
    missing = [theirs for theirs in given if theirs.casefold() not in map(str.casefold, heading)]
    if missing:
        raise InputError(f"columns: the table has no column {missing[0]}")
    found: dict[str, int] = {}
    for index, cell in enumerate(heading):
        if cell.casefold() in chosen:
            found[chosen[cell.casefold()]] = index
    for ours, words in _OURS.items():
        for index, cell in enumerate(heading):
            if ours not in found and re.sub("[ _.-]+", " ", cell.casefold()) in words:
                found[ours] = index
    return found


def _device(cells: list[str], columns: Mapping[str, int]) -> SourceDevice:
    def cell(name: str) -> str:
        index = columns.get(name)
        return cells[index] if index is not None and index < len(cells) else ""

    reasons: list[str] = []
    port = port_of(cell("port"), reasons)
    return SourceDevice(
        name=cell("name"),
        host=cell("host").partition("/")[0],
        sites=(cell("site"),) if cell("site") else (),
        platform=cell("platform"),
        port=port,
        username=cell("username"),
        tags=tuple(re.split(r"[\s,;|]+", cell("tags"))) if cell("tags") else (),
        unusable="".join(reasons),
    )
