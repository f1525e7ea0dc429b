"""Environment variables: one meaning each, and no consent."""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from slp_ops.cli.main import VERBS, cli

if TYPE_CHECKING:
    from collections.abc import Iterator


def _options(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Option]]:
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _options(each, (*path, name))
    for option in command.params:
        if isinstance(option, click.Option):
            yield path, option


OPTIONS = [
    found
    for verb in sorted(VERBS)
    for found in _options(import_module(f"slp_ops.cli.{VERBS[verb][0]}").command, (verb,))
]
CONSENT = {"--yes", "--allow", "--confirm", "--manual-done", "--settle", "--exec"}


def _meaning(option: click.Option) -> tuple[object, ...]:
    kind = option.type.to_info_dict()
    return str(kind), str(option.default), option.multiple, option.metavar, option.is_flag


def test_a_variable_means_the_same_in_every_verb() -> None:
    meanings = defaultdict(set)
    for _, option in OPTIONS:
        if isinstance(option.envvar, str):
            meanings[option.envvar].add(_meaning(option))

    assert {name for name, several in meanings.items() if len(several) > 1} == set()


def test_a_variable_without_a_verb_belongs_to_one_meaning_of_its_option() -> None:
    """``--keep`` of two verbs differs, so neither reads SLP_OPS_KEEP."""
    meanings = defaultdict(set)
    for _, option in OPTIONS:
        # Flags aside: a report's --json names a file, and its variable has the verb.
        meanings[max(option.opts, key=len)].add((option.is_flag, _meaning(option)))
    for path, option in OPTIONS:
        name = max(option.opts, key=len)
        if len(meanings[name]) > 1 and not option.is_flag and isinstance(option.envvar, str):
            verb = "_".join(path).upper().replace("-", "_")
            assert option.envvar == f"SLP_OPS_{verb}_{name.lstrip('-').upper().replace('-', '_')}"


@pytest.mark.parametrize(
    ("words", "variable", "instead"),
    [
        (["collect"], "SLP_OPS_RESUME", "SLP_OPS_COLLECT_RESUME"),
        (["remediate"], "SLP_OPS_RESUME", "SLP_OPS_REMEDIATE_RESUME"),
        (["usage", "save"], "SLP_OPS_RESUME", "SLP_OPS_USAGE_SAVE_RESUME"),
        (["usage", "save"], "SLP_OPS_ALL", "SLP_OPS_USAGE_SAVE_ALL"),
        (["check-reachability"], "SLP_OPS_ALL", "SLP_OPS_CHECK_REACHABILITY_ALL"),
        (["trend"], "SLP_OPS_DAYS", "SLP_OPS_TREND_DAYS"),
        (["remediate"], "SLP_OPS_WAIT", "SLP_OPS_REMEDIATE_WAIT"),
        (["usage", "import", "x"], "SLP_OPS_MAX_FAIL", "SLP_OPS_USAGE_IMPORT_MAX_FAIL"),
        (["watch"], "SLP_OPS_KEEP", "SLP_OPS_WATCH_KEEP"),
        (["runs", "prune"], "SLP_OPS_OLDER_THAN", "SLP_OPS_RUNS_PRUNE_OLDER_THAN"),
        (["collect"], "SLP_OPS_COMMAND", "SLP_OPS_COLLECT_COMMAND"),
        (["bundle"], "SLP_OPS_DEVICE", "SLP_OPS_BUNDLE_DEVICE"),
    ],
)
def test_an_ambiguous_variable_is_an_error_that_names_the_new_one(
    words: list[str], variable: str, instead: str
) -> None:
    done = CliRunner(env={variable: "1"}).invoke(cli, words)

    assert done.exit_code == 2
    assert variable in done.stderr
    assert instead in done.stderr
    assert " ".join(words[:1]) in done.stderr


def test_an_ambiguous_variable_of_other_verbs_is_no_error() -> None:
    done = CliRunner(env={"SLP_OPS_KEEP": "3"}).invoke(cli, ["rules"])

    assert done.exit_code == 0


def test_the_variable_with_the_verb_is_read() -> None:
    done = CliRunner(env={"SLP_OPS_RUNS_PRUNE_KEEP": "many"}).invoke(cli, ["runs", "prune"])

    assert done.exit_code == 2
    assert "--keep" in done.stderr
    assert "'many' is not a valid integer" in done.stderr


@pytest.mark.parametrize(
    ("path", "option"),
    [found for found in OPTIONS if CONSENT & set(found[1].opts)],
    ids=lambda each: str(each),
)
def test_consent_never_comes_from_the_environment(path: tuple[str, ...], option: click.Option) -> None:
    assert option.envvar is None
    name = max(option.opts, key=len)
    variable = f"SLP_OPS_{name.lstrip('-').upper().replace('-', '_')}"

    done = CliRunner(env={variable: "destructive"}).invoke(cli, list(path))

    assert done.exit_code == 2
    assert f"{variable} is set: consent is never taken from the environment or a file" in done.stderr
    assert f"type {name}" in done.stderr


def test_each_kind_of_consent_was_found() -> None:
    assert {name for _, option in OPTIONS for name in option.opts} >= CONSENT


@pytest.mark.parametrize("verb", [["collect"], ["audit"], ["usage", "status"], ["watch"]])
@pytest.mark.parametrize("word", ["off", "OFF"])
def test_host_keys_are_not_left_unchecked_by_a_variable(verb: list[str], word: str) -> None:
    done = CliRunner(env={"SLP_OPS_HOST_KEY": word}).invoke(cli, verb)

    assert done.exit_code == 2
    assert "consent is never taken from the environment" in done.stderr


def test_a_stricter_check_of_host_keys_may_be_a_variable() -> None:
    done = CliRunner(env={"SLP_OPS_HOST_KEY": "strict"}).invoke(cli, ["collect", "-i", "/nowhere/x.yaml"])

    assert "consent" not in done.stderr
    assert done.exception is not None
    assert "there is no such file" in str(done.exception)


def test_help_is_shown_with_such_variables() -> None:
    done = CliRunner(env={"SLP_OPS_YES": "1", "SLP_OPS_RESUME": "x"}).invoke(cli, ["remediate", "--help"])

    assert done.exit_code == 0
