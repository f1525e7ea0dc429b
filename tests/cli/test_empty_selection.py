"""An empty value of an option that selects is an error, never everything."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from slp_ops.cli.main import VERBS, cli
from slp_ops.cli.options import SelectingOption

if TYPE_CHECKING:
    from collections.abc import Iterator

SELECTING = {
    "--limit", "--site", "--tag", "--device", "--run", "--against", "--select", "--ignore", "--playbook",
    "--command", "--inventory", "--plan", "--resume", "--rollback", "--flow", "--failed", "--release",
}  # fmt: skip


def _options(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _options(each, (*path, name))
    for option in command.params:
        if isinstance(option, click.Option) and SELECTING & set(option.opts):
            yield path, option


FOUND = [
    (path, option)
    for verb in sorted(VERBS)
    for path, option in _options(import_module(f"slp_ops.cli.{VERBS[verb][0]}").command, (verb,))
]


def _name(option: click.Option) -> str:
    return next(name for name in option.opts if name in SELECTING)


@pytest.mark.parametrize(("path", "option"), FOUND, ids=lambda value: str(value))
@pytest.mark.parametrize("value", ["", "  "])
def test_on_the_command_line(path: tuple[str, ...], option: click.Option, value: str) -> None:
    done = CliRunner().invoke(cli, [*path, _name(option), value])

    assert done.exit_code == 2
    assert _name(option) in done.stderr
    assert "it is empty; give a value, or leave the option out" in done.stderr


@pytest.mark.parametrize(("path", "option"), FOUND, ids=lambda value: str(value))
def test_in_the_environment(
    path: tuple[str, ...], option: click.Option, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(option, SelectingOption)
    for variable in [option.envvar] if isinstance(option.envvar, str) else option.envvar or ():
        monkeypatch.setenv(variable, "")
        with pytest.raises(click.BadParameter, match="set, but empty"):
            option.consume_value(click.Context(click.Command(path[0])), {})


def test_in_the_environment_of_a_verb() -> None:
    done = CliRunner(env={"SLP_OPS_LIMIT": ""}).invoke(cli, ["audit"])

    assert done.exit_code == 2
    assert "SLP_OPS_LIMIT" in done.stderr


def test_every_such_option_was_found() -> None:
    assert {name for _, option in FOUND for name in option.opts} >= SELECTING
    assert len(FOUND) > 40


def _paths(
    command: click.Command, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], click.Parameter]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _paths(each, (*path, name))
    for parameter in command.params:
        if isinstance(parameter.type, click.Path):
            yield path, parameter


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        each
        for verb in sorted(VERBS)
        for each in _paths(import_module(f"slp_ops.cli.{VERBS[verb][0]}").command, (verb,))
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_an_empty_path_is_not_the_current_folder(path: tuple[str, ...], parameter: click.Parameter) -> None:
    for empty in ("", "  "):
        with pytest.raises(click.BadParameter, match="it is empty"):
            parameter.type.convert(empty, parameter, click.Context(click.Command(path[0])))
