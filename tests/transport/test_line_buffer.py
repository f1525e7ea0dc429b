"""Text that a terminal shows for the bytes of a channel."""

from __future__ import annotations

import pytest

from slp_ops.transport.line_buffer import Screen, split_lines


@pytest.mark.parametrize(
    "erased",
    [
        "\b" * 10 + " " * 10 + "\b" * 10,
        "\r" + " " * 10 + "\r",
        "\r\x1b[K",
        "\x1b[K\r",
        "\b" * 10 + "\x1b[0K",
    ],
)
def test_however_a_pager_erases_its_question_nothing_of_it_stays(erased: str) -> None:
    screen = Screen()
    assert screen.feed(b"first\r\n --More-- ") == "first\n"
    assert screen.asks_for_more
    assert screen.feed(f"{erased}  Type: cslu\r\n".encode()) == "  Type: cslu\n"


@pytest.mark.parametrize("divides", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_a_line_ends_with_a_line_feed_and_nothing_else(divides: str) -> None:
    screen = Screen()
    assert screen.feed(f"one{divides}two\r\nthree\r".encode()) == f"one{divides}two\n"
    assert screen.feed(b"\nfour") == "three\n"
    assert screen.tail == "four"


def test_a_carriage_return_within_a_line_types_over_it() -> None:
    assert Screen().feed(b"12345\rab\r\nnext\r\n") == "ab345\nnext\n"


@pytest.mark.parametrize("text", ["", "a\n", "a\nb", "\n\nb\r\n", "a\x0bb\u2028c\n\x1c"])
def test_lines_are_split_at_line_feeds_and_nothing_of_them_is_lost(text: str) -> None:
    lines = split_lines(text)

    assert "".join(lines) == text
    assert all(line.endswith("\n") for line in lines[:-1])
    assert all(line.count("\n") <= 1 for line in lines)
