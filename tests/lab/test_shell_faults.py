"""What goes wrong with a session to a switch, as data: no wire is needed to see it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slp_ops.lab import scenarios
from slp_ops.lab.shell.actions import Drop, Wait, Write
from slp_ops.lab.shell.operator import Operator


def at(scenario: str = "healthy", **faults: Any) -> Operator:
    switch = scenarios.load(scenario).build(name="sw1")
    switch.faults = replace(switch.faults, **faults)
    operator = Operator(switch)
    operator.line("terminal length 0")
    operator.waited.clear()
    return operator


def test_a_session_breaks_after_so_many_bytes() -> None:
    operator = at(drop_command="show license", drop_after=100)
    assert "Cisco IOS" in operator.line("show version")
    seen = operator.line("sh lic all")
    assert len(seen.removeprefix("sh lic all\n")) == 100
    assert isinstance(operator.ended, Drop)


def test_any_command_may_break_it() -> None:
    operator = at(drop_command="", drop_after=0)
    operator.line("show clock")
    assert isinstance(operator.ended, Drop)


def test_a_hang_says_something_and_then_no_more() -> None:
    operator = at(hang_command="show license usage", hang_after=40)
    assert len(operator.line("show license usage").removeprefix("show license usage\n")) == 40
    assert operator.hanging
    assert operator.keys(b"\x03\x1e\r\n") == ""
    assert operator.ended is None


@pytest.mark.parametrize("undone", [False, True])
def test_a_session_breaks_at_a_command_that_changes_something(undone: bool) -> None:
    operator = at(drop_command="license smart save usage", drop_undone=undone)
    assert operator.line("license smart save usage all file flash:rum.txt").count("\n") == 1
    assert isinstance(operator.ended, Drop)
    assert ("rum.txt" in operator.switch.flash) is not undone


@pytest.mark.parametrize("undone", [False, True])
def test_a_session_breaks_at_a_configuration_line(undone: bool) -> None:
    operator = at(drop_command="license smart transport", drop_undone=undone)
    operator.line("configure terminal")
    operator.line("service internal")
    operator.line("license smart transport off")
    assert isinstance(operator.ended, Drop)
    assert operator.switch.config.has("license smart transport off") is not undone


def test_a_dialogue_is_answered_before_the_session_breaks() -> None:
    operator = at(drop_command="write erase", drop_after=1000)
    assert operator.line("write erase").endswith("[confirm]")
    assert "Erase of nvram: complete" in operator.keys(b"\r")
    assert isinstance(operator.ended, Drop)


def test_a_shell_that_gives_no_prompt() -> None:
    switch = scenarios.load("healthy").build(name="sw1")
    switch.faults = replace(switch.faults, silent_shell=True)
    operator = Operator(switch)
    assert operator.greeting == ""
    assert operator.keys(b"\r\r") == ""


def test_a_slow_echo_comes_once_a_line_in_real_seconds() -> None:
    operator = at(echo_delay=12.0)
    operator.shell.receive(b"show privilege\r")
    (wait,) = operator.shell.outgoing()
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.real) == (12.0, True)
    operator.shell.receive(b"show clock\r")
    assert list(operator.shell.outgoing()) == []
    operator.shell.elapsed(wait)
    assert "level is 15" in operator.read()
    assert operator.waited == [12.0]


def test_a_slow_command_takes_its_time_before_its_output() -> None:
    operator = at(command_delay=1.0)
    operator.shell.receive(b"show privilege\r")
    echo, wait = operator.shell.outgoing()
    assert echo == Write(b"show privilege\r\n")
    assert isinstance(wait, Wait)
    assert (wait.seconds, wait.real) == (1.0, True)


def test_output_in_pieces() -> None:
    operator = at(chunk_bytes=10, chunk_delay=0.5)
    operator.shell.receive(b"show privilege\r")
    action = operator.shell.next_action()
    assert action == Write(b"show privi")
    wait = operator.shell.next_action()
    assert isinstance(wait, Wait)
    assert operator.shell.next_action() is None
    operator.shell.elapsed(wait)
    assert operator.shell.next_action() == Write(b"lege\r\n")


def test_a_log_message_in_the_middle_of_a_page() -> None:
    lines = at(log_within_output=True).line("show license summary").split("\n")
    assert "%LINEPROTO-5-UPDOWN: " in lines[4]
    plain = at().line("show license summary").split("\n")
    assert lines[:4] + lines[5:] == plain


def test_exec_prompt_timestamp_heads_what_show_prints() -> None:
    operator = Operator(scenarios.load("timestamps").build(name="sw1"))
    _, load, source, blank, clock, *_ = operator.line("show clock").split("\n")
    assert load.startswith("Load for five secs: ")
    assert source == f"Time source is NTP, {clock}"
    assert blank == ""
    assert "Load for" not in operator.line("terminal length 0")
    operator.line("terminal no exec prompt timestamp")
    assert "Load for" not in operator.line("show clock")


def test_a_free_running_clock_is_said_to_have_no_source() -> None:
    operator = Operator(scenarios.load("factory-fresh").build(name="sw1"))
    operator.line("terminal exec prompt timestamp")
    assert operator.line("show clock").split("\n")[2].startswith("No time source, *")
