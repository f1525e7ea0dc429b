"""Transfer over the terminal: from hexadecimal rows back to identical bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.usage.hexdump import InvalidDump, read_dump


def dump(data: bytes, *, fill: bool) -> list[str]:
    """As ``more /binary`` prints it; a short last row is filled with XX, or with blanks."""
    rows = []
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        digits = row.hex().upper() + ("XX" * (16 - len(row)) if fill else "")
        groups = " ".join(digits[n : n + 8] for n in range(0, len(digits), 8))
        letters = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        shown = " ".join(letters[n : n + 4] for n in range(0, len(letters), 4))
        rows.append(f"{at:08X}: {groups:<35}    {shown}")
    return rows


@given(st.binary(max_size=200), st.booleans())
def test_every_byte_comes_back(data: bytes, fill: bool) -> None:
    assert read_dump(dump(data, fill=fill)) == data


def test_log_lines_in_between_are_no_bytes() -> None:
    rows = dump(bytes(range(64)), fill=True)
    rows[2:2] = ["*Nov 24 04:11:31.580: %LINK-3-UPDOWN: Interface GigabitEthernet1/0/1, changed to up", ""]
    assert read_dump([f"{row}\r\n" for row in rows]) == bytes(range(64))


def test_letters_that_look_like_bytes_are_no_bytes() -> None:
    data = b"DEADBEEFDEADBEEF" * 2 + b"CAFE"
    assert read_dump(dump(data, fill=False)) == data


def test_a_missing_row_is_told() -> None:
    rows = dump(bytes(64), fill=True)
    with pytest.raises(InvalidDump, match="0x10"):
        read_dump([rows[0], *rows[2:]])
