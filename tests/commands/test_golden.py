"""Every command has a golden pair: invented text in a real form, and the facts that it says.

``SLP_OPS_GOLDEN=write pytest tests/commands/test_golden.py`` writes the facts anew; read the
difference before you commit it.
"""

from __future__ import annotations

import json
import os
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import pytest

from slp_ops import commands
from slp_ops.json_documents import encode

if TYPE_CHECKING:
    from slp_ops.commands import ShowCommand

GOLDEN = Path(__file__).parent / "golden"
WRITE = os.environ.get("SLP_OPS_GOLDEN") == "write"
TEXTS = sorted(GOLDEN.glob("*/*.txt"))
MODULES = sorted(module.name for module in iter_modules(commands.__path__) if module.name[0] != "_")


def _command(module: str) -> ShowCommand:
    command: ShowCommand = import_module(f"slp_ops.commands.{module}").COMMAND
    return command


def _without_absences(value: Any) -> Any:
    """What is missing is left out of the files, so that they stay short enough to be read."""
    if isinstance(value, dict):
        return {key: _without_absences(each) for key, each in value.items() if each not in (None, [], {})}
    if isinstance(value, list):
        return [_without_absences(each) for each in value]
    return value


@pytest.mark.parametrize("module", MODULES)
def test_every_command_has_a_golden_pair(module: str) -> None:
    assert [path for path in TEXTS if path.parent.name == module], f"no pair under golden/{module}"


def test_no_golden_pair_is_without_its_command() -> None:
    assert {path.parent.name for path in TEXTS} == set(MODULES)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_golden_text_gives_its_facts(path: Path) -> None:
    parsed = _command(path.parent.name).parse(path.read_bytes().decode())
    found = {
        "facts": {type(fact).__name__: _without_absences(encode(fact)) for fact in parsed.facts},
        "unparsed": [[line.number, line.text] for line in parsed.unparsed],
        "total": parsed.total,
    }
    expected = path.with_suffix(".json")
    if WRITE:
        expected.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_command_names_every_fact_it_gives(path: Path) -> None:
    command = _command(path.parent.name)
    given = {type(fact) for fact in command.parse(path.read_bytes().decode()).facts}
    if path.parent.name == "show_tech_support":
        command_provides = {kind for each in commands.registry() for kind in each.provides}
    else:
        command_provides = set(command.provides)
    assert given <= command_provides


@pytest.mark.parametrize("module", MODULES)
def test_every_fact_that_a_command_names_is_shown_by_some_pair(
    module: str,
) -> None:
    shown = {
        type(fact)
        for path in TEXTS
        for fact in _command(path.parent.name).parse(path.read_bytes().decode()).facts
    }
    assert set(_command(module).provides) <= shown
