from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.sanitize import one_line, printable


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb", "a\\x0db"),
        ("a\x08b\x7f", "a\\x08b\\x7f"),
        ("sw\u202e1-oyt", "sw\\u202e1-oyt"),
        ("\u2066x\u2069", "\\u2066x\\u2069"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("a\u2028b", "a\\u2028b"),
        ("byte \udcff", "byte \\xff"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_could_mislead_is_written_out(hostile: str, shown: str) -> None:
    assert printable(hostile) == shown


def test_what_is_harmless_stays() -> None:
    text = "日本語 – “x”\tcolumn\nline é ✓ 😀\n"

    assert printable(text) == text
    assert printable("a\r\nb\r\n") == "a\nb\n"
    assert one_line("a\tb\r\nc") == "a\\tb\\nc"


@given(st.text())
def test_the_outcome_can_always_be_shown_and_is_safe(text: str) -> None:
    shown = printable(text)

    shown.encode("utf-8")
    assert printable(shown) == shown
    assert "\n" not in one_line(text)
