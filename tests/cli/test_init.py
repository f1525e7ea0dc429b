"""``slp-ops init``."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib.resources import files
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.inventory import load
from slp_ops.inventory.schema import Settings

if TYPE_CHECKING:
    from pathlib import Path


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


@pytest.mark.parametrize("words", [["-h"], ["audit", "-h"], ["usage", "save", "-h"]])
def test_the_short_help_option(words: list[str]) -> None:
    # A process of its own: a command remembers the names of its help option.
    done = subprocess.run(
        [sys.executable, "-m", "slp_ops", *words], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0
    assert done.stdout.startswith("Usage:")
