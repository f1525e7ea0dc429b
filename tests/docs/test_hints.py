"""Every command that a hint or message of the program names exists, with its options."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
import yaml

from slp_ops.cli.main import VERBS
from tests.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_COMMAND = re.compile(r"slp-ops ([a-z][a-z-]*)((?: +[^\s;,、。:()']+)*)")


def _texts(path: Path) -> Iterator[str]:
    """Yield the texts of a module, with a word for each value that is put in."""
    tree = parsed(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "VALUE" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _texts_of_knowledge(node: object) -> Iterator[str]:
    """Yield the texts of rules, playbooks and flows, which name commands in their remedies."""
    match node:
        case str():
            yield node
        case dict():
            for each in node.values():
                yield from _texts_of_knowledge(each)
        case list():
            for each in node:
                yield from _texts_of_knowledge(each)


def _all_texts() -> Iterator[str]:
    for path in (ROOT / "slp_ops").rglob("*.py"):
        yield from _texts(path)
    for top in (ROOT / "slp_ops" / "rules", ROOT / "playbooks"):
        for path in top.rglob("*.yaml"):
            yield from _texts_of_knowledge(yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader))


COMMANDS = sorted(
    {
        (found[1], found[2].strip())
        for text in _all_texts()
        for found in _COMMAND.finditer(text)
        if found[1] in VERBS
    }
)


@pytest.mark.parametrize(("verb", "words"), COMMANDS)
def test_a_command_that_is_named_exists_with_its_options(verb: str, words: str) -> None:
    command: click.Command = import_module(f"slp_ops.cli.{VERBS[verb][0]}").command
    rest = words.split()
    if isinstance(command, click.Group) and rest and rest[0] in command.commands:
        command = command.commands[rest.pop(0)]
    known = {name for option in command.params for name in option.opts}
    if isinstance(command, click.Group):
        known |= {
            name for each in command.commands.values() for option in each.params for name in option.opts
        }
    for word in rest:
        if re.fullmatch(r"--?[a-z][a-z-]*", word):
            assert word in known | {"--help", "--config"}, f"slp-ops {verb} {words}"


def test_there_are_such_commands() -> None:
    assert len(COMMANDS) > 30
    assert any("--resume" in words for _, words in COMMANDS)
    assert ("remediate", "--flow cslu-offline") in COMMANDS  # of the texts of a rule
