"""Text of a switch made harmless for a terminal and for a spreadsheet.

A banner, a description or a log line can hold escape sequences that rewrite what the operator has
read, or marks that reverse the order of words. All printed device text passes through here.
"""

from __future__ import annotations

import re
from typing import Final

# C0 without tab and newline, DEL and C1; line and paragraph separators; the marks that change the
# direction of text or hide in it; surrogates, among them the undecodable bytes of a capture.
_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# A spreadsheet takes a cell that begins like this for a formula or a command.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_LONGEST: Final = 32_000  # of an Excel cell, which holds 32,767


def printable(text: str) -> str:
    """The text with every unsafe character written out, such as ``\\x1b``; CR LF becomes LF."""
    return _UNSAFE.sub(_escape, text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text for a single line: newlines and tabs are escaped as well."""
    return printable(text).replace("\n", "\\n").replace("\t", "\\t")


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


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no UTF-8 (surrogateescape)
        code -= 0xDC00
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
