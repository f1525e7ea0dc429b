"""Properties of every parser, for text damaged by a switch, a terminal or an editor."""

from __future__ import annotations

import random
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slp_ops.commands import registry

if TYPE_CHECKING:
    from slp_ops.commands import Parsed, ShowCommand
    from slp_ops.facts import Fact

GOLDEN = Path(__file__).parent / "golden"
TEXTS = {
    f"{path.parent.name}/{path.stem}": path.read_bytes().decode() for path in sorted(GOLDEN.glob("*/*.txt"))
}
# Their lines mean the same at any depth; a configuration's and a log's do not.
LICENSING = [name for name in TEXTS if name.startswith("show_license")]
# What a probe prints depends on the command that asked; the envelope is the session's there.
ENVELOPED = [name for name in TEXTS if not name.startswith(("telnet", "ping", "show_tech_support"))]


def _command(name: str) -> ShowCommand:
    command: ShowCommand = import_module(f"slp_ops.commands.{name.partition('/')[0]}").COMMAND
    return command


def _facts(name: str, text: str) -> dict[type[Fact], Fact]:
    return {type(fact): fact for fact in _command(name).parse(text).facts}


def _holds_together(parsed: Parsed) -> bool:
    numbers = [line.number for line in parsed.unparsed]
    return parsed.total >= len(numbers) == len(set(numbers))


@pytest.mark.parametrize("command", registry(), ids=lambda command: command.command)
@given(text=st.text(max_size=300))
@settings(max_examples=40)
def test_no_text_makes_a_parser_raise(command: ShowCommand, text: str) -> None:
    assert _holds_together(command.parse(text))


@pytest.mark.parametrize("name", TEXTS)
@given(seed=st.integers(0, 2**32), cut=st.integers(0, 3000), junk=st.text(max_size=40))
@settings(max_examples=15)
def test_no_damage_makes_a_parser_raise(name: str, seed: int, cut: int, junk: str) -> None:
    chance = random.Random(seed)  # noqa: S311 - damage, not secrets
    lines = TEXTS[name][: len(TEXTS[name]) - cut].split("\n")
    chance.shuffle(lines)
    lines.insert(chance.randrange(len(lines) + 1), junk)
    place = chance.randrange(len(lines))
    lines[place] = lines[place][: chance.randrange(len(lines[place]) + 1)] + junk
    assert _holds_together(_command(name).parse("\n".join(lines)))


@pytest.mark.parametrize(
    "word", ["Entitlement:", "Exchange", "Feature", "Transport:", "Trust Code Installed:"]
)
def test_a_title_of_any_name_makes_no_parser_raise(word: str) -> None:
    for command in registry():
        assert _holds_together(command.parse(f"{word}\n=====\n{word}\n"))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_cut_anywhere_gives_less_and_never_raises(name: str) -> None:
    text = TEXTS[name]
    for end in range(0, len(text), max(1, len(text) // 60)):
        assert _holds_together(_command(name).parse(text[:end]))


@pytest.mark.parametrize("name", TEXTS)
def test_line_ends_and_trailing_blanks_do_not_matter(name: str) -> None:
    text = TEXTS[name]
    expected = _facts(name, text)
    assert _facts(name, text.replace("\n", "\r\n")) == expected
    assert _facts(name, "\n".join(line + "   " for line in text.split("\n"))) == expected
    assert _facts(name, text.replace("\n", "\n          \n")) == expected


@pytest.mark.parametrize("name", ENVELOPED)
def test_echo_prompt_and_timestamp_headers_do_not_matter(name: str) -> None:
    text = TEXTS[name]
    expected = _facts(name, text)
    header = (
        "Load for five secs: 12%/1%; one minute: 9%; five minutes: 8%\n"
        "Time source is NTP, .05:30:30.132 UTC Fri Oct 22 2021\n\n"
    )
    assert _facts(name, header + text) == expected
    if "#show" not in text and "#test" not in text:
        echoed = f"tyo-core-01#{_command(name).command}\n"
        assert _facts(name, f"{echoed}{text}\ntyo-core-01#") == expected
        assert _facts(name, f"\n{echoed}{header}{text}\ntyo-core-01#\ntyo-core-01#") == expected


@pytest.mark.parametrize("name", LICENSING)
@pytest.mark.parametrize("depth", [0, 1, 4])
def test_indentation_does_not_matter(name: str, depth: int) -> None:
    text = "\n".join(
        " " * ((len(line) - len(line.lstrip())) * depth) + line.lstrip() for line in TEXTS[name].split("\n")
    )
    assert _facts(name, text) == _facts(name, TEXTS[name])


# The blanks in front of a line that was wrapped belong to it.
@pytest.mark.parametrize("name", [name for name in TEXTS if name != "show_license_eventlog/wrapped"])
def test_a_common_margin_does_not_matter(name: str) -> None:
    text = "\n".join("        " + line if line else line for line in TEXTS[name].split("\n"))
    if name.startswith("show_logging"):
        text = text.replace("        " * 2, "        ")
    assert _facts(name, text).keys() == _facts(name, TEXTS[name]).keys()


def test_a_configuration_that_lost_its_indentation_says_the_same() -> None:
    name = "show_running_config/campus-switch"
    flat = "\n".join(line.strip() for line in TEXTS[name].split("\n"))
    assert _facts(name, flat) == _facts(name, TEXTS[name])


def _blocks(lines: list[str]) -> list[list[str]]:
    """The lines in front of the first title cut where a line begins at the margin, then title by title."""
    titles = [place - 1 for place, line in enumerate(lines) if line.strip("=") == "" and len(line) > 3]
    first = titles[0] if titles else len(lines)
    blocks: list[list[str]] = [[]]
    for line in lines[:first]:
        # A value at the margin (a broken indentation) belongs to the block above it.
        if line[:1].strip() and (line.rstrip().endswith(":") or line.startswith(("Trust Code", "Smart Lic"))):
            blocks.append([])
        blocks[-1].append(line)
    ends = [*titles[1:], len(lines)]
    return [*blocks, *(lines[begin:end] for begin, end in zip(titles, ends, strict=False))]


@pytest.mark.parametrize(
    "name",
    [name for name in LICENSING if name.split("/")[0][13:] in ("status", "all", "tech_support")],
)
@given(seed=st.integers(0, 2**32))
@settings(max_examples=20)
def test_the_order_of_blocks_does_not_matter(name: str, seed: int) -> None:
    lines = [line for line in TEXTS[name].split("\n") if "#" not in line and "show license" not in line]
    lines = [line for line in lines if not line.startswith(("Load for", "Time source"))]
    # The blocks of the status have a title of their own in the longer pages: they may move too.
    lines = [line for line in lines if not line.startswith("Smart Licensing Status")]
    if "======================" in lines:
        lines.remove("======================")
    blocks = _blocks(lines)
    random.Random(seed).shuffle(blocks)  # noqa: S311 - an order, not a secret
    shuffled = "\n".join(line for block in blocks for line in block)
    assert _facts(name, shuffled) == _facts(name, TEXTS[name])


HOSTILE = [
    " ",
    "-",
    "=",
    ":",
    ": ",
    "(",
    ")",
    "a",
    "A",
    "1",
    "1 ",
    "A a",
    "%",
    "#",
    '"',
    "\t",
    "\n",
    " \n",
    "{",
    "[",
    ".",
    "a: ",
    "Status: ",
    "License Usage:\n",
    "interface a\n",
    "Jan 01 00:00:00 ",
    "--More--",
    "show ",
    "A:B:",
]


@pytest.mark.parametrize("command", registry(), ids=lambda command: command.command)
def test_time_grows_with_the_length_only(command: ShowCommand) -> None:
    """100,000 characters of anything: a quadratic pattern would need minutes, a linear one milliseconds."""
    for unit in HOSTILE:
        text = unit * (100_000 // len(unit))
        begun = time.process_time()
        command.parse(text)
        command.parse("Smart Licensing is x\nA: " + text + "\n(x) y")
        assert time.process_time() - begun < 20, f"{unit!r} repeated"
