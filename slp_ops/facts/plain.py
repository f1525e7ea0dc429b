"""Facts as plain values for JSON and tables: the same names, nothing left out but the sources."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime, time
from enum import StrEnum
from functools import cache

from slp_ops.release import Release


def plain(value: object) -> object:
    """Dataclasses become dicts, tuples lists, moments ISO 8601; None stays None."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (datetime, time)):
        return value.isoformat()
    if isinstance(value, Release):
        return str(value)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return {name: plain(getattr(value, name)) for name in _names(type(value))}


@cache
def _names(kind: type) -> tuple[str, ...]:
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} is no fact")
    return tuple(field.name for field in fields(kind) if field.name != "source")
