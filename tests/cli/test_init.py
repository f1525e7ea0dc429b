"""``slp-ops init``."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib.resources import files
from typing import TYPE_CHECKING

from click.testing import CliRunner

from slp_ops.cli.main import VERBS, cli
from slp_ops.inventory import load
from slp_ops.inventory.schema import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_inventory_passes_its_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    done = CliRunner().invoke(cli, ["init"])
    checked = CliRunner().invoke(cli, ["inventory", "check", "--ssh-config", "none"])

    assert done.exit_code == 0
    assert done.stdout == ("wrote inventory.yaml; put your switches into it, then: slp-ops inventory check\n")
    assert checked.exit_code == 0
    assert "2 devices" in checked.stdout


def test_an_existing_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("version: 1\n")

    done = CliRunner().invoke(cli, ["init", str(path)])

    assert done.exit_code != 0
    assert "exists already, and is not overwritten" in str(done.exception)
    assert path.read_text() == "version: 1\n"


def test_each_setting_that_is_commented_out_is_valid(tmp_path: Path) -> None:
    text = files("slp_ops.inventory").joinpath("template.yaml").read_text("utf-8")
    head, _, rest = text.partition("version: 1\n")
    path = tmp_path / "inventory.yaml"
    # An empty mapping with a comment below becomes the mapping of the comment.
    active = re.sub(r"^( *)# (?=[a-z_]+: |  \w+: |credentials:)", r"\1", rest, flags=re.MULTILINE)
    path.write_text(f"{head}version: 1\n{active.replace('defaults: {}', 'defaults:')}")

    inventory = load(path)

    named = {name for name in (field.name for field in fields(Settings)) if f"{name}:" in text}
    assert named == {field.name for field in fields(Settings)} - {"platform", "params"}
    assert inventory.devices[0].jump[0].host == "bastion.example.net"


_EVERY_SHORT_HELP = """
import click
from click.testing import CliRunner
from slp_ops.cli.main import cli

def walk(command, context, words):
    found = CliRunner().invoke(cli, [*words, "-h"])
    print(found.exit_code, *words, "|", found.output.split("\\n")[0])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            walk(command.get_command(context, name), context, [*words, name])

walk(cli, click.Context(cli), [])
"""


def test_the_short_help_option_of_every_command() -> None:
    # A process of its own: a command remembers the names of its help option.
    done = subprocess.run(
        [sys.executable, "-c", _EVERY_SHORT_HELP], capture_output=True, text=True, timeout=300, check=True
    )

    rows = [line.partition(" | Usage: cli") for line in done.stdout.splitlines()]
    assert len(rows) > len(VERBS) + 10
    assert {verb for verb in VERBS if f"0 {verb}" not in {words for words, _, _ in rows}} == set()
    for words, usage, rest in rows:
        code, _, path = words.partition(" ")
        assert (code, usage) == ("0", " | Usage: cli"), words
        assert rest.strip().startswith(path.strip()), words
