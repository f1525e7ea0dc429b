"""End of an output: show commands, configuration and probes wait for the prompt in the same way."""

from __future__ import annotations

import pytest

from slp_ops.transport.dialogue import (
    NO_ECHO,
    QUIET,
    QUIET_BEHIND_PROMPT,
    QUIET_WHEN_IN_DOUBT,
    Listener,
)

LOG = "*Nov 17 18:05:09.580: %SYS-5-CONFIG_I: Configured from console\n"


def listener(typed: str = "show clock") -> Listener[str]:
    return Listener(typed, "sw#", prompts_of=lambda line: line if line in ("sw#", "sw(config)#") else None)


def test_a_prompt_after_the_echo_needs_a_moment_of_silence() -> None:
    one = listener()

    assert one.feed("show clock\n12:00\n") == "12:00\n"
    assert one.classify_tail("sw#") == ("sw#", QUIET)
    assert one.classify_tail("sw(config)#") == ("sw(config)#", QUIET)
    assert one.classify_tail("12:0") is None


def test_a_prompt_before_the_echo_may_be_an_older_one() -> None:
    one = listener()

    assert one.classify_tail("sw#") is None
    assert one.feed(f"left over\n{LOG}") == ""
    assert one.classify_tail("sw#") == ("sw#", NO_ECHO)
    assert one.feed("sw#show clock\n12:00\n") == f"{LOG}12:00\n"
    assert one.classify_tail("sw#") == ("sw#", QUIET)


def test_a_line_without_an_echo_is_believed_after_four_lines() -> None:
    one = listener()

    lines = [f"line {n}\n" for n in range(4)]
    assert one.feed("".join(lines[:3])) == ""
    assert one.feed("".join(lines[3:])) == "".join(lines)


def test_log_lines_behind_the_prompt_do_not_hide_it() -> None:
    one = listener("")

    assert one.feed(f"12:00\nsw#\n{LOG}") == "12:00\n"
    assert one.classify_tail("") == ("sw#", QUIET_BEHIND_PROMPT)
    assert one.flush("") == LOG


def test_output_that_looks_like_the_prompt_is_output_and_leaves_doubt() -> None:
    one = listener("")

    assert one.feed("sw#show version\n") == "sw#show version\n"
    assert one.classify_tail("sw#") == ("sw#", QUIET_WHEN_IN_DOUBT)
    assert one.feed("sw#\nmore output\n") == "sw#\nmore output\n"
    assert one.classify_tail("") is None


@pytest.mark.parametrize(
    ("seconds", "echoed", "expected"), [(0, False, 0), (1, True, 1), (1, False, NO_ECHO)]
)
def test_what_else_a_line_waits_for_is_proved_by_silence_or_at_once(
    seconds: float, echoed: bool, expected: float
) -> None:
    one: Listener[str] = Listener("x", "sw#", pending=lambda tail: ("asks", seconds) if tail == "?" else None)
    if echoed:
        one.feed("x\n")

    assert one.classify_tail("?") == ("asks", expected)


def test_a_line_that_can_only_be_an_answer_needs_no_echo() -> None:
    one: Listener[str] = Listener("telnet a 1", "sw#", answers=lambda line: line.startswith("Trying"))

    assert one.feed(f"noise\n{LOG}Trying a ...\n") == f"{LOG}Trying a ...\n"
