"""What a vty does with keys: echo, erasing, line ends, long lines, paging, interrupting."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slp_ops.lab import scenarios
from slp_ops.lab.journal import Mode
from slp_ops.lab.shell.editor import LineEditor
from slp_ops.lab.shell.operator import Operator

MORE = " --More-- "
ERASED = "\b" * 9 + " " * 8 + "\b" * 9


@pytest.fixture
def operator() -> Operator:
    return Operator(scenarios.load("healthy").build(name="sw1"))


def test_greets_with_a_prompt(operator: Operator) -> None:
    assert operator.greeting == "\r\nsw1#"


def test_echoes_each_key_as_it_comes(operator: Operator) -> None:
    assert operator.keys(b"sh") == "sh"
    assert operator.keys(b"ow") == "ow"


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\r\0"])
def test_each_line_end_is_one_enter(operator: Operator, end: bytes) -> None:
    assert operator.keys(end + b"show priv" + end + end) == (
        "\r\nsw1#show priv\r\nCurrent privilege level is 15\r\nsw1#\r\nsw1#"
    )


@pytest.mark.parametrize(
    ("keys", "typed"),
    [
        (b"shoq\x7fw priv", "show priv"),
        (b"shoq\bw priv", "show priv"),
        (b"foo bar\x15show priv", "show priv"),
        (b"show clock\x17priv", "show priv"),
        (b"\x7f\x7fshow priv", "show priv"),
        (b"sho\x00w\x05 priv", "show priv"),
        (b"sh\x1b[Dow priv", "show priv"),
    ],
)
def test_keys_that_edit(operator: Operator, keys: bytes, typed: str) -> None:
    assert "privilege level is 15" in operator.keys(keys + b"\r")
    assert operator.typed == [(Mode.EXEC, typed)]


def test_backspace_wipes_the_letter_on_the_screen(operator: Operator) -> None:
    assert operator.keys(b"ab\x7f") == "ab\b \b"


def test_ctrl_c_drops_the_line(operator: Operator) -> None:
    assert operator.keys(b"reload\x03") == "reload^C\r\nsw1#"
    assert operator.ended is None


def test_arrow_up_brings_the_last_line_back(operator: Operator) -> None:
    operator.line("show privilege")
    assert "privilege level is 15" in operator.keys(b"\x1b[A\r")


def test_tab_completes_and_question_mark_helps(operator: Operator) -> None:
    assert operator.keys(b"show privi\t") == "show privi\r\nsw1#show privilege "
    helped = operator.keys(b"\x15license smart sync ?")
    assert "  all\r\n  local\r\n" in helped
    assert helped.endswith("\r\nsw1#license smart sync ")


def test_what_is_typed_ahead_is_echoed_behind_the_next_prompt(operator: Operator) -> None:
    seen = operator.keys(b"show privilege\rshow privilege\r")
    assert seen.count("sw1#show privilege\r\n") == 1
    assert seen.count("Current privilege level is 15") == 2


def test_a_line_longer_than_the_terminal_scrolls_with_a_dollar() -> None:
    editor = LineEditor("sw1#", width=40)
    shown = ""
    for key in b"show running-config | include interface Vlan100":
        editor.feed(key)
    shown = _on_screen(editor.take_echo().decode(), 40)
    assert shown.startswith("sw1#$")
    assert shown.rstrip().endswith("interface Vlan100")
    assert editor.text == "show running-config | include interface Vlan100"
    assert len(shown.rstrip()) < 40


def test_a_scrolled_line_can_be_erased_to_its_beginning() -> None:
    editor = LineEditor("sw1#", width=40)
    for key in b"x" * 100 + b"\x7f" * 99:
        editor.feed(key)
    assert _on_screen(editor.take_echo().decode(), 40).rstrip() == "sw1#x"


def test_width_0_never_scrolls() -> None:
    editor = LineEditor("sw1#", width=0)
    for key in b"y" * 300:
        editor.feed(key)
    assert "$" not in editor.take_echo().decode()


def test_a_password_is_not_echoed_and_not_kept() -> None:
    switch = scenarios.load("user-exec").build(name="sw1")
    operator = Operator(switch, enable="hush-1")
    assert operator.greeting.endswith("sw1>")
    assert operator.line("enable") == "enable\nPassword: "
    assert operator.line("wrong") == "\nPassword: "
    assert operator.line("hush-1") == "\nsw1#"
    assert "hush-1" not in repr(operator.typed)


def test_three_wrong_passwords_are_bad_secrets() -> None:
    operator = Operator(scenarios.load("user-exec").build(name="sw1"))
    operator.line("enable")
    operator.line("a")
    operator.line("b")
    assert operator.line("c") == "\n% Bad secrets\n\nsw1>"


def test_paging_stops_at_more(operator: Operator) -> None:
    first = operator.line("show license all")
    assert first.endswith(f"\n{MORE}")
    assert first.count("\n") == 24  # the echoed command and 23 lines
    one_more = operator.keys(b"\r")
    assert one_more.startswith(ERASED)
    assert one_more.count("\r\n") == 1
    page = operator.keys(b" ")
    assert page.startswith(ERASED)
    assert page.count("\r\n") == 23
    assert operator.keys(b"q") == f"{ERASED}sw1#"


def test_terminal_length_0_does_not_stop(operator: Operator) -> None:
    operator.line("terminal length 0")
    assert MORE not in operator.line("show license all")


def test_lines_wider_than_the_terminal_count_as_several(operator: Operator) -> None:
    operator.line("terminal width 40")
    assert operator.line("show license all").count("\n") < 24


def test_the_escape_key_breaks_output_off() -> None:
    operator = Operator(scenarios.load("bulky").build(name="sw1"))
    operator.line("terminal length 0")
    operator.shell.receive(b"show tech-support\r")
    taken = 0
    while (action := operator.shell.next_action()) is not None and taken < 5:
        taken += 1
    assert action is not None
    assert operator.keys(b"\x1e").endswith("sw1#")


def test_a_large_page_is_made_as_it_is_taken() -> None:
    operator = Operator(scenarios.load("bulky").build(name="sw1"))
    operator.line("terminal length 0")
    operator.shell.receive(b"show tech-support\r")
    sizes = [len(getattr(action, "data", b"")) for action in operator.shell.outgoing()]
    assert sum(sizes) > 50_000_000
    assert max(sizes) < 40_000


def test_log_messages_are_shown_to_who_monitors(operator: Operator) -> None:
    operator.switch.say("SYS", 5, "TEST", "one")
    assert operator.keys(b"show pr") == "show pr"
    operator.line("\x15terminal monitor")
    operator.switch.say("SYS", 5, "TEST", "two")
    seen = operator.keys(b"show pr")
    assert seen.startswith("\r\n")
    assert "%SYS-5-TEST: two\r\n" in seen
    assert "one" not in seen
    assert operator.keys(b"ivilege\r").startswith("ivilege\r\nCurrent privilege")


KEYS = (
    b"show privilege\r\nterminal length 0\r\nsh\x7fhow clock\x15show privi\tcd\x7f\x7f\r"
    b"show license summary | include network\rconfigure terminal\rinterface vl1\r\x1a"
    b"show xyz\rreload\rn\rdelete flash:x\r\rn"
)


# The escape key is not among them: it interrupts the current command, so its time matters.
@settings(max_examples=25)
@given(st.lists(st.integers(0, len(KEYS)), max_size=30))
def test_how_the_keys_are_cut_into_packets_does_not_matter(cuts: list[int]) -> None:
    whole = Operator(scenarios.load("healthy").build(name="sw1"))
    pieces = Operator(scenarios.load("healthy").build(name="sw1"))
    expected = whole.keys(KEYS)
    edges = sorted({0, *cuts, len(KEYS)})
    seen = "".join(pieces.keys(KEYS[start:end]) for start, end in pairwise(edges))
    assert seen == expected
    assert pieces.typed == whole.typed


def _on_screen(text: str, width: int) -> str:
    """What a terminal shows after these bytes."""
    line, at = [" "] * width, 0
    for letter in text:
        if letter == "\b":
            at -= 1
        else:
            line[at] = letter
            at += 1
        assert 0 <= at < width
    return "".join(line)
