"""What IOS-XE takes, and how it refuses: abbreviations, carets, pipes, unknown words, AAA."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slp_ops.lab import scenarios
from slp_ops.lab.shell import filters
from slp_ops.lab.shell.filters import Filter
from slp_ops.lab.shell.grammar import Ambiguous, Grammar, Incomplete, Invalid, Match, Unknown
from slp_ops.lab.shell.operator import Operator

INVALID = "% Invalid input detected at '^' marker."


@pytest.fixture
def operator() -> Operator:
    at = Operator(scenarios.load("healthy").build(name="sw1"))
    at.line("terminal length 0")
    return at


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("sh clo", "show clock"),
        ("sho ver", "show version"),
        ("sh run", "show running-config"),
        ("sh lic sum", "show license summary"),
        ("SHOW CLOCK", "show clock"),
        ("  show   clock  ", "show clock"),
        ("sh lic rum id a", "show license rum id all"),
    ],
)
def test_words_may_be_cut(operator: Operator, typed: str, full: str) -> None:
    short, long = operator.line(typed), operator.line(full)
    assert short.removeprefix(typed) == long.removeprefix(full)
    assert "%" not in short.split("\n")[1]


@pytest.mark.parametrize("typed", ["s", "sh l", "sh c", "te", "di"])
def test_a_word_that_could_be_several(operator: Operator, typed: str) -> None:
    assert operator.line(typed) == f'{typed}\n% Ambiguous command:  "{typed}"\nsw1#'


@pytest.mark.parametrize(
    ("typed", "under"),
    [
        ("show lisence", "s"),  # li|s: the letter that no word has there
        ("show license smmary", "m"),
        ("show clock now", "n"),
        ("show xyz", "x"),
        ("terminal length many", "m"),
        ("jam foo", "j"),
        ("show version | nclude x", "n"),
        ("configure termnal", "n"),
    ],
)
def test_the_caret_stands_under_the_letter_that_went_wrong(
    operator: Operator, typed: str, under: str
) -> None:
    echo, caret, text, blank, prompt = operator.line(typed).split("\n")
    assert (echo, text, blank, prompt) == (typed, INVALID, "", "sw1#")
    column = caret.index("^")
    assert f"sw1#{typed}"[column] == under
    assert caret == " " * column + "^"


def test_the_first_wrong_letter_is_found_not_the_word(operator: Operator) -> None:
    caret = operator.line("show lisence").split("\n")[1]
    assert caret.index("^") == len("sw1#show li")


def test_the_caret_counts_what_stands_before_do(operator: Operator) -> None:
    operator.line("configure terminal")
    caret = operator.line("do show clokc").split("\n")[1]
    assert caret.index("^") == len("sw1(config)#do show clo")


def test_the_caret_stays_on_the_terminal(operator: Operator) -> None:
    caret = operator.line("show license summary " + "x" * 90).split("\n")[-4]
    assert len(caret) <= 80


@pytest.mark.parametrize("typed", ["show", "terminal length", "show license", "copy", "show clock |"])
def test_more_words_are_needed(operator: Operator, typed: str) -> None:
    assert operator.line(typed) == f"{typed}\n% Incomplete command.\n\nsw1#"


def test_an_unknown_word_is_looked_up_as_a_host(operator: Operator) -> None:
    assert operator.line("shwo") == (
        'shwo\nTranslating "shwo"...domain server (10.10.0.53) (10.10.1.53)\n\n'
        "% Bad IP address or host name\n"
        "% Unknown command or computer name, or unable to find computer address\nsw1#"
    )
    assert sum(operator.waited) == 12.0


def test_without_lookup_an_unknown_word_is_told_at_once() -> None:
    operator = Operator(scenarios.load("lookup-disabled").build(name="sw1"))
    answer = operator.line("shwo")
    assert 'Translating "shwo"\n' in answer
    assert "domain server" not in answer
    assert operator.waited == []


def test_a_known_name_typed_alone_is_a_telnet(operator: Operator) -> None:
    assert "Trying tools.cisco.com (203.0.113.11, 23)... " in operator.line("tools.cisco.com")


def test_user_exec_mode_does_not_have_privileged_commands() -> None:
    operator = Operator(scenarios.load("user-exec").build(name="sw1"))
    for typed in ("show running-config", "configure terminal", "license smart sync all", "reload"):
        assert INVALID in operator.line(typed) or "Unknown command" in operator.line(typed)
    assert "Cisco IOS" in operator.line("show version")


def test_aaa_denies_by_the_full_command() -> None:
    operator = Operator(scenarios.load("aaa-denied").build(name="sw1"))
    assert operator.line("sh run") == "sh run\nCommand authorization failed.\n\nsw1#"
    assert "Command authorization failed." in operator.line("show run | include hostname")
    assert "Cisco IOS" in operator.line("show version")


def test_a_command_of_a_later_release_is_invalid() -> None:
    operator = Operator(scenarios.load("healthy-17-6").build(name="sw1"))
    assert INVALID in operator.line("show license rum id all")


# Pipes

PAGE = ("one", "interface Vlan1", " ip address 192.0.2.1", " shutdown", "interface Vlan2", "!", "two")


@pytest.mark.parametrize(
    ("pipe", "left"),
    [
        ("include Vlan", ("interface Vlan1", "interface Vlan2")),
        ("i one|two", ("one", "two")),
        ("exclude interface|^ ", ("one", "!", "two")),
        ("begin Vlan2", ("interface Vlan2", "!", "two")),
        ("section Vlan1", ("interface Vlan1", " ip address 192.0.2.1", " shutdown")),
        ("section include Vlan1", ("interface Vlan1", " ip address 192.0.2.1", " shutdown")),
        ("section exclude interface", ("one", "!", "two")),
        ("section shut", (" shutdown",)),
        ("count interface", ("Number of lines which match regexp = 2",)),
        ("include _address_", (" ip address 192.0.2.1",)),
        ("include ^!$", ("!",)),
        ("include [", ("% Failed to compile regular expression.",)),
        ("include vlan", ()),
    ],
)
def test_pipes_select(pipe: str, left: tuple[str, ...]) -> None:
    command, chosen = filters.parse(f"show x | {pipe}")
    assert command == "show x "
    assert isinstance(chosen, Filter)
    assert tuple(filters.apply(chosen, PAGE)) == left


def test_a_later_bar_belongs_to_the_expression() -> None:
    _, chosen = filters.parse("show x | include a | count b")
    assert chosen == Filter(verb="include", argument="a | count b")


def test_a_blank_at_the_end_belongs_to_the_expression() -> None:
    _, chosen = filters.parse("show x | include a ")
    assert chosen == Filter(verb="include", argument="a ")


@pytest.mark.parametrize(
    ("pipe", "refusal"),
    [("|", Incomplete()), ("| include", Incomplete()), ("| foo x", Invalid(9)), ("| s x", None)],
)
def test_pipes_are_refused(pipe: str, refusal: object) -> None:
    chosen = filters.parse(f"show x {pipe}")[1]
    assert chosen == refusal if refusal is not None else isinstance(chosen, Filter)


def test_output_can_go_to_flash(operator: Operator) -> None:
    assert operator.line("show privilege | redirect flash:p.txt").count("\n") == 1
    assert operator.switch.flash["p.txt"] == b"Current privilege level is 15\n"
    operator.line("show privilege | append flash:p.txt")
    assert "level is 15" in operator.line("show privilege | tee flash:q.txt")
    assert operator.switch.flash["p.txt"].count(b"\n") == 2
    assert "q.txt" in operator.switch.flash


def test_a_verb_takes_no_pipe(operator: Operator) -> None:
    assert INVALID in operator.line("write memory | include OK")


# Grammar laws

GRAMMAR = Grammar(
    ("show clock", "show class", "show license all", "show license id <number>", "ping <word>", "say <line>"),
    known=("sheep",),
)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        ("", None),
        ("show clo", Match(phrase="show clock", words=("show", "clock"), arguments=())),
        ("show cl", Ambiguous()),
        ("sh", Ambiguous()),
        ("show", Incomplete()),
        (
            "sho l i 7",
            Match(phrase="show license id <number>", words=("show", "license", "id", "7"), arguments=("7",)),
        ),
        ("sho l i x", Invalid(8)),
        ("say  what  now ", Match(phrase="say <line>", words=("say", "what  now"), arguments=("what  now",))),
        ("sheep", Invalid(0)),
        ("zzz", Unknown("zzz", 0)),
        ("show clock x", Invalid(11)),
    ],
)
def test_grammar(line: str, meaning: object) -> None:
    assert GRAMMAR.parse(line) == meaning


@given(st.text(st.sampled_from("show clock license all id 7?|x-"), max_size=40))
def test_every_line_is_understood_or_refused_within_itself(line: str) -> None:
    meaning = GRAMMAR.parse(line)
    if isinstance(meaning, Invalid):
        assert 0 <= meaning.column < len(line)
        assert not line[meaning.column].isspace()
    if meaning is None:
        assert not line.strip()


@given(st.text(max_size=60))
def test_whatever_is_typed_ends_at_a_prompt(text: str) -> None:
    operator = Operator(scenarios.load("lookup-disabled").build(name="sw1"))
    typed = re.sub(r"[\x00-\x1f?]|^\s*(?:ex|q|lo)\w*", "", text)
    seen = operator.line(typed)
    assert seen.endswith(("sw1#", "(config)#", "[confirm]", "? ", "--More-- ", "> ")) or operator.ended
