"""Device text in the cells of a table that a spreadsheet opens."""

from __future__ import annotations

from typing import Final

from slp_ops.safetext import printable

# A spreadsheet takes a cell that begins like this for a formula or a command.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST: Final = 32_000  # of an Excel cell, which holds 32,767


def text_cell(text: str | None) -> str:
    """Text as a cell: control characters written out, bounded."""
    if text is None:
        return ""
    safe = printable(text)
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]} ..."


def csv_cell(value: object) -> object:
    """A cell of a CSV file, which cannot say that it is text: a formula's beginning gets an apostrophe."""
    if not isinstance(value, str):
        return value
    safe = text_cell(value)
    return f"'{safe}" if safe.lstrip(" ").startswith(_FORMULA) else safe
