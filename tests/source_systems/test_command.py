"""Sources through the command line."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slp_ops.cli.main import cli
from slp_ops.i18n import Lang
from slp_ops.inventory import load
from slp_ops.messages import translate

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


_NOT_USABLE = """\
hostname,ip,site,platform,port,username,password
sw-1,192.0.2.1,tokyo,,99999,,x
sw 2,192.0.2.2,tokyo,,,,x
sw-3,,tokyo,,,,
sw-4,192.0.2.4,to kyo,,,,
sw-5,192.0.2.5,tokyo,junos,,,
sw-6,192.0.2.6,tokyo,,abc,,
sw-7,a b,tokyo,,,,
sw-8,192.0.2.8,tokyo,,,a b,
sw-9,192.0.2.9,tokyo,,,,
sw-9,192.0.2.9,tokyo,,,,
sw-10,192.0.2.9,tokyo,,,,
"""


@pytest.mark.parametrize("verb", ["check", "show"])
def test_why_a_device_cannot_be_used_is_in_japanese(verb: str, tmp_path: Path) -> None:
    (tmp_path / "not_usable.csv").write_text(_NOT_USABLE)
    location = f"csv:{tmp_path / 'not_usable.csv'}"
    (tmp_path / "ssh_config").touch()
    words = ["inventory", verb, "-i", location, "--ssh-config", str(tmp_path / "ssh_config")]

    ended = CliRunner().invoke(cli, [*words, "--lang", "ja"])

    rows = [line for line in ended.stdout.split("\n") if line.rstrip().endswith(location)]
    assert len(rows) == 10
    notices = ended.stderr.replace("slp-ops inventory check", "")
    assert "重複 2 台" in notices
    assert "パスワード 2 件" in notices
    for line in (*rows, *notices.split("\n")):
        english = line.replace(location, "").replace("sw 2", "").replace("to kyo", "")
        assert not re.search(r"[A-Za-z]{2,} +[a-z]{2,}", english), line


def test_a_count_of_reasons_has_no_part_of_an_example(tmp_path: Path) -> None:
    (tmp_path / "devices.csv").write_text("hostname,ip\nsw-1,a b\nsw-2,c d\n")
    ended = CliRunner().invoke(cli, ["inventory", "show", "-i", f"csv:{tmp_path / 'devices.csv'}"])
    assert "2 devices cannot be used (2 host is not well formed)" in ended.stderr


@pytest.mark.parametrize(
    "message",
    [
        "vault: ansible_host is encrypted by Ansible Vault",
        "template: ansible_host is a template, which ansible-inventory does not resolve",
        "ansible_port is not usable: neither text nor a whole number",
        "local: ansible_connection is local",
        "options of SSH cannot be read: a quote is not closed",
        "another make: juniper",
        "jump[1].port is 0 (expected a whole number from 1 to 65535)",
        "jump has 9 hops (expected at most 8)",
        "note: ansible:h.ini: encrypted by Ansible Vault and not read: ansible_host, ansible_port",
        "note: ansible:h.ini: ProxyCommand of 2 host(s) is not used; ProxyJump is, and jump: of the source",
        "note: https://n.example: the filters exclude no device; are their names those of NetBox?",
        "note: http://n.example: the token travels unencrypted; use netbox+https",
        "note: https://n.example: 2 further members of virtual chassis; each chassis is one device",
        "netbox+https://n.example: 3 devices, read 12 minutes ago; --refresh reads it again",
        "nornir:config.yaml: 1 device, read 2 days ago",
        "ansible:h.ini: there is no such file",
        "h.csv: 4 devices cannot be used (2 vault, 1 another make, 1 jump[0].port is 0); "
        "slp-ops inventory check names each",
    ],
)
def test_words_of_sources_are_in_japanese(message: str) -> None:
    known = r"Ansible Vault|slp-ops inventory check|jump\[0\].port"
    assert not re.search(r"[A-Za-z]{2,} +[a-z]{2,}", re.sub(known, "", translate(message, Lang.JA)))
