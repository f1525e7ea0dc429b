"""Sources through the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.inventory import load

if TYPE_CHECKING:
    from pathlib import Path

_TABLE = "hostname,ip,site,tags,port\nsw-1,192.0.2.1,tokyo,core,2222\nsw-2,,tokyo,,\nsw-1,192.0.2.3,tokyo,,\n"


def _table(folder: Path) -> str:
    (folder / "devices.csv").write_text(_TABLE)
    (folder / "ssh_config").touch()
    return f"csv:{folder / 'devices.csv'}"


def test_show_as_json_names_devices_and_what_cannot_be_used(tmp_path: Path) -> None:
    location = _table(tmp_path)
    ended = CliRunner().invoke(
        cli, ["inventory", "show", "-i", location, "--json", "--ssh-config", str(tmp_path / "ssh_config")]
    )

    assert ended.exit_code == 0, ended.output
    document = json.loads(ended.stdout)
    (device,) = document["devices"]
    assert device["name"] == "sw-1"
    assert (device["site"], device["host"], device["port"], device["tags"]) == (
        "tokyo",
        "192.0.2.1",
        2222,
        ["core"],
    )
    assert document["unusable"] == [
        {"name": "sw-1", "source": location, "reason": "duplicate: the source has this name twice"},
        {"name": "sw-2", "source": location, "reason": "no address"},
    ]
    assert "2 devices cannot be used (1 duplicate, 1 no address)" in ended.stderr


def test_show_as_yaml_is_an_inventory_of_the_same_devices(tmp_path: Path) -> None:
    ended = CliRunner().invoke(
        cli,
        ["inventory", "show", "-i", _table(tmp_path), "--yaml", "--ssh-config", str(tmp_path / "ssh_config")],
    )
    path = tmp_path / "again.yaml"
    path.write_text(ended.stdout)

    (device,) = load(path).devices
    assert (device.name, device.host, device.port, device.tags) == ("sw-1", "192.0.2.1", 2222, ("core",))


def test_check_and_show_in_the_terminal(tmp_path: Path) -> None:
    location = _table(tmp_path)
    checked = CliRunner().invoke(
        cli, ["inventory", "check", "-i", location, "--ssh-config", str(tmp_path / "ssh_config")]
    )
    assert "1 device in 1 site" in checked.stdout
    assert "NOT USABLE" in checked.stdout
    shown = CliRunner().invoke(
        cli, ["inventory", "show", "-i", location, "--ssh-config", str(tmp_path / "ssh_config")]
    )
    assert "192.0.2.1 port 2222" in shown.stdout


def test_offline_and_refresh_exclude_each_other(tmp_path: Path) -> None:
    ended = CliRunner().invoke(cli, ["inventory", "check", "-i", _table(tmp_path), "--offline", "--refresh"])
    assert ended.exit_code != 0
