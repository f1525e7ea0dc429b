"""Bytes out of ``more /binary``, the way to a file where a switch serves no SCP.

    00000000: 3C3F786D 6C207665 7273696F 6E3D2231  <?xm l ve rsio n="1
    00000010: 2E30223F 3E0AXXXX XXXXXXXX XXXXXXXX  .0"? >.XX XXXX XXXX

Log lines between the rows are passed over. Not verified on hardware: the switch's own MD5 decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROW: Final = re.compile(r"\s{0,8}([0-9A-Fa-f]{6,16}):\s{1,4}(\S.*)", re.ASCII)
_WIDE: Final = re.compile(r"\s{2,}")  # between the bytes and the letters
_BYTES: Final = re.compile(r"(?:[0-9A-Fa-f]{2}){1,16}(?:XX){0,15}", re.ASCII)


class InvalidDump(ValueError):
    """These lines are no whole dump; the message says why."""


def read_dump(lines: Iterable[str]) -> bytes:
    """The bytes of the rows; raises NoDump where one is missing."""
    data = bytearray()
    for line in lines:
        row = _ROW.match(line.rstrip("\r\n"))
        column = "" if row is None else _WIDE.split(row[2], maxsplit=1)[0].replace(" ", "")
        if row is None or not _BYTES.fullmatch(column):
            continue
        if int(row[1], 16) != len(data):
            raise InvalidDump(f"the row of offset {len(data):#x} is missing")
        data += bytes.fromhex(column.rstrip("X"))
    return bytes(data)
