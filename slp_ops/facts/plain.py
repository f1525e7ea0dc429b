"""Facts as plain values for JSON and tables: the same names, nothing left out but the sources."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Final

from slp_ops.facts.values import Pair
from slp_ops.release import Release

# Numbers are numbers; with leading zeros (0509) or beyond any counter they are names.
_WHOLE: Final = re.compile(r"^(?:0|-?[1-9]\d{0,17})$", re.ASCII)


def plain(value: object) -> object:
    """Dataclasses become dicts, tuples lists, moments ISO 8601; None stays None."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, (datetime, time)):
        return value.isoformat()
    if isinstance(value, Release):
        return str(value)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{value!r} is no fact")
    if isinstance(value, Pair) and _WHOLE.match(value.value):
        return {"label": value.label, "value": int(value.value), "heading": value.heading}
    return {
        field.name: plain(getattr(value, field.name)) for field in fields(value) if field.name != "source"
    }
