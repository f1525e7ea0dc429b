"""Readings of sources that answer slowly, kept for a while, and for the day when the source is down.

One JSON file for each location in the user's cache folder. It is input like any file: a damaged one counts as
none, and its rows are validated like those of the source.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from platformdirs import user_cache_path

from slp_ops.inventory.source_rows import SourceReading
from slp_ops.json_documents import InvalidJson, ShapeError, decode, json_document, parse_json, to_json
from slp_ops.paths import make_private
from slp_ops.regular_files import read_regular
from slp_ops.temporary_files import replacing

if TYPE_CHECKING:
    from pathlib import Path

    from slp_ops.inventory.values import SourceRequest

_LARGEST: Final = 256 * 2**20


@json_document
class CachedReading:
    """A reading and when it was made."""

    version: Literal[1] = 1
    location: str
    read_at: datetime
    reading: SourceReading

    def age(self, now: datetime) -> timedelta:
        """Return the age; a clock that went back makes it zero."""
        return max(now - self.read_at, timedelta())


def load(request: SourceRequest) -> CachedReading | None:
    """Return the reading of a location; None where there is none that can be used."""
    try:
        found = decode(CachedReading, parse_json(read_regular(_path(request), _LARGEST)))
    except (OSError, ValueError, InvalidJson, ShapeError):
        return None
    return found if found.location == _key(request) and found.read_at.tzinfo is not None else None


def save(request: SourceRequest, reading: SourceReading) -> None:
    """Keep a reading. A folder that cannot be written means that none is kept."""
    document = CachedReading(location=_key(request), read_at=datetime.now(UTC), reading=reading)
    path = _path(request)
    with suppress(OSError):
        make_private(path.parent)
        with replacing(path) as file:
            file.write(to_json(document).encode())


def _key(request: SourceRequest) -> str:
    """Return what decides a reading: the location, and the columns of a table."""
    return " ".join((request.location, *(f"{theirs}={ours}" for theirs, ours in request.columns.items())))


def _path(request: SourceRequest) -> Path:
    digest = hashlib.sha256(_key(request).encode()).hexdigest()[:24]
    return user_cache_path("slp-ops") / "sources" / f"{digest}.json"
