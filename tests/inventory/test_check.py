"""``slp-ops inventory check`` and the options of choosing switches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.testing import CliRunner, Result

from slp_ops.app.operator import NonInteractive
from slp_ops.cli.target import target_options

if TYPE_CHECKING:
    from slp_ops.app.selection import DeviceSelection

EXAMPLE = Path(__file__).parents[2] / "inventory.example.yaml"


def check(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """The real command line in an empty home, without a terminal."""
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "slp_ops", "inventory", "check", *args],
        env={**clean, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **environ},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_example_is_summed_up_without_values(tmp_path: Path) -> None:
    done = check(tmp_path, "-i", str(EXAMPLE), SLP_OPS_PASSWORD="canary")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no problems; 10 devices in 2 sites" in done.stdout
    assert "Tokyo head office" in done.stdout
    assert "access 6, core 1" in done.stdout
    assert "netops (inventory)  SLP_OPS_PASSWORD" in done.stdout
    assert "SHA-1 allowed (legacy_ssh): tyo-acc-01" in done.stdout
    assert "canary" not in done.stdout


def test_an_inventory_without_a_device_is_a_problem(tmp_path: Path) -> None:
    """Every verb would refuse it."""
    (tmp_path / "inventory.yaml").write_text("version: 1\nsites: {}\n")
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "inventory.yaml: the inventory has no device that can be used" in done.stderr
    assert "hint: put switches below sites:" in done.stderr

    printed = check(tmp_path, "--json")
    assert printed.returncode == 2
    assert not json.loads(printed.stdout)["ok"]


def test_devices_of_a_source_that_cannot_be_used_are_named_where_there_is_no_other(tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("name,host,site\nsw 1,,tokyo\n")
    done = check(tmp_path, "-i", "csv:export.csv")
    assert done.returncode == 2
    assert "the inventory has no device that can be used" in done.stderr
    assert "sw 1" in done.stderr


def test_what_would_be_missing_at_a_login_is_said(tmp_path: Path) -> None:
    done = check(tmp_path, "-i", str(EXAMPLE))
    assert done.returncode == 0
    assert "no password: set SLP_OPS_DEFAULT_PASSWORD or SLP_OPS_PASSWORD" in done.stdout


def test_json_holds_the_summary(tmp_path: Path) -> None:
    done = check(tmp_path, "--json", SLP_OPS_INVENTORY=str(EXAMPLE), SLP_OPS_PASSWORD="x")
    found = json.loads(done.stdout)
    assert (found["schema"], found["ok"], found["devices"]) == (1, True, 10)
    assert [(site["name"], site["devices"]) for site in found["sites"]] == [("tokyo", 7), ("osaka", 3)]
    assert found["credentials"][0]["proof"] == "SLP_OPS_PASSWORD"


def test_all_problems_are_told_and_the_exit_code_is_2(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        "version: 1\nsite: {}\nsites:\n  t: {defaults: {password: canary}}\n", encoding="utf-8"
    )
    done = check(tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "inventory.yaml:2: site: is not a known key; did you mean sites?" in done.stderr
    assert "inventory.yaml:4: sites.t.defaults.password: a secret does not belong in a file" in done.stderr
    assert "hint: passwords belong in the environment" in done.stderr
    assert "canary" not in done.stderr


def test_json_holds_all_problems_too(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text("version: 3\nsites: []\n", encoding="utf-8")
    done = check(tmp_path, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["ok"]) == (2, False)
    assert [(one["line"], one["key"]) for one in found["problems"]] == [(1, "version"), (2, "sites")]


def test_a_missing_inventory_says_how_to_name_one(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 2
    assert "there is no such file" in done.stderr
    assert "-i FILE" in done.stderr


def test_the_users_ssh_configuration_completes_and_is_noted(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        "version: 1\nsites: {t: {devices: {sw: {host: sw}}}}\n", encoding="utf-8"
    )
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text(
        "Include x\nHost sw\nUser alice\nProxyJump gw\n", encoding="utf-8"
    )
    done = check(tmp_path, SLP_OPS_PASSWORD="x")
    assert done.stderr == "note: ~/.ssh/config:1: Include is ignored\n"
    assert "alice (inventory)" in done.stdout
    assert "Behind a jump host: gw 1" in done.stdout
    assert "gw" not in check(tmp_path, "--ssh-config", "none", SLP_OPS_PASSWORD="x").stdout


def test_a_broken_ssh_configuration_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("Host 127.0.0.1\nPort x\n", encoding="utf-8")
    done = check(tmp_path, "-i", str(EXAMPLE), SLP_OPS_SSH_CONFIG="config")
    assert done.returncode == 2
    assert "config:2: port: is not well formed" in done.stderr


def test_an_ssh_configuration_named_but_not_there_is_an_error(tmp_path: Path) -> None:
    done = check(tmp_path, "-i", str(EXAMPLE), "--ssh-config", "nowhere")
    assert done.returncode == 2
    assert "nowhere: there is no such file" in done.stderr


def chosen(*args: str, **environ: str) -> Result:
    @click.command()
    @target_options
    def command(target: DeviceSelection) -> None:
        _, devices = target.choose(NonInteractive())
        click.echo(" ".join(device.name for device in devices))

    options = ["-i", str(EXAMPLE), "--ssh-config", "none", *args]
    return CliRunner().invoke(command, options, env=environ, catch_exceptions=False)


def test_site_tag_and_limit_choose_switches() -> None:
    result = chosen("--site", "tokyo", "--site", "osaka", "--tag", "core", "--limit", "!osa-*")
    assert result.output == "tyo-core-01\n"


def test_the_options_have_environment_variables() -> None:
    result = chosen(SLP_OPS_SITE="tokyo osaka", SLP_OPS_TAG="core", SLP_OPS_LIMIT="osa-*")
    assert result.output == "osa-core-01\n"
