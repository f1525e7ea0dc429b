"""The configuration file, its precedence, and ``slp-ops config show``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click
import pytest
from click.testing import CliRunner, Result

from slp_ops.cli.main import VERBS, cli
from slp_ops.cli.setting_keys import KEYS
from slp_ops.cli.settings import _known, every_setting

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def config() -> Path:
    folder = Path(os.environ["XDG_CONFIG_HOME"]) / "slp-ops"
    folder.mkdir(parents=True)
    return folder / "config.yaml"


def _invoke(*words: str, **env: str) -> Result:
    return CliRunner(env=env).invoke(cli, words)


def _settings(*words: str, **env: str) -> dict[str, dict[str, object]]:
    done = _invoke("config", "show", "--json", *words, **env)
    assert done.exit_code == 0, done.output
    return {each["key"]: each for each in json.loads(done.stdout)["settings"]}


def test_the_command_line_outranks_the_environment_and_that_the_file(config: Path, tmp_path: Path) -> None:
    config.write_text(f"runs_dir: {tmp_path}/from-file\n")

    from_file = _invoke("runs", "list")
    from_variable = _invoke("runs", "list", SLP_OPS_RUNS_DIR=f"{tmp_path}/from-variable")
    typed = _invoke(
        "runs", "list", "--runs-dir", f"{tmp_path}/typed", SLP_OPS_RUNS_DIR=f"{tmp_path}/from-variable"
    )

    assert from_file.stderr == f"no runs in {tmp_path}/from-file\n"
    assert from_variable.stderr == f"no runs in {tmp_path}/from-variable\n"
    assert typed.stderr == f"no runs in {tmp_path}/typed\n"


def test_a_key_below_a_verb_is_of_that_verb(config: Path) -> None:
    config.write_text("runs:\n  prune:\n    keep: 3\n")

    assert _invoke("runs", "prune", "--dry-run").exit_code == 0
    assert _settings()["runs.prune.keep"]["value"] == "3"
    assert _settings()["watch.keep"]["value"] == "-"


def test_paths_are_relative_to_the_folder_of_the_file(config: Path) -> None:
    config.write_text("runs_dir: mine\n")

    assert _invoke("runs", "list").stderr == f"no runs in {config.parent}/mine\n"


@pytest.mark.parametrize("name", ["config.yaml", "slp-ops.yaml", ".slp-ops.yaml"])
def test_no_file_of_the_current_folder_is_read(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text("workers: nonsense\n")
    monkeypatch.chdir(tmp_path)

    assert _invoke("rules").exit_code == 0
    assert _invoke("config", "show").stdout.startswith("File: none (")


@pytest.mark.parametrize("before", [True, False])
def test_a_file_that_is_named(before: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text("runs_dir: here\n")
    monkeypatch.chdir(tmp_path)
    named = ["--config", "config.yaml"]

    done = _invoke(*named, "runs", "list") if before else _invoke("runs", "list", *named)

    assert done.stderr == f"no runs in {tmp_path}/here\n"


def test_none_reads_no_file(config: Path) -> None:
    config.write_text("nonsense: 1\n")

    assert _invoke("rules", "--config", "none").exit_code == 0


def test_a_missing_file_that_is_named_is_an_error() -> None:
    done = _invoke("rules", "--config", "/nowhere/config.yaml")

    assert "/nowhere/config.yaml: there is no such file" in str(done.exception)


def test_every_problem_is_reported_with_its_line(config: Path) -> None:
    config.write_text(
        "workers: 99999\n"
        "wrkers: 1\n"
        "wait: 3\n"
        "transport: [netmiko]\n"
        "every: soon\n"
        "site: ''\n"
        "workers: 2\n"
        "json: 1\n"
        "remediate: {wait: 1:30}\n"
        "resume: last\n"
    )

    lines = str(_invoke("rules").exception).split("\n")  # wrkers is a problem in every verb

    for line, words in (
        (1, "workers: is refused: 99999 is not in the range"),
        (2, "wrkers: is not a known key; did you mean workers?"),
        (3, "wait: differs between verbs; put it below one: remediate.wait or usage.save.wait"),
        (4, "transport: is a list"),
        (5, "every: is refused: 'soon' is no span of time"),
        (6, "site: is empty text"),
        (7, "workers: occurs twice, first on line 1"),
        (8, "json: is a number"),
        (9, "remediate.wait: is"),
        (10, "resume: is not a known key"),
    ):
        assert any(each.startswith(f"{config}:{line}: {words}") for each in lines), (line, lines)


@pytest.mark.parametrize(
    "text",
    [
        '"yes": true\n',
        "allow: destructive\n",
        "remediate:\n  allow: destructive\n",
        "confirm: [tyo-acc-01]\n",
        "manual_done: true\n",
        "settle: [a=done]\n",
        "exec: /bin/true\n",
        "watch: {exec: /bin/true}\n",
        "host_key: off\n",
        "host_key: 'off'\n",
        "usage: {save: {'yes': true}}\n",
        "runs: {prune: {'yes': true}}\n",
    ],
)
def test_consent_is_never_in_a_file(text: str, config: Path) -> None:
    config.write_text(text)

    done = _invoke("audit")

    assert "consent is never taken from the environment or a file; type --" in str(done.exception)


def test_secrets_are_never_in_a_file(config: Path) -> None:
    config.write_text("password: hunter2\n")

    done = _invoke("audit")

    assert "a secret does not belong in a file" in str(done.exception)
    assert "hunter2" not in str(done.exception)


def test_the_help_of_a_verb_does_not_depend_on_the_file(config: Path) -> None:
    config.write_text("nonsense: [\n")

    assert _invoke("audit", "--help").exit_code == 0


def test_show_names_the_source_of_each_value(config: Path) -> None:
    config.write_text("# mine\nlang: ja\nworkers: 7\ntag: [core, access]\n")

    found = _settings(SLP_OPS_WORKERS="9", SLP_OPS_TREND_DAYS="5")

    assert (found["lang"]["value"], found["lang"]["source"]) == ("ja", f"{config}:2")
    assert found["lang"]["line"] == 2
    assert (found["tag"]["value"], found["tag"]["source"]) == ("core, access", f"{config}:4")
    assert (found["workers"]["value"], found["workers"]["source"]) == ("9", "variable SLP_OPS_WORKERS")
    assert (found["trend.days"]["value"], found["trend.days"]["source"]) == (
        "5",
        "variable SLP_OPS_TREND_DAYS",
    )
    assert (found["max_cpu"]["value"], found["max_cpu"]["source"]) == ("80.0", "default")


def test_show_prints_no_secret() -> None:
    environment = {
        "SLP_OPS_PASSWORD": "hunter2",
        "SLP_OPS_TOKYO_RO_ENABLE": "hunter3",
        "SLP_OPS_PARAM_TOKEN": "hunter4",
        "SLP_OPS_PARAM": "token=hunter5",
        "SLP_OPS_YES": "1",
        "SLP_OPS_DAYS": "3",
        "SLP_OPS_LIMT": "hunter6",
    }

    done = _invoke("config", "show", **environment)

    assert "hunter" not in done.stdout
    for line in (
        "SLP_OPS_PASSWORD: set, value not shown",
        "SLP_OPS_PARAM_TOKEN: set, value not shown",
        "SLP_OPS_TOKYO_RO_ENABLE: set, value not shown",
        "SLP_OPS_YES: set, but refused by the verbs that it would concern",
        "SLP_OPS_DAYS: set, but refused by the verbs that it would concern",
        "SLP_OPS_LIMT: set, but slp-ops does not read it",
    ):
        assert line in done.stdout.split("\n")


def test_every_setting_of_the_file_can_be_set_there(config: Path) -> None:
    """Each key that is offered leads to the option of a verb."""
    settings = [each for each in every_setting(click.Context(cli)) if each.in_file]

    assert {each.key.partition(".")[0] for each in settings if "." in each.key} <= set(VERBS)
    assert {"inventory", "runs_dir", "lang", "remediate.wait"} <= {each.key for each in settings}
    for each in settings:
        assert each.option.name


@pytest.mark.parametrize(("value", "shown"), [("4", "4"), ('"4"', "4"), ("auto", "auto")])
def test_processes_are_a_number_or_auto(value: str, shown: str, config: Path) -> None:
    config.write_text(f"processes: {value}\n")
    assert _settings()["processes"]["value"] == shown
    assert "processes" not in str(_invoke("collect", "--set", "no-such-set").exception)


@pytest.mark.parametrize("value", ["0", "65", "1.5", "many", "yes"])
def test_other_numbers_of_processes_are_refused(value: str, config: Path) -> None:
    config.write_text(f"processes: {value}\n")
    assert "processes" in str(_invoke("config", "show").exception)


@pytest.mark.parametrize("text", ["site: []", "tag: []", "select: []"])
def test_an_empty_list_is_not_everything(text: str, config: Path) -> None:
    config.write_text(text + "\n")
    done = _invoke("runs", "list")
    assert "is an empty list" in str(done.exception)


@pytest.mark.parametrize("text", ["flow: case-1", "relay: x", "answers: x", "conditions: x", "by_hand: true"])
def test_what_belongs_to_one_call_is_not_in_a_file(text: str, config: Path) -> None:
    config.write_text(text + "\n")
    done = _invoke("runs", "list")
    assert "is not a known key" in str(done.exception)


def _all_commands(command: click.Command, verb: str) -> Iterator[tuple[str, click.Command]]:
    """Yield a verb and its subcommands by their full names."""
    yield verb, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from _all_commands(each, f"{verb} {name}")


def test_the_table_of_keys_is_that_of_the_options_of_all_verbs() -> None:
    known = {each.key: _known(each) for each in every_setting(click.Context(cli)) if each.in_file}
    options = {key: (option.kind, option.several) for key, option in known.items()}
    rows = [(key, (kind, several)) for kind, several, keys in KEYS for key in keys.split()]

    assert sorted(rows) == sorted(options.items())  # each once: none is missing, stale or of another kind
    assert {"workers", "lang", "runs_dir", "remediate.wait"} <= options.keys()


def test_the_settings_are_the_options_with_a_variable_of_all_verbs() -> None:
    context = click.Context(cli)
    with_variable = {
        (name, option.name)
        for verb in VERBS
        for name, command in _all_commands(cast("click.Command", cli.get_command(context, verb)), verb)
        for option in command.params
        if isinstance(option, click.Option) and option.envvar
    }
    assert {(" ".join(each.verb), each.option.name) for each in every_setting(context)} == with_variable


def test_a_key_of_a_verb_is_below_that_verb() -> None:
    for each in every_setting(click.Context(cli)):
        if "." in each.key:
            assert each.key.split(".")[:-1] == list(each.verb), each.variable


@pytest.mark.parametrize("verb", ["commands", "runs list", "rules"])
def test_only_the_verb_that_runs_is_imported(verb: str, config: Path, tmp_path: Path) -> None:
    config.write_text(f"lang: en\nworkers: 10\nruns_dir: {tmp_path}\nremediate: {{wait: 1800}}\n")
    program = (
        "import sys; from slp_ops.cli.main import VERBS, main\n"
        f"sys.argv = ['slp-ops', *{verb.split()!r}]\n"
        "try: main()\n"
        "finally: print(sorted(name for name in VERBS if 'slp_ops.cli.' + VERBS[name][0] in sys.modules),"
        " file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.split("\n")[-2] == str(sorted({verb.split()[0]}))


def test_show_in_japanese(config: Path) -> None:
    config.write_text("workers: 3\n")
    done = _invoke("config", "show", "--lang", "ja")
    assert done.stdout.startswith(f"ファイル: {config}\n")
