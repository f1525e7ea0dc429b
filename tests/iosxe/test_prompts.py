"""Prompts, echoes and questions of a terminal."""

from __future__ import annotations

import pytest

from slp_ops.iosxe import prompts


@pytest.mark.parametrize(
    ("line", "is_exec"),
    [
        ("tyo-core-01#", True),
        ("tyo-core-01>", True),
        ("tyo+edge/1:a@b~c.d#", True),
        ("tyo-core-01(config)#", False),
        ("tyo-core-01(config-if)#", False),
    ],
)
def test_prompts_of_every_mode_are_recognised(line: str, is_exec: bool) -> None:
    assert prompts.is_prompt(line)
    assert prompts.is_exec_prompt(line) is is_exec


@pytest.mark.parametrize("name", ["100%sw%1", "_sw1", "!prod!", "[core]sw1", "sw1,bldg=7"])
def test_a_terminal_shows_names_that_the_switch_only_warns_of(name: str) -> None:
    assert prompts.is_exec_prompt(f"{name}#")
    assert prompts.is_exec_prompt(f"{name}>")
    assert prompts.is_config_prompt(f"{name}(config)#", name)
    assert not prompts.is_exec_prompt(f"{name}(config)#")


@pytest.mark.parametrize(
    "line", ["", "#", "foo", "two words#", "-x#", "x" * 200 + "#", "% Invalid input#", "****#", "<html>"]
)
def test_other_text_is_no_prompt(line: str) -> None:
    assert not prompts.is_prompt(line)
    assert not prompts.is_exec_prompt(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("tyo-core-01(config)#", True),
        ("tyo-co(config-call-home)# ", True),  # a long name is cut
        ("tyo-core-01(ca-trustpoint)#", True),
        ("other(config)#", False),
        ("tyo-core-01(vlan)#", False),
        ("tyo-core-01#", False),
    ],
)
def test_the_configuration_prompt_belongs_to_this_switch(line: str, expected: bool) -> None:
    assert prompts.is_config_prompt(line, "tyo-core-01") is expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show clock", True),
        ("tyo-core-01#show clock  ", True),
        ("$w clock", False),
        ("$the end of show clock", True),
        ("show version", False),
    ],
)
def test_an_echo_ends_with_what_was_typed(line: str, expected: bool) -> None:
    assert prompts.is_echo(line, "show clock") is expected


@pytest.mark.parametrize("line", ["Proceed? [confirm]", "Destination [a.txt]?", "Password:", "[yes/no]: "])
def test_questions_wait_for_an_answer(line: str) -> None:
    assert prompts.is_question(line)
    assert prompts.is_confirmation(line) is line.endswith("[confirm]")


@pytest.mark.parametrize(
    ("line", "accepts"),
    [
        ("Proceed with reload? [confirm]", True),
        ("Do you want to proceed? [y/n]", True),
        ("Would you like to terminate autoinstall? [yes]: ", True),
        ("Overwrite? (y/n)", True),
        ("Contact: noc", False),
        ("[core]sw1#", False),
    ],
)
def test_a_question_that_enter_answers_is_recognised(line: str, accepts: bool) -> None:
    assert prompts.accepts_enter(line) is accepts
